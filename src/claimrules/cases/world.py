"""The small world of a case: a few rows with labels."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from claimrules.cases.values import Value

ROW_TABLES = ("lines", "diagnoses", "operations")
_CENT = Decimal("0.01")
_MICRO = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of an input table. `claim` is its claim's label; a claim's own `label` equals it."""

    table: str
    claim: str
    label: str
    values: Mapping[str, Value]

    @property
    def full(self) -> str:
        """The unambiguous label: `second`, `second.l1`."""
        return self.claim if self.table == "claims" else f"{self.claim}.{self.label}"


@dataclass(frozen=True, slots=True)
class World:
    """The rows of a case, in the order written; claims come before their rows."""

    rows: tuple[Row, ...]

    def of(self, table: str, claim: str | None = None) -> Iterator[Row]:
        """The rows of a table, of one claim where it is given."""
        return (row for row in self.rows if row.table == table and claim in (None, row.claim))

    def named(self, label: str) -> tuple[Row, ...]:
        """The rows that a label can mean: `second`, `l1`, `second.l1`, and `claim` for the only claim."""
        return named(self.rows, label)

    def short(self, row: Row) -> str:
        """The shortest label that means this row alone."""
        return row.label if len(self.named(row.label)) == 1 else row.full

    def encounter(self, claim: Row) -> Row:
        """The claim that stands for the whole encounter of `claim`: the one with the smallest claim_id."""
        key = claim.values.get("encounter_id")
        parts = [row for row in self.of("claims") if row is claim or (key and row.values.get("encounter_id") == key)]
        return min(parts, key=lambda row: str(row.values.get("claim_id", row.label)))

    def completed(self) -> "World":
        """This world with everything filled in that a case need not state (docs/cases.md)."""
        claims = {row.label: row for row in self.of("claims")}
        lines = {row.full: _line(row, claims[row.claim].values) for row in self.of("lines")}
        out: list[Row] = []
        for row in self.rows:
            if row.table == "claims":
                own = [line for line in lines.values() if line.claim == row.label]
                out.append(_claim(row, own))
            else:
                out.append(lines[row.full] if row.table == "lines" else row)
        return World(tuple(out))


def named(rows: tuple[Row, ...], label: str) -> tuple[Row, ...]:
    """The rows that a label can mean. See `World.named`."""
    found = tuple(row for row in rows if label in (row.full, row.label))
    claims = tuple(row for row in rows if row.table == "claims")
    if len(claims) != 1:
        return found
    if label == "claim":
        return found or claims
    if label.startswith("claim."):
        return found or tuple(row for row in rows if row.table != "claims" and f"claim.{row.label}" == label)
    return found


def _line(row: Row, claim: Mapping[str, Value]) -> Row:
    stated = row.values
    values: dict[str, Value] = {"quantity": Decimal(1), "item_type": "drug", **stated}
    quantity = values["quantity"] if isinstance(values["quantity"], Decimal) else None
    if "amount" not in stated and quantity is not None:
        price = stated.get("unit_price")
        each = price if isinstance(price, Decimal) else Decimal(10)
        values["amount"] = (quantity * each).quantize(_CENT, ROUND_HALF_UP)
    amount = values.get("amount")
    if "unit_price" not in stated and isinstance(amount, Decimal) and quantity:
        values["unit_price"] = (amount / quantity).quantize(_MICRO, ROUND_HALF_UP)
    if "in_scope_amount" not in stated:
        values["in_scope_amount"] = amount
    if "charged_at" not in stated:
        begin = claim.get("admitted_at") or claim.get("settled_at")
        values["charged_at"] = begin + timedelta(hours=1) if isinstance(begin, datetime) else None
    return Row(row.table, row.claim, row.label, values)


def _claim(row: Row, lines: list[Row]) -> Row:
    values: dict[str, Value] = {"claim_id": row.label, "person_id": "P1", "provider_id": "H1", **row.values}
    for column, source in (("total_amount", "amount"), ("in_scope_amount", "in_scope_amount")):
        if column not in row.values:
            values[column] = _sum(line.values.get(source) for line in lines)
    if "fund_amount" not in row.values:
        values["fund_amount"] = values["in_scope_amount"]
    return Row(row.table, row.claim, row.label, values)


def _sum(values: Iterator[Value]) -> Decimal:
    return sum((value for value in values if isinstance(value, Decimal)), Decimal("0.00"))
