"""A batch made ready for the rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from claimrules.engine.column import Rows
from claimrules.engine.prepare.arrays import whole
from claimrules.engine.prepare.children import diagnosis_rows, operation_rows, raw_line_rows
from claimrules.engine.prepare.claims import order_claims
from claimrules.engine.prepare.days import day_rows
from claimrules.engine.prepare.encounters import encounter_rows
from claimrules.engine.prepare.lazy import Lazy
from claimrules.engine.prepare.netting import Leftover, net_lines
from claimrules.stopwatch import timed


class Tables(Protocol):
    """Four canonical Arrow tables. `claims` has its required columns; the others may be empty and without columns."""

    @property
    def claims(self) -> Any:
        """One row a settlement."""

    @property
    def lines(self) -> Any:
        """One row a fee line."""

    @property
    def diagnoses(self) -> Any:
        """One row a diagnosis."""

    @property
    def operations(self) -> Any:
        """One row an operation."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The rows of each kind, sorted, joined and netted: encounter, claim, line, raw_line, diagnosis, operation, day.

    Columns, and the days, are made when first asked for. `leftover`: refunds that found nothing to net.
    """

    kinds: Mapping[str, Rows]
    leftover: Leftover


@timed("prepare")
def prepare(batch: Tables) -> Prepared:
    """The batch's rows. ValueError where a row has no claim, which the door of the batch must have refused."""
    claims = order_claims(batch.claims)
    claim_ids = whole(batch.claims["claim_id"])
    encounters = encounter_rows(claims)
    raw, order = raw_line_rows(batch.lines, claims, claim_ids)
    lines, leftover = net_lines(raw, batch.lines, order)
    ready = {"encounter": encounters, "claim": claims.rows, "line": lines, "raw_line": raw}
    makers: dict[str, Callable[[], Rows]] = {
        "diagnosis": partial(diagnosis_rows, batch.diagnoses, claims, claim_ids),
        "operation": partial(operation_rows, batch.operations, claims, claim_ids),
        "day": partial(day_rows, encounters),
    }
    return Prepared(Lazy(makers, ready), leftover)
