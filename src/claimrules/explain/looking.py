"""Values and conditions at one place of a space: the engine computes, this only reads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from claimrules.catalog import BOOLEAN, Base, kind_fields
from claimrules.engine.column import Column
from claimrules.engine.prepare.arrays import take
from claimrules.engine.space import Space
from claimrules.engine.values.shown import shown
from claimrules.explain.explanation import Condition, Truth, Value
from claimrules.explain.spelling import NAMED, between, is_comparison, listed, name_of, spelled
from claimrules.language.expression import Aggregate, Call, Expr, Field, Let, Literal, MatchField, Walk, children
from claimrules.language.rule import Rule

_MARK = re.compile("\0([0-9]+)\0")
_DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Wording:
    """What the rule's names stand for: `filled` gives each expression as the engine has it, without names of `let`."""

    rule: Rule
    filled: Mapping[Expr, Expr]
    titles: Mapping[tuple[str, str], str] = field(default_factory=dict)
    lets: Mapping[str, Expr] = field(default_factory=dict)

    def title(self, node: Expr) -> str:
        """The catalog's name of a field, the table's name of a column."""
        match node:
            case Field(kind=kind, name=name):
                try:
                    known = kind_fields(kind)
                except KeyError:  # a kind whose fields are not of the input
                    return ""
                return known[name].zh if name in known else ""
            case MatchField(match=match, column=column):
                return self.titles.get((match, column), "")
            case _:
                return ""


@dataclass(frozen=True, slots=True)
class Look:
    """A space and a place in it."""

    space: Space
    at: int
    wording: Wording

    def column(self, node: Expr) -> Column:
        """The one value of `node`, spelt with or without names."""
        whole = self.space.evaluate(self.wording.filled.get(node, node))
        return take(whole, np.array([self.at], np.int64))

    def truth(self, node: Expr) -> Truth:
        """TRUE, FALSE or not known."""
        column = self.column(node)
        if column.known is not None and not column.known[0]:
            return "unknown"
        return "true" if column.data[0] else "false"

    def value(self, node: Expr, depth: int = 0) -> Value:
        """A named value, or a computed one."""
        column = self.column(node)
        definition: tuple[str | Value, ...] = ()
        if isinstance(node, Let) and depth < _DEEPEST:
            definition = self.pieces(self.wording.lets[node.name], depth + 1)
        elif isinstance(node, Walk) or (isinstance(node, Aggregate) and node.condition is not None):
            definition = ()
        return value_of(
            column, spelled(node) if not isinstance(node, NAMED) else self.named(node), self.wording.title(node), definition
        )

    def named(self, node: Expr) -> str:
        """What a named part is called."""
        return spelled(node) if isinstance(node, Aggregate | Walk) else name_of(node)

    def pieces(self, node: Expr, depth: int = 0) -> tuple[str | Value, ...]:
        """The text of an expression with its named values in their places."""
        values: list[Value] = []

        def mark(part: Expr) -> str:
            values.append(self.value(part, depth))
            return f"\0{len(values) - 1}\0"

        text = spelled(node, mark)
        out: list[str | Value] = []
        for i, piece in enumerate(_MARK.split(text)):
            if i % 2:
                out.append(values[int(piece)])
            elif piece:
                out.append(piece)
        return tuple(out)

    # ------------------------------------------------------------------ conditions

    def condition(self, node: Expr, name: str = "") -> Condition:
        """A condition with the truth of its parts."""
        if isinstance(node, Let) and node.type == BOOLEAN:
            inner = self.condition(self.wording.lets[node.name])
            return Condition(truth=self.truth(node), text=node.name, operator="and", name=node.name, conditions=(inner,))
        parts, operator = _parts(node)
        if operator:
            conditions = tuple(self.condition(part) for part in parts)
            return Condition(truth=self.truth(node), text=spelled(node), operator=operator, name=name, conditions=conditions)
        return Condition(
            truth=self.truth(node), text=spelled(node), name=name, pieces=self.pieces(node), sides=self._sides(node)
        )

    def _sides(self, node: Expr) -> tuple[str, ...]:
        """The two sides of a comparison, where one is computed from others."""
        if not (is_comparison(node) and isinstance(node, Call)):
            return ()
        if all(isinstance(side, NAMED | Literal) for side in node.arguments):
            return ()
        left, right = (quoted(self.value(side)) for side in node.arguments)
        return (left, node.function.upper(), right)


def _parts(node: Expr) -> tuple[tuple[Expr, ...], str]:
    """What AND, OR or NOT joins; nothing for a condition of its own."""
    match node:
        case Call(function="not", arguments=(one,)):
            return (one,), "not"
        case Call(function="and" | "or" as function) if between(node) is None and listed(node) is None:
            out: list[Expr] = []
            for argument in node.arguments:
                inner, operator = _parts(argument)
                out += inner if operator == function else (argument,)
            return tuple(out), function
        case _:
            return (), ""


def value_of(column: Column, text: str, title: str = "", definition: tuple[str | Value, ...] = ()) -> Value:
    """The first value of a column."""
    known = column.known is None or bool(column.known[0])
    least = column.least is not None and bool(column.least[0]) and not known
    bare = Column(column.type, column.data, None, column.words)
    said = shown(bare)[0] if known or least else None
    return Value(
        text=text,
        title=title,
        value=said if known else None,
        kind=kind_of(column),
        at_least=said if least else None,
        definition=definition,
    )


def kind_of(column: Column) -> str:
    """What sort of value it is, in a word."""
    type_ = column.type
    if type_.values:
        return "enumeration"
    if type_.base in (Base.TEXT, Base.WINDOW):
        return "text" if type_.base is Base.TEXT else "window"
    if type_.base is Base.BOOLEAN:
        return "boolean"
    return "date" if type_.is_time else "number"


def quoted(value: Value) -> str:
    """A value as an expression would have it."""
    if value.value is None:
        return "NULL" if value.at_least is None else f"≥ {value.at_least}"
    return f"'{value.value}'" if value.kind in ("text", "enumeration", "date", "window") else value.value


def unknown_names(condition: Condition) -> list[str]:
    """The names that are not known in a condition that is not, each once."""
    if condition.truth != "unknown":
        return []
    out = [name for part in condition.conditions for name in unknown_names(part)]
    return list(dict.fromkeys([*out, *(name for piece in condition.pieces for name in _unknown(piece))]))


def _unknown(piece: str | Value) -> list[str]:
    if isinstance(piece, str) or piece.value is not None:
        return []
    inner = [name for part in piece.definition for name in _unknown(part)]
    return inner or [piece.text]


def named_parts(node: Expr) -> list[Expr]:
    """The named values that an expression is made of; an aggregate or a walk is one."""
    if isinstance(node, NAMED):
        return [node]
    return [part for child in children(node) for part in named_parts(child)]
