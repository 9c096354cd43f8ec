"""Aggregates of how values are spread, against Python's exact fractions."""

import math
import statistics
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimrules.catalog import DATE, DOUBLE, INTEGER, MONEY, QUANTITY, TEXT, decimal
from claimrules.engine.aggregate import Members, reduce
from claimrules.engine.column import Column
from claimrules.engine.option import by_option
from claimrules.language.expression import Aggregate, Field, Literal

HUGE = 2**63 - 1
X = Field(INTEGER, "", "line", "x")
SETS = 4
members = st.lists(
    st.tuples(st.integers(0, SETS - 2), st.one_of(st.integers(-20, 20), st.integers(-HUGE, HUGE), st.just(10**16 + 1))),
    max_size=14,
)
parts = st.sampled_from(["0", "0.05", "0.25", "0.3", "0.5", "0.75", "0.9", "1"])


def reduced(function, values, ids, type_=INTEGER, p=None, known=None, **more):
    option = None if p is None else Literal(decimal(38, 2), Decimal(p))
    node = Aggregate(TEXT if function == "distinct_list" else DOUBLE, function, "", X, option=option)
    data = values if isinstance(values, np.ndarray) else np.array(values, dtype=np.int64)
    column = Column(type_, data, None if known is None else np.array(known))
    return reduce(node, column, None, Members(np.array(ids, dtype=np.int64), SETS, **more))


def values_of(column):
    known = [True] * len(column) if column.known is None else column.known.tolist()
    data = column.data.tolist() if column.words is None else [column.words[code] for code in column.data]
    return [value if there else None for value, there in zip(data, known, strict=True)]


def by_set(rows):
    return [sorted(v for g, v in rows if g == group) for group in range(SETS)]


def quantile_of(values, p):
    """Between the two values around place p × (n - 1), in proportion."""
    place = Fraction(p) * (len(values) - 1)
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (place - low) * (values[high] - values[low])


@given(members, parts)
def test_quantiles_are_the_nearest_double_of_the_exact_value(rows, p):
    ids, values = [g for g, _ in rows], [v for _, v in rows]
    for type_, unit in ((INTEGER, 1), (MONEY, 100)):
        expected = [float(quantile_of(some, p) / Fraction(unit)) if some else None for some in by_set(rows)]
        assert values_of(reduced("quantile", values, ids, type_, p)) == expected
    expected = [float(Fraction(statistics.median(map(Fraction, some)))) if some else None for some in by_set(rows)]
    assert values_of(reduced("median", values, ids)) == expected


@given(members)
def test_means_are_the_nearest_double_of_the_exact_value(rows):
    ids, values = [g for g, _ in rows], [v for _, v in rows]
    expected = [float(Fraction(sum(some), len(some) * 100)) if some else None for some in by_set(rows)]
    assert values_of(reduced("avg", values, ids, MONEY)) == expected


@given(members)
def test_deviations_are_of_the_exact_variance(rows):
    ids, values = [g for g, _ in rows], [v for _, v in rows]
    expected = [
        math.sqrt(float(statistics.variance(map(Fraction, some)) / 10**8)) if len(some) > 1 else None
        for some in by_set(rows)
    ]
    assert values_of(reduced("stddev", values, ids, QUANTITY)) == expected


doubles = st.lists(st.tuples(st.integers(0, SETS - 2), st.floats(-1e9, 1e9)), max_size=12)


@given(doubles, parts)
def test_doubles_are_near_and_do_not_depend_on_the_order_of_rows(rows, p):
    forward, back = (
        [
            values_of(
                reduced(
                    name, np.array([v for _, v in some]), [g for g, _ in some], DOUBLE, p if name == "quantile" else None
                )
            )
            for name in ("avg", "median", "quantile", "stddev", "sum")
        ]
        for some in (rows, rows[::-1])
    )
    assert forward == back
    sets = by_set(rows)
    for found, exact in zip(forward[2], sets, strict=True):
        assert found == (
            pytest.approx(float(quantile_of([Fraction(v) for v in exact], p)), rel=1e-9, abs=1e-6) if exact else None
        )
    for found, exact in zip(forward[3], sets, strict=True):
        assert found == (pytest.approx(statistics.stdev(exact), rel=1e-6, abs=1e-3) if len(exact) > 1 else None)


