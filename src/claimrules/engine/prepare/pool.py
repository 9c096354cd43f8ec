"""Refunds that name no line, taken from the lines of their pool."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from claimrules.engine.column import Data, Index
from claimrules.engine.kernels.segments import mul_div_half_up, narrowed, running_sum


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken from each line of the pools.

    `before`, `after`: how much of its pool was taken before it, and with it. `ids` is each line's pool, `pooled` each
    pool's quantity.
    """

    ids: Index
    pooled: Any
    before: Any
    after: Any

    @property
    def quantity(self) -> Any:
        """What each line loses."""
        return narrowed(np.asarray(self.after - self.before))

    def shares(self, money: Any) -> Any:
        """What each line loses of its pool's `money`: by cumulative share, so that the shares add up to the cent."""
        rows = np.flatnonzero(self.after > self.before)
        ids = self.ids[rows]
        up_to = mul_div_half_up(money[ids], self.after[rows], self.pooled[ids])
        down_to = mul_div_half_up(money[ids], self.before[rows], self.pooled[ids])
        share = np.zeros(len(self.ids), dtype=np.object_ if "O" in (up_to.dtype, down_to.dtype) else np.int64)
        share[rows] = up_to - down_to
        return share


def share_out(quantity: Data, ids: Index, pooled: Data) -> Taken:
    """Takes each pool's quantity from its lines, in the order of rows, until it or they are used up."""
    running: Any = running_sum(quantity, ids)
    limit: Any = pooled[ids]
    return Taken(ids, pooled, np.minimum(running - quantity, limit), np.minimum(running, limit))
