"""First pass: parameters become numbers, `let`s their definitions. Everything after sees plain expressions."""

from collections.abc import Mapping
from dataclasses import replace

from claimrules.catalog import BOOLEAN, Type
from claimrules.language.expression import Call, Expr, Let, Literal, Param, Value
from claimrules.plan.rewrite import rewritten, rewritten_rule
from claimrules.plan.rule_plan import RulePlan

Parameters = Mapping[str, tuple[Type, Value]]


def fill(plan: RulePlan, parameters: Parameters) -> RulePlan:
    """Each rule's own defaults, unless `parameters` says otherwise."""
    defaults: dict[str, tuple[Type, Value]] = {p.name: (p.type, p.default) for p in plan.rule.params}
    values = {**defaults, **{name: value for name, value in parameters.items() if name in defaults}}

    def number(node: Expr) -> Expr:
        if isinstance(node, Param):
            type_, value = values[node.name]
            return Literal(type_, value)
        return node

    rule = rewritten_rule(plan.rule, number)
    lets = {let.name: let.value for let in rule.lets}

    def named(node: Expr) -> Expr:
        return rewritten(lets[node.name], named) if isinstance(node, Let) else node

    rule = rewritten_rule(rule, named)
    return replace(plan, rule=rewritten_rule(rule, settled))


def settled(node: Expr) -> Expr:
    """A comparison of two constant texts is decided: a parameter that chooses a variant costs nothing at run time."""
    match node:
        case Call(function="=" | "<>" as function, arguments=(Literal(value=str() as a), Literal(value=str() as b))):
            return Literal(BOOLEAN, (a == b) == (function == "="))
        case _:
            return node
