"""The group kernels against plain loops."""

from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimrules.engine.kernels import segments

HUGE = 2**63 - 1
small = st.integers(-5, 5)
whole = st.one_of(small, st.integers(-HUGE - 1, HUGE), st.sampled_from([HUGE, -HUGE - 1, 2**62, 10**16]))


def ints(values):
    return np.array(values, dtype=np.int64)


@st.composite
def grouped(draw, values=whole):
    """Values, their groups, and a number of groups of which the last may be empty."""
    n = draw(st.integers(0, 12))
    ids = draw(st.lists(st.integers(0, 4), min_size=n, max_size=n))
    return draw(st.lists(values, min_size=n, max_size=n)), ids, 6


def members(values, ids, k):
    return [[v for v, g in zip(values, ids, strict=True) if g == group] for group in range(k)]


@given(st.lists(st.tuples(whole, small, whole), max_size=12), st.integers(0, 3))
def test_groups_are_numbered_in_ascending_order_of_their_keys(rows, width):
    tuples = [row[:width] for row in rows]
    ids, k = segments.group_ids([ints([row[i] for row in tuples]) for i in range(width)], len(rows))
    distinct = sorted(set(tuples))
    assert k == len(distinct)
    assert ids.tolist() == [distinct.index(row) for row in tuples]


@given(st.lists(st.tuples(small, small), max_size=12))
def test_one_of_each_is_the_first_row_of_every_key(rows):
    found = segments.one_of_each([ints([row[i] for row in rows]) for i in range(2)], len(rows))
    assert found.tolist() == [rows.index(key) for key in sorted(set(rows))]


def test_keys_too_wide_for_64_bits_together_still_group():
    wide = ints([0, 2**40, 0, 2**40, 0])
    ids, k = segments.group_ids([wide, wide, ints([1, 2, 1, 2, 2**50])], 5)
    assert (ids.tolist(), k) == ([0, 2, 0, 2, 1], 3)


@given(st.lists(whole, max_size=12))
def test_stable_order_is_that_of_sorted(key):
    assert segments.stable_order(ints(key)).tolist() == sorted(range(len(key)), key=lambda i: key[i])


@given(grouped())
def test_order_within_groups(case):
    values, ids, _ = case
    plain = segments.order_within(ints(ids)).tolist()
    assert plain == sorted(range(len(ids)), key=lambda i: ids[i])
    by_value = segments.order_within(ints(ids), ints(values)).tolist()
    assert by_value == sorted(range(len(ids)), key=lambda i: (ids[i], values[i]))


@given(grouped())
def test_sums_extremes_and_counts(case):
    values, ids, k = case
    parts = members(values, ids, k)
    data, groups = ints(values), ints(ids)
    assert segments.segment_sum(data, groups, k).tolist() == [sum(part) for part in parts]
    assert segments.segment_min(data, groups, k, 7).tolist() == [min(part, default=7) for part in parts]
    assert segments.segment_max(data, groups, k, 7).tolist() == [max(part, default=7) for part in parts]
    assert segments.segment_count(groups, k).tolist() == [len(part) for part in parts]


@given(grouped(st.booleans()))
def test_any_all_and_counted_booleans(case):
    values, ids, k = case
    parts = members(values, ids, k)
    data, groups = np.array(values, dtype=np.bool_), ints(ids)
    assert segments.segment_any(data, groups, k).tolist() == [any(part) for part in parts]
    assert segments.segment_all(data, groups, k).tolist() == [all(part) for part in parts]
    assert segments.segment_sum(data, groups, k).tolist() == [sum(part) for part in parts]


@given(grouped())
def test_running_sum_and_rank(case):
    values, ids, _ = case
    totals, seen, expected, ranks = defaultdict(int), defaultdict(int), [], []
    for value, group in zip(values, ids, strict=True):
        totals[group] += value
        seen[group] += 1
        expected.append(totals[group])
        ranks.append(seen[group])
    assert segments.running_sum(ints(values), ints(ids)).tolist() == expected
    assert segments.rank_within(ints(ids)).tolist() == ranks


def test_running_sum_of_doubles_stays_in_its_group():
    values = np.array([1e300, 0.5, np.inf, 0.25, 1e300, 0.125])
    running = segments.running_sum(values, ints([0, 1, 2, 1, 0, 1]))
    assert running.tolist() == [1e300, 0.5, np.inf, 0.75, 2e300, 0.875]


def test_running_sum_of_booleans_counts():
    assert segments.running_sum(np.array([True, True, False, True]), ints([0, 1, 0, 0])).tolist() == [1, 1, 1, 2]


@given(grouped(small))
def test_dense_rank_counts_values_as_they_first_appear(case):
    values, ids, _ = case
    seen, expected = defaultdict(list), []
    for value, group in zip(values, ids, strict=True):
        if value not in seen[group]:
            seen[group].append(value)
        expected.append(seen[group].index(value) + 1)
    assert segments.dense_rank_first_seen(ints(values), ints(ids)).tolist() == expected


@given(st.lists(st.tuples(small, small), max_size=8))
def test_expanded_ranges(ranges):
    left, right = segments.expand_ranges(ints([a for a, _ in ranges]), ints([b for _, b in ranges]))
    expected = [(i, j) for i, (a, b) in enumerate(ranges) for j in range(a, b)]
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == expected


def rounded(a, b, c):
    exact = Fraction(a * b, c)
    size = (2 * abs(exact) + 1) // 2
    return int(size if exact >= 0 else -size)


@given(st.lists(st.tuples(whole, whole, whole.filter(bool)), max_size=8))
def test_mul_div_half_up_is_exact(rows):
    a, b, c = (ints([row[i] for row in rows]) for i in range(3))
    assert segments.mul_div_half_up(a, b, c).tolist() == [rounded(*row) for row in rows]


def test_halves_round_away_from_zero_and_large_products_stay_int64():
    result = segments.mul_div_half_up(ints([1, -1, 1, 3, 10**16]), ints([1, 1, -1, 1, 10**16]), ints([2, 2, 3, 2, 10**16]))
    assert result.tolist() == [1, -1, 0, 2, 10**16]
    assert result.dtype == np.int64


def test_division_by_zero_is_refused():
    with pytest.raises(ZeroDivisionError):
        segments.mul_div_half_up(ints([1]), ints([1]), ints([0]))


def test_sums_beyond_64_bits_are_python_ints():
    total = segments.segment_sum(ints([HUGE, HUGE]), ints([0, 0]), 1)
    assert total.dtype == np.object_
    assert total.tolist() == [2 * HUGE]
