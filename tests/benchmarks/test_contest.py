"""A peer that finds something else fails the benchmark before any time is told; and peers that agree are found to."""

import json

import pytest
from benchmarks.claims import claims_of
from benchmarks.contest import DiffersError, Score, agree, hits
from benchmarks.pack import pack_of


@pytest.mark.parametrize(
    ("other", "wrong"),
    [({"a": [1, 100], "b": [0, 0]}, False), ({"a": [1, 100]}, False), ({"a": [1, 101], "b": [0, 0]}, True), ({}, True)],
)
def test_peers_are_compared_rule_by_rule(other, wrong):
    scores = [Score("claimrules", found={"a": [1, 100], "b": [0, 0]}), Score("floor"), Score("peer", found=other)]
    if wrong:
        with pytest.raises(DiffersError, match=r"peer differs from claimrules in 1 rules: a: \[1, 100\]"):
            agree(scores)
    else:
        agree(scores)


def test_claimrules_and_duckdb_find_the_same_lines_and_money(tmp_path):
    claims = claims_of(tmp_path, 20_000)
    pack = pack_of(tmp_path, claims)
    rules = json.loads((pack / "about.json").read_text())
    assert len(rules) == 50
    own, each, expert = hits(["claimrules_hits", "duckdb_each", "duckdb_expert"], claims, pack, 1)
    assert own.found == each.found == expert.found
    assert sum(lines for lines, _ in own.found.values()) > 0
    assert all(len(score.seconds) == 1 and score.median > 0 for score in (own, each, expert))
