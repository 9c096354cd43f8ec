"""Other rows: which rows of a kind stand in which relation to each row of a rule.

Rows with equal keys are found by one sort and two binary searches, narrowed to the days of the window, and only then
compared one by one. A pair of which it is not known whether it belongs stays, as a member that is not sure.
"""

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from claimrules.catalog import BOOLEAN, INTEGER, Base
from claimrules.catalog.window import Direction, Window
from claimrules.engine.aggregate import Members
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.kernels.segments import expand_ranges, group_ids, segment_any, stable_order
from claimrules.engine.lookup import MISSING, UNKNOWN
from claimrules.engine.prepare.arrays import take
from claimrules.engine.space import KindSpace, Space, absent, one_person, reduced
from claimrules.engine.subject_rows import Found, RowSpace
from claimrules.engine.values import FUNCTIONS, times
from claimrules.engine.values.text import codes_alike, words_of
from claimrules.engine.values.truth import falsehood, truth
from claimrules.language.expression import (
    Aggregate,
    Call,
    Case,
    Expr,
    Field,
    Literal,
    MatchField,
    MatchRow,
    Missing,
    RowId,
    conjuncts,
    walk,
)
from claimrules.language.rule import OtherSpec, WindowSpec
from claimrules.language.scope import key_word, time_of

LONG_AGO, FAR = -(2**40), 2**40
CHUNK = 4_000_000
"""Pairs looked at together: what bounds the memory of a join."""


class Relation:
    """The other rows of one name. For a set: pairs by left row. For one row: its place, MISSING or UNKNOWN."""

    def __init__(self, spec: OtherSpec, rows: RowSpace, right: KindSpace) -> None:
        self.spec, self.rows, self.right = spec, rows, right
        self.left: Index = np.zeros(0, np.int64)
        self.found: Index = np.zeros(0, np.int64)
        self.sure: Mask | None = None
        self.incomplete: Mask | None = None
        self.one: Index | None = None
        self.unclocked: Mask | None = None
        self.matches: dict[str, Found] = {}
        self.right_matches: dict[str, Found] = {}

    def missing(self) -> Column:
        """IS MISSING, of a `take` of one."""
        one = cast(Index, self.one)
        return Column(BOOLEAN, one == MISSING, None if (one != UNKNOWN).all() else one != UNKNOWN)

    def column(self, node: Expr) -> Column:
        """A value of the one row taken."""
        one = cast(Index, self.one)
        there = one >= 0
        if not self.right.n:
            return absent(node.type, len(one))
        match node:
            case MatchField(match=match, column=column, type=type_):
                taken = self.right_matches[match].at(np.maximum(one, 0)).column(column, type_)
            case Missing(name=name):
                taken = self.right_matches[name].at(np.maximum(one, 0)).missing()
            case _:
                taken = take(self.right.evaluate(owned(node)), np.maximum(one, 0))
        known = there if taken.known is None else there & taken.known
        return Column(taken.type, taken.data, None if known.all() else known, taken.words)

    def aggregate(self, node: Aggregate) -> Column:
        """Over the set, one value for each of the rule's rows."""
        pairs = PairSpace(self, self.left, self.found)
        return reduced(pairs, node, Members(self.left, self.rows.n, self.sure, self.incomplete))


def owned(node: Expr) -> Expr:
    """The same name asked of the other row itself."""
    match node:
        case Field(type=t, kind=kind, name=name):
            return Field(t, "", kind, name)
        case RowId(type=t, kind=kind):
            return RowId(t, "", kind)
        case Call(type=t, function=function, arguments=arguments):
            return Call(t, function, tuple(owned(a) for a in arguments))
        case _:
            return node


