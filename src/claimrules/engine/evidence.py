"""What belongs to the verdicts: who, which rows, which knowledge, which values, and what is to blame."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.catalog import TEXT, kind_fields
from claimrules.engine.batch_context import ASSEMBLED, BatchContext
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.hits import Flagged, Trace, Undecided
from claimrules.engine.kernels.segments import stable_order
from claimrules.engine.lookup import UNKNOWN, Lookup
from claimrules.engine.prepare.arrays import take
from claimrules.engine.reach import Reach
from claimrules.engine.space import KindSpace, Space, home_of
from claimrules.engine.subject_rows import RowSpace
from claimrules.engine.values.shown import shown_array
from claimrules.engine.values.truth import falsehood, truth
from claimrules.language.expression import (
    Aggregate,
    Expr,
    Field,
    Key,
    Literal,
    MatchField,
    MatchRow,
    Name,
    Param,
    RowId,
    Walk,
    walk,
)
from claimrules.language.rule import KeySpec
from claimrules.language.scope import time_of
from claimrules.plan import RulePlan

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

    def flagged(self) -> Flagged:
        """The flagged subjects and what belongs to them."""
        rule, rows = self.plan.rule, self.rows
        subjects = cast(Any, rows.subjects)
        hit = truth(self.verdict.subjects)
        number = np.cumsum(hit) - 1
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
            subject=self.subject_text(first),
            rows=rows.at[violating],
            owner=owner,
            arguments=tuple(view.evaluate(a) for a in rule.amount.arguments),
            values={node: told.evaluate(node) for node in wanted},
            involved=tuple(self._involved(violating, owner, hit, number)),
            knowledge=tuple(self._knowledge(violating, owner)),
            suspicious=suspicious,
            reasons=tuple((name, mask[hit]) for name, mask in self.verdict.reasons),
            doubts=tuple((name, mask[hit]) for name, mask in self.verdict.doubts),
        )

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

    def subject_text(self, first: Index) -> Any:
        """The keys of `per` as text, of the subjects with those first rows; the row itself where there are none."""
        rule, rows = self.plan.rule, self.rows
        view = ViewSpace(rows, first)
        if not rule.per:
            return own_text(rows.base, rows.at[first])
        parts: list[Any] = []
        for key in rule.per:
            text = self._key_text(view, key, first)
            parts.append(pc.binary_join_element_wise(f"{key.name}=", text, ""))
        return pc.binary_join_element_wise(*parts, "; ") if len(parts) > 1 else parts[0]

    def _key_text(self, view: ViewSpace, key: KeySpec, first: Index) -> Any:
        value = key.value
        if key.name in self.rows.chained:
            value = Key(value.type, key.name)
        if isinstance(value, MatchRow):
            found = self.rows.matches[value.match]
            at = found.rows[first]
            ids = found.lookup.knowledge_ids(np.maximum(at, 0)) if found.lookup.n else pa.nulls(len(at), pa.string())
            return pc.if_else(pa.array(at >= 0), ids, "?")
        if isinstance(value, RowId):
            return own_text(self.rows.base.kinds(value.kind), self.rows.base.up(value.kind)[self.rows.at[first]])
        column = view.evaluate(value)
        text = shown_array(column)
        return text if column.known is None else pc.if_else(pa.array(column.known), text, "?")

    # ------------------------------------------------------------------ undecided

    def undecided(self) -> Undecided:
        """The subjects that could not be decided, and what is to blame."""
        rows = self.rows
        subjects = cast(Any, rows.subjects)
        open_ = ~truth(self.verdict.subjects) & ~falsehood(self.verdict.subjects)
        first = subjects.first[open_]
        claim = claim_text(rows.base, rows.at[first])
        mine = np.flatnonzero(open_[subjects.ids])
        owner = (np.cumsum(open_) - 1)[subjects.ids[mine]]
        return Undecided(self.subject_text(first), claim, self._blame(open_), rows.at[mine], owner)

    def _blame(self, open_: Mask) -> Any:
        """The first name, in the order of the frame, that is not known on a row of the subject."""
        rows = self.rows
        subjects = cast(Any, rows.subjects)
        number = np.cumsum(open_) - 1
        chosen = np.full(int(open_.sum()), -1, np.int64)
        reasons: list[str] = []
        undecided_row = ~truth(self.verdict.rows) & ~falsehood(self.verdict.rows) | self.loose
        for name, mask in self._suspects():
            for rows_of in (mask & undecided_row, mask):
                at = np.flatnonzero(rows_of & open_[subjects.ids])
                who = number[subjects.ids[at]]
                fresh = who[chosen[who] < 0]
                chosen[fresh] = len(reasons)
                if rows_of is mask:
                    break
            reasons.append(name)
        if self.context.reach.alone:
            chosen[chosen < 0] = len(reasons)
            reasons.append("history")
        words = [*reasons, "not known"]
        return pa.array(words, pa.string()).take(pa.array(np.where(chosen < 0, len(reasons), chosen)))

    def _suspects(self) -> list[tuple[str, Mask]]:
        """Names and the rows on which they are not known, likeliest causes first."""
        rows = self.rows
        subjects = cast(Any, rows.subjects)
        leaves = dict.fromkeys(
            part
            for node in self._conditions()
            for part in walk(node)
            if isinstance(part, Field | MatchField | Param | Aggregate) and self._is_here(part)
        )
        own = [leaf for leaf in leaves if isinstance(leaf, Field) and not leaf.owner]
        out = self._unknown(own)
        unknown_rows = {name: found.rows == UNKNOWN for name, found in rows.matches.items()}
        unknown_rows |= {name: found.incomplete for name, found in rows.sets.items()}
        for name, unknown in unknown_rows.items():
            if unknown.any():
                out.append((f"{self.plan.rule.match(name).table}", unknown))
        for name, relation in rows.others.items():
            whose = subjects.ids if relation.spec.of_subject else slice(None)
            if relation.incomplete is not None:
                out.append(("history", relation.incomplete[whose]))
            if relation.one is not None and (relation.one == UNKNOWN).any():
                out.append(("history" if self.context.reach != Reach() else name, (relation.one == UNKNOWN)[whose]))
        out += self._unknown([leaf for leaf in leaves if leaf not in own])
        if rows.member is not None:
            out.append(("rows", ~rows.member))
        return out

    def _unknown(self, leaves: Sequence[Expr]) -> list[tuple[str, Mask]]:
        columns = [(self._called(leaf), self.rows.evaluate(leaf).known) for leaf in leaves]
        return [(name, ~known) for name, known in columns if known is not None]

    def _called(self, leaf: Expr) -> str:
        """With only one claim at hand, what an encounter has from all of its claims is a matter of history."""
        if self.context.reach.alone and isinstance(leaf, Field) and leaf.kind == "encounter" and leaf.name in ASSEMBLED:
            return "history"
        return _name(leaf)

    def _conditions(self) -> list[Expr]:
        rule, plan = self.plan.rule, self.plan
        out: list[Expr] = [*plan.coarse, *plan.fine]
        for match in rule.matches:
            out += [value for _, value in match.keys]
            if not match.ever:
                out.append(match.at if match.at is not None else time_of(rule.kind))
        out += [key.value for key in rule.per if key.name not in self.rows.chained]
        out += [part.value for part in rule.order]
        for other in rule.others:
            out += [mine for mine, _ in other.same]
        out += [node for _, node in rule.flag]
        return out + [exception.when for exception in rule.unless]

    def _is_here(self, part: Expr) -> bool:
        """A field of a kind below is not a column of the rule's rows, nor is one of a set."""
        if isinstance(part, MatchField) and part.match in self.rows.sets:
            return False
        if isinstance(part, Field) and not part.owner:
            return part.kind in (self.rows.base.rows.kind, *self.rows.base.rows.up)
        if isinstance(part, Field | MatchField) and part.owner:
            return self.rows.others[part.owner].one is not None
        return True

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
            missing[open_] = np.array(self._blame(open_).to_pylist(), dtype=object)
        return Trace(
            rows.at,
            self.subject_text(subjects.first).take(pa.array(subjects.ids)),
            words[verdict][subjects.ids],
            truth(self.verdict.rows) & true[subjects.ids],
            suspicious[subjects.ids] & true[subjects.ids],
            missing[subjects.ids],
        )


