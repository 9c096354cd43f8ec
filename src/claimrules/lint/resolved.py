"""Expressions of different rules made comparable: names replaced by what they stand for."""

from collections.abc import Callable
from dataclasses import replace

from claimrules.language.expression import (
    Aggregate,
    Call,
    Case,
    Expr,
    Field,
    Key,
    Let,
    MatchField,
    MatchRow,
    Missing,
    OfSubject,
    Param,
    RowId,
    Walk,
)
from claimrules.language.rule import MatchSpec, OtherSpec, Rule


class Resolved:
    """One rule with its names resolved: a match is the look-up that it makes, an other the rows that it takes."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self._lets = {one.name: one.value for one in rule.lets}
        self._keys = {one.name: one.value for one in rule.per}
        self._params = {one.name: one for one in rule.params}
        self._matches = {one.name: one for one in rule.matches}
        self._others = {one.name: one for one in rule.others}
        self._shown: dict[str, str] = {}
        self.matches = frozenset(self._match(one) for one in rule.matches if not one.take_all)
        self.per = tuple(self(one.value) for one in rule.per)
        self.order = tuple((self(one.value), one.descending) for one in rule.order)
        self.rows = None if rule.rows is None else self(rule.rows)
        self.flag = tuple(self(condition) for _, condition in rule.flag)
        self.unless = frozenset(self(one.when) for one in rule.unless)

    def __call__(self, node: Expr) -> Expr:
        """The expression with every name resolved."""
        match node:
            case Let() if node.name in self._lets:
                return self(self._lets[node.name])
            case Key() if node.name in self._keys:
                return self(self._keys[node.name])
            case Param() if node.name in self._params:
                return replace(node, default=self._params[node.name].default)
            case MatchField() | MatchRow():
                return replace(node, match=self._named(node.match, node.owner), owner=self._owner(node.owner))
            case Missing():
                name = (
                    self._named(node.name, node.owner)
                    if node.owner or node.name in self._matches
                    else self._owner(node.name)
                )
                return replace(node, name=name, owner=self._owner(node.owner))
            case OfSubject():
                return replace(node, owner=self._owner(node.owner), value=self(node.value))
            case Aggregate():
                over = self._owner(node.over) if node.over in self._others else self._named(node.over, "")
                return rebuilt(replace(node, over=over), self)
            case Field() | RowId():
                return replace(node, owner=self._owner(node.owner))
            case _:
                return rebuilt(node, self)

    def _named(self, match: str, owner: str) -> str:
        """What a match of the rule, or of one of its others, looks up."""
        known = self._matches if not owner else {one.name: one for one in self._others[owner].matches}
        return self._match(known[match]) if match in known else match

    def _match(self, spec: MatchSpec) -> str:
        return self._once(f"match {spec.owner}.{spec.name}", lambda: self._look_up(spec))

    def _look_up(self, spec: MatchSpec) -> str:
        keys = sorted((column, repr(self(value))) for column, value in spec.keys)
        where, at = (repr(self(one)) if one is not None else "" for one in (spec.where, spec.at))
        return repr((spec.table, keys, where, at, spec.ever, spec.take_all))

    def _owner(self, name: str) -> str:
        if name not in self._others:
            return name
        return self._once(f"other {name}", lambda: self._taken(self._others[name]))

    def _taken(self, other: OtherSpec) -> str:
        same = sorted(repr((self(mine), self(its))) for mine, its in other.same)
        rows, where = (repr(self(one)) if one is not None else "" for one in (other.rows, other.where))
        order = [(repr(self(one.value)), one.descending) for one in other.order]
        matches = sorted(self._match(one) for one in other.matches)
        near = other.within
        window = near and (
            near.period,
            near.unit,
            near.direction,
            near.n and self(near.n),
            near.column and self(near.column),
        )
        return repr((other.kind, other.own, rows, matches, same, window, where, other.itself, other.take, order))

    def _once(self, name: str, told: Callable[[], str]) -> str:
        if name not in self._shown:
            self._shown[name] = "itself"  # while it is told: `where` of an other names the other
            self._shown[name] = told()
        return self._shown[name]


def rebuilt(node: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """The node with the expressions directly below it changed."""
    match node:
        case Call() | Walk():
            return replace(node, arguments=tuple(change(one) for one in node.arguments))
        case Case():
            branches = tuple((change(when), change(value)) for when, value in node.branches)
            return replace(node, branches=branches, otherwise=change(node.otherwise))
        case Aggregate():
            argument, condition, option = (
                None if one is None else change(one) for one in (node.argument, node.condition, node.option)
            )
            return replace(node, argument=argument, condition=condition, option=option)
        case _:
            return node
