"""The plan as text, for `explain --plan` and for snapshots in tests."""

from datetime import date, timedelta

from claimrules.catalog import Base
from claimrules.language.expression import (
    Aggregate,
    Call,
    Case,
    Expr,
    Field,
    Key,
    Let,
    Literal,
    MatchField,
    MatchRow,
    Missing,
    OfSubject,
    Param,
    RowId,
    Walk,
)
from claimrules.language.rule import WindowSpec
from claimrules.plan.plan import Plan
from claimrules.plan.rule_plan import RulePlan

_INFIX = {"and": "AND", "or": "OR", "=": "=", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_INFIX |= {"+": "+", "-": "-", "*": "*", "/": "/", "like": "LIKE"}


def print_plan(plan: Plan) -> str:
    """Every rule: what is asked at which grain, in the order in which it happens."""
    return "\n\n".join(_rule(rule) for rule in plan.rules)


def _rule(plan: RulePlan) -> str:
    rule = plan.rule
    out = [f"{rule.id} v{rule.version}: every {rule.kind}, within one {plan.partition}"]
    out += [f"  screen  {s.match}: {show(s.code)} is in {rule.match(s.match).table}" for s in plan.screens]
    out += [f"  coarse  {show(part)}" for part in plan.coarse]
    out += [f"  fine    {show(part)}" for part in plan.fine]
    for match in rule.matches:
        keys = ", ".join(f"{name} = {show(value)}" for name, value in match.keys)
        out.append(f"  match   {match.name}: {'all' if match.take_all else 'one'} of {match.table} by {keys}")
    if rule.per:
        out.append(f"  per     {', '.join(f'{k.name} = {show(k.value)}' for k in rule.per)}")
    for other in rule.others:
        same = ", ".join(f"{show(a)} = {show(b)}" for a, b in other.same)
        near = f" within {_window(other.within)}" if other.within is not None else ""
        where = f" where {show(other.where)}" if other.where is not None else ""
        out.append(f"  others  {other.name}: {other.take} {other.kind} by {same}{near}{where}")
    word = "flag_rows" if rule.flags_rows else "flag"
    out += [f"  {word:<9} {f'[{name}] ' if name else ''}{show(node)}" for name, node in rule.flag]
    out += [f"  unless  [{e.name}] {show(e.when)}" for e in rule.unless]
    out += [f"  doubt   [{e.name}] {show(e.when)}" for e in rule.doubt]
    arguments = ", ".join(show(a) for a in rule.amount.arguments)
    out.append(f"  amount  {rule.amount.method}({arguments})")
    return "\n".join(out)


def _window(window: WindowSpec) -> str:
    if window.column is not None:
        return show(window.column)
    if window.period or window.n is None:
        return window.period or window.direction
    amount = f"{show(window.n)} {window.unit}s"
    return f"last {amount}" if window.direction == "last" else f"{amount} {window.direction}"


def show(node: Expr) -> str:  # noqa: C901 - one case a node
    """An expression in the language's own spelling."""
    match node:
        case Literal(value=None):
            return "NULL"
        case Literal(value=bool() as value):
            return "TRUE" if value else "FALSE"
        case Literal(value=str() as value):
            return f"'{value}'"
        case Literal(type=type_, value=int() as value) if type_.base is Base.DATE:
            return f"DATE '{date(1970, 1, 1) + timedelta(value)}'"
        case Literal(value=value):
            return str(value)
        case Field(owner=owner, kind=kind, name=name):
            return f"{owner or kind}.{name}"
        case RowId(owner=owner, kind=kind):
            return f"{owner}.{kind}" if owner else kind
        case MatchField(owner=owner, match=match, column=column):
            return f"{owner}.{match}.{column}" if owner else f"{match}.{column}"
        case MatchRow(match=match):
            return match
        case Missing(name=name):
            return f"{name} IS MISSING"
        case Param(name=name) | Let(name=name) | Key(name=name):
            return name
        case Case(branches=branches, otherwise=otherwise):
            parts = " ".join(f"WHEN {show(w)} THEN {show(t)}" for w, t in branches)
            return f"CASE {parts} ELSE {show(otherwise)} END"
        case Aggregate(function=function, over=over, argument=argument, condition=condition, distinct=distinct, option=p):
            inner = ("DISTINCT " if distinct else "") + (show(argument) if argument is not None else over or "*")
            inner += f", {show(p)}" if p is not None else ""
            return f"{function}({inner})" + (f" FILTER (WHERE {show(condition)})" if condition is not None else "")
        case OfSubject(owner=owner, value=Key(name=name)):
            return f"{owner}.{name}"
        case OfSubject(owner=owner, value=value):
            return f"{owner}.({show(value)})"
        case Walk(function=function, arguments=arguments):
            return f"{function}({', '.join(show(a) for a in arguments)})"
        case Call(function=function, arguments=(left, right)) if function in _INFIX:
            return f"({show(left)} {_INFIX[function]} {show(right)})"
        case Call(function="not", arguments=(one,)):
            return f"NOT {show(one)}"
        case Call(function="is_null", arguments=(one,)):
            return f"{show(one)} IS NULL"
        case Call(type=type_, function="cast", arguments=(one,)):
            return f"{show(one)}::{type_.base}"
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(show(a) for a in arguments)})"
