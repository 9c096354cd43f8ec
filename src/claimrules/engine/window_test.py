"""Windows: which pairs of rows are near enough in time, or of the same claim, encounter or prescription."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from claimrules.catalog import BOOLEAN, INTEGER
from claimrules.catalog.window import Direction, Window
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.courses import courses
from claimrules.engine.kernels.segments import segment_any
from claimrules.engine.prepare.arrays import take
from claimrules.engine.sides import LeftRows
from claimrules.engine.space import KindSpace, one_person
from claimrules.engine.values import FUNCTIONS, times
from claimrules.engine.values.text import words_of
from claimrules.engine.values.truth import both_known, truth
from claimrules.language.rule import OtherSpec, WindowSpec
from claimrules.language.scope import key_word, time_of
from claimrules.stopwatch import timed

LONG_AGO, FAR = -(2**40), 2**40
UNSAID = -1
"""The number of a window that is not known."""


@dataclass(frozen=True, slots=True)
class Span:
    """One window: the same `period`, or a distance of `n` (one value a row) `unit`s in `direction`."""

    period: str
    unit: str
    direction: str
    n: Column | None

    @property
    def by_clock(self) -> bool:
        """Whether hours or minutes count."""
        return "hour" in (self.period, self.unit) or self.unit == "minute"


class WindowTest:
    """Which pairs are near enough: the windows of a rule's rows, each row's by its number in `spans`."""

    def __init__(self, spec: OtherSpec, rows: LeftRows, right: KindSpace) -> None:
        self.spec, self.rows, self.right = spec, rows, right
        self.spans: list[Span] = []
        self.which = np.full(rows.n, UNSAID)
        if spec.within is not None and spec.within.column is not None:
            self._from_table(rows.evaluate(spec.within.column))
        elif spec.within is not None:
            self._fixed(spec.within)
        self._clocks: tuple[Mask, Mask] | None = None

    def _fixed(self, within: WindowSpec) -> None:
        n = None if within.n is None else self.rows.evaluate(within.n)
        self.spans = [Span(within.period, within.unit, within.direction, n)]
        known = None if n is None else n.known
        self.which = np.zeros(self.rows.n, np.int64) if known is None else np.where(known, 0, UNSAID)

    def _from_table(self, column: Column) -> None:
        for code, word in enumerate(words_of(column).tolist()):
            here = np.flatnonzero((column.data == code) & (True if column.known is None else column.known))
            if not len(here):
                continue
            self.which[here] = len(self.spans)
            window = Window.parse(str(word))
            n = None if window.n is None else Column(INTEGER, np.full(self.rows.n, window.n, np.int64))
            same = window.direction is Direction.SAME
            self.spans.append(Span(*(window.unit, "", "") if same else ("", window.unit, str(window.direction)), n))

    @timed("window")
    def test(self, left: Index, right: Index) -> tuple[Mask, Mask]:
        """For each pair: inside, and whether that is known."""
        which = self.which[left]
        inside, known = np.zeros(len(left), np.bool_), np.zeros(len(left), np.bool_)
        for number, span in enumerate(self.spans):
            here = np.flatnonzero(which == number)
            if len(here):
                n = None if span.n is None else take(span.n, left[here])
                inside[here], known[here] = self._one(span.period, span.unit, span.direction, n, left[here], right[here])
        return inside, known

    def in_order(self, right: Index, left: Index, *, theirs_first: bool) -> Mask:
        """Pairs whose other row stands before (after) this one; rows of two kinds at one time, beside each other."""
        if self.right.rows.kind == self.rows.base.rows.kind:
            place = None if one_person(m for m, _ in self.spec.same) else self.right.sequence
            mine = self.rows.at[left] if place is None else place[self.rows.at[left]]
            theirs = right if place is None else place[right]
        else:
            mine = times.micros(self._time)[left]
            theirs = times.micros(self.right.evaluate(time_of(self.spec.kind)))[right]
        return np.asarray(theirs < mine if theirs_first else theirs > mine)

    @property
    def _time(self) -> Column:
        return self.rows.evaluate(time_of(self.rows.base.rows.kind))

    def _has(self, test: Callable[[Span], bool], which: Index) -> Mask:
        """Whether each row's (or pair's) window is of some kind."""
        answers = np.array([*(test(span) for span in self.spans), False], np.bool_)
        return answers[which]

    def ends_here(self) -> Mask:
        """Rows whose window is the last so many units that end with the row, itself included."""
        return self._has(lambda span: span.direction == "last", self.which)

    def by_clock(self) -> Mask:
        """Rows whose window is of hours or minutes."""
        return self._has(lambda span: span.by_clock, self.which)

    def clockless(self, left: Index, right: Index) -> Mask:
        """Pairs that an hour window had to judge by their dates."""
        by_clock = self._has(lambda span: span.by_clock, self.which[left])
        return by_clock & ~self._clock(left, right) if by_clock.any() else by_clock

    def first_days(self) -> Any:
        """The first date that each row's window reaches: long ago where that is not known, far ahead where none is."""
        out = np.full(self.rows.n, LONG_AGO)
        for number, span in enumerate(self.spans):
            here = np.flatnonzero(self.which == number)
            n = None if span.n is None else take(span.n, here)
            out[here] = self._began(here) if span.period == "course" else first_days(span, n, take(self._time, here))
        return out

    def _began(self, rows: Index) -> Any:
        """The first day on which an earlier encounter might still belong to the row's course."""
        gap = self.rows.rows.course_gap
        if gap is None:
            return np.full(len(rows), LONG_AGO)
        began = courses(self.right.kinds("encounter"), gap).began - gap
        return began[self.rows.base.up("encounter")[self.rows.at[rows]]]

    def span_days(self) -> tuple[Any, Any] | None:
        """The first and last date that each row's window can reach, rather too far than not; None: dates do not bound it."""
        time = self._time
        first, last = np.full(self.rows.n, -FAR), np.full(self.rows.n, FAR)
        for number, span in enumerate(self.spans):
            here = np.flatnonzero(self.which == number)
            reach = _days_around(span, here)
            if reach is None:
                continue
            day = np.asarray(times.days(time), np.int64)[here]
            first[here] = day - (0 if span.direction == "after" else reach)
            last[here] = day + (0 if span.direction in ("before", "last") else reach)
        if time.known is not None:
            first, last = np.where(time.known, first, -FAR), np.where(time.known, last, FAR)
        return None if (first == -FAR).all() else (first, last)

    def _one(self, period: str, unit: str, direction: str, n: Column | None, left: Index, right: Index) -> tuple[Mask, Mask]:
        if period in ("encounter", "claim") and not self._both_of(period):
            return np.zeros(len(left), np.bool_), np.zeros(len(left), np.bool_)
        if period == "course":
            return self._course(left, right)
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

    def _both_of(self, kind: str) -> bool:
        """Whether both sides are of one row of that kind; a table may name a window that they have not."""
        return all(kind in (space.rows.kind, *space.rows.up) for space in (self.rows.base, self.right))

    def _course(self, left: Index, right: Index) -> tuple[Mask, Mask]:
        """Both in one course of a disease; not known where one of them is in none that is known."""
        gap = self.rows.rows.course_gap
        if gap is None:
            return np.zeros(len(left), np.bool_), np.zeros(len(left), np.bool_)
        names = courses(self.right.kinds("encounter"), gap).name
        mine = take(names, self.rows.base.up("encounter")[self.rows.at][left])
        theirs = take(names, self.right.up("encounter")[right])
        known = both_known(mine, theirs)
        same = np.asarray(mine.data == theirs.data)
        return same, np.ones(len(left), np.bool_) if known is None else known

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
        if self._clocks is None:
            self._clocks = (has_clock(self.rows.base)[self.rows.at], has_clock(self.right))
        return self._clocks[0][left] & self._clocks[1][right]

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


