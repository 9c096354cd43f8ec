"""The room's door: rules that load → what is doubtful in them."""

from claimrules.diagnostics import Diagnostic
from claimrules.lint.masked import masked
from claimrules.lint.never import never
from claimrules.lint.reach import unasked
from claimrules.pack import RulePack

OF_ALL_RULES = frozenset({"CR233", "CR234"})
"""Codes that are looked for in full only where all rules are there."""


def lint_rules(pack: RulePack, *, whole: bool = True) -> list[Diagnostic]:
    """Conditions that never hold or never fail, rules that others make idle, rows of knowledge that no rule asks for.

    `whole`: the pack has all rules that there are; of a part it cannot be said that nobody asks for a row.
    """
    rules = [rule for rule in pack.rules.values() if rule.status != "retired"]
    excused = frozenset(rule for one in pack.knowledge.exemptions for rule in one.rules or ())
    rows = unasked(rules, pack.knowledge) if whole else ()
    return [*(one for rule in rules for one in never(rule)), *masked(rules, excused), *rows]
