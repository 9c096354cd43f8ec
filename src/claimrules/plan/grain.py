"""Third pass: each part of `rows` to its own grain, and codes that no knowledge row mentions out at once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from claimrules.catalog import BOOLEAN, DATE, KINDS, Absence, Base, TableSchema
from claimrules.language.expression import (
    Aggregate,
    Call,
    Expr,
    Field,
    Literal,
    MatchField,
    Missing,
    Param,
    RowId,
    Walk,
    conjuncts,
    walk,
)
from claimrules.language.rule import Rule
from claimrules.language.scope import time_of
from claimrules.plan.rule_plan import ItemScreen, RulePlan

EPOCH = date(1970, 1, 1)


def split_by_grain(plan: RulePlan, tables: Mapping[str, TableSchema]) -> RulePlan:
    """`coarse`, `fine` and `screens`."""
    rule = plan.rule
    parts = conjuncts(rule.rows) if rule.rows is not None else ()
    coarse = tuple(p for p in parts if is_coarse(p, rule.kind))
    fine = (*(p for p in parts if not is_coarse(p, rule.kind)), *_effective(rule))
    screens = tuple(
        ItemScreen(match.name, match.keys[0][1])
        for match in rule.matches
        if match.name not in plan.asked
        and tables[match.table].absence is Absence.NO_LIMIT
        and match.keys
        and _is_own_code(match.keys[0][1], rule.kind)
        and match.keys[0][0] == tables[match.table].key[0].name
    )
    return replace(plan, coarse=coarse, fine=fine, screens=screens)


def is_coarse(node: Expr, kind: str) -> bool:
    """Whether it is about rows above the rule's kind alone."""
    above = KINDS[kind].above
    named = False
    for part in walk(node):
        if isinstance(part, Field | RowId):
            if part.owner or part.kind not in above:
                return False
            named = True
        elif isinstance(part, Aggregate | Walk | Missing | MatchField | Param):
            return False
    return named


def _is_own_code(node: Expr, kind: str) -> bool:
    return isinstance(node, Field) and not node.owner and node.kind == kind and node.type.base is Base.TEXT


def _effective(rule: Rule) -> tuple[Expr, ...]:
    """The rule holds on the row's own date, not on the day of the run."""
    day = Call(DATE, "cast", (time_of(rule.kind),))
    out: list[Expr] = []
    for bound, operator in ((rule.effective_from, ">="), (rule.effective_to, "<=")):
        if bound is not None:
            out.append(Call(BOOLEAN, operator, (day, Literal(DATE, (bound - EPOCH).days))))
    return tuple(out)
