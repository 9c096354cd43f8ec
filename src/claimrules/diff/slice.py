"""The claims that trials are judged on: those of the persons whose findings differ, read once and held in memory."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from claimrules.batch import ClaimBatch, open_claims
from claimrules.diff.trials import Claims
from claimrules.pack import RulePack

_TABLES = ("claims", "lines", "diagnoses", "operations")


def slice_of(claims: Claims, old: RulePack, new: RulePack, persons: Any | None) -> Claims:
    """The claims of some persons (an array of ids; None: of all), with the registers that came with them.

    A rule that needs no more than one person's claims finds on them what it finds on all.
    """
    with open_claims(
        claims.given,
        mapping=claims.mapping,
        extra=new.extra or None,
        registers={**old.knowledge.registers, **new.knowledge.registers},
    ) as intake:
        parts = [_of(part, persons) for part in intake.partitions()]
        registers = dict(intake.registers)
    if not parts:
        return claims
    tables = {name: _together([getattr(part, name) for part in parts]) for name in _TABLES}
    batch = ClaimBatch(**tables, absent=parts[0].absent)
    return Claims(batch, "canonical", claims.history_from, {**registers, **(claims.registers or {})})


def _of(part: ClaimBatch, persons: Any | None) -> ClaimBatch:
    if persons is None:
        return part
    claims = part.claims.filter(pc.is_in(part.claims["person_id"], value_set=persons))
    ids = claims["claim_id"].combine_chunks()
    rest = {}
    for name in _TABLES[1:]:
        table = getattr(part, name)
        rest[name] = table.filter(pc.is_in(table["claim_id"], value_set=ids)) if table.num_rows else table
    return ClaimBatch(claims, **rest, absent=part.absent)


def _together(tables: list[Any]) -> Any:
    return pa.concat_tables(tables, promote_options="default").combine_chunks()
