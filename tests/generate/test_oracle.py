"""The labels are exactly what an independent judge finds."""

from collections import Counter

import pytest
from oracle import connect, found, planted

from claimrules.generate import claim_tables
from claimrules.generate.scenarios import RULES


@pytest.mark.parametrize(("lines", "seed"), [(200_000, 1), (200_000, 20), (3_000, 7), (40_000, 300)])
def test_the_judge_finds_the_planted_violations_and_nothing_else(lines: int, seed: int) -> None:
    db = connect(claim_tables(lines, seed))
    judged, labels = Counter(found(db)), Counter(planted(db))
    assert list((judged - labels).elements()) == []
    assert list((labels - judged).elements()) == []
    assert {rule for rule, *_ in labels} == set(RULES)


def test_the_judge_is_awake() -> None:
    tables = claim_tables(20_000, 5)
    lines = tables["lines"]
    doubled = lines.column("unit_price").to_pylist()
    assert len(set(doubled)) > 100
    swapped = lines.set_column(lines.schema.get_field_index("item_type"), "item_type", lines.column("fee_category"))
    db = connect(tables | {"lines": swapped})
    assert not [f for f in found(db) if f[0] == "drug_offlist_claimed"]
    assert found(db)
