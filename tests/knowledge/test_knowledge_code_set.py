import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claimrules.knowledge import CodeSet, KnowledgeSet

PREFIX = st.text("AB1中", min_size=1, max_size=4)


def inside(code, include, exclude):
    best, answer = -1, False
    for fits, prefixes in ((True, include), (False, exclude)):
        for prefix in prefixes:
            if code.startswith(prefix) and len(prefix) > best:
                best, answer = len(prefix), fits
    return answer


@settings(deadline=None)  # the machine's load is no property of ours
@given(st.sets(PREFIX, max_size=6), st.sets(PREFIX, max_size=6), st.lists(st.text("AB1中", max_size=6), max_size=20))
def test_the_longest_prefix_decides(include, exclude, codes):
    exclude -= include
    got = CodeSet("s", tuple(sorted(include)), tuple(sorted(exclude))).contains(codes)
    assert got.dtype == np.bool_
    assert got.tolist() == [inside(code, include, exclude) for code in codes]


def test_sets_are_read_from_their_table(write, folder):
    yaml = "columns: {set_id: text, prefix: text}\nkey: [set_id, prefix]\n"
    write(code_sets__yaml=yaml, code_sets__csv="set_id,prefix\nlung,J\nlung,-J00\nlung,J00.9\nskin,L\nnone,-Q\n")
    sets = KnowledgeSet.read([folder]).sets
    assert dict(sets) == {
        "lung": CodeSet("lung", ("J", "J00.9"), ("J00",)),
        "none": CodeSet("none", (), ("Q",)),
        "skin": CodeSet("skin", ("L",), ()),
    }
    assert sets["lung"].contains(["J18.9", "J00.0", "J00.91", "L01", ""]).tolist() == [True, False, True, False, False]


@pytest.mark.parametrize("codes", [[], ["J"]])
def test_an_empty_set_contains_nothing(codes):
    assert CodeSet("s", ()).contains(codes).tolist() == [False] * len(codes)
