"""Knowledge rows of a batch's rows: by key, date, region and what was known then."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.catalog import TEXT, Absence, Base, Match, Type
from claimrules.engine.cell_index import TEXTS, CellIndex, values_of
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.first_key import FirstKey
from claimrules.engine.kernels.segments import expand_ranges, group_ids
from claimrules.engine.prepare.arrays import column_of, take
from claimrules.engine.prepare.lazy import Lazy
from claimrules.engine.regions import ELSEWHERE, NOT_SAID, Regions
from claimrules.engine.values.text import starts_with, words_of
from claimrules.engine.vocabulary import Vocabulary
from claimrules.knowledge import Table
from claimrules.stopwatch import timed

MISSING, UNKNOWN = -1, -2
_EPOCH = dt.date(1970, 1, 1)
OPEN_FROM, OPEN_TO = -(2**40), 2**40


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a table, one value a row. `day` None: whatever the date. `as_of`: days since 1970, or None."""

    keys: tuple[tuple[str, Column], ...]
    day: Column | None
    region: Column
    n: int
    as_of: int | None = None


@dataclass(frozen=True, slots=True)
class Pairs:
    """Knowledge rows that fit: row number, knowledge row; in order of both. `unknown`: rows where it cannot be said."""

    left: Index
    right: Index
    unknown: Mask


