"""numpy columns as Arrow columns of the catalog's types."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from claimrules.catalog import FIELDS, Base
from claimrules.generate.items import Bool, Int


def arrow_type(table: str, name: str) -> Any:
    """The Arrow type of a field of the catalog."""
    kind = FIELDS[table, name].type
    if kind.base is Base.DECIMAL:
        return pa.decimal128(kind.precision, kind.scale)
    return {
        Base.TEXT: pa.string(),
        Base.BOOLEAN: pa.bool_(),
        Base.INTEGER: pa.int64(),
        Base.DATE: pa.date32(),
        Base.TIMESTAMP: pa.timestamp("us"),
    }[kind.base]


def decimals(values: Int, kind: Any, null: Bool | None = None) -> Any:
    """Counts of the smallest unit as decimal128 of type `kind`."""
    wide = np.empty((len(values), 2), np.int64)
    wide[:, 0] = values
    wide[:, 1] = values >> 63
    return pa.Array.from_buffers(kind, len(values), [_valid(null), pa.py_buffer(wide)])


def numbered(prefix: str, numbers: Int, digits: int, null: Bool | None = None) -> Any:
    """Texts of one width: `prefix` and the number with leading zeros."""
    head = prefix.encode()
    width = len(head) + digits
    cells = np.empty((len(numbers), width), np.uint8)
    cells[:, : len(head)] = np.frombuffer(head, np.uint8)
    rest = np.maximum(numbers, 0).astype(np.int64)
    for at in range(width - 1, len(head) - 1, -1):
        rest, digit = np.divmod(rest, 10)
        cells[:, at] = digit + 48
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * width
    buffers = [_valid(null), pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(cells))]
    return pa.Array.from_buffers(pa.string(), len(numbers), buffers)


def words(codes: npt.NDArray[Any], texts: Sequence[str | None], null: Bool | None = None) -> Any:
    """Positions in `texts` as a dictionary column; NULL where `null` or the text is None."""
    missing = np.array([t is None for t in texts])
    null = missing[codes] if null is None else null | missing[codes]
    known = pa.array([t or "" for t in texts], pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=null), known)


def dates(days: Int, null: Bool | None = None) -> Any:
    """Days since 1970."""
    return pa.array(days.astype(np.int32), mask=null).cast(pa.date32())


def times(days: Int, seconds: Int, null: Bool | None = None) -> Any:
    """Days since 1970 and seconds of the day as timestamps."""
    micro = (days.astype(np.int64) * 86400 + seconds) * 10**6
    return pa.array(micro, mask=null).view(pa.timestamp("us"))


def flags(values: Bool, null: Bool | None = None) -> Any:
    """Booleans."""
    return pa.array(values.astype(bool), mask=null)


def _valid(null: Bool | None) -> Any:
    return None if null is None else pa.py_buffer(np.packbits(~null, bitorder="little"))
