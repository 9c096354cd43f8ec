"""The exact Arrow types of the canonical tables."""

from typing import Any

import pyarrow as pa

from claimrules.catalog import TABLES, Type
from claimrules.catalog.types import Base

NAMES = tuple(TABLES)
"""claims, lines, diagnoses, operations: claims first, since the others follow them."""

CHILDREN = NAMES[1:]

_SIMPLE: dict[Base, Any] = {
    Base.TEXT: pa.string(),
    Base.BOOLEAN: pa.bool_(),
    Base.INTEGER: pa.int64(),
    Base.DATE: pa.date32(),
    Base.TIMESTAMP: pa.timestamp("us"),
    Base.DOUBLE: pa.float64(),
}


def arrow_type(kind: Type) -> Any:
    """The Arrow type of a catalog type."""
    return pa.decimal128(kind.precision, kind.scale) if kind.base is Base.DECIMAL else _SIMPLE[kind.base]


def table_schema(table: str) -> Any:
    """The full Arrow schema of a canonical table, in the contract's order."""
    return pa.schema([(f.name, arrow_type(f.type)) for f in TABLES[table]])


def empty_table(table: str) -> Any:
    """No rows, the required columns only: what stands for a table that the input does not have."""
    return pa.schema([(f.name, arrow_type(f.type)) for f in TABLES[table] if f.required]).empty_table()


def absent_columns(table: str, names: set[str]) -> frozenset[tuple[str, str]]:
    """The catalog's columns of `table` that are not among `names`."""
    return frozenset((table, f.name) for f in TABLES[table] if f.name not in names)
