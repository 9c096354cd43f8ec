"""Other rows: which rows of a kind stand in which relation to each row, or subject, of a rule.

Rows with equal keys are found by one sort and two binary searches, narrowed to the days of the window, and only then
compared one by one. A pair of which it is not known whether it belongs stays, as a member that is not sure.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from claimrules.catalog import Base
from claimrules.engine.collapse import collapsed
from claimrules.engine.column import Column, Index, Mask, Words
from claimrules.engine.join import by_key, chunks, numbered_alike
from claimrules.engine.kernels.segments import expand_ranges, marked, segment_any, stable_order
from claimrules.engine.lookup import MISSING, UNKNOWN
from claimrules.engine.prepare.arrays import take
from claimrules.engine.prepare.order import sort_rows
from claimrules.engine.reach import Reach
from claimrules.engine.relation import PairSpace, Relation, sides_of
from claimrules.engine.sides import LeftRows, RightRows, owned
from claimrules.engine.space import KindSpace, one_person
from claimrules.engine.subject_rows import RowSpace, Subjects, SubjectSpace
from claimrules.engine.values import absent, ordinal, times
from claimrules.engine.values.text import places_of, words_of
from claimrules.engine.values.truth import falsehood, truth
from claimrules.engine.window_test import WindowTest
from claimrules.language.expression import (
    Call,
    Expr,
    Field,
    MatchField,
    MatchRow,
    Missing,
    RowId,
    conjuncts,
    walk,
)
from claimrules.language.rule import OtherSpec
from claimrules.language.scope import time_of


@dataclass(slots=True)
class Builder:
    """Builds one relation between two sides. `right_sure`: other rows that are sure to count; None where all are."""

    spec: OtherSpec
    rows: RowSpace
    lefts: LeftRows
    rights: RightRows
    reach: Reach
    right_sure: Mask | None = None
    window: WindowTest = field(init=False)
    _order: Index | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.window = WindowTest(self.spec, self.lefts, self.right)

    @property
    def right(self) -> KindSpace:
        """All rows of the other kind."""
        return self.rights.base

    def build(self) -> Relation:
        """The pairs, or the row taken."""
        relation = Relation(self.spec, self.lefts.inner.n, self.lefts, self.rights)
        candidates, sure = self._candidates()
        left_key, right_key, left_known = self._keys(candidates)
        nearest = self.spec.take in ("previous", "next") and self.spec.where is None and not self.spec.order
        if nearest and self._one_kind and self._singly:
            relation.one = self._neighbour(candidates, sure, left_key, right_key, left_known)
            relation.far_one = self._places(relation.one)
            return relation
        self._pairs(relation, candidates, sure, left_key, right_key, left_known)
        if self.spec.take != "all":
            relation.one, relation.far_one = self._taken(relation)
        return relation

    @property
    def _one_kind(self) -> bool:
        return self.right.rows.kind == self.rows.base.rows.kind

    @property
    def _singly(self) -> bool:
        """Whether each row stands once on either side."""
        return self.lefts.lift is None and (self.rights.whole or bool((np.diff(self.rights.at) > 0).all()))

    @property
    def _place(self) -> Index:
        """What orders the other rows: their own place, which is by person first, or that in time across persons."""
        if self.spec.order:
            return self._ordered()
        return np.arange(self.right.n, dtype=np.int64) if one_person(m for m, _ in self.spec.same) else self.right.sequence

    def _ordered(self) -> Index:
        """Each row's place by the others' own order, ties by claim_id and the row's own id."""
        if self._order is None:
            out = by_id(self.right, np.arange(self.right.n, dtype=np.int64))
            for part in reversed(self.spec.order):
                data = ordinal(self._order_of(part.value))
                out = out[np.argsort(-data[out] if part.descending else data[out], kind="stable")]
            self._order = np.empty(self.right.n, np.int64)
            self._order[out] = np.arange(self.right.n, dtype=np.int64)
        return self._order

    def _order_of(self, value: Expr) -> Column:
        """What orders the others, on every row of their kind; not known of rows that a match which it names leaves out."""
        if self.rights.whole:
            return self.rights.evaluate(value)
        if not any(isinstance(part, MatchField | MatchRow | Missing) for part in walk(value)):
            return self.right.evaluate(owned(value))
        if not self.rights.n:
            return absent(value.type, self.right.n)
        place = self._places(np.arange(self.right.n, dtype=np.int64))
        found = take(self.rights.evaluate(value), np.maximum(place, 0))
        known = place >= 0 if found.known is None else found.known & (place >= 0)
        return Column(found.type, found.data, known, found.words)

    def _places(self, one: Index) -> Index:
        """The taken rows' places on their side."""
        if self.rights.whole:
            return one
        place = np.full(self.right.n, MISSING, np.int64)
        place[self.rights.at] = np.arange(self.rights.n, dtype=np.int64)
        return np.where(one >= 0, place[np.maximum(one, 0)], one) if self.right.n else one

    # ------------------------------------------------------------------ both sides

    def _candidates(self) -> tuple[Index, Mask | None]:
        """Places on the other side that may belong at all, and which of them are sure to count."""
        keep = np.ones(self.rights.n, np.bool_)
        sure = self.right_sure
        if self.spec.rows is not None:
            condition = self.rights.evaluate(self.spec.rows)
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
                found = self.lefts.found(match)
                if found is None:
                    return None
                cells = found.lookup.columns[column]
                if cells.known is not None or (found.rows < 0).any():
                    return None
                used = np.flatnonzero(marked(found.rows, found.lookup.n))
                cells = take(found.lookup.columns[column], used)
                words = words_of(cells)
                some = {str(w) for w in words[marked(cast(Index, cells.data), len(words))].tolist()}
                mine = self.rights.evaluate(code)
                mask = _fitting(words_of(mine), some, exactly=function == "=")[cast(Index, mine.data)]
                return mask if mine.known is None else mask | ~mine.known
            case _ if sides_of(part) == {self.spec.name}:
                return ~falsehood(self.rights.evaluate(part))
            case _:
                return None

    def _ruled_out(self) -> Mask | None:
        """Rows that a part of `where` about them alone rules out, so that no other row belongs."""
        out: Mask | None = None
        for part in conjuncts(self.spec.where) if self.spec.where is not None else ():
            if sides_of(part) == {""}:
                gone = falsehood(self.lefts.evaluate(part))
                out = gone if out is None else out | gone
        return out

    def _keys(self, candidates: Index) -> tuple[Index, Index, Mask]:
        """One number for equal keys on both sides, and which rows have all their keys."""
        lefts = [self.lefts.evaluate(mine) for mine, _ in self.spec.same]
        rights = [take(self.rights.evaluate(theirs), candidates) for _, theirs in self.spec.same]
        return numbered_alike(lefts, rights, self.lefts.n, len(candidates))

    # ------------------------------------------------------------------ the nearest

    def _neighbour(self, candidates: Index, sure: Mask | None, left_key: Index, right_key: Index, left_known: Mask) -> Index:
        """The row just before or after in the kind's order, among those of equal keys.

        Where a row of equal keys may or may not count, or has no place in time, the neighbour is not known.
        """
        place = self._place
        width = self.right.n + 1
        right = self.rights.at[candidates]
        packed = right_key * width + place[right]
        order = stable_order(packed)
        packed, keys, places = packed[order], right_key[order], right[order]
        mine = left_key * width + place[self.lefts.at]
        back = self.spec.take == "previous"
        at = np.searchsorted(packed, mine, "left") - 1 if back else np.searchsorted(packed, mine, "right")
        same = (at >= 0) & (at < len(packed)) & left_known
        out = np.full(self.lefts.n, MISSING, np.int64)
        if len(packed):
            safe = np.clip(at, 0, len(packed) - 1)
            out = np.where(same & (keys[safe] == left_key), places[safe], MISSING)
        doubtful = self._in_doubt(candidates, sure, left_key, right_key)
        company = np.searchsorted(keys, left_key, "right") - np.searchsorted(keys, left_key, "left")
        present = np.zeros(self.right.n, np.bool_)
        present[right] = True
        company -= present[self.lefts.at]
        out = np.where(doubtful & left_known & (company > 0), UNKNOWN, out)
        return self._beyond_history(out)

    def _in_doubt(self, candidates: Index, sure: Mask | None, left_key: Index, right_key: Index) -> Mask:
        """Rows that have no time, or one of whose group may not count or has no time."""
        time = self.rights.evaluate(time_of(self.spec.kind, self.spec.name)).known
        loose = np.zeros(len(candidates), np.bool_) if time is None else ~time[candidates]
        if sure is not None:
            loose |= ~sure
        groups = np.zeros(max(int(left_key.max(initial=0)), int(right_key.max(initial=0))) + 1, np.bool_)
        groups[right_key[loose & (right_key >= 0)]] = True
        own = self.lefts.evaluate(time_of(self.rows.base.rows.kind)).known
        return groups[left_key] if own is None else groups[left_key] | ~own

    def _beyond_history(self, out: Index) -> Index:
        """Other claims may hold a nearer row; before the history there may be an earlier one."""
        if self._within_claim():
            return out
        if not self._here:
            return np.full_like(out, UNKNOWN)
        if self.reach.since is not None and self.spec.take == "previous":
            return np.where(out == MISSING, UNKNOWN, out)
        return out

    @property
    def _here(self) -> bool:
        """Whether all other rows that there may be are among the data."""
        if self._within_claim():
            return True
        return not self.reach.alone and (not self.reach.person or one_person(mine for mine, _ in self.spec.same))

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
        ruled_out = self._ruled_out()
        if ruled_out is not None:
            left_known = left_known & ~ruled_out
        nears, fars, flags = [], [], []
        for order, starts, ends in self._ranges(candidates, left_key, right_key):
            stops = np.where(left_known, ends, starts)
            for part in chunks(np.maximum(stops - starts, 0)):
                near, place = expand_ranges(starts[part], stops[part])
                near += part.start
                chosen = order[place]
                far = candidates[chosen]
                is_sure = np.ones(len(near), np.bool_) if sure is None else sure[chosen]
                near, far, is_sure = self._filtered(near, far, is_sure)
                nears.append(near)
                fars.append(far)
                flags.append(is_sure)
        near = np.concatenate(nears) if nears else np.zeros(0, np.int64)
        far = np.concatenate(fars) if fars else np.zeros(0, np.int64)
        is_sure = np.concatenate(flags) if flags else np.zeros(0, np.bool_)
        if not self._singly:
            kept = collapsed(self.lefts, self.rights, near, far, is_sure)
            near, far, is_sure = near[kept], far[kept], is_sure[kept]
        relation.near, relation.far = near, far
        relation.left = near if self.lefts.lift is None else self.lefts.lift[near]
        relation.sure = None if is_sure.all() else is_sure
        relation.incomplete, relation.beyond = self._incomplete(), not self._here
        if self.spec.within is not None:
            loose = self.window.clockless(near, self.rights.at[far])
            relation.unclocked = segment_any(loose, relation.left, relation.n) if loose.any() else None
            relation.unclocked_beyond = self._by_clock(relation.n) if relation.beyond else None

    def _by_clock(self, n: int) -> Mask | None:
        """Beside what a window of hours stands."""
        by_clock = self.window.by_clock()
        if not by_clock.any():
            return None
        return by_clock if self.lefts.lift is None else segment_any(by_clock, self.lefts.lift, n)

    def _ranges(self, candidates: Index, left_key: Index, right_key: Index) -> Iterator[tuple[Index, Index, Index]]:
        """Orders of the candidates, with each row's range in them: those of its key, on the days its window can reach.

        Candidates without a date come in an order of their own: they may be near anything of their key.
        """
        near = None if self.spec.within is None else self.window.span_days()
        if near is None or not len(candidates):
            yield by_key(right_key, left_key)
            return
        time = take(self.rights.evaluate(time_of(self.spec.kind, self.spec.name)), candidates)
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
            order, starts, stops = by_key(right_key[undated], left_key)
            yield undated[order], starts, stops

    def _filtered(self, near: Index, far: Index, sure: Mask) -> tuple[Index, Index, Mask]:
        test = self.window
        if not self.spec.itself and self._one_kind:
            apart, known = self._not_itself(near, far)
            near, far, sure = near[apart], far[apart], (sure & known)[apart]
        if self.spec.within is not None:
            inside, known = test.test(near, self.rights.at[far])
            keep = inside | ~known
            near, far, sure = near[keep], far[keep], (sure & known)[keep]
        if self.spec.where is not None:
            condition = PairSpace(self.spec.name, self.lefts, near, self.rights, far).evaluate(self.spec.where)
            keep = ~falsehood(condition)
            sure = (sure & truth(condition))[keep]
            near, far = near[keep], far[keep]
        return near, far, sure

    def _not_itself(self, near: Index, far: Index) -> tuple[Mask, Mask]:
        """Pairs of two rows; beside a subject, of a subject and a row that is not its own; and where that is known.

        A row that may be one of the subject's own, or not count and so be another, may belong.
        """
        right = self.rights.at[far]
        if not isinstance(self.lefts.inner, SubjectSpace):
            apart = np.asarray((self.lefts.at[near] != right) | self.window.ends_here()[near])
            return apart, np.ones(len(near), np.bool_)
        subjects = cast(Subjects, self.rows.subjects)
        own = subjects.ids * self.right.n + self.rows.at
        pair = near * self.right.n + right
        inside = np.isin(pair, own)
        if self.rows.member is None or self.spec.own:
            return ~inside, np.ones(len(near), np.bool_)
        sure = np.isin(pair, own[self.rows.member])
        return ~sure, ~inside

    def _incomplete(self) -> Mask | None:
        """Rows whose window sticks out of what is known, or of which it is not known which knowledge rows fit."""
        n = self.lefts.inner.n
        out = np.zeros(n, np.bool_)
        for match in self.lefts.sets:
            out |= self.rows.sets[match].incomplete
        if not self._here:
            return np.ones(n, np.bool_)
        if self.reach.since is not None and self.spec.within is not None:
            beyond = np.asarray(self.window.first_days() < self.reach.since)
            out |= beyond if self.lefts.lift is None else segment_any(beyond, self.lefts.lift, n)
        return out if out.any() else None

    def _taken(self, relation: Relation) -> tuple[Index, Index]:
        """One row of each set: the first, the last, the nearest, or the only one; and its place on its side."""
        pair = np.full(relation.n, MISSING, np.int64)
        place = self._place
        take_ = self.spec.take
        some = np.arange(len(relation.left), dtype=np.int64)
        if take_ in ("previous", "next"):
            some = np.flatnonzero(self._beside(relation, place, earlier=take_ == "previous"))
        left, right = relation.left[some], place[relation.found[some]]
        late = take_ in ("last", "previous", "one")
        rows = np.lexsort((right if late else -right, left))
        pair[left[rows]] = some[rows]
        out = np.where(pair >= 0, relation.found[np.maximum(pair, 0)], MISSING) if len(some) else pair
        far = np.where(pair >= 0, relation.far[np.maximum(pair, 0)], MISSING) if len(some) else pair
        if take_ == "one":
            out[np.bincount(left, minlength=relation.n) > 1] = UNKNOWN
        if relation.sure is not None:
            asked = some if self.spec.order else slice(None)
            out[relation.left[asked][~relation.sure[asked]]] = UNKNOWN
        if take_ != "one":
            self._unplaced(relation, out)
        if relation.incomplete is not None:
            out = np.where(relation.incomplete, UNKNOWN, out)
        return out, far

    def _beside(self, relation: Relation, place: Index, *, earlier: bool) -> Mask:
        """Pairs whose other row stands before (after) this one."""
        if not self.spec.order:
            return self.window.in_order(relation.found, relation.near, theirs_first=earlier)
        mine, theirs = place[self.lefts.at[relation.near]], place[relation.found]
        return np.asarray(theirs < mine if earlier else theirs > mine)

    def _unplaced(self, relation: Relation, out: Index) -> None:
        """Where a row has no time, or no value to be ordered by, it is not known which is first, or nearest."""
        wanted = [part.value for part in self.spec.order] or [time_of(self.spec.kind, self.spec.name)]
        for value in wanted:
            theirs = self.rights.evaluate(value).known
            if theirs is not None:
                out[relation.left[~theirs[relation.far]]] = UNKNOWN
        if self.spec.take not in ("previous", "next"):
            return
        own = self._own_order().known
        if own is not None:
            out[relation.left[~own[relation.near]]] = UNKNOWN

    def _own_order(self) -> Column:
        """What orders a row itself among its others."""
        if not self.spec.order:
            return self.lefts.evaluate(time_of(self.rows.base.rows.kind))
        return take(self._order_of(self.spec.order[0].value), self.lefts.at)


def _fitting(words: Words, some: set[str], *, exactly: bool) -> Mask:
    """Which words are, or begin with, one of some."""
    if not exactly:
        heads = tuple(some)
        return np.fromiter((str(w).startswith(heads) for w in words.tolist()), np.bool_, len(words))
    out = np.zeros(len(words), np.bool_)
    place = places_of(words)
    out[[place[word] for word in some if word in place]] = True
    return out


def by_id(base: KindSpace, at: Index) -> Index:
    """The order of the rows `at` by claim_id, a line then by line_id, others as they stand."""
    columns = base.rows.columns
    ids = base.kinds("claim" if "claim" in (base.rows.kind, *base.rows.up) else "encounter")
    keys: list[Any] = [ids.rows.columns["claim_id"].data[base.up(ids.rows.kind)[at]]]
    if base.rows.kind in ("line", "raw_line") and "line_id" in columns:
        keys.append(columns["line_id"].data[at])
    return sort_rows(keys, len(at))
