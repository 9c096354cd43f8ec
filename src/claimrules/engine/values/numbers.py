"""Exact arithmetic: 64-bit integers of the smallest unit, Python integers where those do not hold the result."""

from decimal import Decimal
from typing import Any, cast

import numpy as np

from claimrules.catalog import DOUBLE, INTEGER, Base, Type
from claimrules.engine.column import Column, Data
from claimrules.engine.values.truth import both_known

LIMIT = 2**62
"""Results beyond it are computed with Python integers: one bit of room for a sum of two."""


def scale_of(type_: Type) -> int:
    """Digits after the point; 0 for integers."""
    return type_.scale if type_.base is Base.DECIMAL else 0


def unscaled(value: int | Decimal, scale: int) -> int:
    """A literal in units of 10**-scale. ValueError where it has more digits."""
    shifted = Decimal(value).scaleb(scale)
    if shifted != shifted.to_integral_value():
        raise ValueError(f"{value} has more than {scale} digits after the point")
    return int(shifted)


def largest(data: Data) -> float:
    """The largest magnitude, roughly; 0 for none."""
    if not len(data):
        return 0.0
    if data.dtype == object:
        return float(max(abs(int(v)) for v in data))
    return max(abs(float(data.max())), abs(float(data.min())))


def wide(data: Data) -> Data:
    """The same numbers as Python integers."""
    return data.astype(object)


def narrow(data: Data) -> Data:
    """Back to 64 bits where every number fits."""
    if data.dtype == object and largest(data) < LIMIT:
        return data.astype(np.int64)
    return data


def rescaled(data: Data, up: int) -> Data:
    """The numbers times 10**up."""
    if not up:
        return data
    if data.dtype == object or largest(data) * 10.0**up >= LIMIT:
        return cast(Data, wide(data) * 10**up)
    return cast(Data, data * np.int64(10**up))  # type: ignore[operator]


def as_double(column: Column) -> Data:
    """The values as doubles."""
    if column.type.base is Base.DOUBLE:
        return column.data
    return cast(Data, column.data.astype(np.float64) / 10.0 ** scale_of(column.type))


def aligned(left: Column, right: Column) -> tuple[Data, Data]:
    """Both columns' numbers in one unit: exact where both are, doubles where either is one."""
    if Base.DOUBLE in (left.type.base, right.type.base):
        return as_double(left), as_double(right)
    a, b = scale_of(left.type), scale_of(right.type)
    top = max(a, b)
    return rescaled(left.data, top - a), rescaled(right.data, top - b)


def _added(left: Data, right: Data, sign: int) -> Data:
    if left.dtype != np.float64 and largest(left) + largest(right) >= LIMIT:
        left, right = wide(left), wide(right)
    return narrow(cast(Any, left) + cast(Any, right) if sign > 0 else cast(Any, left) - cast(Any, right))


def add(type_: Type, left: Column, right: Column) -> Column:
    """left + right."""
    a, b = aligned(left, right)
    return Column(type_, _added(a, b, 1), both_known(left, right))


def subtract(type_: Type, left: Column, right: Column) -> Column:
    """left - right."""
    a, b = aligned(left, right)
    return Column(type_, _added(a, b, -1), both_known(left, right))


def multiply(type_: Type, left: Column, right: Column) -> Column:
    """left * right; scales add up."""
    known = both_known(left, right)
    if type_.base is Base.DOUBLE:
        return Column(type_, cast(Data, cast(Any, as_double(left)) * cast(Any, as_double(right))), known)
    a, b = left.data, right.data
    if largest(a) * largest(b) >= LIMIT:
        a, b = wide(a), wide(b)
    return Column(type_, narrow(cast(Any, a) * cast(Any, b)), known)


def divide(_: Type, left: Column, right: Column) -> Column:
    """left / right as a double; NULL where right is zero."""
    a, b = cast(Any, as_double(left)), cast(Any, as_double(right))
    zero = b == 0
    known = both_known(left, right)
    if zero.any():
        known = ~zero if known is None else known & ~zero
    return Column(DOUBLE, a / np.where(zero, 1.0, b), known)


def negate(type_: Type, column: Column) -> Column:
    """-x."""
    return Column(type_, cast(Data, -cast(Any, column.data)), column.known)


def absolute(type_: Type, column: Column) -> Column:
    """|x|."""
    return Column(type_, cast(Data, np.abs(cast(Any, column.data))), column.known)


def to_scale(column: Column, type_: Type) -> Column:
    """A number as another number type; digits that do not fit are rounded half away from zero."""
    if type_.base is Base.DOUBLE:
        return Column(type_, as_double(column), column.known)
    scale = scale_of(type_)
    if column.type.base is Base.DOUBLE:
        doubles = cast(Any, column.data)
        rounded = np.floor(np.abs(doubles) * 10.0**scale + 0.5) * np.sign(doubles)
        safe = np.where(np.isfinite(rounded), rounded, 0)
        return Column(type_, safe.astype(np.int64), column.known)
    up = scale - scale_of(column.type)
    if up >= 0:
        return Column(type_, rescaled(column.data, up), column.known)
    return Column(type_, half_up(column.data, 10**-up), column.known)


def half_up(data: Data, divisor: int) -> Data:
    """data / divisor, rounded half away from zero."""
    if data.dtype == object or divisor >= LIMIT:
        return narrow(np.array([_half_up(int(v), divisor) for v in data], dtype=object))
    numbers = cast(Any, data)
    return cast(Data, np.sign(numbers) * ((np.abs(numbers) + divisor // 2) // divisor))


def _half_up(value: int, divisor: int) -> int:
    quotient = (abs(value) + divisor // 2) // divisor
    return quotient if value >= 0 else -quotient


def whole(column: Column, direction: str) -> Column:
    """floor or ceil, as an integer."""
    if column.type.base is Base.DOUBLE:
        function = np.floor if direction == "floor" else np.ceil
        return Column(INTEGER, function(cast(Any, column.data)).astype(np.int64), column.known)
    unit = 10 ** scale_of(column.type)
    numbers = cast(Any, column.data)
    return Column(INTEGER, numbers // unit if direction == "floor" else -(-numbers // unit), column.known)


def rounded(type_: Type, column: Column, digits: int) -> Column:
    """round(x, digits), half away from zero, in the type of x."""
    if column.type.base is Base.DOUBLE:
        doubles = cast(Any, column.data)
        factor = 10.0**digits
        return Column(type_, np.sign(doubles) * np.floor(np.abs(doubles) * factor + 0.5) / factor, column.known)
    down = scale_of(column.type) - digits
    if down <= 0:
        return column
    return Column(type_, rescaled(half_up(column.data, 10**down), down), column.known)
