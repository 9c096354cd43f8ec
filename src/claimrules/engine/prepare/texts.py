"""Texts in codepoint order, without comparing strings one by one."""

from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from claimrules.engine.column import Index, Words
from claimrules.engine.kernels.segments import Integers, marked
from claimrules.engine.prepare.order import Breaker, sort_rows

_STEP = 8
_KEPT = 32


@dataclass(frozen=True, slots=True)
class Texts:
    """The UTF-8 bytes of `n` texts, to be compared eight at a time as whole numbers.

    The order of UTF-8 bytes is the order of codepoints. `data` is padded so that eight bytes can be read from anywhere;
    `starts` are behind the prefix that all texts share; a text that is NULL is empty.
    """

    data: npt.NDArray[np.uint8]
    starts: Index
    lengths: Index

    @property
    def breakers(self) -> list[Breaker]:
        """The keys that order the texts, the most telling first; the length parts texts that end in NUL characters."""
        longest = int(self.lengths.max()) if len(self.lengths) else 0
        return [partial(self.eight, at) for at in range(0, longest, _STEP)] + [lambda rows: self.lengths[rows]]

    def eight(self, at: int, rows: Index) -> Integers:
        """The bytes from `at` to `at` + 8 of some rows' texts, zeros behind their end, as numbers that sort alike."""
        anywhere = np.ndarray((len(self.data) - _STEP + 1,), dtype=">u8", buffer=self.data, strides=(1,))
        left = np.clip(self.lengths[rows] - at, 0, _STEP)
        word = anywhere[np.where(left > 0, self.starts[rows] + at, 0)].astype(np.uint64)
        spare = ((_STEP - left) * 8).astype(np.uint64)
        # Shifting a 64-bit number by 64 is undefined: what has no byte left is zero anyway.
        kept = np.where(left > 0, (word >> (spare & np.uint64(63))) << (spare & np.uint64(63)), np.uint64(0))
        return np.asarray((kept ^ np.uint64(1 << 63)).view(np.int64))


def texts_of(array: Any) -> Texts:
    """The texts of an Arrow string array, coded or not, whatever its offset."""
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    _, offsets, data = array.buffers()
    kind = np.int64 if pa.types.is_large_string(array.type) else np.int32
    if len(array) == 0:
        return Texts(np.zeros(_STEP, dtype=np.uint8), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    ends = np.frombuffer(offsets, dtype=kind)[array.offset : array.offset + len(array) + 1].astype(np.int64)
    first, last = int(ends[0]), int(ends[-1])
    padded = np.zeros(last - first + _STEP, dtype=np.uint8)
    if last > first:
        padded[: last - first] = np.frombuffer(data, dtype=np.uint8)[first:last]
    lengths = np.diff(ends)
    if array.null_count:
        lengths[np.asarray(array.is_null())] = 0
    texts = Texts(padded, ends[:-1] - first, lengths)
    return _without(texts, _shared(texts))


def text_order(array: Any) -> Index:
    """The places of an Arrow string array in ascending codepoint order. It holds no NULL."""
    n = len(array)
    if n < 2:
        return np.arange(n, dtype=np.int64)
    texts = texts_of(array)
    first, *others = texts.breakers
    return sort_rows([first(np.arange(n, dtype=np.int64))], n, others)


def encode(array: Any) -> tuple[npt.NDArray[np.int32], Words]:
    """Codes into the sorted distinct words of an Arrow array of text; NULL has code 0. There is at least one word.

    Coded texts have distinct words without NULL. They keep words that no row uses, unless those are more than the rows.
    """
    encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    if len(encoded.dictionary) == 0 or encoded.null_count == len(encoded):
        return np.zeros(len(array), dtype=np.int32), np.array([""], dtype=np.object_)
    indices = encoded.indices.fill_null(0) if encoded.null_count else encoded.indices
    codes = indices.to_numpy()
    if len(encoded.dictionary) > len(codes):
        rank, words = _used(encoded.dictionary, codes)
    else:
        rank, words = _SORTED.of(encoded.dictionary) if encoded is array else _sorted(encoded.dictionary)
    codes = rank[codes]
    if encoded.null_count:
        codes[np.asarray(encoded.is_null())] = 0
    return codes, words


def _sorted(dictionary: Any) -> tuple[npt.NDArray[np.int32], Words]:
    """The rank of each word, and the words in order."""
    order = text_order(dictionary)
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    return rank, dictionary.take(pa.array(order)).to_numpy(zero_copy_only=False)


def _used(dictionary: Any, codes: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], Words]:
    """The same of the words that are used; the rank of another is meaningless."""
    rows = np.flatnonzero(marked(codes, len(dictionary)))
    inner, words = _sorted(dictionary.take(pa.array(rows)))
    rank = np.zeros(len(dictionary), dtype=np.int32)
    rank[rows] = inner
    return rank, words


class _Sorted:
    """The latest dictionaries sorted: all batches of one input share theirs, and with them their array of words."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int, int], tuple[Any, tuple[npt.NDArray[np.int32], Words]]] = {}
        self._lock = Lock()

    def of(self, dictionary: Any) -> tuple[npt.NDArray[np.int32], Words]:
        """As `_sorted`."""
        data = dictionary.buffers()[1]
        key = (data.address, dictionary.offset, len(dictionary))
        with self._lock:
            if key not in self._kept:
                while len(self._kept) >= _KEPT:
                    self._kept.pop(next(iter(self._kept)))
                # The dictionary is kept too, so that no other comes to lie at its address.
                self._kept[key] = (dictionary, _sorted(dictionary))
            return self._kept[key][1]


_SORTED = _Sorted()


def _shared(texts: Texts) -> int:
    """How many leading bytes all texts have in common: ids often begin alike, and that tells nothing."""
    rows = np.arange(len(texts.lengths), dtype=np.int64)
    shortest = int(texts.lengths.min())
    for at in range(0, shortest, _STEP):
        word = texts.eight(at, rows).view(np.uint64)
        differing = int(np.bitwise_or.reduce(word ^ word[0]))
        if differing:
            return min(shortest, at + (64 - differing.bit_length()) // 8)
    return shortest


def _without(texts: Texts, prefix: int) -> Texts:
    return Texts(texts.data, texts.starts + prefix, texts.lengths - prefix) if prefix else texts
