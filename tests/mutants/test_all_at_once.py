"""All mutants together say what each says alone, in a pack of its own through the public API."""

from dataclasses import replace
from pathlib import Path

import pytest

import claimrules
from claimrules.cases import read_cases, run_cases
from claimrules.diagnostics import PlanError
from claimrules.language import Rule
from claimrules.mutants import mutants_of
from claimrules.mutants.kill import survivors
from claimrules.plan import make_plan

ROOT = Path(__file__).parents[2]
SOME = 4
"""A few of the cases, so that some mutants live and both verdicts are compared."""
PACK = claimrules.load(ROOT / "rules")


@pytest.mark.parametrize("rule_id", sorted(rule.id for rule in PACK.rules.values() if rule.status != "draft"))
def test_the_vectorised_run_is_each_mutant_run_alone(rule_id: str):
    rule = PACK.rules[rule_id]
    mutants = mutants_of(rule)
    cases = read_cases(rule)[:SOME]
    alive, stillborn = survivors(PACK, rule, cases, mutants)
    for mutant in mutants:
        lives = _alone(replace(mutant.rule, examples=rule.examples))
        assert lives is not None or mutant.id in stillborn, mutant.id
        assert bool(lives) == (mutant in alive), mutant.id


def _alone(rule: Rule) -> bool | None:
    """Whether the few cases hold for this rule in a pack of its own; None where it cannot be planned."""
    rules = {rule.id: rule}
    try:
        plan = make_plan(rules.values(), PACK.knowledge.schemas, {})
    except PlanError:
        return None
    return all(one.passed for one in run_cases(replace(PACK, rules=rules, plan=plan), read_cases(rule)[:SOME]))


def test_some_live_and_some_die():
    found = [survivors(PACK, rule, read_cases(rule)[:SOME], mutants_of(rule))[0] for rule in PACK.rules.values()]
    assert any(found)
    assert sum(map(len, found)) < sum(len(mutants_of(rule)) for rule in PACK.rules.values()) / 2
