"""Doubles, overlaps and gaps against a search of every date, row by row."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from claimrules.knowledge.versions import FOREVER, Versions, duplicates, gaps, overlaps

LAST = 12

DATED = st.tuples(
    st.integers(0, 2),  # group
    st.integers(0, 1),  # content
    st.sampled_from([-FOREVER, 3, 9]),  # known
    st.one_of(st.just(-FOREVER), st.integers(0, LAST)),  # start
    st.one_of(st.just(FOREVER), st.integers(0, LAST)),  # end
).filter(lambda row: row[3] <= row[4])


def versions(rows):
    columns = list(zip(*rows, strict=True)) or [[]] * 5
    group, content, known, start, end = (np.array(column, dtype=np.int64) for column in columns)
    return Versions(group, content.astype(np.uint64), known, start, end)


def valid(row, day):
    return row[3] <= day <= row[4]


@settings(deadline=None)  # the machine's load is no property of ours
@given(st.lists(DATED, max_size=12))
def test_duplicates(rows):
    again, first = duplicates(versions(rows))
    assert sorted(again.tolist()) == [i for i, row in enumerate(rows) if row in rows[:i]]
    assert all(rows[a] == rows[f] and rows.index(rows[a]) == f for a, f in zip(again, first, strict=True))


@settings(deadline=None)  # the machine's load is no property of ours
@given(st.lists(DATED, max_size=12))
def test_overlaps(rows):
    later, earlier = overlaps(versions(rows))
    pairs = {
        (i, j)
        for i, j in itertools.permutations(range(len(rows)), 2)
        if rows[i][0] == rows[j][0]
        and rows[i][2] == rows[j][2]
        and any(valid(rows[i], day) and valid(rows[j], day) for day in range(-1, LAST + 2))
    }
    assert {(int(i), int(j)) for i, j in zip(later, earlier, strict=True)} <= pairs
    begins_first = [(row[3], row[4], i) for i, row in enumerate(rows)]
    assert set(later.tolist()) == {i for i, j in pairs if begins_first[j] < begins_first[i]}


@settings(deadline=None)  # the machine's load is no property of ours
@given(st.lists(DATED, max_size=12))
def test_gaps(rows):
    after, before = gaps(versions(rows))
    expected = set()
    for group in {row[0] for row in rows}:
        mine = [row for row in rows if row[0] == group]
        stand = [r for r in mine if r[2] == max(o[2] for o in mine if o[3] == r[3])]
        days = [any(valid(r, day) for r in stand) for day in range(-1, LAST + 2)]
        for day in range(1, len(days)):
            if days[day] and not days[day - 1] and any(days[:day]):
                expected.add((group, day - 1))
    assert {(rows[i][0], rows[i][3]) for i in after.tolist()} == expected
    for i, j in zip(after.tolist(), before.tolist(), strict=True):
        assert rows[i][0] == rows[j][0]
        assert rows[j][4] + 1 < rows[i][3]
