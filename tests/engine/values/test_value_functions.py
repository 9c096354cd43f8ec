"""Every scalar function on values worked out by hand: what it gives, and where it knows nothing."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from claimrules.catalog import BOOLEAN, DATE, DOUBLE, INTEGER, NULL, TEXT, TIMESTAMP, Base, Type, decimal, enumeration
from claimrules.engine.column import Column
from claimrules.engine.values import numbers, times
from claimrules.engine.values.functions import FUNCTIONS, absent, case, constant, ordinal
from claimrules.engine.values.shown import shown

M2, M4, WIDE = decimal(16, 2), decimal(38, 4), decimal(38, 0)
GRADE = enumeration("low", "middle", "high")
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001


def stored(type_: Type, value: object) -> int | float | bool:
    """One value as a column's data has it."""
    if isinstance(value, datetime):
        return (value - EPOCH) // timedelta(microseconds=1)
    if isinstance(value, date):
        return (value - EPOCH.date()).days
    if type_.base is Base.DECIMAL:
        return int(Decimal(str(value)).scaleb(type_.scale))
    return value  # type: ignore[return-value]


def column(type_: Type, *values: object) -> Column:
    known = np.array([v is not None for v in values])
    mask = None if known.all() else known
    if type_.base is Base.TEXT:
        words = sorted({str(v or "") for v in values})
        return Column(
            type_, np.array([words.index(str(v or "")) for v in values], np.int32), mask, np.array(words, dtype=object)
        )
    data = [0 if v is None else stored(type_, v) for v in values]
    big = any(isinstance(v, int) and abs(v) >= 2**62 for v in data)
    plain = {Base.BOOLEAN: np.bool_, Base.DOUBLE: np.float64}.get(type_.base, np.int64)
    return Column(type_, np.array(data, dtype=object if big else plain), mask)


def plain(made: Column) -> list[object]:
    """The column as Python values, None where it is not known."""
    known = np.ones(len(made), np.bool_) if made.known is None else made.known
    out: list[object] = []
    for value, is_known in zip(made.data.tolist(), known.tolist(), strict=True):
        if not is_known:
            out.append(None)
        elif made.type.base is Base.TEXT:
            out.append(str(made.words[value]))  # type: ignore[index]
        elif made.type.base is Base.DECIMAL:
            out.append(str(Decimal(value).scaleb(-made.type.scale)))
        elif made.type.base is Base.DATE:
            out.append(str(EPOCH.date() + timedelta(value)))
        elif made.type.base is Base.TIMESTAMP:
            out.append(str(EPOCH + timedelta(microseconds=value)))
        else:
            out.append(value)
    return out


def call(name: str, type_: Type, *arguments: Column) -> list[object]:
    return plain(FUNCTIONS[name](type_, arguments))


def at(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("operator", "left", "right", "expected"),
    [
        ("=", column(INTEGER, 1, 2, None), column(M2, "1.00", "2.01", "3"), [True, False, None]),
        ("<>", column(INTEGER, 1, 2), column(M2, "1.00", "2.01"), [False, True]),
        ("<", column(M2, "0.99", "1.00", "1.01"), column(INTEGER, 1, 1, 1), [True, False, False]),
        ("<=", column(M2, "0.99", "1.00", "1.01"), column(INTEGER, 1, 1, 1), [True, True, False]),
        (">", column(M2, "0.99", "1.00", "1.01"), column(INTEGER, 1, 1, 1), [False, False, True]),
        (">=", column(M2, "0.99", "1.00", "1.01"), column(INTEGER, 1, 1, 1), [False, True, True]),
        ("<", column(DOUBLE, 0.5, 1.5), column(M2, "0.50", "1.51"), [False, True]),
        ("<", column(GRADE, "low", "high", "middle"), column(GRADE, "middle", "middle", "middle"), [True, False, False]),
        (">=", column(GRADE, "low", "high"), column(TEXT, "middle", "middle"), [False, True]),
        ("<", column(TEXT, "high", "a"), column(TEXT, "low", "B"), [True, False]),
        ("=", column(TEXT, "a", "b", None), column(TEXT, "a", "c", "a"), [True, False, None]),
        (
            "=",
            column(DATE, date(2025, 3, 1), date(2025, 3, 1)),
            column(TIMESTAMP, at(2025, 3, 1), at(2025, 3, 1, 1)),
            [True, False],
        ),
        (">", column(TIMESTAMP, at(2025, 3, 1, 0, 0, 1)), column(DATE, date(2025, 3, 1)), [True]),
        ("=", column(BOOLEAN, True, False), column(BOOLEAN, True, True), [True, False]),
    ],
)
def test_comparisons(operator: str, left: Column, right: Column, expected: list[object]) -> None:
    assert call(operator, BOOLEAN, left, right) == expected


