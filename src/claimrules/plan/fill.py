"""First pass: parameters become numbers, `let`s their definitions. Everything after sees plain expressions."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from claimrules.catalog import BOOLEAN, Type
from claimrules.diagnostics import Diagnostic, PlanError
from claimrules.language.expression import Call, Expr, Let, Literal, Param, Value, conjunction, walk
from claimrules.language.rule import OtherSpec, Rule
from claimrules.plan.rewrite import rewritten, rewritten_rule
from claimrules.plan.rule_plan import RulePlan

COURSE = "course_gap_days"
"""The parameter by which encounters are one course."""

Parameters = Mapping[str, tuple[Type, Value]]


def fill(plan: RulePlan, parameters: Parameters, varying: Collection[str] = ()) -> RulePlan:
    """Each rule's own defaults, unless `parameters` says otherwise.

    `varying`: names for which `parameters.yaml` has rows. They stay, with the default beside them, for the engine to ask
    at each row; a value that is given by name holds everywhere.
    """
    defaults: dict[str, tuple[Type, Value]] = {p.name: (p.type, p.default) for p in plan.rule.params}
    values = {**defaults, **{name: value for name, value in parameters.items() if name in defaults}}

    def number(node: Expr) -> Expr:
        if isinstance(node, Param):
            type_, value = values[node.name]
            if node.name in varying and node.name not in parameters:
                return Param(type_, node.name, plan.rule.id, value)
            return Literal(type_, value)
        return node

    if COURSE in varying and COURSE not in parameters:
        message = f"`{COURSE}` chains the encounters of a person, and can have no rows in parameters.yaml"
        raise PlanError(Diagnostic("CR401", message, plan.rule.place, help="give the rule a default that holds everywhere"))
    rule = rewritten_rule(plan.rule, number)
    lets = {let.name: let.value for let in rule.lets}

    def named(node: Expr) -> Expr:
        return rewritten(lets[node.name], named) if isinstance(node, Let) else node

    rule = rewritten_rule(rule, named)
    gap = values.get(COURSE, (None, None))[1]
    rule = replace(rule, others=tuple(_of_own_row(other) for other in rule.others))
    _nothing_varies_in_their_matches(rule)
    return replace(plan, rule=rewritten_rule(rule, settled), course_gap=gap if isinstance(gap, int) else None)


def _of_own_row(other: OtherSpec) -> OtherSpec:
    """A parameter that varies is the rule's own row's: such a condition on other rows is one on pairs."""
    if other.rows is None or not any(isinstance(part, Param) for part in walk(other.rows)):
        return other
    both = (other.rows,) if other.where is None else (other.rows, other.where)
    return replace(other, rows=None, where=conjunction(both))


def _nothing_varies_in_their_matches(rule: Rule) -> None:
    """The knowledge of other rows is looked up before it is known beside which of the rule's rows they stand."""
    for other in rule.others:
        for match in other.matches:
            nodes = [value for _, value in match.keys] + [node for node in (match.where, match.at) if node is not None]
            varying = [part.name for node in nodes for part in walk(node) if isinstance(part, Param)]
            if varying:
                message = f"`{varying[0]}` has rows in parameters.yaml, and `{match.name}` of `{other.name}` needs one value"
                advice = f"ask for it in the `where` of `{other.name}` instead"
                raise PlanError(Diagnostic("CR401", message, rule.place, help=advice))


def settled(node: Expr) -> Expr:
    """A comparison of two constant texts is decided: a parameter that chooses a variant costs nothing at run time."""
    match node:
        case Call(function="=" | "<>" as function, arguments=(Literal(value=str() as a), Literal(value=str() as b))):
            return Literal(BOOLEAN, (a == b) == (function == "="))
        case _:
            return node
