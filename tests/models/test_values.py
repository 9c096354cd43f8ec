# ruff: noqa: DTZ001 - claims carry the clock of their place, without a zone
"""How single values read."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimrules.models import (
    read_boolean,
    read_code,
    read_date,
    read_decimal,
    read_integer,
    read_text,
    read_timestamp,
    read_word,
)


@given(st.decimals(min_value=-(10**14) + 1, max_value=10**14 - 1, places=2, allow_nan=False))
def test_money_within_its_digits_reads_as_itself(number: Decimal) -> None:
    assert read_decimal(str(number), 16, 2) == number
    assert read_decimal(number, 16, 2) == number


@given(st.decimals(min_value=-1000, max_value=1000, places=5, allow_nan=False))
def test_a_number_reads_exactly_or_not_at_all(number: Decimal) -> None:
    exact = number == number.quantize(Decimal("0.01"))
    if exact:
        assert read_decimal(str(number), 16, 2) == number
    else:
        with pytest.raises(ValueError, match="more than 2 digits"):
            read_decimal(str(number), 16, 2)


@pytest.mark.parametrize("text", ["1,000", "1_0", "NaN", "inf", "1e", ".", "--1", "٣", "0x1", "1 2", "1e99999"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number"):
        read_decimal(text, 16, 2)


def test_a_float_is_refused_because_it_lost_its_digits() -> None:
    with pytest.raises(ValueError, match="not an exact number"):
        read_decimal(0.1, 16, 2)
    with pytest.raises(ValueError, match="not an exact number"):
        read_decimal(True, 16, 2)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e2", "100"), ("1.5e-1", "0.15"), ("+.5", "0.5"), ("7.", "7"), ("1.5000000", "1.5"), ("-0", "0")],
)
def test_other_ways_to_write_a_number(text: str, value: str) -> None:
    assert read_decimal(text, 16, 2) == Decimal(value)


def test_a_number_with_too_many_digits_before_the_point_is_refused() -> None:
    assert read_decimal("99999999999999.99", 16, 2) == Decimal("99999999999999.99")
    with pytest.raises(ValueError, match="more than 14 digits before"):
        read_decimal("100000000000000", 16, 2)
    with pytest.raises(ValueError, match="more than 14 digits before"):
        read_decimal("1e14", 16, 2)


@given(st.datetimes(min_value=dt.datetime(1, 1, 1)))
def test_an_iso_moment_reads_as_itself(moment: dt.datetime) -> None:
    assert read_timestamp(moment.isoformat()) == moment
    assert read_timestamp(moment.isoformat(sep=" ") + "Z") == moment
    assert read_timestamp(moment.isoformat() + "+08:00") == moment


@given(st.dates())
def test_a_day_reads_in_every_form(day: dt.date) -> None:
    year = f"{day.year:04d}"
    forms = [day.isoformat(), day.isoformat().replace("-", ""), f"{year}/{day.month}/{day.day}"]
    assert {read_date(form) for form in forms} == {day}
    assert read_timestamp(day.isoformat()) == dt.datetime(day.year, day.month, day.day)


@pytest.mark.parametrize("text", ["2025-02-30", "2023-02-29", "2024-13-01", "2024-1-1", "24-01-01", "2024", "x", "45321"])
def test_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        read_date(text)


@pytest.mark.parametrize("text", ["2024-01-01 24:00", "2024-01-01 10", "2024-01-01 10:60", "2024-01-01x"])
def test_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        read_timestamp(text)


def test_a_date_with_a_time_of_day_is_refused_but_midnight_passes() -> None:
    assert read_date("2024-01-02 00:00:00") == dt.date(2024, 1, 2)
    with pytest.raises(ValueError, match="time of day"):
        read_date("2024-01-02 00:00:01")


def test_a_pattern_reads_what_is_not_padded_and_nothing_else() -> None:
    assert read_date("1/8/2009", "%m/%d/%Y") == dt.date(2009, 1, 8)
    with pytest.raises(ValueError, match="form %d/%m/%Y"):
        read_date("9/16/2009", "%d/%m/%Y")


def test_sentinels_fall_in_codes_only() -> None:
    assert [read_code(t) for t in ["0", "无", " n/a ", "null", "１２Ａ", "000000", ""]] == [
        None, None, None, None, "12A", "000000", None,
    ]  # fmt: skip
    assert read_text("0") == "0"
    assert read_text("unknown") is None


def test_flags_words_and_whole_numbers() -> None:
    assert [read_boolean(t) for t in ["是", "否", "Y", "n", "1", "0", "TRUE", ""]] == [
        True, False, True, False, True, False, True, None,
    ]  # fmt: skip
    assert read_word("unknown", ("male", "female")) is None
    assert read_integer("0012") == 12
    assert read_integer("3.0") == 3
    for bad in ("maybe", "2"):
        with pytest.raises(ValueError, match="is not yes or no"):
            read_boolean(bad)
    with pytest.raises(ValueError, match="is not one of male, female"):
        read_word("男", ("male", "female"))
    for number in ("1.5", "9223372036854775808"):
        with pytest.raises(ValueError, match=r"whole number|64 bits"):
            read_integer(number)
