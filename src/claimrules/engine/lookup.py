"""Knowledge rows of a batch's rows: by key, date, region and what was known then."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.catalog import TEXT, Absence, Base, Match, Type
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.first_key import FirstKey
from claimrules.engine.kernels.segments import expand_ranges, group_ids
from claimrules.engine.prepare.arrays import column_of
from claimrules.engine.values.text import words_of
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


@dataclass(slots=True)
class Lookup:
    """One table, indexed by the first column of its key."""

    table: Table
    vocabulary: Vocabulary
    columns: dict[str, Column] = field(init=False)
    _others: dict[str, "Lookup"] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        rows, schema = self.table.rows, self.table.schema
        self.columns = {name: _column(rows[name], type_) for name, type_ in schema.columns.items()}
        self._ids = rows["knowledge_id"]
        self._from = _days(rows["valid_from"], OPEN_FROM)
        self._to = _days(rows["valid_to"], OPEN_TO)
        self._known_from = _days(rows["known_from"], OPEN_FROM)
        self._versions = group_ids([self._known_from], rows.num_rows)[0]
        regions = rows["region"].combine_chunks().dictionary_encode()
        if isinstance(regions, pa.ChunkedArray):
            regions = regions.combine_chunks()
        self._regions = [str(r) for r in regions.dictionary.to_pylist()]
        self._region = regions.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        self._filled = sum(
            (np.ones(rows.num_rows, np.int64) if c.known is None else c.known.astype(np.int64))
            for c in (self.columns[key.name] for key in schema.key)
        )
        self._replaced = self._replaced_from()
        first = schema.key[0]
        column = self.columns[first.name]
        by_prefix = first.match is not Match.EXACT
        self._first = FirstKey(column, by_prefix=by_prefix, vocabulary=self.vocabulary)
        lengths = np.array([len(str(w)) for w in words_of(column).tolist()], np.int64)
        self._cell_length = lengths[cast(Index, column.data)] if by_prefix and self.n else None

    def _replaced_from(self) -> Index | None:
        """From when on another row, learnt later, stands for each: of the same key, region and first day. None: never.

        Where several rows may hold for one key, a row stands for one that says the same.
        """
        n = self.n
        if not (self._known_from != OPEN_FROM).any():
            return None
        schema = self.table.schema
        names = list(schema.columns) if self.table.many else [key.name for key in schema.key]
        parts: list[Any] = [self._region, self._from]
        for name in names:
            column = self.columns[name]
            codes = np.unique(cast(Any, column.data), return_inverse=True)[1].astype(np.int64)
            parts.append(codes if column.known is None else np.where(column.known, codes, -1))
        same, _ = group_ids(parts, n)
        order = np.lexsort((self._known_from, same))
        out = np.full(n, OPEN_TO, np.int64)
        follows = (same[order][1:] == same[order][:-1]) & (self._known_from[order][1:] > self._known_from[order][:-1])
        out[order[:-1][follows]] = self._known_from[order[1:][follows]]
        return out

    _ids: Any = field(init=False)
    _from: Index = field(init=False)
    _to: Index = field(init=False)
    _known_from: Index = field(init=False)
    _versions: Index = field(init=False)
    _replaced: Index | None = field(init=False)
    _regions: list[str] = field(init=False)
    _region: Index = field(init=False)
    _filled: Any = field(init=False)
    _first: FirstKey = field(init=False)
    _cell_length: Index | None = field(init=False)
    _ranks: Index | None = field(init=False, default=None)

    @property
    def n(self) -> int:
        """How many rows the table has."""
        return int(self.table.rows.num_rows)

    @property
    def dated(self) -> bool:
        """Whether any row has a validity."""
        return bool((self._from != OPEN_FROM).any() or (self._to != OPEN_TO).any())

    @property
    def regional(self) -> bool:
        """Whether any row is of a part of the country."""
        return self._regions not in ([], ["000000"])

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

    def has_row(self, first: int) -> Mask:
        """Whether any row of any date and region fits each word of the vocabulary, from number `first` on.

        Of what nobody brought, any may.
        """
        counts = self._first.counts(first)
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
        starts, counts, rows = self._first.ranges(words_of(code))
        codes = cast(Index, code.data)
        unknown = np.zeros(question.n, np.bool_) if code.known is None else ~code.known
        begin, many = starts[codes], counts[codes]
        if code.known is not None:
            many = np.where(code.known, many, 0)
        left, place = expand_ranges(begin, begin + many)
        right = rows[place]
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
        if question.day is not None:
            day = cast(Index, question.day.data)[left]
            dated = (self._from[right] <= day) & (day <= self._to[right])
            if question.day.known is not None:
                known = question.day.known[left]
                sure &= known
                dated |= ~known
            possible &= dated
        specificity = self._specificity(question, left, right)
        possible &= specificity != MISSING
        sure &= specificity != UNKNOWN
        for name, column in rest:
            same, not_known = self._same_key(name, column, left, right)
            possible &= same | not_known
            sure &= ~not_known
        return possible & sure, possible & ~sure

    def _same_key(self, name: str, column: Column, left: Index, right: Index) -> tuple[Mask, Mask]:
        cells = self.columns[name]
        filled = np.ones(len(left), np.bool_) if cells.known is None else cells.known[right]
        by_prefix = next(k.match for k in self.table.schema.key if k.name == name) is not Match.EXACT
        if cells.type.base in (Base.TEXT, Base.WINDOW):
            a, b = words_of(cells), words_of(column)
            pair = cast(Index, cells.data).astype(np.int64)[right] * len(b) + cast(Index, column.data)[left]
            fits = np.fromiter(
                (str(y).startswith(str(x)) if by_prefix else x == y for x in a.tolist() for y in b.tolist()),
                np.bool_,
                len(a) * len(b),
            )
            same = fits[pair]
        else:
            same = np.asarray(cast(Any, cells.data)[right] == cast(Any, column.data)[left])
        known = np.ones(len(left), np.bool_) if column.known is None else column.known[left]
        return ~filled | (same & known), filled & ~known

    def _specificity(self, question: Question, left: Index, right: Index) -> Index:
        """3 for the county's own row, 2 the city's, 1 the province's, 0 the nation's; below 0 where it does not hold."""
        if self._regions == ["000000"] or not self._regions:
            return np.zeros(len(left), np.int64)
        places = words_of(question.region).tolist()
        table = np.array([[_specific(row, str(place)) for place in places] for row in self._regions], np.int64)
        out = table[self._region[right], cast(Index, question.region.data)[left]]
        if question.region.known is not None:
            known = question.region.known[left]
            nation = np.array([r == "000000" for r in self._regions], np.bool_)[self._region[right]]
            out = np.where(known, out, np.where(nation, 0, UNKNOWN))
        return out

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
        if not len(pairs.left) or self._regions == ["000000"]:
            return pairs
        score = self._specificity(question, pairs.left, pairs.right)
        best = np.full(question.n, -1, np.int64)
        np.maximum.at(best, pairs.left, score)
        keep = score == best[pairs.left]
        return Pairs(pairs.left[keep], pairs.right[keep], pairs.unknown)

    def _score(self, question: Question, pairs: Pairs) -> Index:
        region = self._specificity(question, pairs.left, pairs.right)
        filled = np.asarray(self._filled)[pairs.right]
        prefix = 0 if self._cell_length is None else self._cell_length[pairs.right]
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


def _specific(row: str, place: str) -> int:
    if row == "000000":
        return 0
    if row == place:
        return 3
    if row.endswith("0000"):
        return 1 if place[:2] == row[:2] else MISSING
    if row.endswith("00"):
        return 2 if place[:4] == row[:4] else MISSING
    return MISSING
