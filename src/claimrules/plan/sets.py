"""After `fill`: a code set that changes with time is asked as of the row's own time.

Of such a set `s`, the codes of each phase are a set of their own: `s@0` before the first change, `s@1` from then on. The
name that `in_set` is asked for becomes a choice among them by the row's date, so that the engine knows undated sets only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from claimrules.catalog import BOOLEAN, DATE, KINDS, TEXT
from claimrules.language.expression import Call, Case, Expr, Field, Literal, MatchField, RowId, conjunction, walk
from claimrules.language.rule import Rule
from claimrules.language.scope import time_of
from claimrules.plan.rewrite import rewritten_rule
from claimrules.plan.rule_plan import RulePlan

Changes = Mapping[str, tuple[int, ...]]
"""The days (since 1970) on which each dated set changes, ascending."""


def date_sets(plan: RulePlan, dated: Changes) -> RulePlan:
    """Every `in_set` of a set that may be dated, by the time of the row whose code it asks about."""
    if not dated:
        return plan
    rule = plan.rule

    def change(node: Expr) -> Expr:
        match node:
            case Call(type=type_, function="in_set", arguments=(code, name)):
                return Call(type_, "in_set", (code, phase(name, _day(code, rule), dated)))
            case _:
                return node

    return replace(plan, rule=rewritten_rule(rule, change))


def phase(name: Expr, day: Expr, dated: Changes) -> Expr:
    """The name of the set that holds on `day`; NULL where that is not known."""
    if isinstance(name, Literal):
        own = {name.value: dated[name.value]} if isinstance(name.value, str) and name.value in dated else {}
    else:
        own = dict(sorted(dated.items()))
    branches: list[tuple[Expr, Expr]] = []
    for one, days in own.items():
        about = () if isinstance(name, Literal) else (Call(BOOLEAN, "=", (name, Literal(TEXT, one))),)
        branches += [(conjunction((*about, when)), then) for when, then in _phases(str(one), day, days)]
    return Case(TEXT, tuple(branches), name) if branches else name


def _phases(name: str, day: Expr, days: tuple[int, ...]) -> Iterator[tuple[Expr, Expr]]:
    yield Call(BOOLEAN, "is_null", (day,)), Literal(TEXT, None)
    for number, first in enumerate(days):
        yield Call(BOOLEAN, "<", (day, Literal(DATE, first))), Literal(TEXT, f"{name}@{number}")
    yield Call(BOOLEAN, ">=", (day, Literal(DATE, days[-1]))), Literal(TEXT, f"{name}@{len(days)}")


def _day(code: Expr, rule: Rule) -> Expr:
    """The date of the row that the code is of: one of `others` where it names one, else the rule's own."""
    named = {part.owner for part in walk(code) if isinstance(part, Field | MatchField | RowId) and part.owner}
    kinds = {other.name: other.kind for other in rule.others if other.name in named and other.kind in KINDS}
    owner, kind = next(iter(sorted(kinds.items())), ("", rule.kind))
    return Call(DATE, "cast", (time_of(kind, owner),))