def _name(leaf: Expr) -> str:
    match leaf:
        case Field(owner=owner, kind=kind, name=name):
            return f"{owner or kind}.{name}"
        case MatchField(owner=owner, match=match, column=column):
            return f"{owner}.{match}.{column}" if owner else f"{match}.{column}"
        case Param(name=name):
            return f"param.{name}"
        case Aggregate(function=function, over=over):
            return f"{function}({over or 'rows'})"
        case _:
            return "not known"


def own_text(space: KindSpace, at: Index) -> Any:
    """Rows named by their ids: `claim=C1; line=l1`, `person=P1; provider=H1; encounter=E1`."""
    kind = space.rows.kind
    if kind == "claim":
        return _joined([("claim", space, "claim", "claim_id")], at)
    if kind == "encounter":
        parts = [("person", "person_id"), ("provider", "provider_id"), ("encounter", "encounter_id")]
        return _joined([(word, space, kind, name) for word, name in parts], at)
    claim = space.kinds("claim")
    up = space.up("claim")[at] if "claim" in space.rows.up else at
    if kind == "day":
        inner = own_text(space.kinds("encounter"), space.up("encounter")[at])
        dates = shown_array(_at(space, kind, "date", at))
        return pc.binary_join_element_wise(inner, pc.binary_join_element_wise("day=", dates, ""), "; ")
    first = pc.binary_join_element_wise("claim=", shown_array(_at(claim, "claim", "claim_id", up)), "")
    names = {
        "line": ["line_id"],
        "raw_line": ["line_id"],
        "diagnosis": ["diagnosis_code", "sequence"],
        "operation": ["operation_code", "operated_at"],
    }[kind]
    word = {"raw_line": "line"}.get(kind, kind)
    rest = [shown_array(_at(space, kind, name, at)) for name in names]
    second = pc.binary_join_element_wise(
        f"{word}=", pc.binary_join_element_wise(*rest, "@") if len(rest) > 1 else rest[0], ""
    )
    return pc.binary_join_element_wise(first, second, "; ")


