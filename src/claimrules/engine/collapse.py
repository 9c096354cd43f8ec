"""Pairs that several knowledge rows relate: each other row counts once."""

from typing import Any

import numpy as np

from claimrules.engine.column import Index, Mask
from claimrules.engine.sides import LeftRows, RightRows


def collapsed(lefts: LeftRows, rights: RightRows, near: Index, far: Index, sure: Mask) -> Index:
    """Which pairs stay: of those of one row and one other row the sure one whose knowledge row has the lowest id."""
    left = near if lefts.lift is None else lefts.lift[near]
    right = rights.at[far]
    ranks: list[Any] = []
    for found, at in [*((f, near) for f in lefts.sets.values()), *((f, far) for f in rights.rows.matches.values())]:
        rows = found.rows[at]
        ranks.append(np.where(rows >= 0, found.lookup.id_ranks[np.maximum(rows, 0)], -1) if found.lookup.n else rows)
    order = np.lexsort((*reversed(ranks), ~sure, right, left))
    left, right = left[order], right[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    return np.sort(order[first])
