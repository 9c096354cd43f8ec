"""Runs and chains against a plain loop."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from claimrules.engine.kernels.runs import chains, runs

small = st.integers(-4, 12)
spans = st.lists(st.tuples(st.integers(0, 3), small, small, st.integers(-1, 3)), max_size=14)


def ints(values):
    return np.array(values, dtype=np.int64)


def columns(rows):
    return [ints([row[i] for row in rows]) for i in range(4)]


def walked(rows, gaps):
    """Chains by a loop over rows sorted by group, start and place: (run of each row, first rows)."""
    run, first = {}, []
    latest = group = None
    for i in sorted(range(len(rows)), key=lambda i: (rows[i][0], rows[i][1], i)):
        ids, start, stop = rows[i][:3]
        if group != ids or start - latest > gaps[i]:
            first.append(i)
            latest = stop if group != ids else max(stop, latest)
        run[i], latest, group = len(first) - 1, max(latest, stop), ids
    return [run[i] for i in range(len(rows))], first


@given(spans, st.integers(0, 3))
def test_chains_are_those_of_a_loop(rows, gap):
    ids, start, stop, own = columns(rows)
    for given_gap, gaps in ((gap, [gap] * len(rows)), (own, own.tolist())):
        found = chains(ids, start, stop, given_gap)
        run, first = walked(rows, gaps)
        assert (found.run.tolist(), found.first_row.tolist(), found.k) == (run, first, len(first))
        assert found.first_x.tolist() == [rows[i][1] for i in first]


@given(spans, st.integers(0, 3))
def test_runs_are_chains_of_moments(rows, gap):
    ids, x, _, _ = columns(rows)
    found = runs(x, ids, gap)
    moments = [(row[0], row[1], row[1]) for row in rows]
    assert (found.run.tolist(), found.first_row.tolist()) == walked(moments, [gap] * len(rows))


@given(spans, st.randoms())
def test_the_order_of_rows_that_stop_no_earlier_than_they_start_does_not_matter(rows, chance):
    places = list(range(len(rows)))
    chance.shuffle(places)
    ids, start, stop, _ = columns(rows)
    stop = np.maximum(start, stop)
    straight = chains(ids, start, stop, 1).run
    shuffled = chains(ids[places], start[places], stop[places], 1).run
    assert shuffled.tolist() == straight[places].tolist()


def test_a_run_breaks_where_the_gap_is_passed_not_where_it_is_reached():
    found = runs(ints([5, 1, 3, 8, 1]), ints([0, 0, 0, 0, 7]), 2)
    assert found.run.tolist() == [0, 0, 0, 1, 2]
    assert (found.first_row.tolist(), found.first_x.tolist()) == ([1, 3, 4], [1, 8, 1])


def test_a_long_stay_bridges_later_ones():
    # 1-20 holds 3-4; 25 is five days after the 20th, 26 is six after 20 but one after 25.
    start, stop = ints([1, 3, 25, 26, 40]), ints([20, 4, 25, 30, 41])
    assert chains(ints([0] * 5), start, stop, 5).run.tolist() == [0, 0, 0, 0, 1]
    assert chains(ints([0] * 5), start, stop, 4).run.tolist() == [0, 0, 1, 1, 2]


def test_nothing_has_no_runs():
    none = ints([])
    assert runs(none, none, 3).k == 0
    assert chains(none, none, none, none).run.tolist() == []


def test_numbers_that_64_bits_do_not_hold_run_too():
    """Money is an integer of its smallest unit, and a sum of it may be wider than a machine's word."""
    x = np.array([10**20, 10**20 + 5, 10**20 + 7, 3], dtype=object)
    made = runs(x, np.zeros(4, np.int64), 2)
    assert made.run.tolist() == [1, 2, 2, 0]
    assert made.first_x.tolist() == [3, 10**20, 10**20 + 5]
