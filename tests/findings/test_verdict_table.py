"""A row that joins several subjects carries each subject's own amount."""

from decimal import Decimal
from pathlib import Path

import pytest

import claimrules
from claimrules.batch import ClaimBatch
from claimrules.testing import claim, line

ARCHETYPES = claimrules.load(Path(__file__).parents[1] / "archetypes")


@pytest.mark.parametrize(("y", "z"), [("15", "40"), ("40", "15")])
def test_a_part_of_two_bundles_costs_in_each_what_is_above_its_price(y, z):
    rows = [
        {"bundle_code": "Y", "component_code": "A", "min_components": "1", "bundle_price": y},
        {"bundle_code": "Z", "component_code": "A", "min_components": "1", "bundle_price": z},
        {"bundle_code": "Z", "component_code": "B", "min_components": "1", "bundle_price": z},
    ]
    pack = ARCHETYPES.with_knowledge({"bundle": rows})
    one = claim(line("B", amount="10.00"), line("A", amount="50.00"))
    table = pack.judge(ClaimBatch.from_claims([one]), "t10_bundle_split").to_pylist()
    by_bundle = {"Y": Decimal(0), "Z": Decimal(0)}
    for row in table:
        by_bundle[row["subject"][-1]] += row["amount"]
    assert by_bundle == {"Y": Decimal(50) - Decimal(y), "Z": Decimal(60) - Decimal(z)}
