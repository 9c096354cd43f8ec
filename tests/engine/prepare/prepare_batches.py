"""Canonical tables from plain rows, and prepared rows back as plain values."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pyarrow as pa

from claimrules.catalog import TABLES, Base

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  the tables' times have no zone


def arrow_type(kind):
    if kind.base is Base.DECIMAL:
        return pa.decimal128(kind.precision, kind.scale)
    return {
        Base.TEXT: pa.string(),
        Base.BOOLEAN: pa.bool_(),
        Base.INTEGER: pa.int64(),
        Base.DATE: pa.date32(),
        Base.TIMESTAMP: pa.timestamp("us"),
    }[kind.base]


def table(name, rows):
    """A canonical table with the columns that any of the rows has."""
    fields = [f for f in TABLES[name] if any(f.name in row for row in rows)]
    return pa.table({f.name: pa.array([row.get(f.name) for row in rows], arrow_type(f.type)) for f in fields})


def batch(claims, lines=(), diagnoses=(), operations=()):
    return SimpleNamespace(
        claims=table("claims", claims),
        lines=table("lines", lines),
        diagnoses=table("diagnoses", diagnoses),
        operations=table("operations", operations),
    )


def plain(column, i):
    """The value of a column at a row; None where it is not known."""
    if column.known is not None and not column.known[i]:
        return None
    value = column.data[i]
    match column.type.base:
        case Base.TEXT:
            return column.words[value]
        case Base.BOOLEAN:
            return bool(value)
        case Base.DECIMAL:
            return Decimal(int(value)).scaleb(-column.type.scale)
        case Base.DATE:
            return date(1970, 1, 1) + timedelta(days=int(value))
        case Base.TIMESTAMP:
            return EPOCH + timedelta(microseconds=int(value))
        case _:
            return value.item()


def values(rows, *names):
    """The rows as tuples of some columns; a single column as plain values."""
    found = [tuple(plain(rows.columns[name], i) for name in names) for i in range(rows.n)]
    return [row[0] for row in found] if len(names) == 1 else found


def at(day, hour=0):
    """A time in March 2025."""
    return datetime(2025, 3, day, hour)  # noqa: DTZ001  the tables' times have no zone


def claim(claim_id, person="P1", provider="H1", **more):
    return {"claim_id": claim_id, "person_id": person, "provider_id": provider, **more}


def line(line_id, quantity, amount, claim_id="C1", item="X", **more):
    return {
        "line_id": line_id,
        "claim_id": claim_id,
        "item_code": item,
        "quantity": Decimal(quantity),
        "amount": Decimal(amount),
        **{
            name: Decimal(value) if isinstance(value, str) and name.endswith("_amount") else value
            for name, value in more.items()
        },
    }
