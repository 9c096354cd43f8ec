"""The calendar days of encounters."""

import numpy as np

from claimrules.catalog import DATE
from claimrules.engine.column import Column, Rows
from claimrules.engine.kernels.segments import expand_ranges
from claimrules.engine.prepare.order import sort_rows

_DAY = 86_400_000_000


def day_rows(encounters: Rows) -> Rows:
    """One row for each date from admission to discharge, both included, by person, date and encounter's claim_id.

    An encounter without one of the two dates, or that ends before it begins, has no days.
    """
    columns = encounters.columns
    if "admitted_at" not in columns or "discharged_at" not in columns:
        none = np.zeros(0, dtype=np.int64)
        return Rows("day", 0, {"date": Column(DATE, none)}, {"encounter": none})
    admitted, discharged = columns["admitted_at"], columns["discharged_at"]
    starts = admitted.data.astype(np.int64) // _DAY
    stops = discharged.data.astype(np.int64) // _DAY + 1
    for column in (admitted, discharged):
        if column.known is not None:
            stops = np.where(column.known, stops, starts)
    encounter, date = expand_ranges(starts, stops)
    keys = [columns[name].data[encounter].astype(np.int64) for name in ("person_id", "claim_id")]
    order = sort_rows([keys[0], date, keys[1]], len(date))
    return Rows("day", len(date), {"date": Column(DATE, date[order])}, {"encounter": encounter[order]})
