"""Claims with their rows, made up by choices, biased to what breaks rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from claimrules.catalog import TABLES, Base, Field
from claimrules.testing.choice import Choice, one_in
from claimrules.testing.vocabulary import CLOCKS, DAYS, FIRST, pool
from claimrules.testing.world import World

SIGNED = ("quantity", "amount", "in_scope_amount")
GIVEN = {
    *("claim_id", "line_id", "person_id", "provider_id", "encounter_id", "is_reversed", "reverses_line_id", "sequence"),
    *("admitted_at", "discharged_at"),
}
"""Fields that are not drawn by themselves."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything at most, and `holes`: one optional value in so many is NULL (0: none)."""

    people: int = 3
    claims: int = 6
    lines: int = 14
    diagnoses: int = 3
    operations: int = 2
    holes: int = 8
    refunds: bool = True
    sure: bool = False
    """As many as said, and not just at most."""

    def count(self, choice: Choice, most: int, least: int = 0) -> int:
        """How many of something."""
        return most if self.sure else choice.number(least, most)


def make_world(choice: Choice, size: Size) -> World:
    """A world of at most that size: at least one claim; claims that share people, stays, codes and moments."""
    maker = _Maker(choice, size)
    claims = [maker.claim(n) for n in range(size.count(choice, size.claims, 1))]
    lines = maker.lines(claims)
    diagnoses = [maker.diagnosis(n, claims) for n in range(size.count(choice, size.diagnoses))]
    operations = [maker.operation(n, claims) for n in range(size.count(choice, size.operations))]
    world = World(tuple(claims), tuple(lines), tuple(diagnoses), tuple(operations))
    return _without_columns(choice, world) if size.holes else world


class _Maker:
    def __init__(self, choice: Choice, size: Size) -> None:
        self.choice, self.size = choice, size
        self.columns = {
            t: [(f, pool(f.name, f.type)) for f in fields if f.name not in GIVEN] for t, fields in TABLES.items()
        }

    def moment(self, *, midnight: bool) -> datetime:
        """A moment that others share; without its clock where the feed has none."""
        hour, minute = (0, 0) if midnight else self.choice.pick(CLOCKS)
        return FIRST + timedelta(days=self.choice.pick(DAYS), hours=hour, minutes=minute)

    def row(self, table: str, *, midnight: bool) -> dict[str, Any]:
        """Every field that has nothing to do with other rows."""
        return {f.name: self.field(f, values, midnight=midnight) for f, values in self.columns[table]}

    def field(self, field: Field, values: tuple[Any, ...], *, midnight: bool) -> Any:
        if not field.required and one_in(self.choice, self.size.holes):
            return None
        if field.type.base is Base.TIMESTAMP:
            return self.moment(midnight=midnight)
        return self.choice.pick(values)

    def claim(self, n: int) -> dict[str, Any]:
        midnight = one_in(self.choice, 5)
        row = self.row("claims", midnight=midnight)
        person = self.choice.number(1, self.size.people)
        begin, end = sorted(self.moment(midnight=midnight) for _ in range(2))
        days = self.choice.pick((0, 1, 2, 3, 10, 60))
        end = min(end, begin + timedelta(days=days)) if end.date() != begin.date() else end
        if one_in(self.choice, self.size.holes * 3):
            begin, end = end, begin
        holes = self.size.holes * 2
        row |= {
            "claim_id": f"C{n:04d}",
            "person_id": f"P{person}",
            "provider_id": f"H{self.choice.number(1, max(2, self.size.people // 4))}",
            "encounter_id": self.choice.pick((None, None, None, f"E{person}", f"E{person}b", "0")),
            "admitted_at": None if one_in(self.choice, holes) else begin,
            "discharged_at": None if one_in(self.choice, holes) else end,
            "is_reversed": True if one_in(self.choice, 20) else self.choice.pick((None, False)),
        }
        return row

    def lines(self, claims: list[dict[str, Any]]) -> list[dict[str, Any]]:
        out: list[dict[str, Any]] = []
        by_person: dict[str, list[dict[str, Any]]] = {}
        person = {claim["claim_id"]: claim["person_id"] for claim in claims}
        clockless = {claim["claim_id"]: one_in(self.choice, 5) for claim in claims}
        placed: dict[str, int] = {}
        for _ in range(self.size.count(self.choice, self.size.lines)):
            claim_id = self.choice.pick(claims)["claim_id"]
            placed[claim_id] = placed.get(claim_id, -1) + 1
            line = self.line(claim_id, f"l{placed[claim_id]}", midnight=clockless[claim_id])
            mates = by_person.setdefault(person[claim_id], [])
            if self.size.refunds and mates and one_in(self.choice, 8):
                self.refund(line, mates)
            mates.append(line)
            out.append(line)
        return out

    def line(self, claim_id: str, line_id: str, *, midnight: bool) -> dict[str, Any]:
        line = self.row("lines", midnight=midnight)
        line |= {"claim_id": claim_id, "line_id": line_id, "reverses_line_id": None}
        if line["in_scope_amount"] is not None and self.choice.pick((True, True, False)):
            line["in_scope_amount"] = line["amount"]
        return line

    def refund(self, line: dict[str, Any], mates: Sequence[dict[str, Any]]) -> None:
        """Make it take another line of the person back: named or not, whole or in part, at its price or another."""
        other = self.choice.pick(mates)
        line["item_code"] = self.choice.pick((other["item_code"], other["item_code"], line["item_code"]))
        if self.choice.pick((True, True, False)):
            line |= {name: other[name] for name in SIGNED}
        if line["quantity"] == 0:
            line["quantity"] = Decimal("0.5")
        for name in SIGNED:
            line[name] = None if line[name] is None else -abs(line[name])
        for name in ("fully_self_paid_amount", "over_limit_amount", "copay_first_amount"):
            line[name] = None
        line["reverses_line_id"] = self.choice.pick((other["line_id"], other["line_id"], None))

    def diagnosis(self, n: int, claims: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            **self.row("diagnoses", midnight=False),
            "claim_id": self.choice.pick(claims)["claim_id"],
            "sequence": n,
        }

    def operation(self, n: int, claims: list[dict[str, Any]]) -> dict[str, Any]:
        row = self.row("operations", midnight=False)
        # One key a row: the intake would reject the second of two equal operations.
        row["operation_code"] = f"{row['operation_code']}{n}"
        return {**row, "claim_id": self.choice.pick(claims)["claim_id"]}


def _without_columns(choice: Choice, world: World) -> World:
    """Now and then a column that the feed does not have at all."""
    for table in ("claims", "lines"):
        if one_in(choice, 6):
            names = [f.name for f in TABLES[table] if not f.required]
            gone = choice.pick(names)
            world = world.with_rows(table, tuple({**row, gone: None} for row in world.rows(table)))
    return world