@dataclass
class Lookup:
    """One table, to be asked by its key, date and region. What an answer costs depends on the question, not on the table."""

    table: Table
    vocabulary: Vocabulary
    columns: Mapping[str, Column] = field(init=False)
    _ids: Any = field(init=False)
    _from: Index = field(init=False)
    _to: Index = field(init=False)
    _known_from: Index = field(init=False)
    _versions: Index = field(init=False)
    _replaced: Index | None = field(init=False)
    _regions: Regions = field(init=False)
    _filled: Index = field(init=False)
    _ranks: Index | None = field(init=False, default=None)
    _indices: dict[str, CellIndex] = field(init=False, default_factory=dict)
    _first: FirstKey | None = field(init=False, default=None)
    _others: dict[str, "Lookup"] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        rows, schema = self.table.rows, self.table.schema
        self.columns = Lazy({name: partial(_column, rows[name], type_) for name, type_ in schema.columns.items()})
        self._ids = rows["knowledge_id"]
        self._from = _days(rows["valid_from"], OPEN_FROM)
        self._to = _days(rows["valid_to"], OPEN_TO)
        self._known_from = _days(rows["known_from"], OPEN_FROM)
        self._versions = group_ids([self._known_from], rows.num_rows)[0]
        self._regions = Regions.of(rows["region"])
        self._filled = np.zeros(rows.num_rows, np.int64)
        for key in schema.key:
            self._filled += rows[key.name].is_valid().to_numpy()
        self._replaced = self._replaced_from()

    def _replaced_from(self) -> Index | None:
        """From when on another row, learnt later, stands for each: of the same key, region and first day. None: never.

        Where several rows may hold for one key, a row stands for one that says the same.
        """
        n = self.n
        if not (self._known_from != OPEN_FROM).any():
            return None
        schema = self.table.schema
        names = list(schema.columns) if self.table.many else [key.name for key in schema.key]
        parts: list[Any] = [self._regions.code, self._from]
        for name in names:
            column = self.columns[name]
            codes = values_of(column)[1]
            parts.append(codes if column.known is None else np.where(column.known, codes, -1))
        same, _ = group_ids(parts, n)
        order = np.lexsort((self._known_from, same))
        out = np.full(n, OPEN_TO, np.int64)
        follows = (same[order][1:] == same[order][:-1]) & (self._known_from[order][1:] > self._known_from[order][:-1])
        out[order[:-1][follows]] = self._known_from[order[1:][follows]]
        return out

    @property
    def n(self) -> int:
        """How many rows the table has."""
        return int(self.table.rows.num_rows)

    @cached_property
    def dated(self) -> bool:
        """Whether any row has a validity."""
        return bool((self._from != OPEN_FROM).any() or (self._to != OPEN_TO).any())

    @property
    def regional(self) -> bool:
        """Whether any row is of a part of the country."""
        return not self._regions.national

    def knowledge_ids(self, rows: Index) -> Any:
        """The ids of knowledge rows, as an Arrow string array."""
        return self._ids.take(pa.array(rows))

    @property
    def id_ranks(self) -> Index:
        """Each row's place by its knowledge_id."""
        if self._ranks is None:
            order = pc.sort_indices(self._ids).to_numpy().astype(np.int64)
            ranks = np.empty(self.n, np.int64)
            ranks[order] = np.arange(self.n, dtype=np.int64)
            self._ranks = ranks
        return self._ranks

    def _index(self, name: str) -> CellIndex:
        """The rows by a column of the key, made at the first question."""
        found = self._indices.get(name)
        if found is None:
            match = next(key.match for key in self.table.schema.key if key.name == name)
            found = self._indices[name] = CellIndex(self.columns[name], match is not Match.EXACT)
        return found

    @property
    def first(self) -> FirstKey:
        """The rows by the words of the first column of the key, which is a text."""
        if self._first is None:
            self._first = FirstKey(self._index(self.table.schema.key[0].name), self.vocabulary)
        return self._first

    def has_row(self, first: int) -> Mask:
        """Whether any row of any date and region fits each word of the vocabulary, from number `first` on.

        Of what nobody brought, any may.
        """
        counts = self.first.counts(first)
        return counts > 0 if self.table.brought else np.ones(len(counts), np.bool_)

    def by(self, column: str) -> "Lookup":
        """The same rows, indexed by another column of the key."""
        found = self._others.get(column)
        if found is None:
            schema = self.table.schema
            key = tuple(sorted(schema.key, key=lambda one: one.name != column))
            found = Lookup(replace(self.table, schema=replace(schema, key=key)), self.vocabulary)
            self._others[column] = found
        return found

    # ------------------------------------------------------------------ answering

    @timed("look up")
    def pairs(self, question: Question) -> Pairs:
        """All rows that fit by key, date, region and knowledge date."""
        if not self.table.brought:
            nothing = np.zeros(0, np.int64)
            return Pairs(nothing, nothing, np.ones(question.n, np.bool_))
        first, *rest = question.keys
        if first[0] != self.table.schema.key[0].name:
            return self.by(first[0]).pairs(question)
        code = first[1]
        if code.type.base in TEXTS:
            found, codes = self.first.ranges(words_of(code)), cast(Index, code.data)
        else:
            values, codes = values_of(code)
            found = self._index(first[0]).ranges(values)
        unknown = np.zeros(question.n, np.bool_) if code.known is None else ~code.known
        begin, many = found.starts[codes], found.counts[codes]
        if code.known is not None:
            many = np.where(code.known, many, 0)
        if many.max(initial=0) > 1:
            left, place = expand_ranges(begin, begin + many)
        else:
            left = np.flatnonzero(many)
            place = begin[left]
        right = found.rows[place]
        fits, doubtful = self._fits(question, left, right, rest)
        unknown[left[doubtful]] = True
        return Pairs(left[fits], right[fits], unknown)

    def _fits(self, question: Question, left: Index, right: Index, rest: Sequence[tuple[str, Column]]) -> tuple[Mask, Mask]:
        """Which pairs fit, and which may: nothing that is known speaks against them, and something is not known."""
        possible = np.ones(len(left), np.bool_)
        sure = np.ones(len(left), np.bool_)
        if question.as_of is not None:
            possible &= self._known_from[right] <= question.as_of
        if self._replaced is not None:
            possible &= self._replaced[right] > (OPEN_TO - 1 if question.as_of is None else question.as_of)
        if question.day is not None and not self.dated:
            if question.day.known is not None:
                sure &= question.day.known[left]
        elif question.day is not None:
            day = cast(Index, question.day.data)[left]
            dated = (self._from[right] <= day) & (day <= self._to[right])
            if question.day.known is not None:
                known = question.day.known[left]
                sure &= known
                dated |= ~known
            possible &= dated
        specificity = self._specificity(question, left, right)
        possible &= specificity != ELSEWHERE
        sure &= specificity != NOT_SAID
        for name, column in rest:
            same, not_known = self._same_key(name, column, left, right)
            possible &= same | not_known
            sure &= ~not_known
        return possible & sure, possible & ~sure

    def _same_key(self, name: str, column: Column, left: Index, right: Index) -> tuple[Mask, Mask]:
        cells = self.columns[name]
        filled = np.ones(len(left), np.bool_) if cells.known is None else cells.known[right]
        index = self._index(name)
        if index.by_prefix:
            same = np.asarray(starts_with(take(column, left), take(cells, right)).data, np.bool_)
        else:
            values, codes = values_of(column)
            same = index.cell[right] == np.array(index.codes_of(values), np.int64)[codes[left]]
        known = np.ones(len(left), np.bool_) if column.known is None else column.known[left]
        return ~filled | (same & known), filled & ~known

    def _specificity(self, question: Question, left: Index, right: Index) -> Index:
        """3 for the county's own row, 2 the city's, 1 the province's, 0 the nation's; below 0 where it does not hold."""
        return self._regions.specificity(question.region, left, right)

    def one(self, question: Question, pairs: Pairs) -> Index:
        """The one row for each row: the narrowest region, most filled cells, longest prefix, latest knowledge.

        MISSING where there is none, UNKNOWN where it cannot be said. Equal rows (a `where` that leaves two) are unknown.
        """
        out = np.full(question.n, MISSING, np.int64)
        if len(pairs.left) and bool((pairs.left[1:] > pairs.left[:-1]).all()):
            out[pairs.left] = pairs.right
        elif len(pairs.left):
            score = self._score(question, pairs)
            order = np.lexsort((pairs.right, score, pairs.left))
            left, ranked = pairs.left[order], score[order]
            last = np.append(left[1:] != left[:-1], True)
            out[left[last]] = pairs.right[order][last]
            tied = (left[1:] == left[:-1]) & (ranked[1:] == ranked[:-1]) & last[1:]
            out[left[1:][tied]] = UNKNOWN
        out[pairs.unknown] = UNKNOWN
        return self._absent(question, out)

    def every(self, question: Question, pairs: Pairs) -> Pairs:
        """All rows of the narrowest region for each row and key."""
        if not len(pairs.left) or self._regions.national:
            return pairs
        score = self._specificity(question, pairs.left, pairs.right)
        best = np.full(question.n, -1, np.int64)
        np.maximum.at(best, pairs.left, score)
        keep = score == best[pairs.left]
        return Pairs(pairs.left[keep], pairs.right[keep], pairs.unknown)

    def _score(self, question: Question, pairs: Pairs) -> Index:
        region = self._specificity(question, pairs.left, pairs.right)
        filled = np.asarray(self._filled)[pairs.right]
        prefix = self._index(self.table.schema.key[0].name).lengths(pairs.right)
        version = self._versions[pairs.right] if (self._known_from != OPEN_FROM).any() else 0
        return np.asarray(((region * 64 + filled) * 4096 + prefix) * (self.n + 1) + version)

    def _absent(self, question: Question, out: Index) -> Index:
        if self.table.schema.absence is Absence.NO_LIMIT:
            return out
        return np.where((out == MISSING) & ~self.covers(question), UNKNOWN, out)

    def covers(self, question: Question) -> Mask:
        """Where the table is complete, so that a missing row says something."""
        complete = self.table.complete
        if complete is None or not self.table.brought:
            return np.zeros(question.n, np.bool_)
        out = np.ones(question.n, np.bool_)
        if complete.prefixes:
            code = question.keys[0][1]
            heads = tuple(complete.prefixes)
            words = words_of(code).tolist()
            inside = np.fromiter((str(w).startswith(heads) for w in words), np.bool_, len(words))
            out &= inside[cast(Index, code.data)]
        if complete.since is not None and question.day is not None:
            since = (complete.since - _EPOCH).days
            out &= cast(Index, question.day.data) >= since
        if question.day is not None and question.day.known is not None:
            out &= question.day.known
        return out


def _column(values: Any, type_: Type) -> Column:
    if type_.base is not Base.WINDOW:
        return column_of(values, type_)
    read = column_of(values, TEXT)
    return Column(type_, read.data, read.known, read.words)


def _days(column: Any, empty: int) -> Index:
    days = column.cast(pa.int32()).fill_null(0).to_numpy().astype(np.int64)
    null = column.is_null().to_numpy()
    return np.where(null, empty, days)
