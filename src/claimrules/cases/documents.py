"""Worlds → claim documents that can lie in one batch without touching each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from claimrules.cases.case import Case
from claimrules.cases.values import Value
from claimrules.cases.world import ROW_TABLES, World
from claimrules.catalog import SENTINELS, UNKNOWN

IDS = frozenset(
    {
        "claim_id",
        "encounter_id",
        "person_id",
        "provider_id",
        "physician_id",
        "prescription_id",
        "order_id",
        "invoice_no",
        "trace_code",
    }
)
"""Ids get a prefix for each case, so that no person, hospital or prescription is shared between two of them."""

_SEPARATOR = "~"


@dataclass(frozen=True, slots=True)
class Placed:
    """A case with its prefix in the batch. `prefix` is empty for a case that has a batch of its own."""

    case: Case
    prefix: str

    def documents(self) -> list[dict[str, Any]]:
        """The case's claims as documents of `claimrules.Claim`."""
        world = self.case.world
        out: list[dict[str, Any]] = []
        for claim in world.of("claims"):
            document: dict[str, Any] = self._prefixed(claim.values)
            for table in ROW_TABLES:
                document[table] = [self._prefixed(row.values) for row in world.of(table, claim.label)]
            out.append(document)
        return out

    def labels(self) -> dict[tuple[str, str | None], str]:
        """Labels by (claim_id, line_id) in the batch; the line_id is None for a claim."""
        out: dict[tuple[str, str | None], str] = {}
        for row in self.case.world.rows:
            claim_id = self._prefixed(claim_values(self.case.world, row.claim))["claim_id"]
            if row.table == "claims":
                out[claim_id, None] = row.full
            elif row.table == "lines":
                out[claim_id, str(row.values["line_id"])] = row.full
        return out

    def _prefixed(self, values: Mapping[str, Value]) -> dict[str, Any]:
        return {
            column: f"{self.prefix}{value}" if self.prefix and column in IDS and is_id(value) else value
            for column, value in values.items()
        }


def claim_values(world: World, label: str) -> Mapping[str, Value]:
    """The values of a claim."""
    return next(row.values for row in world.of("claims") if row.label == label)


def placed(cases: tuple[Case, ...]) -> list[list[Placed]]:
    """The cases in as few batches as can be: those that share knowledge and parameters lie together.

    A case whose knowledge or parameters name one of its ids (a hospital in a register) keeps its ids and lies alone, and so
    does one whose rule looks beyond one person.
    """
    shared: dict[Any, list[Placed]] = {}
    alone: list[list[Placed]] = []
    for number, case in enumerate(cases):
        if case.alone or _names_an_id(case):
            alone.append([Placed(case, "")])
        else:
            world = (case.knowledge, case.params, case.parameters)
            shared.setdefault(world, []).append(Placed(case, f"{number:04d}{_SEPARATOR}"))
    return [*shared.values(), *alone]


def is_id(value: Value) -> bool:
    """Whether a value names somebody or something, and does not stand for nothing."""
    return isinstance(value, str) and value != UNKNOWN and value.strip().upper() not in SENTINELS


def _names_an_id(case: Case) -> bool:
    said = {cell for _, rows in case.knowledge for row in rows for _, cell in row if cell}
    said.update(value for _, value in case.params)
    return any(value in said for row in case.world.rows for column, value in row.values.items() if column in IDS and value)
