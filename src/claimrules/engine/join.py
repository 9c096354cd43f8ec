"""Joining two sides by equal keys: one sort and two binary searches, looked at in chunks."""

from typing import Any

import numpy as np

from claimrules.catalog import Base
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.kernels.segments import equal_codes, group_ids, stable_order
from claimrules.engine.values import times
from claimrules.engine.values.numbers import aligned
from claimrules.engine.values.text import equal_alike

CHUNK = 4_000_000
"""Pairs looked at together: what bounds the memory of a join."""


def numbered_alike(lefts: list[Column], rights: list[Column], n: int, m: int) -> tuple[Index, Index, Mask]:
    """One number for equal keys of `n` rows and `m` others, and which of the rows have all their keys.

    A key that is not known joins nothing: such others get -1.
    """
    left_known, right_known = np.ones(n, np.bool_), np.ones(m, np.bool_)
    both: list[Any] = []
    for a, b in zip(lefts, rights, strict=True):
        x, y = comparable(a, b)
        both.append(np.concatenate([x, y]))
        if a.known is not None:
            left_known &= a.known
        if b.known is not None:
            right_known &= b.known
    ids, _ = group_ids(both, n + m)
    return ids[:n], np.where(right_known, ids[n:], -1), left_known


def by_key(right_key: Index, left_key: Index) -> tuple[Index, Index, Index]:
    """An order of the others, and each row's range in it: those of its key."""
    order = stable_order(right_key)
    keys = right_key[order]
    return order, np.searchsorted(keys, left_key, "left"), np.searchsorted(keys, left_key, "right")


def chunks(sizes: Index) -> list[slice]:
    """Ranges of left rows whose pairs together are no more than a chunk (a single row may be)."""
    ends = np.cumsum(sizes)
    out: list[slice] = []
    start = 0
    while start < len(sizes):
        base = int(ends[start - 1]) if start else 0
        stop = max(int(np.searchsorted(ends, base + CHUNK, "right")), start + 1)
        out.append(slice(start, stop))
        start = stop
    return out


def comparable(a: Column, b: Column) -> tuple[Any, Any]:
    """Numbers that are equal where the values are."""
    if a.type.base in (Base.TEXT, Base.WINDOW):
        return equal_alike(a, b)
    if a.type.is_time and b.type.is_time:
        return times.micros(a), times.micros(b)
    if a.type.is_number and b.type.is_number:
        x, y = aligned(a, b)
        return equal_codes(x), equal_codes(y)
    return np.asarray(a.data).astype(np.int64), np.asarray(b.data).astype(np.int64)
