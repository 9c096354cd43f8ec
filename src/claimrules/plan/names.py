"""Second pass: which absences the rule asks for, and which make a row clean."""

from collections.abc import Iterator
from dataclasses import replace

from claimrules.language.expression import (
    Aggregate,
    Expr,
    Field,
    MatchField,
    MatchRow,
    Missing,
    OfSubject,
    Walk,
    children,
    walk,
)
from claimrules.plan.rewrite import expressions
from claimrules.plan.rule_plan import RulePlan


def _compared(node: Expr) -> Iterator[Expr]:
    """The parts of a flag that are compared: not those that an aggregate over the subject's rows gathers."""
    if isinstance(node, Aggregate) and node.over == "":
        return
    yield node
    for child in children(node):
        yield from _compared(child)


def name_absences(plan: RulePlan) -> RulePlan:
    """A `take`-one other of which the flag names a column, and of which nothing asks IS MISSING, must be there."""
    rule = plan.rule
    every = [part for node in expressions(rule) for part in walk(node)]
    missing = [part for part in every if isinstance(part, Missing)]
    asked = frozenset(part.name for part in missing if not part.owner)
    asked_of_others = frozenset((part.owner, part.name) for part in missing if part.owner)
    flagged = [part for _, node in rule.flag for part in _compared(node)]
    used = {part.owner for part in flagged if isinstance(part, Field | MatchField | OfSubject) and part.owner}
    needed = tuple(o.name for o in rule.others if o.take != "all" and o.name in used and o.name not in asked)
    keyed = {part.match for key in rule.per for part in walk(key.value) if isinstance(part, MatchField | MatchRow)}
    sets = frozenset(match.name for match in rule.matches if match.take_all and match.name not in keyed)
    walks = any(isinstance(part, Walk) for part in every)
    return replace(plan, asked=asked, asked_of_others=asked_of_others, needed=needed, sets=sets, walks=walks)
