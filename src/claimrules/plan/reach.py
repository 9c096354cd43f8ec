"""Fourth pass: what each rule reads, and how far its rows may lie apart."""

from collections.abc import Mapping
from dataclasses import replace

from claimrules.catalog import KIND_TABLES, KINDS
from claimrules.language.expression import Aggregate, Expr, Field, Key, RowId, walk
from claimrules.language.rule import OtherSpec, Rule
from claimrules.plan.rewrite import expressions
from claimrules.plan.rule_plan import RulePlan

PERSON = ("encounter", "person_id")


def find_reach(plan: RulePlan) -> RulePlan:
    """`columns` and `partition`."""
    rule = plan.rule
    columns = {
        (KIND_TABLES[part.kind], part.name)
        for node in expressions(rule)
        for part in walk(node)
        if isinstance(part, Field) and part.kind in KIND_TABLES
    }
    return replace(plan, columns=frozenset(columns), partition=partition_of(rule))


def partition_of(rule: Rule) -> str:
    """The widest key that the rows of a rule share: line, claim, encounter, person, or all."""
    widths = [_of_keys([key.value for key in rule.per]) if rule.per else _own(rule)]
    keys = {key.name: key.value for key in rule.per}
    widths += [_of_other(other, keys) for other in rule.others]
    return max(widths, key=["line", "claim", "encounter", "person", "all"].index)


def _own(rule: Rule) -> str:
    below = any(isinstance(p, Aggregate) and p.over in KINDS for node in expressions(rule) for p in walk(node))
    return "encounter" if below or rule.kind in ("encounter", "day") else "claim" if rule.kind == "claim" else "line"


def _of_keys(keys: list[Expr]) -> str:
    width = "all"
    for key in keys:
        if isinstance(key, RowId):
            return "encounter" if key.kind == "encounter" else "claim"
        if isinstance(key, Field) and (key.kind, key.name) == PERSON:
            width = "person"
    return width


def _of_other(other: OtherSpec, keys: Mapping[str, Expr]) -> str:
    if other.within is not None and other.within.period in ("claim", "encounter", "prescription"):
        return "encounter"
    return _of_keys([keys.get(mine.name, mine) if isinstance(mine, Key) else mine for mine, _ in other.same])
