"""Mutants of rules: how much of a rule its cases hold fast.

Takes: a `RulePack` and the cases of its rules. Gives: a `Score` for each rule, each survivor with a case that would kill it.
Never: changes a rule; a mutant lives in memory alone.
"""

from claimrules.mutants.from_rule import mutants_of
from claimrules.mutants.mutant import Mutant
from claimrules.mutants.run import mutate_pack, rules_to_mutate
from claimrules.mutants.score import Score, Survivor

__all__ = ["Mutant", "Score", "Survivor", "mutants_of", "mutate_pack", "rules_to_mutate"]