@pytest.mark.parametrize(
    ("operator", "at_least_five"),
    [("<", [None, False, False]), ("<=", [None, None, False]), (">", [None, None, True]), (">=", [None, True, True])],
)
def test_at_least_five_settles_what_more_would_only_confirm(operator: str, at_least_five: list[object]) -> None:
    # a sum of which 5 are known, and members more that are not, beside 6, 5 and 4
    five = Column(INTEGER, np.full(3, 5), np.zeros(3, np.bool_), None, np.ones(3, np.bool_))
    limits = column(INTEGER, 6, 5, 4)
    assert call(operator, BOOLEAN, five, limits) == at_least_five
    mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[operator]
    assert call(mirrored, BOOLEAN, limits, five) == at_least_five
    assert call("=", BOOLEAN, five, limits) == [None, None, False]
    assert call("<>", BOOLEAN, limits, five) == [None, None, True]
    assert call(operator, BOOLEAN, five, column(INTEGER, None, None, None)) == [None, None, None]
    some = Column(INTEGER, np.full(3, 5), np.zeros(3, np.bool_), None, np.array([False, False, True]))
    assert call(operator, BOOLEAN, some, limits) == [None, None, at_least_five[2]]


def test_either_side_may_be_at_least_so_much() -> None:
    # at least 5 beside 3, 5 beside at least 3, and both so
    left = Column(INTEGER, np.full(3, 5), np.array([False, True, False]), None, np.array([True, False, True]))
    right = Column(INTEGER, np.full(3, 3), np.array([True, False, False]), None, np.array([False, True, True]))
    assert call(">", BOOLEAN, left, right) == [True, None, None]
    assert call("<", BOOLEAN, right, left) == [True, None, None]
    assert call(">", BOOLEAN, right, left) == [False, None, None]
    right = Column(INTEGER, np.full(3, 6), right.known, None, right.least)
    assert call(">", BOOLEAN, left, right) == [None, False, None]


BIG = 4 * 10**18


