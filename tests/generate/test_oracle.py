"""The labels are exactly what an independent judge finds."""

from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from claimrules.generate import claim_tables
from claimrules.generate.scenarios import RULES


@pytest.mark.parametrize(("lines", "seed"), [(200_000, 1), (200_000, 20), (3_000, 7), (40_000, 300)])
def test_the_judge_finds_the_planted_violations_and_nothing_else(judge: Any, lines: int, seed: int) -> None:
    case = judge(claim_tables(lines, seed))
    judged, labels = Counter(case.found()), Counter(case.planted())
    assert list((judged - labels).elements()) == []
    assert list((labels - judged).elements()) == []
    assert {rule for rule, *_ in labels} == set(RULES)


def test_every_violating_line_is_planted_once(judge: Any) -> None:
    lines = [(claim, line) for _, _, _, claim, line, _ in judge(claim_tables(200_000, 4)).planted() if line]
    assert len(lines) == len(set(lines)) > 500


def test_near_misses_become_findings_without_their_excuse(judge: Any) -> None:
    tables = claim_tables(60_000, 11)
    before = judge(tables).by_rule()

    def without(table: str, column: str, values: pa.Array) -> Counter[str]:
        changed = tables[table].set_column(tables[table].schema.get_field_index(column), column, values)
        found: Counter[str] = judge(tables | {table: changed}).by_rule()
        return found

    none = pa.array([False] * tables["claims"].num_rows)
    assert without("claims", "is_newborn", none)["drug_sex"] > before["drug_sex"]
    standing = without("claims", "is_reversed", none)
    for rule in ("drug_sex", "drug_over_price", "ipt_split_stay"):
        assert standing[rule] > before[rule], rule
    ways = tables["claims"]["discharge_way"]
    alive = pc.if_else(pc.equal(ways, "died"), "home", ways)
    assert without("claims", "discharge_way", alive)["ipt_split_stay"] > before["ipt_split_stay"]
    ids = pa.chunked_array([["H91000000000"] * len(ways)])
    assert without("claims", "provider_id", ids)["svc_duplicate"] > before["svc_duplicate"]


def test_refunds_decide_over_many_lines(judge: Any) -> None:
    tables = claim_tables(60_000, 12)
    charged = tables["lines"].filter(pc.greater(tables["lines"]["quantity"], 0))
    before, after = judge(tables).by_rule(), judge(tables | {"lines": charged}).by_rule()
    for rule in ("drug_sex", "drug_max_supply", "drug_offlist_claimed", "fee_outside_stay", "svc_duplicate"):
        assert after[rule] > before[rule], rule
