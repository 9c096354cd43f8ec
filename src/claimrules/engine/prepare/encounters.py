"""Encounters: the claims of one stay or visit, put together."""

from collections.abc import Callable
from functools import partial

import numpy as np

from claimrules.engine.column import Column, Index, Rows
from claimrules.engine.kernels.segments import segment_all, segment_sum
from claimrules.engine.prepare.arrays import take
from claimrules.engine.prepare.claims import Claims, earliest, latest
from claimrules.engine.prepare.lazy import Lazy

_SUMMED = ("total_amount", "in_scope_amount", "fund_amount")


def encounter_rows(claims: Claims) -> Rows:
    """One row an encounter, by person, admission, discharge and smallest claim_id.

    Admission is the first of its claims, discharge the last, the amounts are summed (not known if one part is not);
    claim_id is the smallest; all else is as in its last settlement.
    """
    makers: dict[str, Callable[[], Column]] = {name: partial(_assembled, claims, name) for name in claims.rows.columns}
    return Rows("encounter", claims.encounters, Lazy(makers), {})


def _assembled(claims: Claims, name: str) -> Column:
    column, ids, k = claims.rows.columns[name], claims.rows.up["encounter"], claims.encounters
    if name == "claim_id":
        return take(column, claims.first_id)
    if name == "admitted_at":
        return earliest(column, ids, k)
    if name == "discharged_at":
        return latest(column, ids, k)
    if name in _SUMMED:
        return _summed(column, ids, k)
    return take(column, claims.last)


def _summed(column: Column, ids: Index, k: int) -> Column:
    if column.known is None:
        return Column(column.type, segment_sum(column.data, ids, k))
    known = segment_all(column.known, ids, k)
    data = segment_sum(np.where(column.known, column.data, 0), ids, k)
    return Column(column.type, data, None if bool(known.all()) else known)
