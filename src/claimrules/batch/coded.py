"""Texts that repeat, as numbers of words: each distinct word is checked, hashed and written once."""

from typing import Any

import numpy as np
import pyarrow as pa

from claimrules.batch.coerce import plain

MANY = 10_000
"""From how many rows on coding is worth its while."""

KEYS = frozenset({"person_id", "encounter_id", "line_id", "reverses_line_id"})
"""Columns that tell rows apart, and are compared with one another: they stay plain."""


class Coding:
    """Which columns of one table are coded: those whose texts, in the first many rows, stand there twice on average."""

    def __init__(self, plain_ones: frozenset[str]) -> None:
        self._coded: dict[str, bool] = dict.fromkeys(plain_ones, False)

    def of(self, name: str, array: Any) -> Any:
        """The column of a chunk as a dictionary array with int32 indices if it is worth it, else plain."""
        known = self._coded.get(name)
        if known is False or (known is None and len(array) < MANY):
            return plain(array)
        array = array if is_coded(array.type) else plain(array)
        if pa.types.is_string(array.type):
            array = array.dictionary_encode()
        if not is_coded(array.type) or array.dictionary.null_count:
            return plain(array)
        if known is None:
            self._coded[name] = known = 2 * len(array.dictionary) <= len(array) - array.null_count
        return array if known else plain(array)


def is_coded(kind: Any) -> bool:
    """Whether it is the type of coded texts."""
    return pa.types.is_dictionary(kind) and pa.types.is_string(kind.value_type) and pa.types.is_int32(kind.index_type)


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
