"""Paths into frozen trees: a rule, and every expression in it, one spot replaced.

Nothing here knows the kinds of nodes, so that a new one needs no change.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from claimrules.language.expression import Expr

Path = tuple[str | int, ...]
"""Names of fields and places in tuples: ("flag", 0, 1, "arguments", 1)."""


def at(root: Any, path: Path) -> Any:
    """What stands at `path`."""
    for step in path:
        root = root[step] if isinstance(step, int) else getattr(root, step)
    return root


def put(root: Any, path: Path, value: Any) -> Any:
    """`root` with `value` at `path`."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return (*root[:step], put(root[step], rest, value), *root[step + 1 :])
    return replace(root, **{step: put(getattr(root, step), rest, value)})


def without(root: Any, path: Path) -> Any:
    """`root` without the item of a tuple that `path` ends in."""
    items, place = at(root, path[:-1]), path[-1]
    assert isinstance(place, int)  # noqa: S101 - only tuples lose an item
    return put(root, path[:-1], (*items[:place], *items[place + 1 :]))


def below(node: Expr) -> Iterator[tuple[Path, Expr]]:
    """The expressions directly below `node`, in the order of its fields, with their paths."""
    for field in fields(node):
        yield from _inside(getattr(node, field.name), (field.name,))


def _inside(value: Any, path: Path) -> Iterator[tuple[Path, Expr]]:
    if isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from _inside(item, (*path, place))
    elif is_dataclass(value) and isinstance(value, Expr):
        yield path, value
