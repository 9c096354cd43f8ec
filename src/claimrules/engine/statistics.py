"""Aggregates that describe how numbers are spread: mean, quantiles, standard deviation; exact until the last division.

Everywhere `ids` says to which of `k` sets each value belongs. Sets too small have a value that means nothing; who calls
says that it is not known. Doubles are added in ascending order, so that no result depends on the order of rows.
"""

from typing import Any, cast

import numpy as np

from claimrules.catalog import Base
from claimrules.engine.column import Column, Data, Index
from claimrules.engine.kernels.exact import difference, product, ratio
from claimrules.engine.kernels.segments import (
    Numbers,
    order_within,
    segment_count,
    segment_max,
    segment_min,
    segment_sum,
)
from claimrules.engine.values.numbers import scale_of

_ROOM = 1 << 62


def mean(column: Column, ids: Index, k: int) -> Data:
    """The mean of each set. That of equal values is exactly their value."""
    values, count = cast(Any, column.data), np.maximum(segment_count(ids, k), 1)
    if column.type.base is not Base.DOUBLE:
        return ratio(segment_sum(values, ids, k), product(count, _unit(column, k)))
    rows = by_value(values, ids)
    found = np.bincount(ids[rows], weights=values[rows], minlength=k) / count
    return np.clip(found, segment_min(values, ids, k), segment_max(values, ids, k))


def deviation(column: Column, ids: Index, k: int) -> Data:
    """The sample's standard deviation of each set of two or more."""
    count = segment_count(ids, k)
    values = cast(Any, column.data)
    if column.type.base is Base.DOUBLE:
        return _deviation_of_doubles(values, ids, k)
    shifted = difference(values, values[last_rows(ids, k)[ids]])
    total = segment_sum(shifted, ids, k)
    squares = segment_sum(product(shifted, shifted), ids, k)
    spread = difference(product(squares, count), product(total, total))
    unit = _unit(column, k)
    pairs = np.maximum(count * (count - 1), 1)
    return np.asarray(np.sqrt(cast(Any, ratio(spread, product(pairs, product(unit, unit))))))


def _deviation_of_doubles(values: Any, ids: Index, k: int) -> Data:
    rows = by_value(values, ids)
    owner, count = ids[rows], segment_count(ids, k)
    shifted = values[rows] - segment_min(values, ids, k)[owner]
    center = np.bincount(owner, weights=shifted, minlength=k) / np.maximum(count, 1)
    squares = np.bincount(owner, weights=(shifted - center[owner]) ** 2, minlength=k)
    return np.asarray(np.sqrt(squares / np.maximum(count - 1, 1)))


def quantile(column: Column, ids: Index, k: int, part: int, whole: int) -> Data:
    """The value that `part` / `whole` (0 to 1) of each set lies below, between two of them in proportion."""
    values, count = cast(Any, column.data), segment_count(ids, k)
    if not len(values):
        return np.zeros(k)
    ordered = values[by_value(values, ids)]
    first = np.cumsum(count) - count
    place = product(np.maximum(count - 1, 0), _full(part, k))
    low = np.minimum(first + (place // whole).astype(np.int64), len(values) - 1)
    beyond = place % whole
    high = np.minimum(low + (beyond > 0), len(values) - 1)
    if column.type.base is Base.DOUBLE:
        return np.asarray(ordered[low] + (ordered[high] - ordered[low]) * (beyond.astype(np.float64) / whole))
    wholes = _full(whole, k)
    rest = product(difference(ordered[high], ordered[low]), beyond)
    total = difference(product(ordered[low], wholes), -rest)
    return ratio(total, product(wholes, _unit(column, k)))


def by_value(values: Numbers, ids: Index) -> Index:
    """All values, set after set, ascending in each."""
    if values.dtype.kind == "f":
        return np.lexsort((values, ids))
    if values.dtype.kind == "O":
        values = np.unique(values, return_inverse=True)[1]
    return order_within(ids, values)


def last_rows(ids: Index, k: int) -> Index:
    """The last value of each set; 0 for an empty one."""
    rows = np.zeros(k, np.int64)
    rows[ids] = np.arange(len(ids))
    return rows


def _unit(column: Column, k: int) -> Numbers:
    return _full(10 ** scale_of(column.type), k)


def _full(value: int, k: int) -> Numbers:
    return np.full(k, value, np.int64 if abs(value) < _ROOM else object)
