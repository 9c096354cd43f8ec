"""Arithmetic on int64 that goes over to Python's ints where 64 bits do not hold it, and divides once, at the end."""

from typing import Any

import numpy as np

from claimrules.engine.column import Data
from claimrules.engine.kernels.segments import Numbers, narrowed

_ROOM = 1 << 62
_DOUBLE_HOLDS = 1 << 53


def size(values: Numbers) -> int:
    """The largest magnitude; 0 for none."""
    return max(abs(int(values.max())), abs(int(values.min()))) if len(values) else 0


def product(a: Numbers, b: Numbers) -> Numbers:
    """a × b, exact."""
    if size(a) * size(b) < _ROOM and a.dtype.kind != "O" and b.dtype.kind != "O":
        return np.asarray(a * b)
    return narrowed(np.asarray(a.astype(np.object_) * b.astype(np.object_)))


def difference(a: Numbers, b: Numbers) -> Numbers:
    """a - b, exact."""
    if size(a) + size(b) < _ROOM and a.dtype.kind != "O" and b.dtype.kind != "O":
        return np.asarray(a - b)
    return narrowed(np.asarray(a.astype(np.object_) - b.astype(np.object_)))


def ratio(a: Numbers, b: Numbers) -> Data:
    """a / b as the nearest double. No `b` may be 0."""
    if size(a) <= _DOUBLE_HOLDS and size(b) <= _DOUBLE_HOLDS:
        return np.asarray(_doubles(a) / _doubles(b))
    return np.asarray(_doubles(a.astype(np.object_) / b.astype(np.object_)))


def _doubles(values: Numbers) -> Any:
    return values.astype(np.float64)
