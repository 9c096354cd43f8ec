"""The typed expression tree: what the checker makes of a condition, and all that the plan and the engine see of it.

Nodes are frozen and compare by content, so that equal sub-expressions of different rules are evaluated once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar, dataclass_transform

from claimrules.catalog import BOOLEAN, Type

Value = str | int | bool | Decimal | None
T = TypeVar("T", bound="Node")


class Node:
    """What all nodes have: a place for the hash. Each space looks a node up by it, and a tree is deep."""

    __slots__ = ("_hash",)


@dataclass_transform(frozen_default=True)
def node(cls: type[T]) -> type[T]:
    """A frozen dataclass whose hash is computed once. It is neither compared nor pickled."""
    made = dataclass(frozen=True, slots=True)(cls)
    compute = made.__hash__

    def remembered(self: T) -> int:
        try:
            return self._hash  # type: ignore[attr-defined, no-any-return]
        except AttributeError:
            found = compute(self)
            object.__setattr__(self, "_hash", found)
            return found

    made.__hash__ = remembered  # type: ignore[method-assign, assignment]
    return made


@node
class Literal(Node):
    """A constant. Dates are days, timestamps microseconds since 1970; an interval is (months, microseconds)."""

    type: Type
    value: Value | tuple[int, int]


@node
class Field(Node):
    """A column of a row: the rule's own (`owner` empty) or that of one of `others`, or of a kind above it."""

    type: Type
    owner: str
    kind: str
    name: str


@node
class RowId(Node):
    """Which row of a kind it is: the identity of a claim or an encounter, as a key."""

    type: Type
    owner: str
    kind: str


@node
class MatchField(Node):
    """A column of the knowledge row that `match` found."""

    type: Type
    owner: str
    match: str
    column: str


@node
class MatchRow(Node):
    """Which knowledge row it is, as a key."""

    type: Type
    owner: str
    match: str


@node
class Missing(Node):
    """`name IS MISSING`: no knowledge row, or no row for a `take` of one. NULL where that is not known."""

    name: str
    owner: str = ""
    type: Type = BOOLEAN


@node
class Param(Node):
    """A named number of the rule.

    In a plan only where `parameters.yaml` has rows for it: `rule` is whose it is, `default` what holds where none fits.
    """

    type: Type
    name: str
    rule: str = ""
    default: Value = None


@node
class Let(Node):
    """A value named by `let`."""

    type: Type
    name: str


@node
class Key(Node):
    """A key of `per`, by its name."""

    type: Type
    name: str


@node
class OfSubject(Node):
    """A value of another subject of the rule (`of: subject`): a key, or what `let` names of the subject."""

    type: Type
    owner: str
    value: "Expr"


@node
class Call(Node):
    """A scalar function or operator; `function` is a name of the closed list."""

    type: Type
    function: str
    arguments: tuple["Expr", ...]


@node
class Case(Node):
    """CASE WHEN … THEN … ELSE … END, searched form."""

    type: Type
    branches: tuple[tuple["Expr", "Expr"], ...]
    otherwise: "Expr"


@node
class Aggregate(Node):
    """An aggregate over one set.

    `over`: "" the subject's rows; the name of one of `others`; that of a match that takes all (the row's knowledge rows);
    or a kind below the row (`line`, `diagnosis`, …). `argument` is None for count(*) and count(SET). `option`: the p of
    `quantile`, the n of the key `cluster`.
    """

    type: Type
    function: str
    over: str
    argument: "Expr | None" = None
    condition: "Expr | None" = None
    distinct: bool = False
    option: "Expr | None" = None


@node
class Walk(Node):
    """A walk over the subject's rows in order; one value a row."""

    type: Type
    function: str
    arguments: tuple["Expr", ...]


Name = Field | RowId | MatchField | MatchRow | Missing | OfSubject
"""What may be of another row: its `owner` says whose."""

Expr = Literal | Name | Param | Let | Key | Call | Case | Aggregate | Walk

TRUE = Literal(BOOLEAN, True)  # noqa: FBT003


def children(node: Expr) -> tuple[Expr, ...]:
    """The expressions directly below `node`. What an OfSubject names is another subject's, and not below it."""
    match node:
        case Call() | Walk():
            return node.arguments
        case Case():
            return (*(e for branch in node.branches for e in branch), node.otherwise)
        case Aggregate():
            return tuple(e for e in (node.argument, node.condition, node.option) if e is not None)
        case _:
            return ()


def walk(node: Expr) -> Iterator[Expr]:
    """`node` and everything below it, top down."""
    yield node
    for child in children(node):
        yield from walk(child)


def conjuncts(node: Expr) -> tuple[Expr, ...]:
    """The parts that AND joins at the top of `node`."""
    if isinstance(node, Call) and node.function == "and":
        return tuple(part for argument in node.arguments for part in conjuncts(argument))
    return (node,)


def conjunction(parts: tuple[Expr, ...]) -> Expr:
    """Their AND; TRUE for none."""
    if not parts:
        return TRUE
    result = parts[0]
    for part in parts[1:]:
        result = Call(BOOLEAN, "and", (result, part))
    return result