def _at(space: KindSpace, kind: str, name: str, at: Index) -> Column:
    fields = kind_fields(kind)
    return take(space.evaluate(Field(fields[name].type, "", kind, name)), at)


def _joined(parts: list[tuple[str, KindSpace, str, str]], at: Index) -> Any:
    texts = []
    for word, space, kind, name in parts:
        column = _at(space, kind, name, at)
        text = shown_array(column)
        if name == "encounter_id" and column.known is not None:
            own = shown_array(take(Column(TEXT, *_claim_ids(space)), at))
            text = pc.if_else(pa.array(column.known), text, own)
        texts.append(pc.binary_join_element_wise(f"{word}=", text, ""))
    return pc.binary_join_element_wise(*texts, "; ") if len(texts) > 1 else texts[0]


def _claim_ids(space: KindSpace) -> tuple[Any, Mask | None, Any]:
    """An encounter without a number goes by its smallest claim."""
    column = space.rows.columns["claim_id"]
    return column.data, column.known, column.words


def claim_text(space: KindSpace, at: Index) -> Any:
    """The claim of each row; an encounter's and a day's is the encounter's smallest."""
    kind = space.rows.kind
    if kind == "claim":
        return shown_array(_at(space, kind, "claim_id", at))
    if "claim" in space.rows.up:
        return shown_array(_at(space.kinds("claim"), "claim", "claim_id", space.up("claim")[at]))
    encounter = space.kinds("encounter")
    return shown_array(take(Column(TEXT, *_claim_ids(encounter)), space.up("encounter")[at]))
