"""What belongs to the verdicts: who, which rows, which knowledge, which values."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

import numpy as np
import pyarrow as pa

from claimrules.engine.batch_context import BatchContext
from claimrules.engine.blame import Blame, Blamed
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.grouping import all_here
from claimrules.engine.hits import Flagged, Texts, Trace, Undecided
from claimrules.engine.kernels.segments import numbered, stable_order
from claimrules.engine.lookup import Lookup
from claimrules.engine.named import claim_text, own_text
from claimrules.engine.prepare.arrays import take
from claimrules.engine.space import Space, home_of
from claimrules.engine.subject_rows import RowSpace
from claimrules.engine.values.arrow_text import chosen, joined
from claimrules.engine.values.shown import shown_array
from claimrules.engine.values.truth import falsehood, truth
from claimrules.language.expression import (
    Aggregate,
    Expr,
    Field,
    Key,
    Literal,
    MatchRow,
    Name,
    Param,
    RowId,
    Walk,
    walk,
)
from claimrules.language.rule import KeySpec
from claimrules.plan import RulePlan
from claimrules.stopwatch import timed

FLAGGED, CLEAN, UNDECIDED = "flagged", "clean", "undecided"


class ViewSpace(Space):
    """Some rows of a rule, for values that only findings need. What has been computed for all rows is gathered."""

    def __init__(self, rows: RowSpace, at: Index, *, of_subject: bool = False) -> None:
        super().__init__(len(at), rows.in_set)
        self.rows, self.at, self.of_subject = rows, at, of_subject

    def delegate(self, node: Expr) -> tuple[Space, Index] | None:
        """Own fields at the rows themselves; the rest where it was computed, a subject's parameters at the subject."""
        if isinstance(node, Param):
            subjects = self.rows.subjects
            return (self.rows.subject_space, subjects.ids[self.at]) if self.of_subject and subjects else (self.rows, self.at)
        if isinstance(node, Field | RowId) and not node.owner:
            base = self.rows.base
            home = home_of(node, base.rows.kind)
            at = self.rows.at[self.at]
            return (base.kinds(home), base.rows.up[home][at]) if home else (base, at)
        if isinstance(node, Name | Key | Aggregate | Walk) or node in self.rows.memo:
            return self.rows, self.at
        if any(isinstance(part, Aggregate | Walk | Key) for part in walk(node)):
            return self.rows, self.at
        return None

    def leaf(self, node: Expr) -> Column:
        """What is left: IS MISSING."""
        return take(self.rows.evaluate(node), self.at)


