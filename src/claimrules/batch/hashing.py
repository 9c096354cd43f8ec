"""Stable 64-bit hashes of columns and rows, without a loop over rows.

The same value has the same hash in every process, version and platform of either byte order we run on: partitions and
fingerprints depend on it. Not meant against an adversary; wherever two different values may not be confused, the caller
compares the values themselves.
"""

import zlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]

_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MANY, _HEAD = 10_000, 1_024
"""From how many texts on it is worth asking of the first ones whether few distinct ones repeat, to hash each once."""


def mix(values: Hashes) -> Hashes:
    """The finaliser of splitmix64: every input bit reaches every output bit."""
    with np.errstate(over="ignore"):
        x = (values ^ (values >> np.uint64(30))) * _M1
        x = (x ^ (x >> np.uint64(27))) * _M2
        return x ^ (x >> np.uint64(31))


def hash_strings(array: Any) -> Hashes:
    """Hash each text of a `string` array by its UTF-8 bytes, eight at a time; NULL is 0."""
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if len(array) > _MANY and pc.count_distinct(array.slice(0, _HEAD)).as_py() < _HEAD // 8:
        coded = array.dictionary_encode()
        known = np.append(_hash_texts(coded.dictionary), np.uint64(0))
        out: Hashes = known[np.asarray(coded.indices.fill_null(len(known) - 1))]
        return out
    return _hash_texts(array)


def _hash_texts(array: Any) -> Hashes:
    n = len(array)
    _, offsets_buffer, data_buffer = array.buffers()
    offsets = np.frombuffer(offsets_buffer, dtype=np.int32)[array.offset : array.offset + n + 1].astype(np.int64)
    data = np.frombuffer(data_buffer, dtype=np.uint8) if data_buffer is not None else np.empty(0, np.uint8)
    start, length = offsets[:-1], np.diff(offsets)
    # Eight bytes of padding let the last word of the last text be read like any other.
    used = data[start[0] : offsets[-1]] if n else data[:0]
    padded = np.concatenate([used, np.zeros(8, np.uint8)])
    words: Hashes = np.ndarray((len(used) + 1,), dtype="<u8", buffer=padded.data, strides=(1,))
    at = start - (start[0] if n else 0)
    out = mix(length.astype(np.uint64) + _GOLDEN)
    longest = int(length.max()) if n else 0
    for k in range(0, longest, 8):
        longer = length > k
        rows: Any = slice(None) if longer.all() else np.flatnonzero(longer)
        word = words[at[rows] + k]
        left = np.minimum(length[rows] - k, 8).astype(np.uint64)
        word &= np.uint64(0xFFFFFFFFFFFFFFFF) >> (np.uint64(64) - np.uint64(8) * left)
        with np.errstate(over="ignore"):
            out[rows] = mix(out[rows] * _GOLDEN + word)
    if array.null_count:
        out[np.asarray(array.is_null())] = 0
    return out


def hash_column(array: Any) -> Hashes:
    """Hash each value of a canonical column; NULL is 0."""
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    if pa.types.is_string(array.type):
        return hash_strings(array)
    words = _words(array)
    out = np.full(len(array), _GOLDEN, np.uint64)
    for word in words:
        with np.errstate(over="ignore"):
            out = mix(out * _GOLDEN + word)
    if array.null_count:
        out[np.asarray(array.is_null())] = 0
    return out


def _words(array: Any) -> list[Hashes]:
    kind = array.type
    if pa.types.is_decimal(kind):
        pairs = np.frombuffer(array.buffers()[1], dtype="<u8")[2 * array.offset : 2 * (array.offset + len(array))]
        return [pairs[0::2], pairs[1::2]]
    if pa.types.is_boolean(kind):
        return [np.asarray(array.cast(pa.int8()).fill_null(0)).astype(np.uint64)]
    if pa.types.is_floating(kind):
        return [np.asarray(array.fill_null(0.0)).astype("<f8").view(np.uint64)]
    if pa.types.is_date32(kind):
        array = array.cast(pa.int32())
    return [np.asarray(array.cast(pa.int64()).fill_null(0)).astype(np.int64).view(np.uint64)]


def hash_rows(table: Any, seed: str = "") -> Hashes:
    """Hash each row by the names and values of its filled columns: column order and empty columns do not matter."""
    out = np.full(table.num_rows, _seed(seed), np.uint64)
    for name in table.column_names:
        values = hash_column(table.column(name))
        with np.errstate(over="ignore"):
            out += np.where(values == 0, np.uint64(0), mix(values + _seed(name)))
    return mix(out)


def total(hashes: Hashes) -> int:
    """The sum modulo 2**64: the same for every order."""
    return int(hashes.sum(dtype=np.uint64))


def _seed(name: str) -> np.uint64:
    data = name.encode()
    return np.uint64(zlib.crc32(data) << 32 | zlib.crc32(data[::-1] + b"claimrules"))