@given(st.floats(-1e12, 1e12), st.integers(2, 12))
def test_equal_doubles_have_their_own_value_as_mean_and_deviate_by_nothing(value, n):
    same, ids = np.full(n, value), [0] * n
    for name in ("avg", "median"):
        assert values_of(reduced(name, same, ids, DOUBLE))[0] == value
    assert values_of(reduced("quantile", same, ids, DOUBLE, "0.3"))[0] == value
    assert values_of(reduced("stddev", same, ids, DOUBLE))[0] == 0


@pytest.mark.parametrize("function", ["avg", "median", "quantile", "stddev", "distinct_list"])
def test_a_set_with_something_unknown_is_not_known(function):
    p = "0.5" if function == "quantile" else None
    found = reduced(function, [1, 2, 3, 4, 5, 6], [0, 0, 1, 1, 2, 2], p=p, known=[True, False, True, True, True, True])
    assert [value is None for value in values_of(found)] == [True, False, False, True]
    sure = np.array([True, True, True, False, True, True])
    assert values_of(reduced(function, [1, 2, 3, 4, 5, 6], [0, 0, 1, 1, 2, 2], p=p, sure=sure))[1] is None
    incomplete = np.array([False, False, True, False])
    assert values_of(reduced(function, [1, 2, 3, 4, 5, 6], [0, 0, 1, 1, 2, 2], p=p, incomplete=incomplete))[2] is None


def test_by_hand():
    # 1 2 3 4: quartiles at places 0.75 and 2.25; the squares of ±1.5 and ±0.5 sum to 5, by 3.
    found = [values_of(reduced("quantile", [4, 1, 3, 2], [0] * 4, p=p))[0] for p in ("0.25", "0.75", "0", "1")]
    assert found == [1.75, 3.25, 1.0, 4.0]
    assert values_of(reduced("stddev", [4, 1, 3, 2], [0] * 4))[0] == math.sqrt(5 / 3)
    assert values_of(reduced("stddev", [7], [0]))[0] is None
    assert values_of(reduced("quantile", [1, 2], [0, 0], p="1.01")) == [None] * SETS


@given(st.lists(st.tuples(st.integers(0, SETS - 2), st.text("ab,", min_size=1, max_size=3)), max_size=12))
def test_lists_of_texts_are_sorted_and_equal_for_equal_sets(rows):
    words = sorted({word for _, word in rows}) or [""]
    column = Column(
        TEXT, np.array([words.index(word) for _, word in rows], dtype=np.int64), None, np.array(words, dtype=object)
    )
    node = Aggregate(TEXT, "distinct_list", "", X)
    found = reduce(node, column, None, Members(np.array([g for g, _ in rows], dtype=np.int64), SETS))
    expected = [", ".join(sorted(set(some))) if some else None for some in by_set(rows)]
    assert values_of(found) == expected
    assert found.words is not None
    assert found.words.tolist() == sorted(set(found.words.tolist()))


def test_lists_of_numbers_ascend_by_value():
    assert values_of(reduced("distinct_list", [10, 9, 10, 9, 100], [0, 0, 0, 1, 1]))[:2] == ["9, 10", "9, 100"]
    assert values_of(reduced("distinct_list", [25000, 10000, -5000], [0, 0, 0], QUANTITY))[0] == "-0.5, 1, 2.5"
    assert values_of(reduced("distinct_list", np.array([0.5, 0.50000001, 0.25]), [0, 0, 0], DOUBLE))[0] == "0.25, 0.5"
    assert values_of(reduced("distinct_list", [20000, 0], [1, 1], DATE))[1] == "1970-01-01, 2024-10-04"
    huge = np.array([10**40, 5], dtype=object)
    assert values_of(reduced("distinct_list", huge, [0, 0]))[0] == f"5, {10**40}"


def test_a_part_that_differs_from_row_to_row():
    node = Aggregate(DOUBLE, "quantile", "", X, option=X)
    part = Column(decimal(3, 2), np.array([50, 100, 50, 0]), np.array([True, True, True, False]))

    def evaluate(asked):
        assert isinstance(asked, Aggregate)
        assert isinstance(asked.option, Literal)
        return Column(DOUBLE, np.arange(4) + float(asked.option.value) * 100)

    assert values_of(by_option(node, part, evaluate)) == [50, 101, 52, None]
