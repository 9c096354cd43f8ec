"""Edit distances against the recursion they are defined by."""

import time
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from claimrules.engine.kernels.edit_distance import edit_distances

text = st.text(alphabet="ab磁𠮷\0", max_size=7)


def distance(a, b):
    @cache
    def of(i, j):
        if not i or not j:
            return i + j
        return min(of(i - 1, j) + 1, of(i, j - 1) + 1, of(i - 1, j - 1) + (a[i - 1] != b[j - 1]))

    return of(len(a), len(b))


@given(st.lists(st.tuples(text, text), max_size=8))
def test_they_are_those_of_the_recursion(pairs):
    found = edit_distances([a for a, _ in pairs], [b for _, b in pairs])
    assert found.tolist() == [distance(a, b) for a, b in pairs]


def test_by_hand():
    # kitten → sitten → sittin → sitting; 头颅平扫 → 颅脑平扫 loses 头 and gains 脑.
    assert edit_distances(["kitten", "头颅平扫", "", "x"], ["sitting", "颅脑平扫", "abc", "x"]).tolist() == [3, 2, 3, 0]


def test_very_long_and_very_many_texts_go_in_parts():
    began = time.perf_counter()
    many = [f"头颅CT平扫{i}" for i in range(40_000)]
    found = edit_distances([*many, "a" * 3000], [*many[1:], "b", "a" * 2990 + "b"])
    assert found[:9].tolist() == [1] * 9
    assert (found[9], found[-1]) == (2, 10)  # 9 → 10 puts in 1 and replaces 9 by 0
    assert time.perf_counter() - began < 30
