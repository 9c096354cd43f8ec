"""The room's door: a batch's hits → tables of findings and of undecided subjects, and the money of each line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.catalog import TEXT
from claimrules.engine.batch_context import BatchContext
from claimrules.engine.column import Column, Index
from claimrules.engine.hits import Flagged, Hits, RuleHits, Undecided
from claimrules.engine.kernels.segments import expand_ranges, first_rows, group_ids, one_of_each, segment_min, stable_order
from claimrules.engine.prepare.arrays import take
from claimrules.engine.space import KindSpace
from claimrules.engine.values import absent
from claimrules.engine.values.arrow_text import chosen, joined
from claimrules.engine.values.shown import shown_array
from claimrules.engine.values.times import days
from claimrules.findings.amounts import Bearers, amounts_of
from claimrules.findings.identity import finding_ids
from claimrules.findings.purse import Money, Purse, summable
from claimrules.findings.schema import FINDINGS, UNDECIDED
from claimrules.findings.totals import LineMoney, Totals
from claimrules.findings.words import basis_text, doubts, observed, reasons, sentences, written
from claimrules.language.scope import time_of
from claimrules.language.sources import Source
from claimrules.stopwatch import timed

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class BatchFindings:
    """What one batch gives: the findings, each rule's (amount, fund loss) in cents, and the totals."""

    findings: Any
    amounts: Mapping[str, tuple[int, int]]
    totals: Totals


@dataclass(frozen=True, slots=True)
class Parts(Bearers):
    """What bears the money, with each one's `owner`: its subject among the flagged ones."""

    owner: Index


@timed("findings")
def make_findings(hits: Hits, context: BatchContext, sources: Mapping[str, Source]) -> BatchFindings:
    """The findings of one batch."""
    purse = Purse(context.kind("claim"), context.kind("line"))
    line_money = LineMoney(purse)
    findings = [FINDINGS.empty_table()]
    amounts: dict[str, tuple[int, int]] = {}
    for rule in hits.rules:
        rule_id = rule.plan.rule.id
        if rule.flagged is not None:
            table, amounts[rule_id] = _RuleFindings(rule, rule.flagged, context, purse, line_money, sources).table()
            findings.append(table)
    return BatchFindings(pa.concat_tables(findings), amounts, line_money.totals())


def make_undecided(hits: Hits) -> Any:
    """The undecided subjects of one batch: a table as `UNDECIDED`."""
    made = [UNDECIDED.empty_table()]
    for rule in hits.rules:
        if rule.undecided is not None:
            made += [*_single(rule.plan.rule.id, rule.undecided), *_counted(rule.plan.rule.id, rule.undecided.counted)]
    return pa.concat_tables(made)


def _single(rule_id: str, open_: Undecided) -> Iterator[Any]:
    n = len(open_.missing)
    if n:
        columns = [_same(rule_id, n), open_.subject(), open_.claim(), open_.missing, pa.array(np.ones(n, np.int64))]
        yield pa.table([c.cast(f.type) for c, f in zip(columns, UNDECIDED, strict=True)], UNDECIDED)


def _counted(rule_id: str, counts: Mapping[str, int]) -> Iterator[Any]:
    """One row for each name, whatever the number of subjects."""
    if counts:
        rows = [{"rule_id": rule_id, "missing": name, "subjects": n} for name, n in counts.items()]
        yield pa.Table.from_pylist(rows, UNDECIDED)


