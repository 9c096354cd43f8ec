"""In which order rows stand."""

from collections.abc import Callable, Sequence

import numpy as np

from claimrules.engine.column import Column, Index
from claimrules.engine.kernels.segments import Integers, pack_keys, stable_order

Breaker = Callable[[Index], Integers]


def sort_rows(keys: Sequence[Integers], n: int, breakers: Sequence[Breaker] = ()) -> Index:
    """The `n` rows in ascending order of `keys`, the first key first.

    Rows whose keys are all equal are ordered by the `breakers` in turn. Each is given the rows still tied and returns
    their key, so that what is dear to compare (long texts) is compared only where it decides.
    """
    key = keys[0] if len(keys) == 1 else pack_keys(keys, n)[0]
    order = stable_order(key)
    if not breakers:
        return order
    ascending = key[order]
    new = np.ones(n, dtype=np.bool_)
    new[1:] = ascending[1:] != ascending[:-1]
    for breaker in breakers:
        places = _tied(new)
        if len(places) == 0:
            break
        _break_ties(order, new, places, breaker)
    return order


def sort_keys(column: Column | None) -> list[Integers]:
    """The keys that sort a column's values, unknown ones first. A column that is absent sorts nothing."""
    if column is None:
        return []
    data = column.data.astype(np.int64, copy=False)
    if column.known is None:
        return [data]
    low = data[column.known].min() if bool(column.known.any()) else 0
    return [column.known.astype(np.int8), np.where(column.known, data, low)]


def _tied(new: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Index:
    alone = new.copy()
    alone[:-1] &= new[1:]
    return np.flatnonzero(~alone)


def _break_ties(order: Index, new: np.ndarray[tuple[int], np.dtype[np.bool_]], places: Index, breaker: Breaker) -> None:
    """Reorders `order` at the tied `places` and marks in `new` where a run of ties has been parted."""
    rows = order[places]
    run = np.cumsum(new[places]).astype(np.int64, copy=False)
    fine, _ = pack_keys([run, breaker(rows)], len(rows))
    by_fine = stable_order(fine)
    order[places] = rows[by_fine]
    ascending = fine[by_fine]
    new[places[1:]] |= ascending[1:] != ascending[:-1]