class PairSpace(Space):
    """Pairs of a rule's row and another row."""

    def __init__(self, relation: Relation, left: Index, right: Index) -> None:
        super().__init__(len(left), relation.rows.in_set)
        self.relation, self.left, self.right = relation, left, right

    def delegate(self, node: Expr) -> tuple[Space, Index] | None:
        """What names one side only is evaluated there."""
        name = self.relation.spec.name
        owners = {p.owner for p in walk(node) if isinstance(p, Field | RowId | MatchField | MatchRow | Missing)} | {
            ""
            for p in walk(node)
            if not isinstance(p, Call | Case | Literal | Field | RowId | MatchField | MatchRow | Missing)
        }
        if owners and name not in owners:
            return self.relation.rows, self.left
        if owners == {name} and not any(
            isinstance(p, MatchField | MatchRow | Missing | Case | Aggregate) for p in walk(node)
        ):
            return _Renamed(self.relation.right), self.right
        return None

    def leaf(self, node: Expr) -> Column:
        """A knowledge column of the other row."""
        matches = self.relation.right_matches
        match node:
            case MatchField(match=match, column=column, type=type_):
                return matches[match].at(self.right).column(column, type_)
            case MatchRow(match=match):
                rows = matches[match].rows[self.right]
                return Column(INTEGER, np.maximum(rows, 0), None if (rows >= 0).all() else rows >= 0)
            case Missing(name=name):
                return matches[name].at(self.right).missing()
            case _:
                raise NotImplementedError(type(node).__name__)


