"""Rows of one key through time: doubled, overlapping, with a gap between.

A later `known_from` with the same `valid_from` supersedes, so doubles and overlaps are looked for among rows learnt at
the same time, and gaps among those that stand after all is learnt.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Pairs = tuple[Ints, Ints]

FOREVER = 1 << 22
"""Days since 1970 beyond any date: an open end, and its negative an open begin."""


@dataclass(frozen=True, slots=True)
class Versions:
    """Arrays of one length.

    `group`: equal where key and region are; `content`: equal where everything but validity and `known` is. `known`,
    `start`, `end` in days since 1970, open ones at ∓FOREVER; both ends belong to the validity.
    """

    group: Ints
    content: npt.NDArray[np.uint64]
    known: Ints
    start: Ints
    end: Ints

    def take(self, rows: Ints) -> "Versions":
        """These rows only."""
        return Versions(self.group[rows], self.content[rows], self.known[rows], self.start[rows], self.end[rows])


def duplicates(v: Versions) -> Pairs:
    """Rows that repeat another in everything, and the row each repeats."""
    order = np.lexsort((np.arange(len(v.group)), v.content, v.end, v.start, v.known, v.group))
    s = v.take(order)
    same = np.zeros(len(order), dtype=np.bool_)
    same[1:] = _alike(s.group, s.known, s.start, s.end) & (s.content[1:] == s.content[:-1])
    first = np.maximum.accumulate(np.where(same, 0, np.arange(len(order)))) if len(order) else order
    return order[same], order[first[same]]


def overlaps(v: Versions) -> Pairs:
    """Rows valid on a date on which another row of the same key, region and `known` is valid already; and that row."""
    order = np.lexsort((np.arange(len(v.group)), v.end, v.start, v.known, v.group))
    s = v.take(order)
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = ~_alike(s.group, s.known)
    reach, by = _reach(fresh, s.end)
    clash = ~fresh & (s.start <= reach)
    return order[clash], order[by[clash]]


def gaps(v: Versions) -> Pairs:
    """Rows before which nothing is valid though an earlier version was, and the row that ends before the gap."""
    order = np.lexsort((np.arange(len(v.group)), -v.known, v.start, v.group))
    s = v.take(order)
    begins = np.ones(len(order), dtype=np.bool_)
    begins[1:] = ~_alike(s.group, s.start)
    newest = np.maximum.accumulate(np.where(begins, np.arange(len(order)), 0)) if len(order) else order
    order = order[s.known == s.known[newest]]
    s = v.take(order)
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = ~_alike(s.group)
    reach, by = _reach(fresh, s.end)
    gap = ~fresh & (s.start > reach + 1)
    return order[gap], order[by[gap]]


def groups(columns: list[pa.Array]) -> Ints:
    """A number for each row, equal where all columns are; null equals null."""
    out = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        coded = column.dictionary_encode()
        codes = coded.indices.fill_null(len(coded.dictionary)).to_numpy(zero_copy_only=False).astype(np.int64)
        out = out * (len(coded.dictionary) + 1) + codes
        out = np.unique(out, return_inverse=True)[1].astype(np.int64)
    return out


def days(column: pa.Array, empty: int) -> Ints:
    """A date column as days since 1970, null as `empty`."""
    return np.asarray(column.cast(pa.int32()).fill_null(empty).to_numpy(zero_copy_only=False), dtype=np.int64)


def _alike(*columns: Ints) -> npt.NDArray[np.bool_]:
    out = np.ones(max(0, len(columns[0]) - 1), dtype=np.bool_)
    for column in columns:
        out &= column[1:] == column[:-1]
    return out


def _reach(fresh: npt.NDArray[np.bool_], end: Ints) -> Pairs:
    """For each sorted row the latest end among the rows before it in its run, and the position of that row."""
    n = len(end)
    if not n:
        return end, end
    span = 4 * FOREVER
    lifted = end + (np.cumsum(fresh) - 1) * span
    furthest = np.maximum.accumulate(lifted)
    leads = np.ones(n, dtype=np.bool_)
    leads[1:] = furthest[1:] > furthest[:-1]
    by = np.maximum.accumulate(np.where(leads, np.arange(n), 0))
    before = np.concatenate(([0], by[:-1]))
    return end[before], before
