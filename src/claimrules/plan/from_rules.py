"""The room's door: rules → the plan, by passes in one order."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from claimrules.catalog import TableSchema, Type
from claimrules.language import Rule
from claimrules.plan.fill import Parameters, fill
from claimrules.plan.grain import split_by_grain
from claimrules.plan.names import name_absences
from claimrules.plan.plan import Plan
from claimrules.plan.reach import find_reach
from claimrules.plan.rule_plan import RulePlan
from claimrules.plan.sets import Changes, date_sets


def make_plan(
    rules: Iterable[Rule],
    tables: Mapping[str, TableSchema],
    parameters: Parameters,
    varies: Callable[[str, Type, str], bool] = lambda *_: False,
    dated: Changes = MappingProxyType({}),
) -> Plan:
    """The plan of all rules, in the order of their ids.

    `varies`: whether a parameter (name, type) of a rule (id) has rows of its own, by region, level or date.
    `dated`: the days on which each code set changes that does.

    `fill` comes first, so that every later pass sees plain expressions, then `date_sets`, whose dates are
    columns that the rule reads; `name_absences` before `split_by_grain`, which
    must know whether a missing knowledge row takes a row out or is what the rule asks for; `find_reach` last, because it
    reads what the others have left.
    """
    plans: list[RulePlan] = []
    for rule in sorted(rules, key=lambda r: r.id):
        varying = {p.name for p in rule.params if varies(p.name, p.type, rule.id)}
        plan = fill(RulePlan(rule), parameters, varying)
        plan = date_sets(plan, dated)
        plan = name_absences(plan)
        plan = split_by_grain(plan, tables)
        plans.append(find_reach(plan))
    return Plan(tuple(plans))
