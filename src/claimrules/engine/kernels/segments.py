"""Groups of rows, and what is computed of each group: pure numpy, exact, no loop over rows.

Everywhere `ids` says for each row to which of `k` groups it belongs (0 … k - 1); a group's rows may lie scattered.
Sums of int64 are exact: where 64 bits might not hold them the result is an object array of Python ints.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from claimrules.engine.column import Index, Mask

Integers = npt.NDArray[np.integer]
Numbers = npt.NDArray[Any]

_ROOM = 1 << 62
_DENSE_TABLE = 1 << 16


def pack_keys(keys: Sequence[Integers], n: int) -> tuple[Index, int]:
    """One int64 key a row, from 0 to below the second result, that compares as the tuple of `keys` does.

    Without keys all rows have the key 0. Where the product of the ranges is above 2**62, what has been packed so far is
    replaced by its rank.
    """
    packed, size = np.zeros(n, dtype=np.int64), 1
    if n == 0:
        return packed, size
    for key in keys:
        part, span = _from_zero(key)
        if size * span > _ROOM:
            packed, size = _ranks(packed, size)
        if size * span > _ROOM:
            part, span = _ranks(part, span)
        packed = part if size == 1 else packed * span + part
        size *= span
    return packed, size


def group_ids(keys: Sequence[Integers], n: int) -> tuple[Index, int]:
    """The group of each of `n` rows, rows with equal `keys` being one group, and how many groups there are.

    Groups are numbered in ascending order of their keys, the first key first. No keys: one group.
    """
    if n == 0:
        return np.zeros(0, dtype=np.int64), 0
    return _ranks(*pack_keys(keys, n))


def equal_codes(values: Numbers) -> Numbers:
    """Whole numbers that are equal where the values are, for `group_ids`; Python's ints stay as they are."""
    if values.dtype.kind == "f":
        return np.asarray((values + 0.0).view(np.int64))  # -0.0 + 0.0 is 0.0
    return values if values.dtype.kind == "O" else values.astype(np.int64, copy=False)


def stable_order(key: Integers) -> Index:
    """The rows in ascending order of `key`, equal ones as they stand."""
    n = len(key)
    if n == 0 or bool(np.all(key[1:] >= key[:-1])):
        return np.arange(n, dtype=np.int64)
    part, span = _from_zero(key)
    if span << (n - 1).bit_length() > _ROOM:
        return np.argsort(part, kind="stable").astype(np.int64, copy=False)
    # Sorting values is several times faster than sorting indices, so the row number rides in the low bits.
    bits = (n - 1).bit_length()
    ridden = (part << bits) | np.arange(n, dtype=np.int64)
    ridden.sort()
    return np.asarray(ridden & ((1 << bits) - 1))


def order_within(ids: Index, order: Integers | None = None) -> Index:
    """All rows, group after group, within a group in ascending `order` (default, and for ties: as they stand)."""
    if order is None:
        return stable_order(ids)
    return stable_order(pack_keys([ids, order], len(ids))[0])


def first_rows(ids: Index, k: int) -> Index:
    """The first row of each group."""
    return segment_min(np.arange(len(ids), dtype=np.int64), ids, k).astype(np.int64, copy=False)


def one_of_each(keys: Sequence[Integers], n: int) -> Index:
    """The first of `n` rows with each distinct `keys`, in ascending order of the keys."""
    return first_rows(*group_ids(keys, n))


def segment_count(ids: Index, k: int) -> Index:
    """How many rows each group has."""
    return np.bincount(ids, minlength=k).astype(np.int64, copy=False)


def segment_sum(values: Numbers, ids: Index, k: int) -> Numbers:
    """The sum of each group, 0 for an empty one. Booleans are counted; doubles are added in row order."""
    if values.dtype.kind == "f":
        return np.bincount(ids, weights=values, minlength=k)
    if values.dtype.kind != "O":
        whole = values.astype(np.int64, copy=False)
        if fits_sum(whole):
            total = np.zeros(k, dtype=np.int64)
            np.add.at(total, ids, whole)
            return total
    exact = np.zeros(k, dtype=np.object_)
    np.add.at(exact, ids, values.astype(np.object_))
    return narrowed(exact)