@dataclass(slots=True)
class Evidence:
    """The evidence of one rule's verdicts on one batch."""

    plan: RulePlan
    rows: RowSpace
    context: BatchContext
    verdict: Any
    loose: Mask

    # ------------------------------------------------------------------ flagged

    @timed("evidence", of=lambda self: self.plan.rule.id)
    def flagged(self) -> Flagged:
        """The flagged subjects and what belongs to them."""
        rule, rows = self.plan.rule, self.rows
        subjects = cast(Any, rows.subjects)
        hit = truth(self.verdict.subjects)
        number = numbered(hit)
        violating = np.flatnonzero(truth(self.verdict.rows) & hit[subjects.ids])
        violating = violating[stable_order(number[subjects.ids[violating]])]
        owner = number[subjects.ids[violating]]
        view = ViewSpace(rows, violating)
        told = ViewSpace(rows, violating, of_subject=bool(rule.per) and not rule.flags_rows)
        wanted: dict[Expr, None] = dict.fromkeys(
            part for message in rule.message for part in message.parts if not isinstance(part, str | Literal)
        )
        observed = rule.observed
        unit = observed.unit if not isinstance(observed.unit, str) else None
        for node in (observed.value, observed.limit, unit):
            if node is not None:
                wanted[node] = None
        suspicious = np.zeros(int(hit.sum()), np.bool_)
        for _, mask in self.verdict.doubts:
            suspicious |= mask[hit]
        first = subjects.first[hit]
        return Flagged(
            n=int(hit.sum()),
            subject=self._named(first),
            rows=rows.at[violating],
            owner=owner,
            arguments=tuple(self._sure(a, view.evaluate(a)) for a in rule.amount.arguments),
            values={node: told.evaluate(node) for node in wanted},
            involved=tuple(self._involved(violating, owner, hit, number)),
            knowledge=tuple(self._knowledge(violating, owner)),
            suspicious=suspicious,
            reasons=tuple((name, mask[hit]) for name, mask in self.verdict.reasons),
            doubts=tuple((name, mask[hit]) for name, mask in self.verdict.doubts),
        )

    def _sure(self, node: Expr, column: Column) -> Column:
        """An amount's argument; not known where it walks over a subject of which earlier rows may be missing."""
        here = all_here([key.value for key in self.plan.rule.per], self.context.reach)
        if here or not self.plan.rule.per or not any(isinstance(part, Walk) for part in walk(node)):
            return column
        return replace(column, known=np.zeros(len(column), np.bool_))

    def _involved(self, violating: Index, owner: Index, hit: Mask, number: Index) -> list[tuple[str, Index, Index]]:
        """The subject's other rows, and the other rows that took part."""
        rows = self.rows
        subjects = cast(Any, rows.subjects)
        kind = rows.base.rows.kind
        beside = hit[subjects.ids] & ~truth(self.verdict.rows)
        if rows.member is not None:
            beside &= rows.member
        some = np.flatnonzero(beside)
        out = [(kind, number[subjects.ids[some]], rows.at[some])]
        place = np.full(rows.n, -1, np.int64)
        place[violating] = owner
        for relation in rows.others.values():
            if relation.spec.kind in ("subject", "finding"):
                continue
            whose = np.where(hit, number, -1) if relation.spec.of_subject else place
            if relation.one is not None:
                some = np.flatnonzero((whose >= 0) & (relation.one >= 0))
                out.append((relation.spec.kind, whose[some], relation.one[some]))
            else:
                keep = whose[relation.left] >= 0
                if relation.sure is not None:
                    keep &= relation.sure
                out.append((relation.spec.kind, whose[relation.left[keep]], relation.found[keep]))
        return [(k, o, r) for k, o, r in out if len(o)]

    def _knowledge(self, violating: Index, owner: Index) -> Iterator[tuple[Lookup, Index, Index]]:
        """The knowledge rows of the violating rows; of a set those that relate an other row, or all where none does.

        Those of parameters are among them.
        """
        for (kind, node), (lookup, asked) in self.context.consulted.items():
            if kind == self.plan.rule.kind and node.rule == self.plan.rule.id:
                mine = asked[self.rows.at[violating]]
                yield lookup, owner[mine >= 0], mine[mine >= 0]
        for found in self.rows.matches.values():
            there = found.rows[violating] >= 0
            yield found.lookup, owner[there], found.rows[violating][there]
        place = np.full(self.rows.n, -1, np.int64)
        place[violating] = owner
        for name, some in self.rows.sets.items():
            left, right = some.pairs()
            keep = place[left] >= 0
            for relation in self.rows.others.values():
                related = relation.lefts.sets.get(name)
                if related is not None and len(relation.left):
                    beside = np.zeros(self.rows.n, np.bool_)
                    beside[relation.left] = True
                    keep &= ~beside[left]
                    taken_part = place[relation.left] >= 0
                    yield some.lookup, place[relation.left[taken_part]], related.rows[relation.near[taken_part]]
            yield some.lookup, place[left[keep]], right[keep]

    # ------------------------------------------------------------------ who

    def _named(self, first: Index) -> Texts:
        """What makes the text: rows are named when it is asked for, keys before what they are made of is let go."""
        if not self.plan.rule.per:
            return partial(own_text, self.rows.base, self.rows.at[first])
        text = self.subject_text(first)
        return lambda: text

    def subject_text(self, first: Index) -> Any:
        """The keys of `per` as text, of the subjects with those first rows; the row itself where there are none."""
        rule, rows = self.plan.rule, self.rows
        view = ViewSpace(rows, first)
        if not rule.per:
            return own_text(rows.base, rows.at[first])
        parts: list[Any] = []
        for key in rule.per:
            text = self._key_text(view, key, first)
            parts.append(joined(f"{key.name}=", text))
        return joined(*parts, between="; ") if len(parts) > 1 else parts[0]

    def _key_text(self, view: ViewSpace, key: KeySpec, first: Index) -> Any:
        value = key.value
        if key.name in self.rows.chained:
            value = Key(value.type, key.name)
        if isinstance(value, MatchRow):
            found = self.rows.matches[value.match]
            at = found.rows[first]
            ids = found.lookup.knowledge_ids(np.maximum(at, 0)) if found.lookup.n else pa.nulls(len(at), pa.string())
            return chosen(at >= 0, ids, "?")
        if isinstance(value, RowId):
            return own_text(self.rows.base.kinds(value.kind), self.rows.base.up(value.kind)[self.rows.at[first]])
        column = view.evaluate(value)
        text = shown_array(column)
        return text if column.known is None else chosen(column.known, text, "?")

    # ------------------------------------------------------------------ undecided

    @timed("evidence", of=lambda self: self.plan.rule.id)
    def undecided(self) -> Undecided:
        """The subjects that could not be decided, and what is to blame."""
        rows = self.rows
        subjects = cast(Any, rows.subjects)
        open_ = ~truth(self.verdict.subjects) & ~falsehood(self.verdict.subjects)
        blamed = self._blame(open_)
        counted = blamed.among(self.context.counted)
        if counted.any():
            open_[np.flatnonzero(open_)[counted]] = False
        first = subjects.first[open_]
        mine = np.flatnonzero(open_[subjects.ids])
        owner = numbered(open_)[subjects.ids[mine]]
        return Undecided(
            self._named(first),
            partial(claim_text, rows.base, rows.at[first]),
            pa.array(blamed.names, pa.string()).take(pa.array(blamed.at[~counted])),
            rows.at[mine],
            owner,
            blamed.counts(self.context.counted),
        )

    def _blame(self, open_: Mask) -> Blamed:
        return Blame(self.plan, self.rows, self.context, self.verdict, self.loose).of(open_)

    # ------------------------------------------------------------------ trace

    def trace(self) -> Trace:
        """Each row that counts, or may, with its subject's verdict."""
        rows = self.rows
        subjects = cast(Any, rows.subjects)
        true, false = truth(self.verdict.subjects), falsehood(self.verdict.subjects)
        words = np.array([UNDECIDED, CLEAN, FLAGGED], dtype=object)
        verdict = np.where(true, 2, np.where(false, 1, 0))
        suspicious = np.zeros(subjects.k, np.bool_)
        for _, mask in self.verdict.doubts:
            suspicious |= mask
        open_ = verdict == 0
        missing = np.full(subjects.k, "", dtype=object)
        if open_.any():
            blamed = self._blame(open_)
            missing[open_] = np.array(blamed.names, dtype=object)[blamed.at]
        return Trace(
            rows.at,
            self.subject_text(subjects.first).take(pa.array(subjects.ids)),
            words[verdict][subjects.ids],
            truth(self.verdict.rows) & true[subjects.ids],
            suspicious[subjects.ids] & true[subjects.ids],
            missing[subjects.ids],
        )