@dataclass(slots=True)
class _RuleFindings:
    hits: RuleHits
    flagged: Flagged
    context: BatchContext
    purse: Purse
    line_money: LineMoney
    sources: Mapping[str, Source]

    @timed("findings", of=lambda self: self.hits.plan.rule.id)
    def table(self) -> tuple[Any, tuple[int, int]]:
        """The rule's findings, and their amount and loss in cents."""
        rule, flagged = self.hits.plan.rule, self.flagged
        space = self.context.kind(rule.kind)
        parts = self._parts(space)
        amount, loss = self._money(space, parts)
        ids, k = group_ids([parts.owner, parts.claim], len(parts.owner))
        self._count(space, parts, amount, loss)
        first = first_rows(ids, k)
        owner, claim = parts.owner[first], parts.claim[first]
        row = parts.row[first]
        claims = self.context.kind("claim")
        total, total_known = _grouped(amount, ids, k)
        lost, lost_known = _grouped(loss, ids, k)
        lines, involved, related = self._rows(parts, ids, k, owner, claim)
        seen, bare_seen, allowed, bare_allowed = observed(rule, flagged, row, "zh")
        special = {"{observed}": bare_seen, "{limit}": bare_allowed, "{reasons}": reasons(flagged, owner)}
        date, date_known = self._date(space, ids, k, parts)
        subject = flagged.subject().take(pa.array(owner))
        columns = {
            "finding_id": finding_ids(rule.id, subject),
            "subject": subject,
            "rule_id": _same(rule.id, k),
            "rule_version": pa.array(np.full(k, rule.version, np.int32)),
            "category": _same(rule.category, k),
            "verdict": self._verdict(owner),
            "severity": _same(rule.severity, k),
            "person_id": _claim_text(claims, "person_id", claim),
            "provider_id": _claim_text(claims, "provider_id", claim),
            "claim_id": _claim_text(claims, "claim_id", claim),
            "line_ids": lines,
            "involved_line_ids": involved,
            "related_claim_ids": related,
            "event_date": pa.array(date.astype(np.int32), pa.int32(), mask=~date_known).cast(pa.date32()),
            "observed": seen,
            "allowed": allowed,
            "amount": cents_array(total, total_known),
            "fund_loss": cents_array(lost, lost_known),
            "amount_method": _same(rule.amount.method, k),
            "message_zh": self._sentence(0, "zh", row, owner, special),
            "message_en": self._sentence(1, "en", row, owner, special),
            "basis": _same(basis_text(rule.basis, self.sources), k),
            "knowledge_ids": self._knowledge(owner),
            "region": _claim_text(claims, "region", claim),
        }
        arrays = [columns[field.name].cast(field.type) for field in FINDINGS]
        sums = (
            int(np.sum(summable(np.where(total_known, total, 0)))),
            int(np.sum(summable(np.where(lost_known, lost, 0)))),
        )
        return pa.table(arrays, schema=FINDINGS), sums

    def _parts(self, space: KindSpace) -> Parts:
        """Lines as they are; an encounter and a day as the encounter's claims; the rest as their claim."""
        flagged, kind = self.flagged, self.hits.plan.rule.kind
        left, claim = _claims_of(space, flagged.rows)
        if kind in ("line", "raw_line"):
            return Parts(left, claim, flagged.rows, flagged.owner)
        if kind != "encounter" and not self._by_day():
            first = one_of_each([flagged.owner[left], claim], len(left))
            left, claim = left[first], claim[first]
        return Parts(left, claim, np.full(len(left), -1, np.int64), flagged.owner[left])

    def _by_day(self) -> bool:
        """Whether the money is that of single days, each what its lines have in scope."""
        rule = self.hits.plan.rule
        return rule.kind == "day" and rule.amount.method != "whole_encounter"

    def _money(self, space: KindSpace, parts: Parts) -> tuple[Money, Money]:
        rule = self.hits.plan.rule
        amount = amounts_of(rule, space, self.purse, self.flagged, parts)
        if rule.amount.method == "none":
            return amount, amount
        of_lines = rule.kind in ("line", "raw_line") or self._by_day()
        return amount, self.purse.loss(parts.claim, amount, of_lines=of_lines)

    def _count(self, space: KindSpace, parts: Parts, amount: Money, loss: Money) -> None:
        """The money into the totals."""
        match self.hits.plan.rule.kind:
            case "line":
                self.line_money.add_lines(parts.line, amount, loss)
            case "raw_line":
                self.line_money.add_raw_lines(space, parts.line, amount)
            case "day" if self._by_day():
                date = cast(Any, space.rows.columns["date"].data)[self.flagged.rows[parts.row]]
                self.line_money.add_days(parts.claim, date, amount, loss)
            case _:
                self.line_money.add_claims(parts.claim, amount, loss)

    def _verdict(self, owner: Index) -> Any:
        rule = self.hits.plan.rule
        if rule.verdict != "violation" or not self.flagged.suspicious.any():
            return _same(rule.verdict, len(owner))
        return chosen(self.flagged.suspicious[owner], "suspicious", "violation")

    def _date(self, space: KindSpace, ids: Index, k: int, parts: Parts) -> tuple[Any, Any]:
        """The earliest date of the violating rows."""
        time = space.evaluate(time_of(self.hits.plan.rule.kind))
        some = take(time, self.flagged.rows[parts.row])
        far = np.int64(2**40)
        value = days(some) if some.known is None else np.where(some.known, days(some), far)
        least = segment_min(np.asarray(value, np.int64), ids, k)
        return np.where(least < far, least, 0), least < far

    # ------------------------------------------------------------------ lists

    def _sentence(self, which: int, language: str, row: Index, owner: Index, special: Mapping[str, Any]) -> Any:
        """The rule's message, and behind it what is in doubt."""
        text = sentences(self.hits.plan.rule.message[which], self.flagged, row, special, language)
        return written([text, doubts(self.flagged, owner, language)], len(row))

    def _rows(self, parts: Parts, ids: Index, k: int, owner: Index, claim: Index) -> tuple[Any, Any, Any]:
        """line_ids, involved_line_ids and related_claim_ids of each finding."""
        line = self.context.kind("line")
        lines = (
            _lists(ids, parts.line, k, self._line_names(self._own_lines())) if (parts.line >= 0).any() else _lists_of_none(k)
        )
        subject_rows: list[tuple[Index, Index]] = []
        touched: list[tuple[Index, Index]] = [(parts.owner, parts.claim)]
        for kind, who, rows in self.flagged.involved:
            space = self.context.kind(kind)
            if kind == "line":
                subject_rows.append((who, rows))
            left, claims = _claims_of(space, rows)
            touched.append((who[left], claims))
        involved = self._involved(subject_rows, parts, owner, claim, line)
        related = self._related(touched, owner, claim)
        return lines, involved, related

    def _own_lines(self) -> str:
        """The kind of line that violates."""
        return "raw_line" if self.hits.plan.rule.kind == "raw_line" else "line"

    def _line_names(self, kind: str) -> Column:
        return self.context.kind(kind).rows.columns.get("line_id") or absent(TEXT, self.context.kind(kind).n)

    def _involved(self, rows: list[tuple[Index, Index]], parts: Parts, owner: Index, claim: Index, line: KindSpace) -> Any:
        """Lines of the finding's own claim by their id, those of other claims as claim/line."""
        k = len(owner)
        if not rows:
            return _lists_of_none(k)
        who = np.concatenate([w for w, _ in rows])
        which = np.concatenate([r for _, r in rows])
        first = one_of_each([who, which], len(who))
        who, which = who[first], which[first]
        if self._own_lines() == "line":  # rows before netting have numbers of their own
            violating = np.isin(who * (line.n + 1) + which, parts.owner * (line.n + 1) + parts.line)
            who, which = who[~violating], which[~violating]
        order = stable_order(who)
        who, which = who[order], which[order]
        finding, place = _of_findings(who, owner)
        which = which[place]
        names = shown_array(take(self._line_names("line"), which))
        of_claim = line.up("claim")[which]
        claims = self.context.kind("claim")
        full = joined(_claim_text(claims, "claim_id", of_claim), names, between="/")
        texts = chosen(of_claim == claim[finding], names, full)
        return _sorted_lists(finding, texts, k)

    def _related(self, touched: list[tuple[Index, Index]], owner: Index, claim: Index) -> Any:
        """The other claims of the subject."""
        who = np.concatenate([w for w, _ in touched])
        which = np.concatenate([c for _, c in touched])
        first = one_of_each([who, which], len(who))
        who, which = who[first], which[first]
        finding, place = _of_findings(who, owner)
        which = which[place]
        keep = which != claim[finding]
        texts = _claim_text(self.context.kind("claim"), "claim_id", which[keep])
        return _sorted_lists(finding[keep], texts, len(owner))

    def _knowledge(self, owner: Index) -> Any:
        """The ids of the knowledge rows that the subject's violating rows consulted."""
        whos: list[Index] = []
        texts: list[Any] = []
        for lookup, who, rows in self.flagged.knowledge:
            first = one_of_each([who, rows], len(who))
            whos.append(who[first])
            ids = lookup.knowledge_ids(rows[first])
            texts.append(ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) else ids)
        if not whos:
            return _lists_of_none(len(owner))
        who, text = np.concatenate(whos), pa.concat_arrays([t.cast(pa.string()) for t in texts])
        order = stable_order(who)
        who = who[order]
        finding, place = _of_findings(who, owner)
        return _sorted_lists(finding, text.take(pa.array(order[place])), len(owner))