class _Renamed(Space):
    """The other kind's own space, asked with the other's name."""

    def __init__(self, space: KindSpace) -> None:
        super().__init__(space.n, space.in_set)
        self.space = space

    def _evaluate(self, node: Expr) -> Column:
        return self.space.evaluate(owned(node))

    def leaf(self, node: Expr) -> Column:
        """Never: everything goes to the space itself."""
        raise NotImplementedError(type(node).__name__)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the data go: `since` the first day known (None: from ever); `alone`: only one claim is at hand."""

    since: int | None = None
    alone: bool = False


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
            condition = _Renamed(self.right).evaluate(self.spec.rows)
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
        renamed = _Renamed(self.right)
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

    def _right_key(self, node: Expr, renamed: "_Renamed", candidates: Index) -> Column:
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
        order = stable_order(right_key)
        keys = right_key[order]
        starts = np.searchsorted(keys, left_key, "left")
        stops = np.searchsorted(keys, left_key, "right")
        stops = np.where(left_known, stops, starts)
        lefts, rights, flags = [], [], []
        for part in _chunks(stops - starts):
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
            test = WindowTest(self.spec, self.rows, self.right)
            loose = test.clockless(relation.left, relation.found)
            relation.unclocked = segment_any(loose, relation.left, self.rows.n) if loose.any() else None

    def _filtered(self, relation: Relation, left: Index, right: Index, sure: Mask) -> tuple[Index, Index, Mask]:
        keep = np.ones(len(left), np.bool_)
        test = WindowTest(self.spec, self.rows, self.right)
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
        out = np.asarray(WindowTest(self.spec, self.rows, self.right).first_days() < self.reach.since)
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
        return WindowTest(self.spec, self.rows, self.right).in_order(right, left, theirs_first=True)

    def _after(self, left: Index, right: Index) -> Mask:
        return WindowTest(self.spec, self.rows, self.right).in_order(right, left, theirs_first=False)


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


@dataclass(frozen=True, slots=True)
class WindowTest:
    """Which pairs are near enough."""

    spec: OtherSpec
    rows: RowSpace
    right: KindSpace

    def test(self, left: Index, right: Index) -> tuple[Mask, Mask]:
        """For each pair: inside, and whether that is known."""
        within = cast(WindowSpec, self.spec.within)
        if within.column is None:
            n = take(self.rows.evaluate(within.n), left) if within.n is not None else None
            inside, known = self._one(within.period, within.unit, within.direction, n, left, right)
            if n is not None and n.known is not None:
                known = known & n.known
            return inside, known
        column = self.rows.evaluate(within.column)
        inside = np.zeros(len(left), np.bool_)
        known = np.ones(len(left), np.bool_) if column.known is None else column.known[left]
        codes = cast(Index, column.data)[left]
        for code, word in enumerate(words_of(column).tolist()):
            here = np.flatnonzero((codes == code) & known)
            if not len(here):
                continue
            window = Window.parse(str(word))
            period = window.unit if window.direction is Direction.SAME else ""
            number = None
            if window.n is not None:
                number = Column(INTEGER, np.full(len(here), window.n, np.int64))
            direction = "" if period else str(window.direction)
            inside[here], known[here] = self._one(
                period, "" if period else window.unit, direction, number, left[here], right[here]
            )
        return inside, known

    def in_order(self, right: Index, left: Index, *, theirs_first: bool) -> Mask:
        """Pairs whose other row stands before (after) this one; rows of two kinds at one time, beside each other."""
        if self.right.rows.kind == self.rows.base.rows.kind:
            place = None if one_person(m for m, _ in self.spec.same) else self.right.sequence
            mine = self.rows.at[left] if place is None else place[self.rows.at[left]]
            theirs = right if place is None else place[right]
        else:
            mine = times.micros(self.rows.evaluate(time_of(self.rows.base.rows.kind)))[left]
            theirs = times.micros(self.right.evaluate(time_of(self.spec.kind)))[right]
        return np.asarray(theirs < mine if theirs_first else theirs > mine)

    def ends_here(self) -> Mask:
        """Rows whose window is the last so many units that end with the row, itself included."""
        within = self.spec.within
        if within is None or within.column is None:
            return np.full(self.rows.n, within is not None and within.direction == "last")
        column = self.rows.evaluate(within.column)
        last = np.array([str(w).startswith("last") for w in words_of(column).tolist()], np.bool_)
        return last[cast(Index, column.data)]

    def first_days(self) -> Any:
        """The first date that each row's window reaches: long ago where that is not known, far ahead where none is."""
        within = cast(WindowSpec, self.spec.within)
        time = self.rows.evaluate(time_of(self.rows.base.rows.kind))
        if within.column is None:
            n = None if within.n is None else self.rows.evaluate(within.n)
            out = _first_days(within.period, within.unit, within.direction, n, time)
            return out if n is None or n.known is None else np.where(n.known | (out == FAR), out, LONG_AGO)
        column = self.rows.evaluate(within.column)
        out = np.full(self.rows.n, LONG_AGO)
        for code, word in enumerate(words_of(column).tolist()):
            here = np.flatnonzero((column.data == code) & (True if column.known is None else column.known))
            if not len(here):
                continue
            window = Window.parse(str(word))
            period = window.unit if window.direction is Direction.SAME else ""
            number = None if window.n is None else Column(INTEGER, np.full(len(here), window.n, np.int64))
            out[here] = _first_days(period, window.unit, str(window.direction), number, take(time, here))
        return out

    def clockless(self, left: Index, right: Index) -> Mask:
        """Pairs that an hour window had to judge by their dates."""
        within = cast(WindowSpec, self.spec.within)
        if within.column is None:
            by_clock = np.full(len(left), within.period == "hour" or within.unit in ("hour", "minute"))
        else:
            column = self.rows.evaluate(within.column)
            parsed = [Window.parse(str(w)) if w else None for w in words_of(column).tolist()]
            table = np.array([w is not None and w.unit in ("hour", "minute") for w in parsed], np.bool_)
            by_clock = table[cast(Index, column.data)[left]]
        return by_clock & ~self._clock(left, right) if by_clock.any() else by_clock

    def _one(self, period: str, unit: str, direction: str, n: Column | None, left: Index, right: Index) -> tuple[Mask, Mask]:
        if period in ("encounter", "claim"):
            mine = self.rows.base.up(period)[self.rows.at][left]
            return np.asarray(mine == self.right.up(period)[right]), np.ones(len(left), np.bool_)
        if period == "prescription":
            return self._prescription(left, right)
        a = take(self.rows.evaluate(time_of(self.rows.base.rows.kind)), left)
        b = take(self.right.evaluate(time_of(self.spec.kind)), right)
        known = np.ones(len(left), np.bool_)
        for column in (a, b):
            if column.known is not None:
                known &= column.known
        if period:
            return self._same_period(period, a, b, left, right), known
        if not unit:
            return self.in_order(right, left, theirs_first=direction == "before"), known
        return self._distance(unit, direction, cast(Column, n), a, b, left, right), known

    def _prescription(self, left: Index, right: Index) -> tuple[Mask, Mask]:
        mine = key_word("prescription", self.rows.base.rows.kind)
        theirs = key_word("prescription", self.spec.kind)
        if mine is None or theirs is None:
            return np.zeros(len(left), np.bool_), np.zeros(len(left), np.bool_)
        a, b = take(self.rows.evaluate(mine), left), take(self.right.evaluate(theirs), right)
        same = truth(FUNCTIONS["="](BOOLEAN, (a, b)))
        same &= self.rows.base.up("claim")[self.rows.at][left] == self.right.up("claim")[right]
        return same, np.ones(len(left), np.bool_)

    def _clock(self, left: Index, right: Index) -> Mask:
        """Whether both sides have clock times: a claim whose lines all stand at midnight has none."""
        return has_clock(self.rows.base)[self.rows.at][left] & has_clock(self.right)[right]

    def _same_period(self, period: str, a: Column, b: Column, left: Index, right: Index) -> Mask:
        if period == "hour":
            hour = 3_600_000_000
            same_day = times.days(a) == times.days(b)
            same_hour = times.micros(a) // hour == times.micros(b) // hour
            return np.asarray(np.where(self._clock(left, right), same_hour, same_day))
        whole = {"insurance_year": "year"}.get(period, period)
        return np.asarray(times.truncated_days(a, whole) == times.truncated_days(b, whole))

    def _distance(self, unit: str, direction: str, n: Column, a: Column, b: Column, left: Index, right: Index) -> Mask:
        """Dates for days and months, the clock for hours and minutes; both ends in."""
        size = cast(Any, n.data)
        if unit in ("hour", "minute"):
            gap = times.micros(a) - times.micros(b)
            most = size * (3_600_000_000 if unit == "hour" else 60_000_000)
            clock = self._clock(left, right)
            near = _near(direction, gap, most)
            return np.asarray(np.where(clock, near, times.days(a) == times.days(b)))
        if unit == "month":
            return self._months(direction, size, a, b)
        gap = times.days(a) - times.days(b)
        return np.asarray(_near(direction, gap, size))

    def _months(self, direction: str, size: Any, a: Column, b: Column) -> Mask:
        bound = _months_off(b, size)
        back = times.days(a) <= bound
        forward = times.days(b) <= _months_off(a, size)
        before = (times.days(b) <= times.days(a)) & back
        after = (times.days(a) <= times.days(b)) & forward
        if direction == "last":
            return np.asarray((times.days(b) <= times.days(a)) & (times.days(a) < bound))
        return np.asarray(before if direction == "before" else after if direction == "after" else before | after)