def segment_min(values: Numbers, ids: Index, k: int, empty: int = 0) -> Numbers:
    """The least value of each group, `empty` for an empty one. Not for object arrays."""
    return _extreme(np.minimum, values, ids, k, empty)


def segment_max(values: Numbers, ids: Index, k: int, empty: int = 0) -> Numbers:
    """The greatest value of each group, `empty` for an empty one. Not for object arrays."""
    return _extreme(np.maximum, values, ids, k, empty)


def segment_any(values: Mask, ids: Index, k: int) -> Mask:
    """Whether a group has a True; False for an empty one."""
    found = np.zeros(k, dtype=np.bool_)
    found[ids[values]] = True
    return found


def segment_all(values: Mask, ids: Index, k: int) -> Mask:
    """Whether a group has no False; True for an empty one."""
    return ~segment_any(~values, ids, k)


def running_sum(values: Numbers, ids: Index) -> Numbers:
    """For each row the sum of its group's values down to it, itself included."""
    rows = stable_order(ids)
    given = values[rows]
    if given.dtype.kind == "b":
        given = given.astype(np.int64)
    if given.dtype.kind in "iu" and not fits_sum(given):
        given = given.astype(np.object_)
    starts = _starts(ids[rows])
    if given.dtype.kind == "f":
        return _scattered(rows, _cumulated_apart(given, starts))
    total = np.cumsum(given)
    return narrowed(_scattered(rows, total - (total - given)[starts]))


def rank_within(ids: Index) -> Index:
    """1, 2, 3 … for the rows of each group as they stand."""
    rows = stable_order(ids)
    place = np.arange(len(ids), dtype=np.int64)
    return _scattered(rows, place - _starts(ids[rows]) + 1)


def dense_rank_first_seen(values: Integers, ids: Index) -> Index:
    """For each row the how-manieth distinct value of its group it holds, values being counted as they first appear."""
    n = len(ids)
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    pair, pairs = group_ids([ids, values], n)
    first = segment_min(np.arange(n, dtype=np.int64), pair, pairs)
    by_appearance = np.argsort(first)
    seen = np.empty(pairs, dtype=np.int64)
    seen[by_appearance] = rank_within(ids[first[by_appearance]])
    return np.asarray(seen[pair])


def expand_ranges(starts: Index, stops: Index) -> tuple[Index, Index]:
    """Every pair (i, j) with starts[i] <= j < stops[i], by i, then j. A range that ends before it starts is empty."""
    lengths = np.maximum(stops - starts, 0)
    left = np.repeat(np.arange(len(starts), dtype=np.int64), lengths)
    ends = np.cumsum(lengths)
    within = np.arange(len(left), dtype=np.int64) - np.repeat(ends - lengths, lengths)
    return left, starts[left] + within


def mul_div_half_up(a: Numbers, b: Numbers, c: Numbers) -> Numbers:
    """The product of `a` and `b` by `c` as a whole number, halves away from zero.

    Exact: rows whose product 64 bits do not hold are computed with Python's ints. int64, or objects if a result needs
    more. ZeroDivisionError where `c` is 0.
    """
    a, b, c = np.broadcast_arrays(a, b, c)
    if bool(np.any(c == 0)):
        raise ZeroDivisionError("mul_div_half_up: a divisor is 0")
    size = np.abs(a.astype(np.float64)) * np.abs(b.astype(np.float64))
    large = (size >= _ROOM) | (np.abs(c.astype(np.float64)) >= _ROOM)
    if any(part.dtype.kind == "O" for part in (a, b, c)):
        large = np.ones(a.shape, dtype=np.bool_)
    if not bool(large.any()):
        return _divided(a.astype(np.int64) * b.astype(np.int64), c.astype(np.int64))
    exact = np.zeros(a.shape, dtype=np.object_)
    exact[large] = _divided(a[large].astype(np.object_) * b[large].astype(np.object_), c[large].astype(np.object_))
    exact[~large] = mul_div_half_up(a[~large], b[~large], c[~large])
    return narrowed(exact)


