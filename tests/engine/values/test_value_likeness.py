"""How alike texts are and how far places lie apart."""

from math import acos, cos, pi, radians, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimrules.catalog import DOUBLE, TEXT, decimal
from claimrules.engine.column import Column
from claimrules.engine.values.likeness import EARTH_RADIUS_KM, km, similarity


def texts(values):
    words = sorted({value or "" for value in values}) or [""]
    codes = np.array([words.index(value or "") for value in values], dtype=np.int64)
    known = np.array([value is not None for value in values], dtype=np.bool_)
    return Column(TEXT, codes, None if known.all() else known, np.array(words, dtype=object))


def degrees(*values):
    return Column(DOUBLE, np.array(values, dtype=np.float64))


def test_similarity_by_hand():
    left = ["头颅CT平扫", "头颅CT平扫", "", "", "腹部", None]
    right = ["头颅CT平扫", "头颅CT增强", "", "ab", "胸部", "胸部"]
    found = similarity(texts(left), texts(right))
    assert found.data[:5].tolist() == [1.0, 1 - 2 / 6, 1.0, 0.0, 0.5]
    assert found.known is not None
    assert found.known.tolist() == [True] * 5 + [False]


@given(st.lists(st.tuples(st.text("abc", max_size=4), st.text("abc", max_size=4)), max_size=6))
def test_similarity_is_the_same_both_ways_and_one_for_equals_only(pairs):
    left, right = texts([a for a, _ in pairs]), texts([b for _, b in pairs])
    found = similarity(left, right).data.tolist()
    assert found == similarity(right, left).data.tolist()
    assert [value == 1 for value in found] == [a == b for a, b in pairs]


def test_distances_on_a_globe():
    # A quarter of a meridian, half of the equator, a degree of latitude, nowhere.
    found = km(degrees(0, 0, 30, 39.9), degrees(0, 0, 120, 116.4), degrees(90, 0, 31, 39.9), degrees(0, 180, 120, 116.4))
    expected = [EARTH_RADIUS_KM * part for part in (pi / 2, pi, pi / 180, 0)]
    assert found.data.tolist() == pytest.approx(expected, rel=1e-12)
    assert found.data[3] == 0


def test_beijing_to_shanghai_is_some_1067_km():
    found = km(degrees(39.9042), degrees(116.4074), degrees(31.2304), degrees(121.4737))
    assert found.data[0] == pytest.approx(1067, abs=2)


@given(*[st.floats(-89, 89), st.floats(-179, 179)] * 2)
def test_it_is_the_angle_between_two_places(lat, lon, to_lat, to_lon):
    a, b, c, d = map(radians, (lat, lon, to_lat, to_lon))
    cosine = sin(a) * sin(c) + cos(a) * cos(c) * cos(b - d)
    found = km(degrees(lat), degrees(lon), degrees(to_lat), degrees(to_lon)).data[0]
    assert found == pytest.approx(EARTH_RADIUS_KM * acos(max(-1, min(1, cosine))), abs=0.2)


def test_degrees_that_are_none_are_not_known():
    lat = Column(decimal(9, 2), np.array([9000, 11640, 3000, 3000], dtype=np.int64))
    there = Column(DOUBLE, np.full(4, 30.0), np.array([True, True, True, False]))
    found = km(lat, degrees(0, 0, -180.5, 0), there, degrees(0, 0, 0, 0))
    assert found.known is not None
    assert found.known.tolist() == [True, False, False, False]
