"""An Arrow array as a numpy column."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from claimrules.catalog import BOOLEAN, DATE, DOUBLE, INTEGER, TEXT, TIMESTAMP, Base, Field, Type, decimal
from claimrules.engine.column import Column, Data, Index, Mask
from claimrules.engine.prepare.texts import encode

_MOST_INT64_DIGITS = 18
_PLAIN: dict[Base, np.dtype[Any]] = {
    Base.INTEGER: np.dtype(np.int64),
    Base.DOUBLE: np.dtype(np.float64),
    Base.DATE: np.dtype(np.int32),
    Base.TIMESTAMP: np.dtype(np.int64),
}


def type_of(arrow: Any, field: Field | None = None) -> Type | None:
    """The type of an Arrow type's values; None where the language has no such type.

    A text of the catalog keeps its closed list of values. Coded texts are texts.
    """
    if pa.types.is_dictionary(arrow):
        return type_of(arrow.value_type, field)
    if pa.types.is_string(arrow) or pa.types.is_large_string(arrow):
        return field.type if field is not None and field.type.base is Base.TEXT else TEXT
    if pa.types.is_decimal128(arrow):
        return decimal(arrow.precision, arrow.scale)
    if pa.types.is_timestamp(arrow):
        return TIMESTAMP if arrow == pa.timestamp("us") else None
    plain = {pa.bool_(): BOOLEAN, pa.int64(): INTEGER, pa.float64(): DOUBLE, pa.date32(): DATE}
    return plain.get(arrow)


def column_of(values: Any, kind: Type) -> Column:
    """The column of an Arrow array or chunked array, sliced or not; `kind` is what `type_of` says of it."""
    array = whole(values)
    known = _known(array)
    if kind.base is Base.TEXT:
        codes, words = encode(array)
        return Column(kind, codes, known, words)
    if kind.base is Base.BOOLEAN:
        return Column(kind, _bits(array, array.buffers()[1]), known)
    if kind.base is Base.DECIMAL:
        return Column(kind, _unscaled(array), known)
    return Column(kind, _fixed(array, _PLAIN[kind.base]), known)


def take(column: Column, rows: Index) -> Column:
    """The column at some rows. Its words may be more than those rows use."""
    known = None if column.known is None else column.known[rows]
    if known is not None and bool(known.all()):
        known = None
    least = None if column.least is None else column.least[rows]
    return Column(column.type, column.data[rows], known, column.words, least)


def whole(values: Any) -> Any:
    """One Arrow array of a chunked array's chunks. Text of 2 GiB and more becomes large_string."""
    if not isinstance(values, pa.ChunkedArray):
        return values
    if values.num_chunks == 1:
        return values.chunk(0)
    if pa.types.is_string(values.type) and values.nbytes >= 1 << 31:
        values = values.cast(pa.large_string())
    return pa.concat_arrays(values.chunks) if values.num_chunks else pa.array([], values.type)


def _known(array: Any) -> Mask | None:
    return _bits(array, array.buffers()[0]) if array.null_count else None


def _bits(array: Any, buffer: Any) -> Mask:
    if buffer is None:
        return np.zeros(len(array), dtype=np.bool_)
    first = array.offset // 8
    packed = np.frombuffer(buffer, dtype=np.uint8)[first : (array.offset + len(array) + 7) // 8]
    spread = np.unpackbits(packed, bitorder="little").view(np.bool_)
    return spread[array.offset - first * 8 :][: len(array)]


def _fixed(array: Any, stored: np.dtype[Any]) -> Data:
    buffer = array.buffers()[1]
    if buffer is None:
        return np.zeros(len(array), dtype=stored)
    data = np.frombuffer(buffer, dtype=stored)[array.offset : array.offset + len(array)]
    return data.astype(np.float64 if stored.kind == "f" else np.int64, copy=False)


def _unscaled(array: Any) -> Data:
    buffer = array.buffers()[1]
    if buffer is None:
        return np.zeros(len(array), dtype=np.int64)
    both: npt.NDArray[np.int64] = np.frombuffer(buffer, dtype="<i8")
    words = both[2 * array.offset : 2 * (array.offset + len(array))]
    low, high = words[0::2], words[1::2]
    if array.type.precision <= _MOST_INT64_DIGITS or bool(np.all(high == low >> 63)):
        return np.ascontiguousarray(low)
    exact: Data = (high.astype(np.object_) << 64) + low.view(np.uint64).astype(np.object_)
    return exact
