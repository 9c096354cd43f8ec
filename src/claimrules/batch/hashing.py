"""Stable 64-bit hashes of columns and rows, without a loop over rows.

The same value has the same hash in every process, version and platform of either byte order we run on: partitions and
fingerprints depend on it. Not meant against an adversary; wherever two different values may not be confused, the caller
compares the values themselves.
"""

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.batch.arrays import one_array

Hashes = npt.NDArray[np.uint64]

_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_MANY, _HEAD = 10_000, 1_024
"""From how many texts on it is worth asking of the first ones whether few distinct ones repeat, to hash each once."""
_MOST_INT64_DIGITS = 18
_BLOCK = 8_192
"""Rows that are hashed at a time: a dozen arrays of so many words stay in the cache, which is three times as fast."""


def mix(values: Hashes) -> Hashes:
    """The finaliser of splitmix64: every input bit reaches every output bit."""
    with np.errstate(over="ignore"):
        x = (values ^ (values >> np.uint64(30))) * _M1
        x ^= x >> np.uint64(27)
        x *= _M2
        x ^= x >> np.uint64(31)
        return x


def hash_strings(array: Any) -> Hashes:
    """Hash each text of a `string` array, or of a dictionary of them, by its UTF-8 bytes, eight at a time; NULL is 0."""
    array = one_array(array)
    if pa.types.is_dictionary(array.type):
        return _spread(array, _hash_texts)
    if len(array) > _MANY and pc.count_distinct(array.slice(0, _HEAD)).as_py() < _HEAD // 8:
        return _spread(array.dictionary_encode(), _hash_texts)
    return _hash_texts(array)


def _spread(array: Any, hash_words: Callable[[Any], Hashes]) -> Hashes:
    """The hashes of a coded text's words laid out over the rows."""
    known = np.append(hash_words(array.dictionary), np.uint64(0))
    indices = array.indices
    if indices.null_count:
        indices = indices.fill_null(len(known) - 1)
    out: Hashes = np.take(known, np.asarray(indices))
    return out


def _hash_texts(array: Any) -> Hashes:
    n = len(array)
    _, offsets_buffer, data_buffer = array.buffers()
    if not n:
        return np.empty(0, np.uint64)
    offsets = np.frombuffer(offsets_buffer, dtype=np.int32)[array.offset : array.offset + n + 1]
    data = np.frombuffer(data_buffer, dtype=np.uint8) if data_buffer is not None else np.empty(0, np.uint8)
    # Eight bytes of padding let the last word of the last text be read like any other.
    padded = np.concatenate([data[offsets[0] : offsets[-1]], np.zeros(8, np.uint8)])
    out = np.empty(n, np.uint64)
    for first in range(0, n, _BLOCK):
        ends = offsets[first : first + _BLOCK + 1].astype(np.int64)
        out[first : first + _BLOCK] = _hash_block(padded, ends[:-1] - offsets[0], np.diff(ends))
    if array.null_count:
        out[np.asarray(array.is_null())] = 0
    return out


def _hash_block(data: Any, start: npt.NDArray[np.int64], length: npt.NDArray[np.int64]) -> Hashes:
    out = mix(length.astype(np.uint64) + _GOLDEN)
    shortest, longest = int(length.min()), int(length.max())
    words: Hashes = np.ndarray((len(data) - 7,), dtype="<u8", buffer=data.data, strides=(1,))
    for k in range(0, longest, 8):
        rows: Any = slice(None) if shortest > k else np.flatnonzero(length > k)
        # Most ids are of one length: what is evenly spaced needs no gathering.
        even = shortest == longest
        word = words[start[0] + k :: longest][: len(out)].copy() if even else words[start[rows] + k]
        if shortest < k + 8:
            left = np.minimum(length[rows] - k, 8).astype(np.uint64)
            word &= _ALL >> (np.uint64(64) - np.uint64(8) * left)
        with np.errstate(over="ignore"):
            out[rows] = mix(out[rows] * _GOLDEN + word)
    return out


