"""Other rows: which rows of a kind stand in which relation to each row of a rule.

Rows with equal keys are found by one sort and two binary searches, narrowed to the days of the window, and only then
compared one by one. A pair of which it is not known whether it belongs stays, as a member that is not sure.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from claimrules.catalog import INTEGER, Base
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.kernels.segments import expand_ranges, group_ids, segment_any, stable_order
from claimrules.engine.lookup import MISSING, UNKNOWN
from claimrules.engine.prepare.arrays import take
from claimrules.engine.reach import Reach
from claimrules.engine.relation import PairSpace, Relation, Renamed, owned
from claimrules.engine.space import KindSpace, one_person
from claimrules.engine.subject_rows import Found, RowSpace
from claimrules.engine.values import times
from claimrules.engine.values.text import codes_alike, words_of
from claimrules.engine.values.truth import falsehood, truth
from claimrules.engine.window_test import WindowTest
from claimrules.language.expression import (
    Call,
    Expr,
    Field,
    MatchField,
    MatchRow,
    RowId,
    conjuncts,
)
from claimrules.language.rule import OtherSpec
from claimrules.language.scope import time_of

CHUNK = 4_000_000
"""Pairs looked at together: what bounds the memory of a join."""


@dataclass(slots=True)
class Builder:
    """Builds one relation."""

    spec: OtherSpec
    rows: RowSpace
    right: KindSpace
    reach: Reach
    own: Mask | None = None
    own_sure: Mask | None = None
    right_matches: dict[str, Found] = field(default_factory=dict)
    window: WindowTest = field(init=False)

    def __post_init__(self) -> None:
        self.window = WindowTest(self.spec, self.rows, self.right)

    def build(self) -> Relation:
        """The pairs, or the row taken."""
        relation = Relation(self.spec, self.rows, self.right)
        relation.right_matches = self.right_matches
        candidates, sure = self._candidates()
        left_key, right_key, left_known = self._keys(candidates)
        if self.spec.take in ("previous", "next") and self.spec.where is None and self._one_kind:
            relation.one = self._neighbour(candidates, sure, left_key, right_key, left_known)
            return relation
        self._pairs(relation, candidates, sure, left_key, right_key, left_known)
        if self.spec.take != "all":
            relation.one = self._taken(relation)
        return relation

    @property
    def _one_kind(self) -> bool:
        return self.right.rows.kind == self.rows.base.rows.kind

    @property
    def _place(self) -> Index:
        """What orders the other rows: their own place, which is by person first, or that in time across persons."""
        return np.arange(self.right.n, dtype=np.int64) if one_person(m for m, _ in self.spec.same) else self.right.sequence

    # ------------------------------------------------------------------ both sides

    def _candidates(self) -> tuple[Index, Mask | None]:
        """Rows of the other kind that may belong at all, and which of them are sure to count."""
        keep = np.ones(self.right.n, np.bool_) if self.own is None else self.own.copy()
        sure = self.own_sure
        if self.spec.rows is not None:
            condition = Renamed(self.right).evaluate(self.spec.rows)
            keep &= ~falsehood(condition)
            if condition.known is not None:
                sure = condition.known if sure is None else sure & condition.known
        for part in conjuncts(self.spec.where) if self.spec.where is not None else ():
            mask = self._possible(part)
            if mask is not None:
                keep &= mask
        candidates = np.flatnonzero(keep).astype(np.int64)
        return candidates, None if sure is None else sure[candidates]

    def _possible(self, part: Expr) -> Mask | None:
        """Other rows whose code fits any knowledge row, for `f(other.code, match.column)`."""
        match part:
            case Call(
                function="starts_with" | "=" as function,
                arguments=(Field(owner=owner) as code, MatchField(owner="", match=match, column=column)),
            ) if owner == self.spec.name and code.type.base is Base.TEXT:
                found = self.rows.matches[match]
                cells = found.lookup.columns[column]
                if cells.known is not None or (found.rows < 0).any():
                    return None
                used = np.unique(found.rows[found.rows >= 0])
                cells = take(found.lookup.columns[column], used)
                some = {str(w) for w in words_of(cells)[np.unique(cast(Index, cells.data))].tolist()}
                mine = self.right.evaluate(owned(code))
                words = [str(w) for w in words_of(mine).tolist()]
                heads = tuple(some)
                fits = [w.startswith(heads) if function == "starts_with" else w in some for w in words]
                mask = np.array(fits, np.bool_)[cast(Index, mine.data)]
                return mask if mine.known is None else mask | ~mine.known
            case _:
                return None

    def _keys(self, candidates: Index) -> tuple[Index, Index, Mask]:
        """One number for equal keys on both sides. A NULL key joins nothing: such candidates get a number of their own."""
        lefts: list[Any] = []
        rights: list[Any] = []
        left_known = np.ones(self.rows.n, np.bool_)
        right_known = np.ones(len(candidates), np.bool_)
        renamed = Renamed(self.right)
        for mine, theirs in self.spec.same:
            a = self.rows.evaluate(mine)
            b = self._right_key(theirs, renamed, candidates)
            x, y = _comparable(a, b)
            lefts.append(x)
            rights.append(y)
            if a.known is not None:
                left_known &= a.known
            if b.known is not None:
                right_known &= b.known
        n, m = self.rows.n, len(candidates)
        both, _ = group_ids([np.concatenate([x, y]) for x, y in zip(lefts, rights, strict=True)], n + m)
        left_key, right_key = both[:n], both[n:]
        right_key = np.where(right_known, right_key, -1)
        return left_key, right_key, left_known

    def _right_key(self, node: Expr, renamed: "Renamed", candidates: Index) -> Column:
        match node:
            case MatchRow(match=match):
                rows = self.right_matches[match].rows[candidates]
                return Column(INTEGER, np.maximum(rows, 0), rows >= 0)
            case MatchField(match=match, column=column, type=type_):
                return self.right_matches[match].at(candidates).column(column, type_)
            case _:
                return take(renamed.evaluate(node), candidates)

    # ------------------------------------------------------------------ the nearest

    def _neighbour(self, candidates: Index, sure: Mask | None, left_key: Index, right_key: Index, left_known: Mask) -> Index:
        """The row just before or after in the kind's order, among those of equal keys.

        Where a row of equal keys may or may not count, or has no place in time, the neighbour is not known.
        """
        place = self._place
        width = self.right.n + 1
        packed = right_key * width + place[candidates]
        order = stable_order(packed)
        packed, keys, places = packed[order], right_key[order], candidates[order]
        mine = left_key * width + place[self.rows.at]
        back = self.spec.take == "previous"
        at = np.searchsorted(packed, mine, "left") - 1 if back else np.searchsorted(packed, mine, "right")
        same = (at >= 0) & (at < len(packed)) & left_known
        out = np.full(self.rows.n, MISSING, np.int64)
        if len(packed):
            safe = np.clip(at, 0, len(packed) - 1)
            out = np.where(same & (keys[safe] == left_key), places[safe], MISSING)
        doubtful = self._in_doubt(candidates, sure, left_key, right_key)
        company = np.searchsorted(keys, left_key, "right") - np.searchsorted(keys, left_key, "left")
        present = np.zeros(self.right.n, np.bool_)
        present[candidates] = True
        company -= present[self.rows.at]
        out = np.where(doubtful & left_known & (company > 0), UNKNOWN, out)
        return self._beyond_history(out)

    def _in_doubt(self, candidates: Index, sure: Mask | None, left_key: Index, right_key: Index) -> Mask:
        """Rows that have no time, or one of whose group may not count or has no time."""
        time = self.right.evaluate(time_of(self.spec.kind)).known
        loose = np.zeros(len(candidates), np.bool_) if time is None else ~time[candidates]
        if sure is not None:
            loose |= ~sure
        groups = np.zeros(max(int(left_key.max(initial=0)), int(right_key.max(initial=0))) + 1, np.bool_)
        groups[right_key[loose & (right_key >= 0)]] = True
        own = self.rows.evaluate(time_of(self.rows.base.rows.kind)).known
        return groups[left_key] if own is None else groups[left_key] | ~own

    def _beyond_history(self, out: Index) -> Index:
        """Other claims may hold a nearer row; before the history there may be an earlier one."""
        if self._within_claim():
            return out
        if self.reach.alone:
            return np.full_like(out, UNKNOWN)
        if self.reach.since is not None and self.spec.take == "previous":
            return np.where(out == MISSING, UNKNOWN, out)
        return out

    def _within_claim(self) -> bool:
        kinds = {k.kind for k, _ in self.spec.same if isinstance(k, RowId)}
        return bool(kinds & {"claim", "encounter"}) or (
            self.spec.within is not None and self.spec.within.period in ("claim", "encounter", "prescription")
        )

    # ------------------------------------------------------------------ pairs

    def _pairs(
        self,
        relation: Relation,
        candidates: Index,
        sure: Mask | None,
        left_key: Index,
        right_key: Index,
        left_known: Mask,
    ) -> None:
        lefts, rights, flags = [], [], []
        for order, starts, ends in self._ranges(candidates, left_key, right_key):
            stops = np.where(left_known, ends, starts)
            for part in _chunks(np.maximum(stops - starts, 0)):
                left, place = expand_ranges(starts[part], stops[part])
                left += part.start
                chosen = order[place]
                right = candidates[chosen]
                is_sure = np.ones(len(left), np.bool_) if sure is None else sure[chosen]
                left, right, is_sure = self._filtered(relation, left, right, is_sure)
                lefts.append(left)
                rights.append(right)
                flags.append(is_sure)
        relation.left = np.concatenate(lefts) if lefts else np.zeros(0, np.int64)
        relation.found = np.concatenate(rights) if rights else np.zeros(0, np.int64)
        is_sure = np.concatenate(flags) if flags else np.zeros(0, np.bool_)
        relation.sure = None if is_sure.all() else is_sure
        relation.incomplete = self._incomplete()
        if self.spec.within is not None:
            test = self.window
            loose = test.clockless(relation.left, relation.found)
            relation.unclocked = segment_any(loose, relation.left, self.rows.n) if loose.any() else None

    def _ranges(self, candidates: Index, left_key: Index, right_key: Index) -> Iterator[tuple[Index, Index, Index]]:
        """Orders of the candidates, with each row's range in them: those of its key, on the days its window can reach.

        Candidates without a date come in an order of their own: they may be near anything of their key.
        """
        near = None if self.spec.within is None else self.window.span_days()
        if near is None or not len(candidates):
            yield _by_key(right_key, left_key)
            return
        time = take(self.right.evaluate(time_of(self.spec.kind)), candidates)
        dated = np.arange(len(candidates), dtype=np.int64) if time.known is None else np.flatnonzero(time.known)
        day = np.asarray(times.days(time), np.int64)[dated]
        base, last = (int(day.min()), int(day.max())) if len(day) else (0, 0)
        width = last - base + 3
        packed = right_key[dated] * width + (day - base + 1)
        order = stable_order(packed)
        ordered = packed[order]
        first, until = (np.clip(bound - base + 1, 0, width - 1) for bound in near)
        starts = np.searchsorted(ordered, left_key * width + first, "left")
        stops = np.searchsorted(ordered, left_key * width + until, "right")
        yield dated[order], starts, stops
        if len(dated) < len(candidates):
            undated = np.flatnonzero(~cast(Mask, time.known))
            order, starts, stops = _by_key(right_key[undated], left_key)
            yield undated[order], starts, stops

    def _filtered(self, relation: Relation, left: Index, right: Index, sure: Mask) -> tuple[Index, Index, Mask]:
        keep = np.ones(len(left), np.bool_)
        test = self.window
        if not self.spec.itself and self._one_kind:
            keep &= (self.rows.at[left] != right) | test.ends_here()[left]
        if self.spec.within is not None:
            inside, known = test.test(left, right)
            keep &= inside | ~known
            sure = sure & known
        left, right, sure = left[keep], right[keep], sure[keep]
        if self.spec.where is not None:
            condition = PairSpace(relation, left, right).evaluate(self.spec.where)
            keep = ~falsehood(condition)
            sure = (sure & truth(condition))[keep]
            left, right = left[keep], right[keep]
        return left, right, sure

    def _incomplete(self) -> Mask | None:
        """Rows whose window sticks out of what is known."""
        n = self.rows.n
        if self.reach.alone and not self._within_claim():
            return np.ones(n, np.bool_)
        if self.reach.since is None or self.spec.within is None:
            return None
        out = np.asarray(self.window.first_days() < self.reach.since)
        return out if out.any() else None

    def _taken(self, relation: Relation) -> Index:
        """One row of each set: the first, the last, the nearest, or the only one."""
        out = np.full(self.rows.n, MISSING, np.int64)
        left, right = relation.left, relation.found
        place = self._place
        take_ = self.spec.take
        if take_ in ("previous", "next"):
            keep = self._before(left, right) if take_ == "previous" else self._after(left, right)
            left, right = left[keep], right[keep]
        late = take_ in ("last", "previous", "one")
        rows = np.lexsort((place[right] if late else -place[right], left))
        out[left[rows]] = right[rows]
        if take_ == "one":
            count = np.bincount(left, minlength=self.rows.n)
            out[count > 1] = UNKNOWN
        if relation.sure is not None:
            out[relation.left[~relation.sure]] = UNKNOWN
        if take_ != "one":
            self._undated(relation, out)
        if relation.incomplete is not None:
            out = np.where(relation.incomplete, UNKNOWN, out)
        return out

    def _undated(self, relation: Relation, out: Index) -> None:
        """Where a row has no time it is not known which is first, or nearest."""
        theirs = self.right.evaluate(time_of(self.spec.kind)).known
        if theirs is not None:
            out[relation.left[~theirs[relation.found]]] = UNKNOWN
        own = self.rows.evaluate(time_of(self.rows.base.rows.kind)).known
        if own is not None and self.spec.take in ("previous", "next"):
            out[relation.left[~own[relation.left]]] = UNKNOWN

    def _before(self, left: Index, right: Index) -> Mask:
        return self.window.in_order(right, left, theirs_first=True)

    def _after(self, left: Index, right: Index) -> Mask:
        return self.window.in_order(right, left, theirs_first=False)


def _by_key(right_key: Index, left_key: Index) -> tuple[Index, Index, Index]:
    order = stable_order(right_key)
    keys = right_key[order]
    return order, np.searchsorted(keys, left_key, "left"), np.searchsorted(keys, left_key, "right")


def _chunks(sizes: Index) -> list[slice]:
    """Ranges of left rows whose pairs together are no more than a chunk (a single row may be)."""
    ends = np.cumsum(sizes)
    out: list[slice] = []
    start = 0
    while start < len(sizes):
        base = int(ends[start - 1]) if start else 0
        stop = max(int(np.searchsorted(ends, base + CHUNK, "right")), start + 1)
        out.append(slice(start, stop))
        start = stop
    return out


def _comparable(a: Column, b: Column) -> tuple[Any, Any]:
    if a.type.base in (Base.TEXT, Base.WINDOW):
        return codes_alike(a, b)
    if a.type.is_time and b.type.is_time:
        return times.micros(a), times.micros(b)
    return np.asarray(a.data).astype(np.int64), np.asarray(b.data).astype(np.int64)
