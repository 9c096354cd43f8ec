"""The room's door: rules that load → what is doubtful in them."""

from claimrules.diagnostics import Diagnostic
from claimrules.lint.masked import masked
from claimrules.lint.never import never
from claimrules.lint.reach import unasked
from claimrules.pack import RulePack


def lint_rules(pack: RulePack) -> list[Diagnostic]:
    """Conditions that never hold or never fail, rules that others make idle, rows of knowledge that no rule asks for."""
    rules = [rule for rule in pack.rules.values() if rule.status != "retired"]
    excused = frozenset(rule for one in pack.knowledge.exemptions for rule in one.rules or ())
    return [*(one for rule in rules for one in never(rule)), *masked(rules, excused), *unasked(rules, pack.knowledge)]