def hash_column(array: Any) -> Hashes:
    """Hash each value of a canonical column; NULL is 0."""
    array = one_array(array)
    out = np.zeros(len(array), np.uint64)
    _add(out, array, "")
    return out


def hash_rows(table: Any, seed: str = "", hash_words: Callable[[Any], Hashes] | None = None) -> Hashes:
    """Hash each row by the names and values of its filled columns: column order and empty columns do not matter.

    `hash_words`: `hash_strings` for the words of coded texts, where the caller remembers them.
    """
    out = np.full(table.num_rows, _seed(seed), np.uint64)
    for name in table.column_names:
        _add(out, one_array(table.column(name)), name, hash_words or hash_strings)
    return mix(out)


def _add(out: Hashes, array: Any, name: str, hash_words: Callable[[Any], Hashes] = hash_strings) -> None:
    """Add to each row's hash its value's: the sum of its words, each times an odd number of its own. NULL adds nothing."""
    coded = pa.types.is_dictionary(array.type)
    text = coded or pa.types.is_string(array.type)
    words = [_spread(array, hash_words)] if coded else [hash_strings(array)] if text else _words(array)
    known = None if text or not array.null_count else np.asarray(array.is_valid()).view(np.uint8)
    # A text's hash is 0 only where it is NULL; any other value is told from NULL by the column's own constant.
    constant = np.uint64(0) if text else _factor(f"{name}\x1f")
    factors = [_factor(f"{name}\x1f{k}") | np.uint64(1) for k in range(len(words))]
    with np.errstate(over="ignore"):
        for first in range(0, len(out), _BLOCK):
            rows = slice(first, first + _BLOCK)
            added = words[0][rows] * factors[0]
            for word, factor in zip(words[1:], factors[1:], strict=True):
                added += word[rows] * factor
            if not text:
                added += constant
            if known is not None:
                added *= known[rows]
            out[rows] += added


def _words(array: Any) -> list[Hashes]:
    kind = array.type
    if pa.types.is_decimal(kind):
        pairs = np.frombuffer(array.buffers()[1], dtype="<u8")[2 * array.offset : 2 * (array.offset + len(array))]
        # What 64 bits hold has nothing but its sign in the upper word.
        return [pairs[0::2]] if kind.precision <= _MOST_INT64_DIGITS else [pairs[0::2], pairs[1::2]]
    if pa.types.is_boolean(kind):
        return [np.asarray(array.cast(pa.uint8()).fill_null(0)).astype(np.uint64)]
    if pa.types.is_floating(kind):
        return [np.asarray(array.fill_null(0.0)).astype("<f8").view(np.uint64)]
    if array.null_count == len(array):
        return [np.zeros(len(array), np.uint64)]
    narrow = pa.types.is_date32(kind)
    values = np.frombuffer(array.buffers()[1], dtype="<i4" if narrow else "<i8")[array.offset : array.offset + len(array)]
    return [values.astype(np.int64, copy=False).view(np.uint64)]


def repeated(hashes: Hashes) -> npt.NDArray[np.bool_]:
    """True where a hash is not the only one of its value."""
    ascending = np.sort(hashes)
    again = np.unique(ascending[1:][ascending[1:] == ascending[:-1]])
    return np.isin(hashes, again) if len(again) else np.zeros(len(hashes), np.bool_)


def total(hashes: Hashes) -> int:
    """The sum modulo 2**64: the same for every order."""
    return int(hashes.sum(dtype=np.uint64))


def _seed(name: str) -> np.uint64:
    data = name.encode()
    return np.uint64(zlib.crc32(data) << 32 | zlib.crc32(data[::-1] + b"claimrules"))


def _factor(name: str) -> np.uint64:
    return np.uint64(mix(np.array([_seed(name)]))[0])
