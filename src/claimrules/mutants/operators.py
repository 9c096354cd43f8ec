"""How an expression is mutated, node by node."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from claimrules.catalog import BOOLEAN, Base
from claimrules.language.expression import Aggregate, Call, Case, Expr, Literal, Missing
from claimrules.mutants.change import Change
from claimrules.mutants.tree import below
from claimrules.plan.print import show

TURNED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<>", "<>": "="}
OTHER_AGGREGATE = {"any": "all", "all": "any", "min": "max", "max": "min", "none": "any"}
DAY = 86_400_000_000
_UNITS = (DAY, 3_600_000_000, 60_000_000, 1_000_000)
_LONGEST_LIST = 20
"""Of a longer IN list the first so many values are dropped in turn: it is data, and the next ones say nothing new."""


def changes(node: Expr, chained: str = "") -> Iterator[Change]:
    """Every mutant of `node`: its own, then those of the parts below it. `chained`: the connective that it is a part of."""
    items = listed(node)
    if items is not None:
        yield from _of_list(node, items)
        return
    for operator in OPERATORS:
        yield from operator(node)
    connective = node.function if isinstance(node, Call) and node.function in ("and", "or") else ""
    if connective and connective != chained:
        yield from _parts_dropped(node)
    for path, child in below(node):
        for change in changes(child, connective):
            if not (negates(node) and not change.path and change.after.endswith(("NOT NULL", "NOT MISSING", "NOT IN"))):
                yield replace(change, path=(*path, *change.path))


def negates(node: Expr) -> bool:
    """Whether `node` is a NOT: to turn round what it negates is the same as to drop it."""
    return isinstance(node, Call) and node.function == "not"


def asks_of_null(node: Expr) -> str:
    """`IS NULL` or `IS MISSING` where `node` asks that."""
    if isinstance(node, Missing):
        return "IS MISSING"
    return "IS NULL" if isinstance(node, Call) and node.function == "is_null" else ""


def stepped(type_base: Base, value: object, up: bool) -> object | None:  # noqa: FBT001
    """`value` moved by the smallest step of its type; None where it has none.

    An integer and a date by 1, a decimal by a unit of its last written digit, a time by a day where it is a midnight and
    else by a minute, an interval by one of its unit.
    """
    sign = 1 if up else -1
    if isinstance(value, bool) or type_base in (Base.TEXT, Base.BOOLEAN):
        return None
    match value:
        case Decimal():
            return value + sign * Decimal(1).scaleb(int(value.as_tuple().exponent))
        case int() if type_base is Base.TIMESTAMP:
            return value + sign * (DAY if value % DAY == 0 else _UNITS[2])
        case int():
            return value + sign
        case (int() as months, int() as micros):
            if months:
                return (months + sign, micros)
            return (0, micros + sign * next((unit for unit in _UNITS if micros % unit == 0), 1))
        case _:
            return None


def listed(node: Expr) -> list[Call] | None:
    """The comparisons that an IN list has become; None for anything else."""
    if not (isinstance(node, Call) and node.function == "or"):
        return None
    items: list[Call] = []
    waiting: list[Expr] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Call) and part.function == "or":
            waiting.extend(reversed(part.arguments))
        elif isinstance(part, Call) and part.function == "=" and isinstance(part.arguments[1], Literal):
            items.append(part)
        else:
            return None
    return items if len({item.arguments[0] for item in items}) == 1 else None


def between(node: Expr) -> bool:
    """Whether `node` may have been written as `x BETWEEN low AND high`."""
    match node:
        case Call(function="and", arguments=(Call(function=">=", arguments=(a, _)), Call(function="<=", arguments=(b, _)))):
            return a == b
        case _:
            return False


def _of_list(node: Expr, items: list[Call]) -> Iterator[Change]:
    yield Change((), Call(BOOLEAN, "not", (node,)), "IN", "NOT IN")
    for item in items[:_LONGEST_LIST]:
        rest: tuple[Expr, ...] = tuple(other for other in items if other is not item)
        yield Change((), _joined("or", rest), show(item.arguments[1]), "")


def _parts_dropped(node: Expr) -> Iterator[Change]:
    """Each part of an AND or an OR left out."""
    if not isinstance(node, Call):
        return
    parts = chain(node, node.function)
    for i, part in enumerate(parts):
        yield Change((), _joined(node.function, (*parts[:i], *parts[i + 1 :])), show(part), "")


def chain(node: Expr, function: str) -> tuple[Expr, ...]:
    """The parts that `function` joins at the top of `node`; an IN list is one part."""
    if isinstance(node, Call) and node.function == function and listed(node) is None:
        return tuple(part for argument in node.arguments for part in chain(argument, function))
    return (node,)


def _joined(function: str, parts: tuple[Expr, ...]) -> Expr:
    result = parts[0]
    for part in parts[1:]:
        result = Call(BOOLEAN, function, (result, part))
    return result


def _comparison(node: Expr) -> Iterator[Change]:
    if isinstance(node, Call) and node.function in TURNED:
        turned = TURNED[node.function]
        yield Change((), replace(node, function=turned), node.function, turned, token=True)


def _connective(node: Expr) -> Iterator[Change]:
    if isinstance(node, Call) and node.function in ("and", "or"):
        turned = "or" if node.function == "and" else "and"
        yield Change((), replace(node, function=turned), node.function.upper(), turned.upper(), token=True)


def _negation(node: Expr) -> Iterator[Change]:
    if isinstance(node, Call) and node.function == "not":
        inner = node.arguments[0]
        asked = asks_of_null(inner)
        before = asked.replace("IS", "IS NOT", 1) if asked else "NOT"
        yield Change((), inner, before, asked, token=True)


def _constant(node: Expr) -> Iterator[Change]:
    if not isinstance(node, Literal):
        return
    if isinstance(node.value, bool):
        turned = replace(node, value=not node.value)
        yield Change((), turned, show(node), show(turned), token=True)
        return
    for up in (False, True):
        value = stepped(node.type.base, node.value, up)
        if value is not None:
            moved = replace(node, value=value)  # type: ignore[arg-type]
            yield Change((), moved, show(node), show(moved), token=node.type.is_number)


def _null_guard(node: Expr) -> Iterator[Change]:
    """What a rule says of NULL: `coalesce` left out, IS NULL and its like turned round or left out."""
    match node:
        case Call(function="coalesce", arguments=(value, *_)):
            yield Change((), value, show(node), show(value))
        case Call(function="is_null") | Missing():
            said = asks_of_null(node)
            yield Change((), Call(BOOLEAN, "not", (node,)), said, said.replace("IS", "IS NOT", 1), token=True)
        case Call(function="is_true" | "is_false" as function, arguments=(value,)):
            bare = value if function == "is_true" else Call(BOOLEAN, "not", (value,))
            yield Change((), bare, show(node), show(bare))
        case _:
            return


def _branch(node: Expr) -> Iterator[Change]:
    if not isinstance(node, Case):
        return
    for i, (when, then) in enumerate(node.branches):
        rest = (*node.branches[:i], *node.branches[i + 1 :])
        less = replace(node, branches=rest) if rest else node.otherwise
        yield Change((), less, f"WHEN {show(when)} THEN {show(then)}", "")


def _aggregate(node: Expr) -> Iterator[Change]:
    if not isinstance(node, Aggregate):
        return
    other = OTHER_AGGREGATE.get(node.function)
    if other is not None:
        yield Change((), replace(node, function=other), node.function, other, token=True)
    if node.condition is not None:
        yield Change((), replace(node, condition=None), f"FILTER (WHERE {show(node.condition)})", "")
    if node.distinct:
        yield Change((), replace(node, distinct=False), "DISTINCT", "", token=True)


OPERATORS: tuple[Callable[[Expr], Iterator[Change]], ...] = (
    _comparison,
    _connective,
    _negation,
    _constant,
    _null_guard,
    _branch,
    _aggregate,
)
"""Every way in which a single node is changed."""
