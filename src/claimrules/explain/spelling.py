"""Expressions in the language's own spelling, with a chance for each name to be spelt with its value."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

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

NAMED = Field | RowId | MatchField | MatchRow | Missing | Param | Let | Key | OfSubject | Aggregate | Walk
"""What has a value worth showing; the rest is made of these."""

Hook = Callable[[Expr], str | None]

_BINDING = {"or": 1, "and": 2, "not": 3, "+": 5, "-": 5, "*": 6, "/": 6}
_COMPARISONS = {"=", "<>", "<", "<=", ">", ">=", "like"}
_ATOM = 9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def spelled(node: Expr, hook: Hook | None = None) -> str:
    """`node` as a rule would write it. `hook` may give the text of a named part."""
    return _Speller(hook).spell(node)


def is_comparison(node: Expr) -> bool:
    """Whether it compares two values."""
    return isinstance(node, Call) and node.function in _COMPARISONS and len(node.arguments) == 2


def between(node: Expr) -> tuple[Expr, Expr, Expr] | None:
    """The value and both bounds, if `node` is `value BETWEEN low AND high`."""
    match node:
        case Call(
            function="and",
            arguments=(Call(function=">=", arguments=(a, low)), Call(function="<=", arguments=(b, high))),
        ) if a == b:
            return a, low, high
        case _:
            return None


def listed(node: Expr) -> tuple[Expr, tuple[Expr, ...]] | None:
    """The value and its choices, if `node` is `value IN (…)`."""
    match node:
        case Call(function="or", arguments=arguments):
            inner = [listed(a) or _equal(a) for a in arguments]
            if any(one is None for one in inner):
                return None
            found = [one for one in inner if one is not None]
            if len({one[0] for one in found}) == 1:
                return found[0][0], tuple(choice for one in found for choice in one[1])
    return None


def _equal(node: Expr) -> tuple[Expr, tuple[Expr, ...]] | None:
    match node:
        case Call(function="=", arguments=(value, Literal() as choice)):
            return value, (choice,)
        case _:
            return None


class _Speller:
    def __init__(self, hook: Hook | None) -> None:
        self.hook = hook

    def spell(self, node: Expr, above: int = 0) -> str:
        if self.hook is not None and isinstance(node, NAMED):
            said = self.hook(node)
            if said is not None:
                return said
        text, binding = self._spelt(node)
        return f"({text})" if binding <= above and binding < _ATOM else text

    def _spelt(self, node: Expr) -> tuple[str, int]:
        match node:
            case Literal():
                return literal(node), _ATOM
            case Case():
                return self._case(node), _ATOM
            case Aggregate():
                return self._aggregate(node), _ATOM
            case Walk(function=function, arguments=arguments):
                return f"{function}({', '.join(self.spell(a) for a in arguments)})", _ATOM
            case Missing():
                return f"{name_of(node)} IS MISSING", 4
            case Call():
                return self._call(node)
            case _:
                return name_of(node), _ATOM

    def _call(self, node: Call) -> tuple[str, int]:
        range_, choices = between(node), listed(node)
        if range_ is not None:
            value, low, high = (self.spell(part, 4) for part in range_)
            return f"{value} BETWEEN {low} AND {high}", 4
        if choices is not None:
            return f"{self.spell(choices[0], 4)} IN ({', '.join(self.spell(c) for c in choices[1])})", 4
        match node.function, node.arguments:
            case ("and" | "or" | "+" | "-" | "*" | "/") as function, (left, right):
                binding = _BINDING[function]
                tight = binding if function in ("-", "/") else binding - 1
                return f"{self.spell(left, binding - 1)} {function.upper()} {self.spell(right, tight)}", binding
            case "-", (one,):
                return f"-{self.spell(one, 7)}", 7
            case "not", (one,):
                return f"NOT {self.spell(one, 3)}", 3
            case ("is_null" | "is_true" | "is_false") as function, (one,):
                return f"{self.spell(one, 4)} IS {function[3:].upper()}", 4
            case "cast", (one,):
                return f"{self.spell(one, 8)}::{node.type.base}", _ATOM
            case function, (left, right) if function in _COMPARISONS:
                return f"{self.spell(left, 4)} {function.upper()} {self.spell(right, 4)}", 4
            case function, arguments:
                return f"{function}({', '.join(self.spell(a) for a in arguments)})", _ATOM

    def _case(self, node: Case) -> str:
        parts = " ".join(f"WHEN {self.spell(when)} THEN {self.spell(then)}" for when, then in node.branches)
        return f"CASE {parts} ELSE {self.spell(node.otherwise)} END"

    def _aggregate(self, node: Aggregate) -> str:
        inner = self.spell(node.argument) if node.argument is not None else node.over or "*"
        more = f", {self.spell(node.option)}" if node.option is not None else ""
        where = f" FILTER (WHERE {self.spell(node.condition)})" if node.condition is not None else ""
        return f"{node.function}({'DISTINCT ' if node.distinct else ''}{inner}{more}){where}"


def name_of(node: Expr) -> str:
    """The name as a rule writes it."""
    match node:
        case Field(owner=owner, kind=kind, name=name):
            return f"{owner or _kind(kind)}.{name}"
        case RowId(owner=owner, kind=kind):
            return f"{owner}.{_kind(kind)}" if owner else _kind(kind)
        case MatchField(owner=owner, match=match, column=column):
            return f"{owner}.{match}.{column}" if owner else f"{match}.{column}"
        case MatchRow(owner=owner, match=match):
            return f"{owner}.{match}" if owner else match
        case Missing(owner=owner, name=name):
            return f"{owner}.{name}" if owner else name
        case Param(name=name):
            return f"param.{name}"
        case Let(name=name) | Key(name=name):
            return name
        case OfSubject(owner=owner, value=value):
            return f"{owner}.{name_of(value)}"
        case _:
            return spelled(node)


def _kind(kind: str) -> str:
    return "line" if kind == "raw_line" else kind


def literal(node: Literal) -> str:
    """A constant."""
    base, value = node.type.base, node.value
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return f"'{value}'"
    if base is Base.DATE and isinstance(value, int):
        return f"'{(_EPOCH + timedelta(value)).date()}'"
    if base is Base.TIMESTAMP and isinstance(value, int):
        return f"'{(_EPOCH + timedelta(microseconds=value)).replace(tzinfo=None)}'"
    if isinstance(value, tuple):
        months, micro = value
        return f"INTERVAL {months} MONTH" if months else f"INTERVAL {timedelta(microseconds=micro)}"
    return str(value)
