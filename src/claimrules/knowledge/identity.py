"""What a row says, as a number: for stable ids, for equality, for an order that the file has no part in.

Every distinct text is hashed by a multilinear sum over its bytes, mixed; a row is the sum of its mixed cells, each with
its column's name in it. An empty cell adds nothing, so that a new and empty column leaves every id as it is.
"""

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]

_CHUNK = 1 << 22
_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
_DIGITS = 12


def cell_hashes(name: str, column: Any) -> Hashes:
    """A 64-bit number for each cell of the column `name`, 0 where it is null."""
    coded = column.cast(pa.string()).dictionary_encode()
    salt = np.frombuffer(hashlib.blake2b(name.encode(), digest_size=8).digest(), dtype="<u8").astype(np.uint64)
    words = np.append(mixed(_word_hashes(coded.dictionary) ^ salt), np.uint64(0))
    codes = pc.fill_null(coded.indices, len(words) - 1).to_numpy(zero_copy_only=False)
    return np.asarray(words[codes], dtype=np.uint64)


def knowledge_ids(table: str, hashes: Hashes) -> Any:
    """`<table>:` and 12 hex digits for each row; 16 where two rows that differ share the 12."""
    prefix = np.frombuffer(f"{table}:".encode(), dtype=np.uint8)
    n, width = len(hashes), len(prefix) + _DIGITS
    digits = hashes.astype(">u8").view(np.uint8).reshape(n, 8)[:, : _DIGITS // 2]
    out = np.empty((n, width), dtype=np.uint8)
    out[:, : len(prefix)] = prefix
    out[:, len(prefix) :: 2] = _HEX[digits >> 4]
    out[:, len(prefix) + 1 :: 2] = _HEX[digits & 15]
    offsets = (np.arange(n + 1) * width).astype(np.int64)
    ids = pa.LargeStringArray.from_buffers(n, pa.py_buffer(offsets), pa.py_buffer(out)).cast(pa.string())
    return _told_apart(table, hashes, ids)


def digest(parts: str, hashes: Hashes) -> str:
    """A hash of a declaration and of all its rows, whatever their order."""
    state = hashlib.sha256(parts.encode())
    state.update(np.sort(hashes).astype("<u8").tobytes())
    return state.hexdigest()


def _told_apart(table: str, hashes: Hashes, ids: Any) -> Any:
    distinct = np.unique(hashes)
    short = distinct >> np.uint64(64 - 4 * _DIGITS)
    shared = short[1:][short[1:] == short[:-1]]
    if not len(shared):
        return ids
    mask = np.isin(hashes >> np.uint64(64 - 4 * _DIGITS), shared)
    long = pa.array([f"{table}:{int(value):016x}" for value in hashes[mask]], pa.string())
    return pc.replace_with_mask(ids, pa.array(mask), long)


def _word_hashes(words: Any) -> Hashes:
    n = len(words)
    if not n:
        return np.zeros(0, dtype=np.uint64)
    words = words.cast(pa.large_string())
    offsets = np.frombuffer(words.buffers()[1], dtype=np.int64)[words.offset : words.offset + n + 1]
    data = np.frombuffer(words.buffers()[2] or b"", dtype=np.uint8)
    lengths = np.diff(offsets)
    weights = mixed(np.arange(1, int(lengths.max()) + 2, dtype=np.uint64)) | np.uint64(1)
    out = np.empty(n, dtype=np.uint64)
    first = 0
    while first < n:
        last = max(first + 1, int(np.searchsorted(offsets, offsets[first] + _CHUNK, side="right")) - 1)
        begin, end = int(offsets[first]), int(offsets[last])
        place = np.arange(begin, end) - np.repeat(offsets[first:last], lengths[first:last])
        terms = weights[place] * (data[begin:end].astype(np.uint64) + np.uint64(1))
        sums = np.concatenate((np.zeros(1, dtype=np.uint64), np.cumsum(terms, dtype=np.uint64)))
        out[first:last] = sums[offsets[first + 1 : last + 1] - begin] - sums[offsets[first:last] - begin]
        first = last
    return out + lengths.astype(np.uint64)


def mixed(values: Hashes) -> Hashes:
    """The finaliser of splitmix64: every bit of the input moves every bit of the output."""
    x = values + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)), dtype=np.uint64)
