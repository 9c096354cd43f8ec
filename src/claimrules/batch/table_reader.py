"""One canonical table read from its files by its mapping: chunks of checked rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from claimrules.batch.ahead import ahead
from claimrules.batch.arrays import one_array
from claimrules.batch.coded import KEYS, Coding
from claimrules.batch.files import Shelf
from claimrules.batch.mapping import ColumnMap, Join, TableMap
from claimrules.batch.rejects import RAGGED, Rejects, mask_ragged, raw_text
from claimrules.batch.rows import Checked, read_rows, source_of
from claimrules.batch.shape import Lookup, Shaped, group, join_parts, make_lookup, matches, unpivot
from claimrules.batch.source import Source
from claimrules.diagnostics import ClaimsError, Diagnostic, Place, suggest


@dataclass(frozen=True, slots=True)
class Read:
    """Accepted rows (`table`, with the file code and row number of each), and how many others there were.

    `left_ids`, `rejected_ids`: the claim ids of rows filtered out, and of unreadable ones; for `claims` only.
    """

    table: Any
    files: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int64]
    read: int
    rejected: int
    left_out: int
    left_ids: Any = None
    rejected_ids: Any = None


class TableReader:
    """Checks headers when it is made; reads when it is walked. `files` collects the names that file codes stand for.

    `coded`: columns of texts that repeat may come as dictionary arrays.

    Raises:
        ClaimsError: CR103 no file, CR104 a column that is missing, CR105 a join that cannot be made.
    """

    def __init__(self, how: TableMap, shelf: Shelf, files: list[str], *, coded: bool = False) -> None:
        self.how = how
        self._coding = Coding(KEYS | {"claim_id"} if how.table == "claims" else KEYS) if coded else None
        self._shelf = shelf
        self._files = files
        self.sources = self._find()
        self._joined: dict[str, tuple[Join, Source, dict[str, str]]] = {}
        for join in how.joins:
            self._open_join(join)
        self._check_columns()

    @property
    def expected_rows(self) -> int:
        """About how many rows the table has."""
        times = len(self.how.unpivot.numbers) if self.how.unpivot else 1
        return times * sum(source.expected_rows for source in self.sources)

    @cached_property
    def columns(self) -> tuple[ColumnMap, ...]:
        """The columns that this input has, in any of its files."""
        return tuple(c for c in self.how.columns if any(self._feeds(c, s) for s in self.sources))

    @property
    def unread(self) -> set[str]:
        """Columns of the files that nothing reads."""
        return {name for s in self.sources for name in s.columns} - self.wanted

    @property
    def wanted(self) -> set[str]:
        """Columns that the mapping would read."""
        return {name for c in self.how.columns for name in c.reads}

    def _find(self) -> list[Source]:
        how = self.how
        for pattern in how.first_of:
            if found := self._shelf.find(pattern, how.encoding, how.delimiter):
                return found
        found = []
        for pattern in how.files:
            some = self._shelf.find(pattern, how.encoding, how.delimiter)
            if not some and not how.optional:
                raise self._no_file(pattern)
            found += some
        if how.first_of and not how.optional:
            raise self._no_file(" or ".join(how.first_of))
        return found

    def _no_file(self, pattern: str) -> ClaimsError:
        names = self._shelf.names()
        near = suggest(pattern, names)
        there = "it is empty" if not names else f"there are {', '.join(names[:8])}"
        advice = f"is it `{near}`?" if near else f"{there}; name the file in a mapping (--mapping)"
        message = f"there is no `{pattern}` for the table `{self.how.table}`"
        return ClaimsError(Diagnostic("CR103", message, Place(self._shelf.name), help=advice))

    def _open_join(self, join: Join) -> None:
        found = self._shelf.find(join.file, self.how.encoding, self.how.delimiter)
        if len(found) != 1:
            raise self._no_file(join.file)
        for _, right in join.on:
            if right not in found[0].columns:
                raise _missing(right, found[0], join.place)
        self._joined[join.file] = (join, found[0], {join.prefix + name: name for name in found[0].columns})

    def _have(self, source: Source) -> set[str]:
        have = set(source.columns) | {name for _, _, names in self._joined.values() for name in names}
        if self.how.unpivot:
            wide = [template for _, template in self.how.unpivot.columns]
            if any(t.replace("{n}", str(n)) in have for t in wide for n in self.how.unpivot.numbers):
                have |= {name for name, _ in self.how.unpivot.columns} | {"number"}
        return have

    def _feeds(self, column: ColumnMap, source: Source) -> bool:
        if column.constant is not None or column.running:
            return True
        have = self._have(source)
        return set(column.parts) <= have if column.parts else any(name in have for name in column.sources)

    def _check_columns(self) -> None:
        found: list[Diagnostic] = []
        for source in self.sources:
            have = self._have(source)
            doubled = sorted({name for name in source.columns if source.columns.count(name) > 1})
            if doubled:
                message = f"the columns {', '.join(map(repr, doubled))} stand twice"
                found.append(Diagnostic("CR102", message, Place(source.name), help="give each column its own name"))
            for column in self.how.columns:
                if not column.optional and not self._feeds(column, source):
                    lacking = [name for name in column.reads if name not in have]
                    found += _missing(lacking[0], source, column.place, have, column.target).diagnostics
            for name, place in self._needed():
                if name not in have:
                    found += _missing(name, source, place, have).diagnostics
            found += self._ambiguous(source)
        if found:
            raise ClaimsError(dict.fromkeys(found))

    def _needed(self) -> list[tuple[str, Place | None]]:
        """Columns that the mapping's own clauses name."""
        out: list[tuple[str, Place | None]] = [(c.column, c.place) for c in self.how.where]
        out += [(left, join.place) for join in self.how.joins for left, _ in join.on]
        if self.how.group:
            out += [(name, self.how.group.place) for name in (*self.how.group.by, *self.how.group.order)]
        if self.how.unpivot:
            out += [(name, self.how.unpivot.place) for name in self.how.unpivot.filled]
        return out

    def _ambiguous(self, source: Source) -> list[Diagnostic]:
        read = {name for c in self.how.columns for name in c.reads}
        out = []
        for join, _, names in self._joined.values():
            for name in sorted((set(names) & set(source.columns) & read) - {left for left, _ in join.on}):
                message = f"`{name}` is in {source.name} and in the joined {join.file}"
                out.append(Diagnostic("CR105", message, join.place, help="give the join a `prefix`"))
        return out

    @cached_property
    def _lookups(self) -> tuple[Lookup, ...]:
        read = self._read_names()
        out = []
        for join, source, names in self._joined.values():
            wanted = tuple(dict.fromkeys([right for _, right in join.on] + [n for k, n in names.items() if k in read]))
            parts = [chunk.table for chunk in source.chunks(wanted)]
            table = pa.concat_tables(parts) if parts else pa.table({n: pa.array([], pa.string()) for n in wanted})
            out.append(make_lookup(join, table.combine_chunks(), source.name, self.how.nulls))
        return tuple(out)

    def _read_names(self) -> set[str]:
        how = self.how
        names = {name for c in how.columns for name in c.reads} | {name for name, _ in self._needed()}
        if how.unpivot:
            names |= {t.replace("{n}", str(n)) for _, t in how.unpivot.columns for n in how.unpivot.numbers}
        return names

    def _personal(self) -> set[str]:
        return {name for c in self.how.columns if c.personal for name in c.reads}

    def read(self, rejects: Rejects) -> Iterator[Read]:
        """Walk the files. Rows that cannot be read go to `rejects`."""
        return (step() for step in self.steps(rejects))

    def steps(self, rejects: Rejects) -> Iterator[Callable[[], Read]]:
        """The same as steps that are still to be taken, in any thread and any order."""
        if self.how.group is None:
            for source in self.sources:
                for shaped, counts, left_ids in self._raw(source, rejects):
                    yield partial(self._finish, shaped, counts, left_ids, rejects)
            return
        # Equal keys may stand anywhere in the file: a grouped table is held in memory, raw, until all of it is there.
        parts = [part for source in self.sources for part in self._raw(source, rejects)]
        for _, counts, left_ids in parts:
            yield partial(self._finish, None, counts, left_ids, rejects)
        if shapes := [shaped for shaped, _, _ in parts if shaped.n]:
            grouped = group(join_parts(shapes), self.how.group, self.how.nulls)
            yield partial(self._finish, grouped, (0, 0), None, rejects)

    def _raw(self, source: Source, rejects: Rejects) -> Iterator[tuple[Shaped, tuple[int, int], Any]]:
        """Raw rows that count, with how many were ragged and how many left out, and the claim ids of the latter."""
        code = self._file_code(source.name)
        names = tuple(name for name in source.columns if name in self._read_names())
        header, personal = source.columns, self._personal()
        coded = None if self._coding is None or self.how.joins or self.how.unpivot or self.how.group else self._known_words
        for chunk in ahead(iter(source.chunks(names, coded))):
            for bad in chunk.bad:
                raw = pa.array([mask_ragged(bad.cells, header, personal)])
                rejects.add(self.how.table, source.name, np.array([bad.number]), RAGGED, bad.reason, raw)
            n = len(chunk.rows)
            env = {name: one_array(chunk.table.column(name)) for name in names}
            for lookup in self._lookups:
                env = lookup.add_to(env, self.how.nulls)
            shaped = Shaped(env, n, np.full(n, code, np.int32), chunk.rows)
            left_ids = None
            if self.how.where:
                keep = matches(self.how.where, env, n, self.how.nulls)
                if self.how.table == "claims" and not keep.all():
                    left_ids = self._claim_ids(shaped.take(np.flatnonzero(~keep)))
                shaped = shaped.take(np.flatnonzero(keep))
            yield shaped, (len(chunk.bad), n - shaped.n), left_ids

    def _known_words(self) -> set[str]:
        """The columns of files that feed columns known to be coded, and them alone."""
        repeating = set() if self._coding is None else self._coding.repeating
        return {c.sources[0] for c in self.how.columns if c.target in repeating and len(c.sources) == 1 and not c.parts}

    def _claim_ids(self, shaped: Shaped) -> Any:
        column = [c for c in self.how.columns if c.target == "claim_id"]
        return read_rows(shaped.env, shaped.n, column, self.how.nulls).table.column("claim_id").combine_chunks().drop_null()

    def _file_code(self, name: str) -> int:
        if name not in self._files:
            self._files.append(name)
        return self._files.index(name)

    def _finish(self, shaped: Shaped | None, counts: tuple[int, int], left_ids: Any, rejects: Rejects) -> Read:
        ragged, left = counts
        if shaped is None:
            empty = np.empty(0, np.int64)
            return Read(None, empty.astype(np.int32), empty, ragged + left, ragged, left, left_ids)
        if self.how.unpivot:
            shaped = unpivot(shaped, self.how.unpivot, self.how.nulls)
        checked = read_rows(shaped.env, shaped.n, self.columns, self.how.nulls, self._coding)
        table, files, rows = checked.table, shaped.files, shaped.rows
        lost = None
        if len(checked.bad):
            self._reject(shaped, checked, rejects)
            good = checked.good()
            if self.how.table == "claims":
                lost = table.column("claim_id").combine_chunks().filter(pa.array(~good)).drop_null()
            table, files, rows = table.filter(pa.array(good)), files[good], rows[good]
        bad = len(checked.bad)
        return Read(table, files, rows, shaped.n + ragged + left, bad + ragged, left, left_ids, lost)

    def _reject(self, shaped: Shaped, checked: Checked, rejects: Rejects) -> None:
        bad = shaped.take(checked.bad)
        shown = dict.fromkeys(name for c in self.columns for name in (*c.parts, source_of(c, bad.env)) if name is not None)
        raw = raw_text({name: bad.env[name] for name in shown}, self._personal())
        files = pa.array(self._files, pa.string()).take(pa.array(bad.files))
        rejects.add(self.how.table, files, bad.rows, checked.codes, checked.reasons, raw)


def _missing(name: str, source: Source, place: Place | None, have: set[str] | None = None, target: str = "") -> ClaimsError:
    near = suggest(name, have if have is not None else source.columns)
    wanted = f", which `{target}` needs" if target and target != name else ""
    advice = f"is it `{near}`?" if near else "name the column that holds it in a mapping (--mapping)"
    if mark := _divided_by(source.columns):
        advice = f"its header is one cell: write `delimiter: {mark}` in a mapping (--mapping)"
    message = f"{source.name} has no column `{name}`{wanted}"
    return ClaimsError(Diagnostic("CR104", message, place or Place(source.name), help=advice))


def _divided_by(header: tuple[str, ...]) -> str | None:
    """The delimiter, as a mapping writes it, of a header that was read as one cell."""
    found = [mark for mark in (";", "\t", "|", ",") if len(header) == 1 and mark in header[0]]
    return None if not found else "tab" if found[0] == "\t" else f'"{found[0]}"'
