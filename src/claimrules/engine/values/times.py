"""Dates and times: days and microseconds since 1970, China time, no daylight saving."""

from typing import Any, cast

import numpy as np

from claimrules.catalog import BOOLEAN, DATE, DOUBLE, INTEGER, TIMESTAMP, Base, Type
from claimrules.engine.column import Column, Data
from claimrules.engine.values.truth import both_known

DAY = 86_400_000_000


def days(column: Column) -> Any:
    """Whole days since 1970."""
    return column.data if column.type.base is Base.DATE else cast(Any, column.data) // DAY


def micros(column: Column) -> Any:
    """Microseconds since 1970; a date is its midnight."""
    return cast(Any, column.data) * DAY if column.type.base is Base.DATE else column.data


def _calendar(column: Column) -> Any:
    return np.asarray(days(column), dtype=np.int64).astype("datetime64[D]")


def month_index(column: Column) -> Any:
    """Months since January 1970."""
    return _calendar(column).astype("datetime64[M]").astype(np.int64)


def part(column: Column, name: str) -> Column:
    """year, month, day, hour or weekday (Monday is 1)."""
    if name == "hour":
        values = micros(column) // 3_600_000_000 % 24
    elif name == "weekday":
        values = (days(column) + 3) % 7 + 1
    elif name == "year":
        values = _calendar(column).astype("datetime64[Y]").astype(np.int64) + 1970
    elif name == "month":
        values = month_index(column) % 12 + 1
    else:
        calendar = _calendar(column)
        values = (calendar - calendar.astype("datetime64[M]")).astype(np.int64) + 1
    return Column(INTEGER, values, column.known)


def truncated_days(column: Column, unit: str) -> Any:
    """The first day of the week (Monday), month, quarter or year."""
    if unit == "day":
        return days(column)
    if unit == "week":
        d = days(column)
        return d - (d + 3) % 7
    months = month_index(column)
    width = {"month": 1, "quarter": 3, "year": 12}[unit]
    return (months // width * width).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def truncated(column: Column, unit: str) -> Column:
    """date_trunc."""
    if unit == "hour":
        hour = 3_600_000_000
        return Column(TIMESTAMP, micros(column) // hour * hour, column.known)
    return Column(TIMESTAMP, truncated_days(column, unit) * DAY, column.known)


def year_end(column: Column) -> Column:
    """The last day of the year."""
    years = _calendar(column).astype("datetime64[Y]").astype(np.int64) + 1
    return Column(DATE, years.astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64) - 1, column.known)


def days_between(start: Column, stop: Column) -> Column:
    """Calendar days from start to stop."""
    return Column(INTEGER, cast(Data, days(stop) - days(start)), both_known(start, stop))


def hours_between(start: Column, stop: Column) -> Column:
    """Elapsed hours."""
    return Column(DOUBLE, (micros(stop) - micros(start)) / 3_600_000_000.0, both_known(start, stop))


def age_years(birth: Column, at: Column) -> Column:
    """Completed years; who is born on 29 February completes a year on 1 March of common years."""
    b, a = _calendar(birth), _calendar(at)
    years = a.astype("datetime64[Y]").astype(np.int64) - b.astype("datetime64[Y]").astype(np.int64)
    month_day = [
        m.astype("datetime64[M]").astype(np.int64) % 12 * 32 + (m - m.astype("datetime64[M]")).astype(np.int64)
        for m in (b, a)
    ]
    return Column(INTEGER, years - (month_day[1] < month_day[0]), both_known(birth, at))


def has_time(column: Column) -> Column:
    """Whether the clock shows more than midnight."""
    return Column(BOOLEAN, micros(column) % DAY != 0, column.known)


def months_later(column: Column, months: Any) -> Any:
    """The days of so many calendar months later. A month ends on its last day where it is shorter."""
    target = month_index(column) + months
    into = np.asarray(days(column), np.int64) - _first_of_month(month_index(column))
    first = _first_of_month(target)
    return first + np.minimum(into, _first_of_month(target + 1) - first - 1)


def _first_of_month(months: Any) -> Any:
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def shifted(type_: Type, column: Column, months: int, micro: int) -> Column:
    """Plus an interval."""
    moments = micros(column)
    if months:
        moments = months_later(column, months) * DAY + moments % DAY
    return Column(type_, cast(Data, moments + micro), column.known)


def plus_days(column: Column, number: Column, sign: int) -> Column:
    """A date plus or minus whole days."""
    return Column(DATE, cast(Data, days(column) + sign * cast(Any, number.data)), both_known(column, number))


def as_time(column: Column, type_: Type) -> Column:
    """A date as a timestamp or the other way."""
    data = days(column) if type_.base is Base.DATE else micros(column)
    return Column(type_, data, column.known)