@pytest.mark.parametrize(
    ("operator", "type_", "left", "right", "expected"),
    [
        ("+", M4, column(M2, "1.50", None), column(INTEGER, 2, 1), ["3.50", None]),
        ("-", M2, column(M2, "1.50"), column(M2, "2.25"), ["-0.75"]),
        ("*", decimal(38, 4), column(M2, "1.50"), column(M2, "0.25"), ["0.3750"]),
        ("+", WIDE, column(WIDE, BIG), column(WIDE, BIG), [str(2 * BIG)]),
        ("-", WIDE, column(WIDE, -BIG), column(WIDE, BIG), [str(-2 * BIG)]),
        ("*", WIDE, column(WIDE, 3 * 10**9), column(WIDE, -4 * 10**9), [str(-12 * 10**18)]),
        ("+", DOUBLE, column(DOUBLE, 0.5), column(M2, "0.25"), [0.75]),
        ("*", DOUBLE, column(DOUBLE, 0.5), column(M2, "0.50"), [0.25]),
        ("/", DOUBLE, column(M2, "1.50", "3.00", "1.00"), column(INTEGER, 2, 0, None), [0.75, None, None]),
        ("/", DOUBLE, column(M2, None, None, "1.00"), column(INTEGER, 2, 0, 0), [None, None, None]),
        ("/", DOUBLE, column(M2, "1.00", None, "8.00"), column(INTEGER, 0, 4, 4), [None, None, 2.0]),
        ("+", DATE, column(DATE, date(2025, 2, 28)), column(INTEGER, 1), ["2025-03-01"]),
        ("-", DATE, column(DATE, date(2025, 3, 1)), column(INTEGER, 1), ["2025-02-28"]),
        ("-", INTEGER, column(DATE, date(2025, 3, 1)), column(TIMESTAMP, at(2025, 2, 27, 23)), [2]),
    ],
)
def test_arithmetic(operator: str, type_: Type, left: Column, right: Column, expected: list[object]) -> None:
    same_scale = decimal(38, max(left.type.scale, right.type.scale)) if operator in "+-" and type_ is M4 else type_
    assert call(operator, same_scale, left, right) == expected


def test_numbers_that_64_bits_do_not_hold_stay_exact_and_come_back() -> None:
    both = numbers.add(WIDE, column(WIDE, BIG), column(WIDE, BIG))
    assert both.data.dtype == object
    assert numbers.subtract(WIDE, both, column(WIDE, BIG)).data.dtype == np.int64
    assert plain(numbers.subtract(WIDE, both, column(WIDE, BIG))) == [str(BIG)]
    assert numbers.rescaled(np.array([BIG]), 1).tolist() == [10 * BIG]
    assert numbers.rescaled(np.array([10**17]), 1).dtype == np.int64
    assert numbers.unscaled(Decimal("1.25"), 2) == 125
    with pytest.raises(ValueError, match="more than 1 digits"):
        numbers.unscaled(Decimal("1.25"), 1)


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("floor", column(M2, "1.99", "-1.01", "2.00", None), [1, -2, 2, None]),
        ("ceil", column(M2, "1.01", "-1.99", "2.00", None), [2, -1, 2, None]),
        ("floor", column(DOUBLE, 1.9, -1.1), [1, -2]),
        ("ceil", column(DOUBLE, 1.1, -1.9), [2, -1]),
        ("floor", column(INTEGER, 3), [3]),
    ],
)
def test_whole_numbers(name: str, given: Column, expected: list[object]) -> None:
    assert call(name, INTEGER, given) == expected


@pytest.mark.parametrize(
    ("given", "digits", "expected"),
    [
        (column(M4, "2.3450", "-2.3450", "2.3449"), 2, ["2.3500", "-2.3500", "2.3400"]),
        (column(M4, "2.5000", "-2.5000"), 0, ["3.0000", "-3.0000"]),
        (column(M4, "2.3450"), 6, ["2.3450"]),
        (column(M4, "1250"), -2, ["1300.0000"]),
        (column(DOUBLE, 2.25, -2.25), 1, [2.3, -2.3]),
        (column(DOUBLE, 0.5, -0.5, 0.49), 0, [1.0, -1.0, 0.0]),
    ],
)
def test_rounding_is_half_away_from_zero(given: Column, digits: int, expected: list[object]) -> None:
    assert call("round", given.type, given, column(INTEGER, *[digits] * len(given))) == expected
    if digits == 0:
        assert call("round", given.type, given) == expected


def test_rounding_by_several_digits_at_once() -> None:
    assert call("round", M4, column(M4, "1.2345", "1.2345", "1.2345"), column(INTEGER, 3, 1, None)) == [
        "1.2350",
        "1.2000",
        None,
    ]