def _claims_of(space: KindSpace, rows: Index) -> tuple[Index, Index]:
    """The claims of some rows, as pairs: which of the rows, which claim. An encounter and its days have several."""
    if space.rows.kind in ("encounter", "day"):
        order, starts, stops = space.children("claim", "encounter")
        left, place = expand_ranges(starts[rows], stops[rows])
        return left, order[place]
    return np.arange(len(rows), dtype=np.int64), space.up("claim")[rows]


def _of_findings(who: Index, owner: Index) -> tuple[Index, Index]:
    """For each finding the places of its subject in `who`, which ascends: pairs of finding and place."""
    return expand_ranges(np.searchsorted(who, owner, "left"), np.searchsorted(who, owner, "right"))


def _grouped(money: Money, ids: Index, k: int) -> tuple[Any, Any]:
    """The sum of each group, and whether every part of it is known."""
    cents = summable(np.where(money.known, money.cents, 0))
    total = np.zeros(k, dtype=cents.dtype)
    np.add.at(total, ids, cents)
    known = np.ones(k, np.bool_)
    known[ids[~money.known]] = False
    return total, known


def cents_array(cents: Any, known: Any) -> Any:
    """Cents as decimal(18, 2)."""
    if cents.dtype == object:
        values = [Decimal(int(c)).scaleb(-2) if k else None for c, k in zip(cents, known, strict=True)]
        return pa.array(values, pa.decimal128(18, 2))
    whole = pa.array(cents, pa.int64(), mask=~known).cast(pa.decimal128(19, 0))
    return pc.multiply(whole, pa.scalar(_CENT)).cast(pa.decimal128(18, 2))


