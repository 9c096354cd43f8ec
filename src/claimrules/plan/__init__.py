"""All rules as one plan.

Takes: rules, the tables' schemas, parameters. Gives: `Plan`, printable and frozen. Never: sees a claim.
"""

from claimrules.plan.from_rules import make_plan
from claimrules.plan.plan import Plan
from claimrules.plan.print import print_plan
from claimrules.plan.rule_plan import ItemScreen, RulePlan

__all__ = ["ItemScreen", "Plan", "RulePlan", "make_plan", "print_plan"]