def test_rounding_of_numbers_beyond_64_bits() -> None:
    huge = np.array([10**20 + 5, -(10**20) - 5, 10**20 + 4, -(10**20) - 4], dtype=object)
    assert numbers.half_up(huge, 10).tolist() == [10**19 + 1, -(10**19) - 1, 10**19, -(10**19)]
    assert numbers.half_up(np.array([5, -5, 4, 15]), 10).tolist() == [1, -1, 0, 2]
    assert numbers.half_up(np.array([7]), 10**20).tolist() == [0]


@pytest.mark.parametrize(
    ("type_", "given", "expected"),
    [
        (INTEGER, column(TEXT, "12", " 7 ", "x", "", None), [12, 7, None, None, None]),
        (M2, column(TEXT, "1.25", "1e2", "-3"), ["1.25", "100.00", "-3.00"]),
        (DOUBLE, column(TEXT, "0.5", "nan"), [0.5, None]),
        (TEXT, column(INTEGER, 12, None, -3), ["12", None, "-3"]),
        (TEXT, column(M2, "1.50", "0.00"), ["1.50", "0.00"]),
        (TEXT, column(BOOLEAN, True, False), ["TRUE", "FALSE"]),
        (TEXT, column(DATE, date(2025, 3, 1)), ["2025-03-01"]),
        (TEXT, column(TEXT, "a"), ["a"]),
        (M2, column(M4, "1.2350", "-1.2350", "1.2349"), ["1.24", "-1.24", "1.23"]),
        (M4, column(M2, "1.25"), ["1.2500"]),
        (INTEGER, column(M2, "2.50", "-2.50", "2.49"), [3, -3, 2]),
        (INTEGER, column(DOUBLE, 2.5, -2.5, float("inf")), [3, -3, 0]),
        (M2, column(DOUBLE, 0.125, -0.125), ["0.13", "-0.13"]),
        (DOUBLE, column(M2, "1.25"), [1.25]),
        (DATE, column(TIMESTAMP, at(2025, 3, 1, 23, 59)), ["2025-03-01"]),
        (TIMESTAMP, column(DATE, date(2025, 3, 1)), ["2025-03-01 00:00:00"]),
        (INTEGER, absent(NULL, 2), [None, None]),
    ],
)
def test_casts(type_: Type, given: Column, expected: list[object]) -> None:
    assert call("cast", type_, given) == expected


def test_parts_of_a_moment() -> None:
    moment = column(TIMESTAMP, at(2024, 12, 31, 23, 59, 59), at(2025, 1, 1), at(1969, 12, 31, 5), None)
    assert call("year", INTEGER, moment) == [2024, 2025, 1969, None]
    assert call("month", INTEGER, moment) == [12, 1, 12, None]
    assert call("day", INTEGER, moment) == [31, 1, 31, None]
    assert call("hour", INTEGER, moment) == [23, 0, 5, None]
    assert call("weekday", INTEGER, moment) == [2, 3, 3, None]  # Tuesday, Wednesday, Wednesday
    assert call("has_time", BOOLEAN, moment) == [True, False, True, None]
    assert call("year_end", DATE, moment) == ["2024-12-31", "2025-12-31", "1969-12-31", None]


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("hour", "2025-08-14 15:00:00"),
        ("day", "2025-08-14 00:00:00"),
        ("week", "2025-08-11 00:00:00"),
        ("month", "2025-08-01 00:00:00"),
        ("quarter", "2025-07-01 00:00:00"),
        ("year", "2025-01-01 00:00:00"),
    ],
)
def test_the_beginning_of_its_period(unit: str, expected: str) -> None:
    given = column(TIMESTAMP, at(2025, 8, 14, 15, 45, 30))
    assert call("date_trunc", TIMESTAMP, constant(TEXT, unit, 1), given) == [expected]


