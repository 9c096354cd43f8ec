"""Texts that repeat, as numbers of words: each distinct word is checked, hashed and written once."""

from collections.abc import Callable
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.batch.coerce import plain

MANY = 10_000
"""From how many rows on coding is worth its while."""

MOST = 1 << 17
"""How many words a column may have. One with more tells rows apart rather than saying what they are: it goes on plain."""

_KEPT = 64

KEYS = frozenset({"person_id", "encounter_id", "line_id", "reverses_line_id"})
"""Columns that tell rows apart, and are compared with one another: they stay plain."""


class Coding:
    """Which columns of one table are coded: those whose texts, in the first many rows, stand there twice on average."""

    def __init__(self, plain_ones: frozenset[str]) -> None:
        self._coded: dict[str, bool] = dict.fromkeys(plain_ones, False)
        self._words: dict[str, Any] = {}

    def of(self, name: str, array: Any) -> Any:
        """The column of a chunk as a dictionary array with int32 indices if it is worth it, else plain."""
        known = self._coded.get(name)
        if known is False or (known is None and len(array) < MANY):
            return plain(array)
        array = array if is_coded(array.type) else plain(array)
        if pa.types.is_string(array.type):
            array = self._encode(name, array)
        if not is_coded(array.type) or array.dictionary.null_count:
            return plain(array)
        if known is None:
            self._coded[name] = known = 2 * len(array.dictionary) <= len(array) - array.null_count
        return array if known else plain(array)

    def _encode(self, name: str, array: Any) -> Any:
        """By the words of the chunks before: a dictionary that stays the same is checked, hashed and numbered once."""
        if name == "claim_id":  # the claims of a chunk are its own
            return array.dictionary_encode()
        words = self._words.get(name)
        if words is None:
            array = array.dictionary_encode()
            self._words[name] = array.dictionary
            return array
        codes = pc.index_in(array, value_set=words)
        if codes.null_count > array.null_count:
            words = pa.concat_arrays([words, array.filter(codes.is_null()).drop_null().unique()])
            self._words[name] = words if len(words) <= MOST else None
            codes = pc.index_in(array, value_set=words)
        return from_codes(codes, words)


class Remembered:
    """A function of the words of coded texts that keeps its answer to the latest words of each length."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._function = function
        self._kept: dict[int, tuple[Any, Any]] = {}
        self._lock = Lock()

    def __call__(self, words: Any) -> Any:
        """The function's answer."""
        kept = self._kept.get(len(words))
        if kept is None or not kept[0].equals(words):
            kept = (words, self._function(words))
            with self._lock:
                self._kept[len(words)] = kept
                if len(self._kept) > _KEPT:
                    del self._kept[next(iter(self._kept))]
        return kept[1]


def is_coded(kind: Any) -> bool:
    """Whether it is the type of coded texts."""
    return bool(pa.types.is_dictionary(kind) and pa.types.is_string(kind.value_type) and pa.types.is_int32(kind.index_type))


def coded(column: Any) -> Any:
    """One dictionary array of a text column, coded or not."""
    array = one_array(column)
    return array if is_coded(array.type) else array.dictionary_encode()


def from_codes(codes: Any, words: Any) -> Any:
    """The dictionary array of int32 `codes`."""
    return pa.DictionaryArray.from_arrays(codes, words, safe=False)


def as_texts(table: Any) -> Any:
    """The table with plain texts in place of coded ones."""
    for at, field in enumerate(table.schema):
        if is_coded(field.type):
            table = table.set_column(at, field.name, table.column(at).cast(pa.string()))
    return table


def one_array(column: Any) -> Any:
    """One array of a column that is an array or has one or more chunks."""
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return column.chunk(0) if isinstance(column, pa.ChunkedArray) else column


def indices_of(array: Any) -> Any:
    """The codes of a coded column without NULL, as numpy."""
    return np.asarray(array.indices)
