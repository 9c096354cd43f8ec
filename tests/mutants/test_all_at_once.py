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
from library_tier import tiered

ROOT = Path(__file__).parents[2]
SOME = 4
"""A few of the cases, so that some mutants live and both verdicts are compared."""
PACK = claimrules.load(ROOT / "rules")


@pytest.mark.parametrize("rule_id", tiered(sorted(PACK.rules)))
def test_the_vectorised_run_is_each_mutant_run_alone(rule_id: str):
    rule = PACK.rules[rule_id]
    mutants = mutants_of(rule)
    cases = read_cases(rule)[:SOME]
    alive, stillborn = survivors(PACK, rule, cases, mutants)
    assert 0 < len(alive) < len(mutants) - len(stillborn), "nothing is compared where all live, or all die"
    for mutant in mutants:
        lives = _alone(replace(mutant.rule, written=rule.written))
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
