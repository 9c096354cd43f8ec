"""The functions in the rules of `functions/`, whose cases pytest runs: what cases cannot say."""

from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

import claimrules
from claimrules.batch import ClaimBatch
from claimrules.plan.print import print_plan

RULES = Path(__file__).parent / "functions"


@pytest.fixture(scope="module")
def pack():
    return claimrules.load(RULES)


def stay(claim_id, days, diagnosis="I20.1", level="2A"):
    start = datetime(2025, 3, 1)  # noqa: DTZ001
    return {
        "claim_id": claim_id,
        "person_id": f"P{claim_id}",
        "provider_id": "H1",
        "encounter_id": claim_id,
        "care_type": "inpatient",
        "provider_level": level,
        "principal_diagnosis": diagnosis,
        "admitted_at": start,
        "discharged_at": start + timedelta(days=days),
        "settled_at": start + timedelta(days=days),
    }


def flagged(pack, stays):
    batch = ClaimBatch.from_tables({"claims": pa.Table.from_pylist(stays)})
    found = pack.judge(batch, "ipt_los_abnormal").to_pylist()
    return sorted(row["claim_id"] for row in found if row["verdict"] == "flagged")


def test_a_stay_longer_than_the_upper_quartile_of_its_like(pack):
    # Of 2 2 2 2 6 the quartile stands at place 3, the fourth 2; the lone stay of 29 days has too few beside it.
    stays = [stay(f"A{i}", days) for i, days in enumerate((2, 2, 2, 2, 6))] + [stay("B", 29, "J18.9")]
    assert flagged(pack, stays) == ["A4"]
    # Of 2 2 2 6 6 it is 6 itself; and a sixth of 6 days elsewhere is not of their like.
    stays = [stay(f"A{i}", days) for i, days in enumerate((2, 2, 2, 6, 6))] + [stay("B", 6, level="3A")]
    assert flagged(pack, stays) == []
    # Of 1 2 3 4 5 6 it is 4.75.
    assert flagged(pack, [stay(f"A{i}", i + 1) for i in range(6)]) == ["A4", "A5"]


def test_they_are_printed_as_they_are_written_with_the_date_they_count_by(pack):
    plan = print_plan(pack.plan)
    assert "quantile(days_between(alike.admitted_at, alike.discharged_at), 0.75)" in plan
    assert "excess_within(line.quantity, limit.n, limit.cycle_days, line.charged_at::date)" in plan
    assert "supply_left(line.supply_days, line.charged_at::date)" in plan
    assert "distinct_list(line.item_code)" in plan
