"""Plans of small rules, and of the rule base."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from small_plans import HEAD, SCHEMAS, Planner

import claimrules
from claimrules import RulePack
from claimrules.language import read_rule
from claimrules.pack.parameters import typed_parameters
from claimrules.plan import RulePlan, make_plan

RULES = Path(__file__).parents[2] / "rules"


@pytest.fixture(scope="session")
def pack() -> RulePack:
    """The rule base."""
    return claimrules.load(RULES)


@pytest.fixture
def plan() -> Planner:
    """The plan of the one rule of `HEAD` and a body, with parameters as text."""

    def planned(body: str, parameters: Mapping[str, str] | None = None) -> RulePlan:
        rule = read_rule(HEAD + body, SCHEMAS, file="t.yaml")
        typed = typed_parameters({"t": rule}, parameters or {})
        return make_plan([rule], SCHEMAS, typed).rules[0]

    return planned
