"""What a value could be instead, and how far each is from what it is."""

import datetime as dt
from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from claimrules.catalog import Base, Type
from claimrules.explain.cells import Reach

OTHER = "~"
"""The end of a text that is like no other: any other text with the same beginning does as well."""
_MOST_PREFIX = 8
_DAY = dt.timedelta(days=1)
_MINUTE = dt.timedelta(minutes=1)
_HOURS_A_DAY = 24
_YEAR = Decimal(365)
_FIRST, _LAST = dt.datetime(1900, 1, 2), dt.datetime(2199, 12, 30)  # noqa: DTZ001 - input times carry no zone
_MOST_DAYS = 60_000
_INTEGER_DIGITS = 18


def candidates(value: Any, type_: Type, reach: Reach) -> list[Any]:
    """Other values of a type, near and telling ones, each once, nearest first."""
    found = list(dict.fromkeys(c for c in _raw(value, type_, reach) if c is not None and c != value and _fits(c, type_)))
    return sorted(found, key=lambda c: (distance(value, c), str(c)))


def _raw(value: Any, type_: Type, reach: Reach) -> Iterator[Any]:
    if type_.values:
        yield from type_.values
    elif type_.base is Base.BOOLEAN:
        yield from (True, False)
    elif type_.base is Base.TEXT:
        yield from sorted(reach.texts - {""})
        yield OTHER
        for text in sorted({value or ""} | reach.texts):
            yield from (text[:n] + OTHER for n in range(1, min(len(text), _MOST_PREFIX)))
    elif type_.is_number:
        yield from _numbers(value, type_, reach)
    elif type_.is_time:
        yield from _dates(value, type_, reach)


def unit_of(type_: Type) -> Decimal:
    """The smallest step of a number's type."""
    return Decimal(1).scaleb(-type_.scale) if type_.base is Base.DECIMAL else Decimal(1)


def _numbers(value: Any, type_: Type, reach: Reach) -> Iterator[Any]:
    unit = unit_of(type_)
    whole = type_.base is Base.INTEGER
    bases = list(reach.limits) if value is None else [*reach.limits, *_shifted(Decimal(value), reach.gaps)]
    for base in [*bases, *([] if value is not None else [Decimal(0), Decimal(1)])]:
        for rounding in (ROUND_FLOOR, ROUND_CEILING):
            near = base.quantize(unit, rounding)
            for step in (-unit, 0 * unit, unit):
                out = near + step
                if out >= 0 or (value is not None and value < 0):
                    yield int(out) if whole else out


def _shifted(value: Decimal, gaps: set[Decimal]) -> Iterator[Decimal]:
    for gap in gaps:
        yield from (value + gap, value - gap)


def _dates(value: Any, type_: Type, reach: Reach) -> Iterator[Any]:
    if value is None:
        for time in sorted(reach.times):
            for step in (0 * _DAY, _DAY, -_DAY):
                yield _in_type(time + step, type_)
        return
    start = _moment(value)
    for gap in reach.gaps:
        days = int(gap.to_integral_value(ROUND_CEILING))
        for n in {days - 1, days, days + 1, -days - 1, -days, 1 - days}:
            if abs(n) <= _MOST_DAYS:
                yield _in_type(start + n * _DAY, type_)
        if reach.hours and type_.base is Base.TIMESTAMP and gap <= _HOURS_A_DAY:
            for sign in (1, -1):
                exact = start + sign * dt.timedelta(seconds=float(gap * 3600))
                yield from (exact, exact + _MINUTE, exact - _MINUTE)


def further(value: Any, type_: Type) -> Iterator[list[Any]]:
    """Ever farther values, upwards and downwards, for where no telling one is known."""
    if value is None or type_.values or not (type_.is_number or type_.is_time):
        return
    if type_.is_number:
        unit = unit_of(type_)
        steps = [unit * 4**k for k in range(16)]
        start = Decimal(value)
        ups, downs = (
            [start + s for s in steps],
            [start - s for s in steps if s < start] + ([Decimal(0)] if start > 0 else []),
        )
        for way in (ups, downs):
            yield [int(v) if type_.base is Base.INTEGER else v for v in way if _fits(v, type_)]
        return
    start_ = _moment(value)
    shifts = [_DAY * 2**k for k in range(15)]
    yield [_in_type(start_ + s, type_) for s in shifts if start_ + s <= _LAST]
    yield [_in_type(start_ - s, type_) for s in shifts if start_ - s >= _FIRST]


def middle(value: Any, flipped: Any, type_: Type) -> Any:
    """A value between what it is and one that flips, in whole units (days for dates); None where there is none."""
    if type_.is_number:
        unit = unit_of(type_)
        half = ((Decimal(flipped) - Decimal(value)) / 2 / unit).to_integral_value(ROUND_FLOOR) * unit
        exact = (Decimal(value) + half).quantize(unit)
        out = int(exact) if type_.base is Base.INTEGER else exact
        return None if out in (value, flipped) else out
    if type_.is_time:
        start, end = _moment(value), _moment(flipped)
        days = (end - start) // _DAY if end > start else -((start - end) // _DAY)
        if (end - start) % _DAY or abs(days) <= 1:
            return None
        return _in_type(start + int(days / 2) * _DAY, type_)
    return None


def distance(value: Any, other: Any, scale: Decimal = Decimal(0)) -> Decimal:
    """How large a change is: a number by its part of the largest one, a time by its part of a year, anything else 1.

    A text that begins alike is nearer, by up to one half. `scale`: the largest number that the field has elsewhere.
    """
    if isinstance(value, str) and isinstance(other, str):
        alike = next((i for i, (a, b) in enumerate(zip(value, other, strict=False)) if a != b), min(len(value), len(other)))
        return 1 - Decimal(alike) / max(len(value), len(other), 1) / 2
    if value is None or isinstance(value, bool):
        return Decimal(1)
    if isinstance(value, dt.date):
        return Decimal(abs((_moment(other) - _moment(value)) / _MINUTE)) / (24 * 60) / _YEAR
    largest = max(abs(Decimal(value)), abs(Decimal(other)), scale)
    return abs(Decimal(other) - Decimal(value)) / largest if largest else Decimal(0)


def _fits(value: Any, type_: Type) -> bool:
    """Whether a number has room in its type."""
    if not type_.is_number:
        return True
    digits = type_.precision - type_.scale if type_.base is Base.DECIMAL else _INTEGER_DIGITS
    return abs(Decimal(value)) < Decimal(10) ** digits


def _moment(value: dt.date) -> dt.datetime:
    return value if isinstance(value, dt.datetime) else dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001


def _in_type(moment: dt.datetime, type_: Type) -> Any:
    if not _FIRST <= moment <= _LAST:
        return None
    return moment if type_.base is Base.TIMESTAMP else moment.date()