def test_spans() -> None:
    start, stop = column(TIMESTAMP, at(2025, 3, 1, 23)), column(TIMESTAMP, at(2025, 3, 3, 1, 30))
    assert call("days_between", INTEGER, start, stop) == [2]
    assert call("days_between", INTEGER, stop, start) == [-2]
    assert call("hours_between", DOUBLE, start, stop) == [26.5]
    births = column(DATE, date(2000, 2, 29), date(2000, 2, 29), date(2000, 3, 2), date(2000, 3, 1))
    days = column(DATE, date(2001, 2, 28), date(2001, 3, 1), date(2025, 3, 1), date(2025, 3, 1))
    assert call("age_years", INTEGER, births, days) == [0, 1, 24, 25]
    assert call("age_days", INTEGER, births, days)[:2] == [365, 366]


def test_months_later_end_where_the_month_ends() -> None:
    given = column(DATE, date(2024, 1, 31), date(2025, 1, 31), date(2025, 1, 28), date(2024, 12, 31))
    later = Column(DATE, times.months_later(given, 1))
    assert plain(later) == ["2024-02-29", "2025-02-28", "2025-02-28", "2025-01-31"]
    earlier = times.shifted(TIMESTAMP, column(TIMESTAMP, at(2025, 3, 31, 6)), -1, 3_600_000_000)
    assert plain(earlier) == ["2025-02-28 07:00:00"]


def test_texts() -> None:
    words = column(TEXT, "abcd", "xy", "", None)
    two = column(INTEGER, 2, 2, 2, 2)
    assert call("left", TEXT, words, two) == ["ab", "xy", "", None]
    assert call("left", TEXT, words, column(INTEGER, 0, 1, 3, 1)) == ["", "x", "", None]
    assert call("left", TEXT, words, column(INTEGER, -1, None, 3, 1)) == ["", None, "", None]
    assert call("substr", TEXT, words, two) == ["bcd", "y", "", None]
    assert call("substr", TEXT, words, two, two) == ["bc", "y", "", None]
    assert call("substr", TEXT, words, column(INTEGER, 0, 0, 0, 0), two) == ["a", "x", "", None]
    assert call("length", INTEGER, words) == [4, 2, 0, None]
    assert call("left", TEXT, column(TEXT), column(INTEGER)) == []
    heads = column(TEXT, "ab", "y", "", "a")
    assert call("starts_with", BOOLEAN, words, heads) == [True, False, True, None]
    assert call("starts_with", BOOLEAN, words, constant(TEXT, "x", 4)) == [False, True, False, None]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a%", [True, False, True]),
        ("_b%", [True, True, False]),
        ("a.c", [False, False, True]),
        ("%", [True, True, True]),
        ("a", [False] * 3),
    ],
)
def test_like(pattern: str, expected: list[bool]) -> None:
    assert call("like", BOOLEAN, column(TEXT, "ab\nd", "bb", "a.c"), constant(TEXT, pattern, 3)) == expected


def test_what_is_not_known() -> None:
    first, second = column(M2, "1.00", None, None), column(INTEGER, 5, 6, None)
    assert call("coalesce", M2, first, second) == ["1.00", "6.00", None]
    assert call("coalesce", M2, first, second, column(INTEGER, 7, 8, 9)) == ["1.00", "6.00", "9.00"]
    assert call("coalesce", TEXT, column(TEXT, "b", None), column(TEXT, "x", "a")) == ["b", "a"]
    assert call("coalesce", TEXT, absent(NULL, 1), column(TEXT, "x")) == ["x"]
    assert call("nullif", INTEGER, column(INTEGER, 1, 2, None), column(INTEGER, 1, 1, 1)) == [None, 2, None]
    assert call("is_null", BOOLEAN, first) == [False, True, True]
    assert call("is_null", BOOLEAN, column(M2, "1")) == [False]
    truths = column(BOOLEAN, True, False, None)
    assert call("is_true", BOOLEAN, truths) == [True, False, False]
    assert call("is_false", BOOLEAN, truths) == [False, True, False]