def _same(text: str, n: int) -> Any:
    return pa.repeat(pa.scalar(text, pa.string()), n)


def _claim_text(claims: KindSpace, name: str, at: Index) -> Any:
    column = claims.rows.columns.get(name)
    if column is None:
        return pa.nulls(len(at), pa.string())
    some = take(column, at)
    text = shown_array(some)
    return text if some.known is None else pc.if_else(pa.array(some.known), text, pa.scalar(None, pa.string()))


def _lists_of_none(k: int) -> Any:
    return pa.ListArray.from_arrays(pa.array(np.zeros(k + 1, np.int32)), pa.array([], pa.string()))


def _lists(ids: Index, rows: Index, k: int, names: Column) -> Any:
    first = one_of_each([ids, rows], len(ids))
    texts = shown_array(take(names, rows[first]))
    return _sorted_lists(ids[first], texts, k)


def _sorted_lists(finding: Index, texts: Any, k: int) -> Any:
    """Lists of texts, each in text order, so that nothing depends on the order of rows."""
    texts = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    coded = texts.dictionary_encode()
    words = coded.dictionary
    rank = np.empty(len(words), np.int64)
    rank[pc.array_sort_indices(words).to_numpy()] = np.arange(len(words))
    code = rank[coded.indices.to_numpy(zero_copy_only=False)] if len(texts) else np.zeros(0, np.int64)
    order = np.lexsort((code, finding))
    counts = np.bincount(finding, minlength=k)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), texts.take(pa.array(order)))