def _months_off(column: Column, size: Any) -> Any:
    calendar = np.asarray(times.days(column), np.int64).astype("datetime64[D]")
    month = calendar.astype("datetime64[M]")
    into = (calendar - month).astype(np.int64)
    target = month + np.asarray(size, np.int64)
    last = ((target + 1).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(np.int64) - 1
    return target.astype("datetime64[D]").astype(np.int64) + np.minimum(into, last)


def _first_days(period: str, unit: str, direction: str, n: Column | None, time: Column) -> Any:
    count = len(time)
    if period in ("encounter", "claim", "prescription") or direction == "after":
        return np.full(count, FAR)
    if period:
        out = times.truncated_days(time, {"insurance_year": "year", "hour": "day"}.get(period, period))
    elif n is None:
        return np.full(count, LONG_AGO)
    else:
        size = cast(Any, n.data)
        if unit == "day":
            out = times.days(time) - size + (direction == "last")
        elif unit == "month":
            out = _months_off(time, -size)
        else:
            out = (times.micros(time) - size * (3_600_000_000 if unit == "hour" else 60_000_000)) // times.DAY
    return np.asarray(out) if time.known is None else np.where(time.known, out, LONG_AGO)


def _near(direction: str, gap: Any, most: Any) -> Any:
    """`gap` is mine less theirs: positive where the other is earlier."""
    match direction:
        case "before":
            return (gap >= 0) & (gap <= most)
        case "after":
            return (gap <= 0) & (-gap <= most)
        case "last":
            return (gap >= 0) & (gap < most)
        case _:
            return np.abs(gap) <= most


def has_clock(space: KindSpace) -> Mask:
    """Which rows have a clock time.

    Lines: those of a claim one of whose lines is not at midnight. Other rows: those not at midnight themselves.
    """
    time = space.evaluate(time_of(space.rows.kind))
    off = np.asarray(times.micros(time) % times.DAY != 0)
    if time.known is not None:
        off &= time.known
    if space.rows.kind not in ("line", "raw_line"):
        return off
    claim = space.up("claim")
    return segment_any(off, claim, int(claim.max()) + 1 if len(claim) else 0)[claim]