def first_days(span: Span, n: Column | None, time: Column) -> Any:
    """The first date that a window reaches, for rows of that time: LONG_AGO where it is not known, FAR where none is."""
    count = len(time)
    if span.period in ("encounter", "claim", "prescription") or span.direction == "after":
        return np.full(count, FAR)
    if span.period:
        out = times.truncated_days(time, {"insurance_year": "year", "hour": "day"}.get(span.period, span.period))
    elif n is None:
        return np.full(count, LONG_AGO)
    else:
        size = cast(Any, n.data)
        if span.unit == "day":
            out = times.days(time) - size + (span.direction == "last")
        elif span.unit == "month":
            out = times.months_later(time, -size)
        else:
            out = (times.micros(time) - size * (3_600_000_000 if span.unit == "hour" else 60_000_000)) // times.DAY
    return np.asarray(out) if time.known is None else np.where(time.known, out, LONG_AGO)


_LONGEST = {"hour": 0, "day": 0, "week": 6, "month": 31, "quarter": 92, "year": 366, "insurance_year": 366}
"""At most how many days apart two dates of one period are."""


def _days_around(span: Span, rows: Index) -> Any:
    """At most how many days off each row's window reaches; None where dates do not bound it."""
    if span.period:
        return _LONGEST.get(span.period)
    if span.n is None:
        return None
    size = np.minimum(cast(Any, span.n.data)[rows], FAR).astype(np.int64)
    return {"day": size, "month": size * 31, "hour": size // 24 + 1, "minute": size // 1440 + 1}[span.unit]


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
