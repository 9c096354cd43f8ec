"""A small world: the rows of the four tables of the input."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from claimrules.batch import ClaimBatch
from claimrules.catalog import TABLES, Base, Field, Type
from claimrules.models import Claim

Row = Mapping[str, Any]
NAMES = ("claims", "lines", "diagnoses", "operations")


@dataclass(frozen=True, slots=True)
class World:
    """Rows by column; what a row does not name is NULL. Dates, times, Decimals, texts, truth values and whole numbers."""

    claims: tuple[Row, ...]
    lines: tuple[Row, ...] = ()
    diagnoses: tuple[Row, ...] = ()
    operations: tuple[Row, ...] = ()

    def rows(self, table: str) -> tuple[Row, ...]:
        """The rows of one of the four tables."""
        found: tuple[Row, ...] = getattr(self, table)
        return found

    def tables(self) -> dict[str, Any]:
        """`pyarrow.Table`s with the contract's types; a column that no row has is absent, and so is an empty table."""
        return {name: _table(name, self.rows(name)) for name in NAMES if name == "claims" or self.rows(name)}

    def batch(self) -> ClaimBatch:
        """The world as a ClaimBatch."""
        return ClaimBatch.from_tables(self.tables())

    def documents(self) -> list[Claim]:
        """The claims with their rows, as `pack.check` takes them."""
        below: dict[str, dict[str, list[Row]]] = {name: {} for name in NAMES[1:]}
        for name, found in below.items():
            for row in self.rows(name):
                found.setdefault(row["claim_id"], []).append(row)
        return [
            Claim.model_validate({**claim, **{name: rows.get(claim["claim_id"], ()) for name, rows in below.items()}})
            for claim in self.claims
        ]

    def of(self, claim_ids: frozenset[str]) -> "World":
        """Only these claims, with their rows."""
        return World(*(tuple(row for row in self.rows(name) if row["claim_id"] in claim_ids) for name in NAMES))

    def with_rows(self, table: str, rows: tuple[Row, ...]) -> "World":
        """The world with other rows in one table."""
        return replace(self, **{table: rows})

    def plus(self, other: "World") -> "World":
        """Both worlds side by side."""
        return World(*((*self.rows(name), *other.rows(name)) for name in NAMES))

    def to_json(self) -> str:
        """The world as text, from which `from_json` makes it again."""
        plain = {name: [{k: v for k, v in row.items() if v is not None} for row in self.rows(name)] for name in NAMES}
        return json.dumps(plain, ensure_ascii=False, indent=1, default=str)

    @classmethod
    def from_json(cls, text: str) -> "World":
        """A world that `to_json` wrote."""
        found = json.loads(text)
        return cls(*(tuple(_read(name, row) for row in found.get(name, ())) for name in NAMES))


def _table(name: str, rows: tuple[Row, ...]) -> Any:
    fields = [f for f in TABLES[name] if f.required or any(row.get(f.name) is not None for row in rows)]
    return pa.table({f.name: pa.array([row.get(f.name) for row in rows], _arrow(f.type)) for f in fields})


def _arrow(type_: Type) -> Any:
    if type_.base is Base.DECIMAL:
        return pa.decimal128(type_.precision, type_.scale)
    return {
        Base.TEXT: pa.string(),
        Base.BOOLEAN: pa.bool_(),
        Base.INTEGER: pa.int64(),
        Base.DATE: pa.date32(),
        Base.TIMESTAMP: pa.timestamp("us"),
    }[type_.base]


def _read(table: str, row: Mapping[str, Any]) -> Row:
    fields: dict[str, Field] = {f.name: f for f in TABLES[table]}
    return {name: _value(fields[name].type, value) for name, value in row.items()}


def _value(type_: Type, value: Any) -> Any:
    match type_.base:
        case Base.DECIMAL:
            return Decimal(value)
        case Base.DATE:
            return date.fromisoformat(value)
        case Base.TIMESTAMP:
            return datetime.fromisoformat(value)
        case _:
            return value
