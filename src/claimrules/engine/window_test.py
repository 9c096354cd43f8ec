"""Windows: which pairs of rows are near enough in time, or of the same claim, encounter or prescription."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from claimrules.catalog import BOOLEAN, INTEGER
from claimrules.catalog.window import Direction, Window
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.kernels.segments import segment_any
from claimrules.engine.prepare.arrays import take
from claimrules.engine.space import KindSpace, one_person
from claimrules.engine.subject_rows import RowSpace
from claimrules.engine.values import FUNCTIONS, times
from claimrules.engine.values.text import words_of
from claimrules.engine.values.truth import truth
from claimrules.language.rule import OtherSpec, WindowSpec
from claimrules.language.scope import key_word, time_of

LONG_AGO, FAR = -(2**40), 2**40


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
            out = first_days(within.period, within.unit, within.direction, n, time)
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
            out[here] = first_days(period, window.unit, str(window.direction), number, take(time, here))
        return out

    def span_days(self) -> tuple[Any, Any] | None:
        """The first and last date that each row's window can reach, rather too far than not; None: dates do not bound it."""
        within = cast(WindowSpec, self.spec.within)
        time = self.rows.evaluate(time_of(self.rows.base.rows.kind))
        if within.column is None:
            n = None if within.n is None else self.rows.evaluate(within.n)
            spans: list[tuple[Any, str, str, str, Column | None]] = [
                (slice(None), within.period, within.unit, within.direction, n)
            ]
        else:
            column = self.rows.evaluate(within.column)
            spans = []
            for code, word in enumerate(words_of(column).tolist()):
                here = np.flatnonzero((column.data == code) & (True if column.known is None else column.known))
                if len(here):
                    window = Window.parse(str(word))
                    period = window.unit if window.direction is Direction.SAME else ""
                    number = None if window.n is None else Column(INTEGER, np.full(len(here), window.n, np.int64))
                    spans.append((here, period, window.unit, str(window.direction), number))
        first, last = np.full(self.rows.n, -FAR), np.full(self.rows.n, FAR)
        for at, period, unit, direction, number in spans:
            reach = _days_around(period, unit, number)
            if reach is None:
                continue
            day = np.asarray(times.days(time), np.int64)[at]
            first[at] = day - (0 if direction == "after" else reach)
            last[at] = day + (0 if direction in ("before", "last") else reach)
        if time.known is not None:
            first, last = np.where(time.known, first, -FAR), np.where(time.known, last, FAR)
        return None if (first == -FAR).all() else (first, last)

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
        if (period in ("encounter", "claim") and not self._has(period)) or period == "course":
            return np.zeros(len(left), np.bool_), np.zeros(len(left), np.bool_)
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

    def _has(self, kind: str) -> bool:
        """Whether both sides are of one row of that kind; a table may name a window that they have not."""
        return all(kind in (space.rows.kind, *space.rows.up) for space in (self.rows.base, self.right))

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
        bound = times.months_later(b, size)
        back = times.days(a) <= bound
        forward = times.days(b) <= times.months_later(a, size)
        before = (times.days(b) <= times.days(a)) & back
        after = (times.days(a) <= times.days(b)) & forward
        if direction == "last":
            return np.asarray((times.days(b) <= times.days(a)) & (times.days(a) < bound))
        return np.asarray(before if direction == "before" else after if direction == "after" else before | after)


def first_days(period: str, unit: str, direction: str, n: Column | None, time: Column) -> Any:
    """The first date that a window reaches, for rows of that time: LONG_AGO where it is not known, FAR where none is."""
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
            out = times.months_later(time, -size)
        else:
            out = (times.micros(time) - size * (3_600_000_000 if unit == "hour" else 60_000_000)) // times.DAY
    return np.asarray(out) if time.known is None else np.where(time.known, out, LONG_AGO)


def _days_around(period: str, unit: str, n: Column | None) -> Any:
    """At most how many days off a window reaches; None where dates do not bound it."""
    if period:
        return {"hour": 0, "day": 0, "week": 6, "month": 31, "quarter": 92, "year": 366, "insurance_year": 366}.get(period)
    if n is None:
        return None
    size = np.minimum(np.where(True if n.known is None else n.known, cast(Any, n.data), FAR), FAR).astype(np.int64)
    return {"day": size, "month": size * 31, "hour": size // 24 + 1, "minute": size // 1440 + 1}[unit]


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
