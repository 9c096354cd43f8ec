"""Connected components against a search by hand."""

import time

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from claimrules.engine.kernels.components import components


def ints(values):
    return np.array(values, dtype=np.int64)


def searched(links, n):
    """The smallest node that each can reach, by walking the links."""
    beside = {i: set() for i in range(n)}
    for a, b in links:
        beside[a].add(b)
        beside[b].add(a)
    out = []
    for node in range(n):
        seen, open_nodes = {node}, [node]
        while open_nodes:
            new = beside[open_nodes.pop()] - seen
            seen |= new
            open_nodes += new
        out.append(min(seen))
    return out


@given(st.integers(1, 14).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.tuples(*[st.integers(0, n - 1)] * 2)))))
def test_each_node_is_named_by_the_smallest_it_reaches(graph):
    n, links = graph
    found = components(ints([a for a, _ in links]), ints([b for _, b in links]), n)
    assert found.tolist() == searched(links, n)


def test_a_long_path_in_any_order_is_one_component():
    n = 200_000
    chance = np.random.default_rng(3)
    names = chance.permutation(n)
    began = time.perf_counter()
    assert not components(names[:-1], names[1:], n).any()
    assert not components(np.arange(n - 1), np.arange(1, n), n).any()
    assert time.perf_counter() - began < 20  # a round a node would take hours


def test_without_links_each_is_its_own():
    assert components(ints([]), ints([]), 3).tolist() == [0, 1, 2]
    assert components(ints([]), ints([]), 0).tolist() == []
    assert components(ints([2]), ints([2]), 3).tolist() == [0, 1, 2]
