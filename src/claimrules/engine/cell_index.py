"""The rows of a table by what stands in one of its columns."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.catalog import Base
from claimrules.engine.column import Column, Index
from claimrules.engine.kernels.segments import expand_ranges, stable_order
from claimrules.engine.values.text import distinct_values, words_of

TEXTS = (Base.TEXT, Base.WINDOW)
_MANY = 500


@dataclass(frozen=True, slots=True)
class Ranges:
    """For each value asked about, the rows that fit it: `rows[starts[i] : starts[i] + counts[i]]`, ascending."""

    starts: Index
    counts: Index
    rows: Index


@dataclass(slots=True)
class CellIndex:
    """Rows by the cells of `column`; an empty cell fits every value.

    `by_prefix`: a row fits the values that begin with its cell. `cell`: the number of each row's own, of an empty one the
    number of cells. Finding the rows of some values costs as much as there are values and rows found, whatever the size of
    the table.
    """

    column: Column
    by_prefix: bool = False
    cell: Index = field(init=False)
    _code: dict[Hashable, int] = field(init=False)
    _starts: Index = field(init=False)
    _rows: Index = field(init=False)
    _empty: Index = field(init=False)
    _long: Index = field(init=False)
    _lengths: tuple[int, ...] = field(init=False, default=())
    _words: Any = field(init=False, default=None)
    _numbers: Index = field(init=False)
    _met: dict[Hashable, tuple[int, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        cells, codes = values_of(self.column)
        k = len(cells)
        if self.column.known is not None:
            codes = np.where(self.column.known, codes, k)
        self.cell = codes
        ends = np.cumsum(np.bincount(codes, minlength=k + 1))
        order = stable_order(codes)
        self._starts = np.concatenate(([0], ends[:k])).astype(np.int64)
        self._rows, self._empty = order[: self._starts[-1]], order[self._starts[-1] :]
        self._code = {cell: i for i, cell in enumerate(cells) if self._starts[i] < self._starts[i + 1]}
        if self.by_prefix:
            self._long = np.array([*(len(word) for word in cells), 0], np.int64)
            self._lengths = tuple(sorted({len(cast(str, cell)) for cell in self._code}))

    def codes_of(self, values: Iterable[Hashable]) -> list[int]:
        """The number of the cell that is equal to each value; -1 where there is none."""
        return [self._code.get(value, -1) for value in values]

    def _codes(self, values: Sequence[Hashable] | pa.StringArray) -> Index:
        """The same; many texts by Arrow, at a time."""
        if len(values) < _MANY or self.column.type.base not in TEXTS:
            return np.array(self.codes_of(_listed(values)), np.int64)
        if self._words is None:
            self._numbers = np.array([*self._code.values(), -1], np.int64)
            self._words = pa.array(list(self._code), pa.string())  # last: another thread that sees them sees the numbers too
        texts = values if isinstance(values, pa.StringArray) else pa.array(values, pa.string())
        found = pc.index_in(texts, value_set=self._words)
        return self._numbers[np.asarray(found.fill_null(len(self._numbers) - 1)).astype(np.int64)]

    def ranges(self, values: Sequence[Hashable] | pa.StringArray) -> Ranges:
        """The rows that fit each value; texts may come as an Arrow array."""
        if not self.by_prefix:
            codes = self._codes(values)
            starts, counts = self._starts[codes], np.where(codes >= 0, self._starts[codes + 1] - self._starts[codes], 0)
            if not len(self._empty):
                return Ranges(starts, counts, self._rows)
            owner, place = expand_ranges(starts, starts + counts)
        else:
            fitting = [self._prefixes(cast(str, value)) for value in _listed(values)]
            many = np.fromiter(map(len, fitting), np.int64, len(fitting))
            codes = np.fromiter(chain.from_iterable(fitting), np.int64, int(many.sum()))
            of, place = expand_ranges(self._starts[codes], self._starts[codes + 1])
            owner = np.repeat(np.arange(len(fitting), dtype=np.int64), many)[of]
        return self._merged(owner, self._rows[place], len(values))

    def lengths(self, rows: Index) -> Index:
        """How long the cells of some rows are where they fit by prefix; else, and where they are empty, 0."""
        return self._long[self.cell[rows]] if self.by_prefix else np.zeros(len(rows), np.int64)

    def _merged(self, owner: Index, rows: Index, n: int) -> Ranges:
        """Pairs of value and row, with the rows whose cell is empty, in order."""
        owner = np.concatenate([owner, np.repeat(np.arange(n, dtype=np.int64), len(self._empty))])
        rows = np.concatenate([rows, np.tile(self._empty, n)])
        order = stable_order(owner * max(1, len(self.column)) + rows)
        counts = np.bincount(owner, minlength=n).astype(np.int64, copy=False)
        return Ranges(np.cumsum(counts) - counts, counts, rows[order])

    def _prefixes(self, value: str) -> tuple[int, ...]:
        """The cells that the value begins with. Values once met are remembered: the codes of claims recur."""
        found = self._met.get(value)
        if found is None:
            heads = (self._code.get(value[:length], -1) for length in self._lengths if length <= len(value))
            found = self._met[value] = tuple(code for code in heads if code >= 0)
        return found


def _listed(values: Sequence[Hashable] | pa.StringArray) -> Sequence[Hashable]:
    return values.to_pylist() if isinstance(values, pa.StringArray) else values


def values_of(column: Column) -> tuple[list[Any], Index]:
    """The distinct values of a column, and for each row which of them it has. Unknown rows have any."""
    if column.type.base in TEXTS:
        return words_of(column).tolist(), np.asarray(column.data, np.int64)
    values, where = distinct_values(cast(Index, column.data))
    return values.tolist(), where