def fits_sum(values: Numbers) -> bool:
    """Whether no sum of some of these int64 `values` can leave 64 bits."""
    if len(values) == 0:
        return True
    return max(abs(int(values.max())), abs(int(values.min()))) * len(values) < _ROOM


def narrowed(values: Numbers) -> Numbers:
    """An object array of ints as int64 if that holds them all; anything else as it is."""
    if values.dtype.kind != "O":
        return values
    try:
        return values.astype(np.int64)
    except OverflowError:
        return values


def _from_zero(key: Integers) -> tuple[Index, int]:
    low, high = int(key.min()), int(key.max())
    span = high - low + 1
    if span > _ROOM:
        return _sorted_ranks(key)
    if key.dtype.kind == "O":
        return (key - low).astype(np.int64), span
    whole = key.astype(np.int64, copy=False)
    return (whole if low == 0 else whole - low), span


def _ranks(key: Index, span: int) -> tuple[Index, int]:
    if span > max(_DENSE_TABLE, 4 * len(key)):
        return _sorted_ranks(key)
    present = np.zeros(span, dtype=np.bool_)
    present[key] = True
    rank = np.cumsum(present) - 1
    return np.asarray(rank[key]), int(rank[-1]) + 1


def _sorted_ranks(key: Integers) -> tuple[Index, int]:
    order = np.argsort(key)
    ascending = key[order]
    rank = np.zeros(len(key), dtype=np.int64)
    np.cumsum(ascending[1:] != ascending[:-1], out=rank[1:])
    return _scattered(order, rank), int(rank[-1]) + 1


def _starts(ascending: Index) -> Index:
    place = np.arange(len(ascending), dtype=np.int64)
    new = np.ones(len(ascending), dtype=np.bool_)
    new[1:] = ascending[1:] != ascending[:-1]
    return np.asarray(np.maximum.accumulate(np.where(new, place, 0)))


def _scattered(rows: Index, values: Numbers) -> Numbers:
    out = np.empty(len(rows), dtype=values.dtype)
    out[rows] = values
    return out


def _cumulated_apart(values: Numbers, starts: Index) -> Numbers:
    """Running sums that never touch another group's doubles: their rounding and infinities stay at home."""
    place = np.arange(len(values), dtype=np.int64)
    reach, total = 1, values.copy()
    while bool(np.any(within := place - starts >= reach)):
        rows = place[within]
        total[rows] = total[rows] + total[rows - reach]
        reach *= 2
    return total


def _extreme(function: np.ufunc, values: Numbers, ids: Index, k: int, empty: int) -> Numbers:
    out = np.full(k, empty, dtype=values.dtype)
    out[ids] = values
    function.at(out, ids, values)
    return out


def _divided(product: Numbers, c: Numbers) -> Numbers:
    sign = np.where((product < 0) != (c < 0), -1, 1)
    product, c = abs(product), abs(c)
    whole, rest = product // c, product % c
    return np.asarray((whole + (rest >= c - rest)) * sign)


def marked(rows: Integers, n: int) -> Mask:
    """Which of `n` places are among `rows`. A mark a row is faster than np.unique by far."""
    out = np.zeros(n, np.bool_)
    out[rows] = True
    return out


def numbered(some: Mask) -> Index:
    """A number for each place that is marked, in their order; of the others nothing can be said."""
    places = np.flatnonzero(some)
    out = np.empty(len(some), np.int64)
    out[places] = np.arange(len(places))
    return out
