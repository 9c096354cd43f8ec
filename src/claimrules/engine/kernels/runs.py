"""Runs and chains: rows of a group that follow one another without a gap. Pure numpy, exact, no loop over rows."""

from dataclasses import dataclass

import numpy as np

from claimrules.engine.column import Index, Mask
from claimrules.engine.kernels.segments import group_ids, order_within


@dataclass(frozen=True, slots=True)
class Runs:
    """Rows in runs, numbered 0, 1, 2 … by group, then by where they begin.

    `run`: the run of each row. `first_row`: the first row of each run (of equal ones the one given first).
    `first_x`: its value.
    """

    run: Index
    first_row: Index
    first_x: Index

    @property
    def k(self) -> int:
        """How many runs there are."""
        return len(self.first_row)


def runs(x: Index, ids: Index, gap: int | Index) -> Runs:
    """Rows of equal `ids` in ascending order of `x`, a new run where x - previous x > `gap`.

    `gap` is one number or each row's own. No difference of two `x` may leave 64 bits.
    """
    return chains(ids, x, x, gap)


def chains(ids: Index, start: Index, stop: Index, gap: int | Index) -> Runs:
    """Rows of equal `ids` in ascending order of `start`, chained while start - latest stop so far <= `gap`.

    `x` of the result is `start`. Rows of equal `start` stand as given, which matters only where one of them stops before
    it starts.
    `gap` is one number or each row's own. No difference of a `start` and a `stop` may leave 64 bits.
    """
    rows = order_within(ids, start) if len(ids) else np.zeros(0, np.int64)
    group, begins = ids[rows], start[rows]
    new = np.ones(len(rows), np.bool_)
    new[1:] = group[1:] != group[:-1]
    latest = _latest(group, stop[rows])
    allowed = np.broadcast_to(gap, ids.shape)[rows]
    new[1:] |= begins[1:] - latest[:-1] > allowed[1:]
    return _numbered(rows, new, begins)


def _latest(group: Index, stop: Index) -> Index:
    """The greatest stop of a group down to each row; groups stand one after the other in ascending order."""
    rank, k = group_ids([group, stop], len(stop))
    value = np.empty(k, stop.dtype)
    value[rank] = stop
    return np.asarray(value[np.maximum.accumulate(rank)]) if k else stop


def _numbered(rows: Index, new: Mask, begins: Index) -> Runs:
    run = np.empty(len(rows), np.int64)
    run[rows] = np.cumsum(new) - 1
    return Runs(run, rows[new], begins[new])
