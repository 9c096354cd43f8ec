"""A table's columns in the order of the rows of its kind."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from claimrules.catalog import field
from claimrules.engine.column import Column, Index
from claimrules.engine.prepare.arrays import column_of, take, type_of
from claimrules.engine.prepare.lazy import Lazy


def column_named(table: Any, table_name: str, name: str) -> Column | None:
    """A column in the table's own order; None where the table has none, or none that the language has a type for."""
    if name not in table.column_names:
        return None
    kind = type_of(table.schema.field(name).type, field(table_name, name))
    return None if kind is None else column_of(table[name], kind)


def ordered(table: Any, table_name: str, order: Index, ready: Mapping[str, Column]) -> Lazy[Column]:
    """All columns of a table at the rows `order`; those that are `ready` are taken as they are."""
    makers: dict[str, Callable[[], Column]] = {}
    for name in table.column_names:
        kind = type_of(table.schema.field(name).type, field(table_name, name))
        if kind is not None:
            makers[name] = partial(_made, table, name, kind, order)
    return Lazy(makers, ready)


def _made(table: Any, name: str, kind: Any, order: Index) -> Column:
    return take(column_of(table[name], kind), order)
