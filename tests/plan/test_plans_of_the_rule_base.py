"""The printed plans of the first seven rules, read and kept. A new rule needs none.

`python tests/plan/test_plans_of_the_rule_base.py` writes them anew; read each difference.
"""

from pathlib import Path

import pytest

import claimrules
from claimrules import RulePack
from claimrules.plan import print_plan

PLANS = Path(__file__).parent / "plans"
RULES = Path(__file__).parents[2] / "rules"
NAMES = sorted(path.stem for path in PLANS.glob("*.txt"))


def printed(pack: RulePack, name: str) -> str:
    return print_plan(pack.plan.only(frozenset([name]))) + "\n"


def test_each_is_of_a_rule(pack: RulePack) -> None:
    assert len(NAMES) == 7
    assert set(NAMES) <= set(pack.rules)


@pytest.mark.parametrize("name", NAMES)
def test_the_printed_plan(pack: RulePack, name: str) -> None:
    assert printed(pack, name) == (PLANS / f"{name}.txt").read_text(encoding="utf-8")


def test_the_plan_is_in_the_order_of_ids(pack: RulePack) -> None:
    blocks = print_plan(pack.plan).split("\n\n")
    assert [block.split()[0] for block in blocks] == sorted(pack.rules)


def test_none_looks_beyond_a_person(pack: RulePack) -> None:
    plan = pack.plan.only(frozenset(NAMES))
    assert not plan.whole
    assert {r.rule.id: r.partition for r in plan.rules} == {
        "drug_max_supply": "person",
        "drug_offlist_claimed": "line",
        "drug_over_price": "line",
        "drug_sex": "line",
        "fee_outside_stay": "line",
        "ipt_split_stay": "person",
        "svc_duplicate": "person",
    }


def test_another_value_of_a_parameter_is_another_plan(pack: RulePack) -> None:
    before = printed(pack, "ipt_split_stay")
    after = printed(pack.with_params({"split_stay_days": "7"}), "ipt_split_stay")
    assert before.count("<= 15") == 1
    assert after == before.replace("<= 15", "<= 7")
    assert printed(pack, "ipt_split_stay") == before


if __name__ == "__main__":
    base = claimrules.load(RULES)
    for rule in NAMES:
        PLANS.joinpath(f"{rule}.txt").write_text(printed(base, rule), encoding="utf-8")
