"""Numbers with their units, worked out by hand."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimrules.catalog import TEXT
from claimrules.engine.column import Column
from claimrules.engine.values.units import converted, in_unit


def texts(*values):
    words = sorted({value or "" for value in values})
    codes = np.array([words.index(value or "") for value in values], dtype=np.int64)
    known = np.array([value is not None for value in values])
    return Column(TEXT, codes, None if known.all() else known, np.array(words, dtype=object))


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("0.5g", "mg", "500"),
        ("500 mg", "g", "0.5"),
        ("５００ｍｇ", "mg", "500"),
        ("0．5克", "毫克", "500"),
        ("2.5 ML", "ml", "2.5"),
        ("0.01升", "毫升", "10"),
        ("250μg", "mg", "0.25"),  # Greek mu
        ("250µg", "mg", "0.25"),  # the micro sign
        ("250mcg", "微克", "250"),
        ("250㎍", "ug", "250"),
        ("1kg", "克", "1000"),
        ("1ug", "g", "0.000001"),
        ("2片", "tablet", "2"),
        ("１０粒", "粒", "10"),
        ("3支", "支", "3"),
        ("1袋", "袋", "1"),
        ("400国际单位", "IU", "400"),
        ("80万单位", "U", "800000"),
        ("80 万 U", "单位", "800000"),
        ("2喷", "喷", "2"),
        (".5g", "g", "0.5"),
        (" 0g ", "mg", "0"),
        ("99999999999999999999g", "mg", "99999999999999999999000"),
    ],
)
def test_a_number_in_its_unit(text, unit, number):
    assert converted(text, unit) == Decimal(number) * 10**6


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("2片", "mg"),
        ("5ml", "mg"),
        ("400IU", "mg"),
        ("400IU", "单位"),  # a unit of what is not said
        ("2喷", "揿"),
        ("500", "mg"),
        ("mg", "mg"),
        ("", "mg"),
        ("随意", "mg"),
        ("半片", "片"),
        ("1/2片", "片"),
        ("½片", "片"),
        ("1-2片", "片"),
        ("0.5g~1g", "g"),
        ("0.5g*2", "g"),
        ("2.5ml:5mg", "ml"),
        ("1,000mg", "mg"),  # a thousand here, one elsewhere
        ("-5mg", "mg"),
        ("1.2.3mg", "mg"),
        ("1.mg", "mg"),
        ("0.5g/次", "g"),
        ("5mg", ""),
        ("5mg", "5mg"),
        ("0.5ug", "g"),  # seven digits after the point
        ("1" + "0" * 40 + "g", "g"),
        ("1" * 5000 + "g", "g"),
    ],
)
def test_no_number_in_that_unit(text, unit):
    assert converted(text, unit) is None


@given(
    st.integers(0, 10**9), st.integers(0, 4), st.sampled_from(["kg", "g", "mg", "ug"]), st.sampled_from(["g", "毫克", "mcg"])
)
def test_conversions_are_exact_or_not_known(number, digits, given_unit, wanted):
    size = {"kg": 10**9, "g": 10**6, "mg": 10**3, "毫克": 10**3, "ug": 1, "mcg": 1}
    exact = Fraction(number, 10**digits) * size[given_unit] / size[wanted] * 10**6
    text = f"{Decimal(number).scaleb(-digits):f}{given_unit}"
    assert converted(text, wanted) == (exact if exact.denominator == 1 else None)


def test_texts_and_units_meet_row_by_row():
    found = in_unit(texts("0.5g", "2片", "0.5g", None, "5ml", "1g"), texts("mg", "片", "g", "mg", "mg", None))
    assert found.known is not None
    assert found.known.tolist() == [True, True, True, False, False, False]
    assert found.data[:3].tolist() == [500_000_000, 2_000_000, 500_000]


def test_no_rows_and_no_words():
    nothing = Column(TEXT, np.zeros(0, np.int64), None, np.zeros(0, dtype=object))
    assert len(in_unit(nothing, nothing)) == 0


def test_very_large_numbers_stay_exact():
    found = in_unit(texts("99999999999999999999g", "1g"), texts("g", "g"))
    assert found.data.tolist() == [99999999999999999999 * 10**6, 10**6]