def test_extremes() -> None:
    a, b = column(M2, "1.00", "3.00", None), column(INTEGER, 2, 2, 2)
    assert call("least", M2, a, b) == ["1.00", "2.00", None]
    assert call("greatest", M2, a, b) == ["2.00", "3.00", None]
    assert call("least", TEXT, column(TEXT, "b", "a"), column(TEXT, "a", "c"), column(TEXT, "c", "b")) == ["a", "a"]
    assert call("greatest", DATE, column(DATE, date(2025, 1, 2)), column(DATE, date(2025, 1, 1))) == ["2025-01-02"]


def test_the_first_true_branch() -> None:
    whens = [column(BOOLEAN, True, None, False, True), column(BOOLEAN, True, True, False, False)]
    thens = [column(INTEGER, 1, 1, 1, None), column(M2, *["2.00"] * 4), column(INTEGER, 3, 3, 3, 3)]
    assert plain(case(M2, whens, thens)) == ["1.00", "2.00", "3.00", None]


AND = {
    (True, True): True,
    (True, False): False,
    (True, None): None,
    (False, None): False,
    (None, None): None,
    (False, False): False,
}


@pytest.mark.parametrize(("pair", "expected"), AND.items())
def test_three_values(pair: tuple[bool | None, bool | None], expected: bool | None) -> None:
    negated = {True: False, False: True, None: None}
    for left, right in (pair, pair[::-1]):
        assert call("and", BOOLEAN, column(BOOLEAN, left), column(BOOLEAN, right)) == [expected]
        turned = call("or", BOOLEAN, column(BOOLEAN, negated[left]), column(BOOLEAN, negated[right]))
        assert turned == [negated[expected]]
    assert call("not", BOOLEAN, column(BOOLEAN, pair[0])) == [negated[pair[0]]]


def test_values_as_text() -> None:
    assert shown(column(M2, "-0.05", "12.30", None)) == ["-0.05", "12.30", ""]
    assert shown(column(M4, "1.5000", "-2.0000", "0.0001", "10")) == ["1.5", "-2", "0.0001", "10"]
    assert shown(column(WIDE, 30, -4)) == ["30", "-4"]
    assert shown(column(DOUBLE, 1.5, 0.33333333, -2.0)) == ["1.5", "0.3333", "-2"]
    assert shown(column(TIMESTAMP, at(2025, 3, 1), at(2025, 3, 1, 9, 5))) == ["2025-03-01", "2025-03-01 09:05:00"]
    assert shown(column(WIDE, 10**20, -(10**20))) == [str(10**20), str(-(10**20))]
    assert shown(column(decimal(38, 2), Decimal(10**20))) == [f"{10**20}.00"]
    assert shown(column(GRADE, "low", "high", None), {"low": "低"}) == ["低", "high", ""]
    words = np.array(["a", "b", "c"], dtype=object)
    assert shown(Column(TEXT, np.array([2, 2]), None, words)) == ["c", "c"]


def test_the_order_of_values() -> None:
    assert ordinal(column(GRADE, "high", "low", "middle")).tolist() == [2, 0, 1]
    assert ordinal(column(INTEGER, 7, 5)).tolist() == [7, 5]


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (TEXT, "a", ["a", "a"]),
        (BOOLEAN, True, [True, True]),
        (DOUBLE, Decimal("0.5"), [0.5, 0.5]),
        (M2, Decimal("1.5"), ["1.50", "1.50"]),
        (DATE, 1, ["1970-01-02", "1970-01-02"]),
        (INTEGER, None, [None, None]),
        (TEXT, None, [None, None]),
        (BOOLEAN, None, [None, None]),
        (WIDE, Decimal(10**20), [str(10**20), str(10**20)]),
    ],
)
def test_one_value_for_all(type_: Type, value: object, expected: list[object]) -> None:
    assert plain(constant(type_, value, 2)) == expected
