"""The rows of a table by the first column of its key."""

import threading
from collections.abc import Iterator
from functools import cached_property
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.engine.column import Column, Index, Words
from claimrules.engine.kernels.segments import stable_order
from claimrules.engine.values.text import words_of
from claimrules.engine.vocabulary import Vocabulary


class FirstKey:
    """For each word of the vocabulary the range of its rows in `rows`, found out when the word is first met.

    By prefix a row fits every word that begins with its cell. A row whose cell is not known fits every word.
    """

    def __init__(self, column: Column, *, by_prefix: bool, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._lock = threading.Lock()
        words = words_of(column)
        known = np.ones(len(column), np.bool_) if column.known is None else column.known
        some = np.flatnonzero(known)
        codes = cast(Index, column.data)[some].astype(np.int64)
        self._anything: list[int] = np.flatnonzero(~known).tolist()
        self._sorted = some[stable_order(codes)]
        self._many = np.bincount(codes, minlength=len(words)).astype(np.int64)
        self._first = np.cumsum(self._many) - self._many
        used = np.flatnonzero(self._many)
        self._cells = words[used]
        self._many, self._first = self._many[used], self._first[used]
        self._plain = not by_prefix and not self._anything
        self._by_prefix = by_prefix
        self._places: dict[str, int] = {}
        self._ranges: tuple[Index, Index, Index] = (np.zeros(0, np.int64), np.zeros(0, np.int64), self._sorted)

    def ranges(self, words: Words) -> tuple[Index, Index, Index]:
        """For each word where its rows start and how many they are, and the rows that this points into."""
        ids = self._vocabulary.ids(words)
        starts, counts, rows = self._known()
        return starts[ids], counts[ids], rows

    def counts(self, first: int) -> Index:
        """How many rows each word of the vocabulary has, from number `first` on."""
        return self._known()[1][first:]

    def _known(self) -> tuple[Index, Index, Index]:
        """Starts, counts and rows for the whole vocabulary as it is now."""
        if len(self._ranges[0]) < len(self._vocabulary):
            with self._lock:
                if len(self._ranges[0]) < len(self._vocabulary):
                    self._ranges = self._grown()
        return self._ranges

    def _grown(self) -> tuple[Index, Index, Index]:
        starts, counts, rows = self._ranges
        if not self._plain:
            found = [self._rows_for(word) for word in self._vocabulary.listed(len(starts))]
            many = np.fromiter((len(f) for f in found), np.int64, len(found))
            more = np.array([row for f in found for row in f], np.int64)
            begin = np.cumsum(many) - many + len(rows)
            return np.concatenate([starts, begin]), np.concatenate([counts, many]), np.concatenate([rows, more])
        new = self._vocabulary.since(len(starts))
        place: Any = pc.fill_null(pc.index_in(new, value_set=self._cell_array), -1)
        at = np.asarray(place).astype(np.int64)
        there = at >= 0
        if not len(self._cells):
            return np.zeros(len(starts) + len(at), np.int64), np.zeros(len(starts) + len(at), np.int64), rows
        begin, many = np.where(there, self._first[at], 0), np.where(there, self._many[at], 0)
        return np.concatenate([starts, begin]), np.concatenate([counts, many]), rows

    @cached_property
    def _cell_array(self) -> Any:
        return pa.array(self._cells, pa.string())

    def _rows_for(self, word: str) -> list[int]:
        if not self._places:
            self._places = {str(cell): at for at, cell in enumerate(self._cells.tolist())}
            self._lengths = sorted({len(cell) for cell in self._places})
        found = list(self._anything)
        for cell in self._beginnings(word):
            at = self._places.get(cell)
            if at is not None:
                found += self._sorted[self._first[at] : self._first[at] + self._many[at]].tolist()
        return sorted(found)

    def _beginnings(self, word: str) -> Iterator[str]:
        if not self._by_prefix:
            yield word
            return
        for length in self._lengths:
            if length > len(word):
                return
            yield word[:length]
