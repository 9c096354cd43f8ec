"""The room's door: rules → the plan, by passes in one order."""

from collections.abc import Iterable, Mapping

from claimrules.catalog import TableSchema
from claimrules.diagnostics import Diagnostic, PlanError
from claimrules.language import Rule
from claimrules.language.expression import MatchField, MatchRow, walk
from claimrules.plan.fill import Parameters, fill
from claimrules.plan.grain import split_by_grain
from claimrules.plan.names import name_absences
from claimrules.plan.plan import Plan
from claimrules.plan.reach import find_reach
from claimrules.plan.rule_plan import RulePlan


def make_plan(rules: Iterable[Rule], tables: Mapping[str, TableSchema], parameters: Parameters) -> Plan:
    """The plan of all rules, in the order of their ids.

    `fill` comes first, so that every later pass sees plain expressions; `name_absences` before `split_by_grain`, which
    must know whether a missing knowledge row takes a row out or is what the rule asks for; `find_reach` last, because it
    reads what the others have left.

    Raises:
        PlanError: CR401 what cannot be run.
    """
    plans: list[RulePlan] = []
    found: list[Diagnostic] = []
    for rule in sorted(rules, key=lambda r: r.id):
        found += _unplannable(rule)
        plan = fill(RulePlan(rule), parameters)
        plan = name_absences(plan)
        plan = split_by_grain(plan, tables)
        plans.append(find_reach(plan))
    if found:
        raise PlanError(found)
    return Plan(tuple(plans))


def _unplannable(rule: Rule) -> list[Diagnostic]:
    """What the language knows and this version does not run."""
    out: list[Diagnostic] = []
    for match in rule.matches:
        used = any(
            isinstance(part, MatchRow | MatchField) and part.match == match.name and not part.owner
            for key in rule.per
            for part in walk(key.value)
        )
        if match.take_all and not used:
            message = f"`{match.name}` takes all knowledge rows, and no key of `per` says whose subject each is"
            out.append(Diagnostic("CR401", message, rule.place, help=f"add `{match.name}` to `per`"))
    everything = any(match.take_all for match in rule.matches)
    for other in rule.others:
        if other.own and everything:
            message = f"`{other.name}` is of the rule's own rows, and each of those stands for several knowledge rows"
            out.append(Diagnostic("CR401", message, rule.place, help=f"write `of: {rule.kind}` in `{other.name}`"))
        if any(match.take_all for match in other.matches):
            message = f"a match of `{other.name}` takes all knowledge rows: only matches of the rule's own rows can"
            out.append(Diagnostic("CR401", message, rule.place))
    return out
