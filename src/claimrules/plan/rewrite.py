"""Rebuilding a rule with each of its expressions replaced."""

from collections.abc import Callable
from dataclasses import replace

from claimrules.language.expression import Aggregate, Call, Case, Expr, OfSubject, Walk
from claimrules.language.rule import MatchSpec, Message, OtherSpec, Rule, WindowSpec

Rewrite = Callable[[Expr], Expr]


def rewritten(node: Expr, change: Rewrite) -> Expr:
    """`node` with `change` applied to every part, from the leaves up."""
    match node:
        case Call():
            node = replace(node, arguments=tuple(rewritten(a, change) for a in node.arguments))
        case Walk():
            node = replace(node, arguments=tuple(rewritten(a, change) for a in node.arguments))
        case Case():
            branches = tuple((rewritten(w, change), rewritten(t, change)) for w, t in node.branches)
            node = replace(node, branches=branches, otherwise=rewritten(node.otherwise, change))
        case Aggregate():
            node = replace(
                node,
                argument=None if node.argument is None else rewritten(node.argument, change),
                condition=None if node.condition is None else rewritten(node.condition, change),
                option=None if node.option is None else rewritten(node.option, change),
            )
        case OfSubject():
            node = replace(node, value=rewritten(node.value, change))
        case _:
            pass
    return change(node)


def rewritten_rule(rule: Rule, change: Rewrite) -> Rule:
    """The rule with `change` applied to every part of every expression."""

    def one(node: Expr | None) -> Expr | None:
        return None if node is None else rewritten(node, change)

    def sure(node: Expr) -> Expr:
        return rewritten(node, change)

    def match(spec: MatchSpec) -> MatchSpec:
        keys = tuple((name, sure(value)) for name, value in spec.keys)
        return replace(spec, keys=keys, where=one(spec.where), at=one(spec.at))

    def window(spec: WindowSpec | None) -> WindowSpec | None:
        return None if spec is None else replace(spec, n=one(spec.n), column=one(spec.column))

    def other(spec: OtherSpec) -> OtherSpec:
        return replace(
            spec,
            rows=one(spec.rows),
            matches=tuple(match(m) for m in spec.matches),
            same=tuple((sure(a), sure(b)) for a, b in spec.same),
            within=window(spec.within),
            where=one(spec.where),
            order=tuple(replace(part, value=sure(part.value)) for part in spec.order),
        )

    def message(spec: Message) -> Message:
        return Message(tuple(part if isinstance(part, str) else sure(part) for part in spec.parts))

    unit = rule.observed.unit
    return replace(
        rule,
        rows=one(rule.rows),
        matches=tuple(match(m) for m in rule.matches),
        per=tuple(replace(key, value=sure(key.value)) for key in rule.per),
        order=tuple(replace(part, value=sure(part.value)) for part in rule.order),
        others=tuple(other(o) for o in rule.others),
        lets=tuple(replace(let, value=sure(let.value)) for let in rule.lets),
        flag=tuple((name, sure(node)) for name, node in rule.flag),
        unless=tuple(replace(e, when=sure(e.when)) for e in rule.unless),
        doubt=tuple(replace(e, when=sure(e.when)) for e in rule.doubt),
        amount=replace(rule.amount, arguments=tuple(sure(a) for a in rule.amount.arguments)),
        observed=replace(
            rule.observed,
            value=one(rule.observed.value),
            limit=one(rule.observed.limit),
            unit=unit if isinstance(unit, str) else sure(unit),
        ),
        message=(message(rule.message[0]), message(rule.message[1])),
    )


def expressions(rule: Rule) -> list[Expr]:
    """Every expression of the rule, once for each place, in the order of the frame."""
    top: list[Expr | None] = [rule.rows]
    for spec in (*rule.matches, *(m for o in rule.others for m in o.matches)):
        top += [value for _, value in spec.keys]
        top += [spec.where, spec.at]
    top += [key.value for key in rule.per]
    top += [part.value for part in rule.order]
    for other in rule.others:
        top += [other.rows, other.where]
        top += [side for pair in other.same for side in pair]
        top += [part.value for part in other.order]
        if other.within is not None:
            top += [other.within.n, other.within.column]
    top += [let.value for let in rule.lets]
    top += [node for _, node in rule.flag]
    top += [e.when for e in (*rule.unless, *rule.doubt)]
    top += list(rule.amount.arguments)
    top += [rule.observed.value, rule.observed.limit]
    if not isinstance(rule.observed.unit, str):
        top.append(rule.observed.unit)
    for message in rule.message:
        top += [part for part in message.parts if not isinstance(part, str)]
    return [node for node in top if node is not None]
