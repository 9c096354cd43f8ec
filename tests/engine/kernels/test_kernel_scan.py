"""The scans against the definitions, walked row by row."""

import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimrules.engine.kernels.scan import excess_within, running_min, supply_left

steps = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 5), st.integers(0, 6), st.integers(0, 12)), max_size=14
)


def ints(values):
    return np.array(values, dtype=np.int64)


def columns(rows):
    return [ints([row[i] for row in rows]) for i in range(5)]


def excesses(rows):
    """A row keeps what its limit leaves of what was kept on dates less than its days before; the rest is too much."""
    kept, out = {}, []
    for ids, x, limit, days, day in rows:
        earlier = kept.setdefault(ids, [])
        fit = min(x, max(0, limit - sum(units for date, units in earlier if day - date < days)))
        earlier.append((day, fit))
        out.append(x - fit)
    return out


@given(steps)
def test_what_is_too_much_in_a_sliding_window_whatever_the_order_of_dates(rows):
    ids, x, limit, days, day = columns(rows)
    assert excess_within(x, limit, days, day, ids).tolist() == excesses(rows)


@given(steps)
def test_and_in_the_order_of_dates(rows):
    rows = sorted(rows, key=lambda row: row[4])
    ids, x, limit, days, day = columns(rows)
    assert excess_within(x, limit, days, day, ids).tolist() == excesses(rows)


@pytest.mark.parametrize("shape", ["wide", "long", "both", "backwards"])
def test_many_groups_and_long_ones_step_alike(shape):
    chance = np.random.default_rng(5)
    ids = chance.integers(0, 300, 900) if shape in ("wide", "backwards") else np.repeat(np.arange(2), 400)
    if shape == "both":
        ids = np.concatenate([np.arange(200), ids])
    n = len(ids)
    day = chance.integers(0, 90, n)
    if shape != "backwards":
        day.sort()
    x, limit, days = chance.integers(0, 4, n), chance.integers(0, 6, n), chance.integers(-2, 30, n)
    rows = list(zip(*(part.tolist() for part in (ids, x, limit, days, day)), strict=True))
    assert excess_within(x, limit, days, day, ids).tolist() == excesses(rows)


def test_one_in_fifteen_days_by_hand():
    # 1, 10, 17 March: the 10th is nine days after what was kept; the 17th is sixteen days after it, and the 10th kept none.
    one, zero = ints([1, 1, 1]), ints([0, 0, 0])
    assert excess_within(one, one, ints([15] * 3), ints([1, 10, 17]), zero).tolist() == [0, 1, 0]
    # Exactly fifteen days apart is allowed; of two on one day one is too much.
    assert excess_within(ints([1, 2]), ints([1, 1]), ints([15] * 2), ints([1, 16]), ints([0, 0])).tolist() == [0, 1]


def test_units_beyond_64_bits_stay_exact():
    huge = 2**62
    found = excess_within(ints([huge] * 4), ints([huge] * 4), ints([9] * 4), ints([1, 1, 2, 30]), ints([0] * 4))
    assert found.tolist() == [0, huge, huge, 0]


def test_one_person_with_very_many_rows():
    n = 100_000
    one = np.ones(n, np.int64)
    day = np.arange(n) // 10
    for when in (day, day[::-1].copy()):
        began = time.perf_counter()
        found = excess_within(one, one * 3, one * 7, when, one * 0)
        assert time.perf_counter() - began < 20  # seconds; a square of the rows would take hours
        # Ten rows a date, three kept in any seven dates: the first date of each seven keeps three, when walked forward.
        if when is day:
            assert found.sum() == n - 3 * -(-(n // 10) // 7)


supplies = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(0, 60)), max_size=14)


def left(rows):
    """What is left when each row comes, by the recursion."""
    last, out = {}, []
    for ids, supply, day in rows:
        before = last.get(ids)
        hand = 0 if before is None else max(0, before[0] + before[1] - (day - before[2]))
        last[ids] = (hand, supply, day)
        out.append(hand)
    return out


@given(supplies)
def test_supply_in_hand_is_that_of_the_recursion(rows):
    ids, supply, day = (ints([row[i] for row in rows]) for i in range(3))
    assert supply_left(supply, day, ids).tolist() == left(rows)


@given(supplies)
def test_supply_of_halves_is_exact_in_doubles(rows):
    ids, supply, day = (ints([row[i] for row in rows]) for i in range(3))
    found = supply_left(supply / 2, day.astype(np.float64), ids)
    halved = [(ids, Fraction(supply, 2), day) for ids, supply, day in rows]
    assert found.tolist() == [float(value) for value in left(halved)]


def test_refills_by_hand():
    # 30 days' supply on days 0, 10, 55: 20 are left on day 10; of 50, 45 pass, so 5 are left on day 55.
    assert supply_left(ints([30, 30, 30]), ints([0, 10, 55]), ints([0, 0, 0])).tolist() == [0, 20, 5]
    huge = 2**61
    assert supply_left(ints([huge] * 4), ints([0] * 4), ints([0] * 4)).tolist() == [0, huge, 2 * huge, 3 * huge]


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-9, 9)), max_size=14))
def test_running_minimum(rows):
    rows = sorted(rows, key=lambda row: row[0])
    expected = [min(v for g, v in rows[: i + 1] if g == rows[i][0]) for i in range(len(rows))]
    group, values = ints([g for g, _ in rows]), ints([v for _, v in rows])
    assert running_min(values, group).tolist() == expected
    assert running_min(values / 4, group).tolist() == [value / 4 for value in expected]
