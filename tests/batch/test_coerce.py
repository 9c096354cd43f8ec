# ruff: noqa: DTZ001 - claims carry the clock of their place, without a zone
"""The vectorised paths read exactly what the readers of single values read."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from claimrules.batch.coerce import coerce
from claimrules.catalog import BOOLEAN, DATE, INTEGER, MONEY, PRICE, TEXT, TIMESTAMP, Type, enumeration
from claimrules.models import read_code, read_date, read_decimal, read_integer, read_timestamp

numberish = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.decimals(min_value=-(10**15), max_value=10**15, places=3).map(str),
    st.from_regex(r"[+-]?[0-9]{0,17}\.?[0-9]{0,8}([eE][+-]?[0-9]{1,2})?", fullmatch=True),
    st.text(alphabet="0123456789.,-+eE _٣５", max_size=8),
)
timeish = st.one_of(
    st.datetimes().map(str),
    st.datetimes().map(lambda d: d.isoformat()[:16]),
    st.datetimes().map(lambda d: d.isoformat(timespec="seconds") + "Z"),
    st.dates().map(str),
    st.dates().map(lambda d: d.isoformat().replace("-", "")),
    st.dates().map(lambda d: f"{d.year:04d}/{d.month}/{d.day}"),
    st.text(alphabet="0123456789-/: T.Z", max_size=20),
    st.from_regex(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|\+08:00)?", fullmatch=True),
)


def one_by_one(texts: list[str], reader: Callable[[str], object]) -> tuple[list[object], list[int]]:
    values: list[object] = []
    bad = []
    for row, text in enumerate(texts):
        try:
            values.append(reader(text))
        except ValueError:
            values.append(None)
            bad.append(row)
    return values, bad


def agrees(texts: list[str], kind: Type, reader: Callable[[str], object], **options: Any) -> None:
    got = coerce(pa.array(texts, pa.string()), kind, **options)
    values, bad = one_by_one(texts, reader)
    assert got.values.to_pylist() == values
    assert got.bad.tolist() == bad
    assert len(got.why) == len(bad)
    assert got.why.null_count == 0


@given(st.lists(numberish, max_size=6))
@example(["1E-41"])
@example(["1.00000383788783513589405747231847946645689"])
def test_numbers(texts: list[str]) -> None:
    agrees(texts, MONEY, partial(read_decimal, precision=16, scale=2))
    agrees(texts, PRICE, partial(read_decimal, precision=16, scale=6))


@given(st.lists(timeish, max_size=6))
def test_moments_and_days(texts: list[str]) -> None:
    agrees(texts, TIMESTAMP, read_timestamp)
    agrees(texts, DATE, read_date)


@given(st.lists(st.text(alphabet="0129無无 -NAnullX１Ａ\t", max_size=5), max_size=6))
def test_codes(texts: list[str]) -> None:
    agrees(texts, TEXT, read_code, is_code=True)


@given(st.lists(numberish, max_size=6))
def test_whole_numbers(texts: list[str]) -> None:
    agrees(texts, INTEGER, read_integer)


@given(st.lists(st.floats(min_value=-1e9, max_value=1e9).map(lambda x: round(x, 2)), min_size=1, max_size=8))
def test_a_float_column_reads_through_its_shortest_text(numbers: list[float]) -> None:
    got = coerce(pa.array(numbers, pa.float64()), MONEY)
    assert got.values.to_pylist() == [Decimal(repr(x)) if x else Decimal("0.00") for x in numbers]
    assert not len(got.bad)


def test_a_float_with_more_digits_than_money_has_is_unreadable_and_nan_is_null() -> None:
    got = coerce(pa.array([0.1, 0.1 + 0.2, float("nan"), 1e20]), MONEY)
    assert got.values.to_pylist() == [Decimal("0.10"), None, None, None]
    assert got.bad.tolist() == [1, 3]


def test_an_id_that_a_data_frame_made_a_float_is_whole_again() -> None:
    assert coerce(pa.array([12.0, None]), TEXT, is_code=True).values.to_pylist() == ["12", None]


def test_columns_of_the_exact_type_are_the_same_object() -> None:
    column = pa.array([Decimal("1.00")], pa.decimal128(16, 2))
    assert coerce(column, MONEY).values is column


@pytest.mark.parametrize(
    ("column", "kind", "values"),
    [
        (pa.array([7], pa.int32()), MONEY, [Decimal("7.00")]),
        (pa.array([Decimal("1.5000")], pa.decimal128(20, 4)), MONEY, [Decimal("1.50")]),
        (pa.array(["1.5"]).dictionary_encode(), MONEY, [Decimal("1.50")]),
        (pa.array(["x "], pa.large_string()), TEXT, ["x"]),
        (pa.array([1, 0, None], pa.int8()), BOOLEAN, [True, False, None]),
        (pa.array([dt.date(2024, 1, 2)]), TIMESTAMP, [dt.datetime(2024, 1, 2)]),
        (pa.array([dt.datetime(2024, 1, 2)], pa.timestamp("ns")), DATE, [dt.date(2024, 1, 2)]),
        (pa.array([20240102]), DATE, [dt.date(2024, 1, 2)]),
        (pa.nulls(2), MONEY, [None, None]),
    ],
)
def test_other_column_types(column: Any, kind: Type, values: list[object]) -> None:
    got = coerce(column, kind)
    assert got.values.to_pylist() == values
    assert not len(got.bad)


def test_a_zone_keeps_the_clock_of_the_place() -> None:
    column = pa.array([dt.datetime(2024, 1, 1, 16, tzinfo=dt.UTC)], pa.timestamp("us", "Asia/Shanghai"))
    assert coerce(column, TIMESTAMP).values.to_pylist() == [dt.datetime(2024, 1, 2)]


def test_an_integer_that_does_not_fit_is_unreadable() -> None:
    got = coerce(pa.array([1, 10**15]), MONEY)
    assert got.values.to_pylist() == [Decimal("1.00"), None]
    assert got.bad.tolist() == [1]


def test_a_closed_list() -> None:
    got = coerce(pa.array(["male", "unknown", "M", " female "]), enumeration("male", "female"))
    assert got.values.to_pylist() == ["male", None, None, "female"]
    assert got.bad.tolist() == [2]


def test_a_pattern_of_the_mapping_decides_alone() -> None:
    got = coerce(pa.array(["12/25/2008", "1/8/2009", "2009-01-08"]), DATE, pattern="%m/%d/%Y")
    assert got.values.to_pylist() == [dt.date(2008, 12, 25), dt.date(2009, 1, 8), None]
    assert got.bad.tolist() == [2]
