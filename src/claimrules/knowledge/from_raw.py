"""Text in, a checked table out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.catalog import DATE, TEXT, Type
from claimrules.diagnostics import Diagnostic, KnowledgeError, Place, suggest
from claimrules.knowledge.cells import arrow_type, complaint, folded, typed
from claimrules.knowledge.identity import digest, knowledge_ids, row_hashes
from claimrules.knowledge.raw_table import RawTable
from claimrules.knowledge.report import Report
from claimrules.knowledge.table import CODE_SETS, COMMON, NATION, Declaration, Table
from claimrules.knowledge.versions import FOREVER, Versions, days, duplicates, gaps, groups, overlaps

_COMMON_TYPES = dict.fromkeys(COMMON, TEXT) | dict.fromkeys(("valid_from", "valid_to", "known_from"), DATE)
_SAYS_NOTHING = ("knowledge_id", "source", "source_row")
_REGION = r"^\d{6}$"


def build(raw: RawTable, declaration: Declaration, *, sparse: bool = False) -> Table:
    """Type and check the rows of a table. `sparse`: declared columns may be absent, and are null.

    Raises:
        KnowledgeError: CR308 a column missing, CR309 unknown, CR310 a cell that cannot be read, CR311 a validity that
            ends before it begins, CR312 a row that stands twice, CR313 two rows valid at once, CR314 a gap, CR315 a
            code set that contradicts itself.
    """
    work = _Work(raw, declaration, Report(raw.place))
    work.check_columns(sparse=sparse)
    work.read_cells()
    if declaration.schema.symmetric:
        work.order_pairs()
    work.check_validity()
    if declaration.schema.name == CODE_SETS:
        work.check_sets()
    if not work.header:
        work.check_versions()
    found = [*work.header, *work.report.diagnostics()]
    if found:
        raise KnowledgeError(found)
    return work.table()


@dataclass(slots=True)
class _Work:
    raw: RawTable
    declaration: Declaration
    report: Report
    header: list[Diagnostic] = field(default_factory=list)
    columns: dict[str, Any] = field(default_factory=dict)
    unsound: list[npt.NDArray[np.int64]] = field(default_factory=list)

    @property
    def n(self) -> int:
        return int(self.raw.cells.num_rows)

    def note(self, wrong: Any, make: Callable[[int], Diagnostic]) -> None:
        self.unsound.append(np.asarray(wrong, dtype=np.int64))
        self.report.add(wrong, make)

    def check_columns(self, *, sparse: bool) -> None:
        known = (*self.declaration.schema.columns, *COMMON)
        present = self.raw.cells.column_names
        for index, name in enumerate(present):
            if name not in known:
                near = suggest(name, known)
                advice = f"did you mean `{near}`?" if near else f"declare it under `columns` in {self.declaration.file}"
                place = self.raw.header_place(index)
                self.header.append(Diagnostic("CR309", f"unknown column `{name}`", place, help=advice))
        keys = {column.name for column in self.declaration.schema.key}
        for name in self.declaration.schema.columns:
            if name not in present and not (sparse and (name not in keys or not self.n)):
                kind = "key column" if name in keys else "column"
                place = self.raw.header_place(None)
                advice = f"it is declared in {self.declaration.file}"
                self.header.append(Diagnostic("CR308", f"the {kind} `{name}` is missing", place, help=advice))

    def read_cells(self) -> None:
        keys = {column.name for column in self.declaration.schema.key}
        for name, kind in (self.declaration.schema.columns | _COMMON_TYPES).items():
            if name not in self.raw.cells.column_names:
                self.columns[name] = pa.nulls(self.n, arrow_type(kind))
                continue
            column = self.raw.cells[name].combine_chunks()
            if name in keys or name == "region" or kind != TEXT:
                column = folded(column)
            self.columns[name], wrong = typed(column, kind)
            self.note(wrong, self._unreadable(name, kind))
        self._regions()

    def _unreadable(self, name: str, kind: Type) -> Callable[[int], Diagnostic]:
        def make(row: int) -> Diagnostic:
            message, advice = complaint(self.raw.cell(row, name), kind)
            return Diagnostic("CR310", self.titled(row, message), self.raw.place(row, name), f"column `{name}`", advice)

        return make

    def _regions(self) -> None:
        region = pc.fill_null(self.columns["region"], NATION)
        self.columns["region"] = region
        wrong = np.flatnonzero(~pc.match_substring_regex(region, _REGION).to_numpy(zero_copy_only=False))
        self.note(
            wrong,
            lambda row: Diagnostic(
                "CR310",
                self.titled(row, f"`{region[row]}` is not a region"),
                self.raw.place(row, "region"),
                "column `region`",
                f"six digits; {NATION}, or nothing, is the whole country",
            ),
        )

    def order_pairs(self) -> None:
        """A pair holds both ways and is stored once: the smaller first."""
        first, second = (column.name for column in self.declaration.schema.key[:2])
        a, b = self.columns[first], self.columns[second]
        swap = pc.fill_null(pc.greater(a, b), fill_value=False)
        self.columns[first], self.columns[second] = pc.if_else(swap, b, a), pc.if_else(swap, a, b)

    def check_validity(self) -> None:
        start, end = self.columns["valid_from"], self.columns["valid_to"]
        wrong = np.flatnonzero(pc.fill_null(pc.greater(start, end), fill_value=False).to_numpy(zero_copy_only=False))
        self.note(
            wrong,
            lambda row: Diagnostic(
                "CR311",
                self.titled(row, f"valid_from {start[row]} is after valid_to {end[row]}"),
                self.raw.place(row, "valid_from"),
                help="both dates belong to the validity; leave valid_to empty where it is open",
            ),
        )

    def check_sets(self) -> None:
        """A code set has no dates and no regions, and a prefix is in it once."""
        if any(self.columns.get(name) is None for name in ("set_id", "prefix")):
            message = f"`{CODE_SETS}` has the columns `set_id` and `prefix`"
            self.header.append(Diagnostic("CR315", message, Place(self.declaration.file)))
            return
        bare = pc.utf8_ltrim(self.columns["prefix"], "-")
        empty = pc.or_(pc.is_null(self.columns["set_id"]), pc.equal(pc.fill_null(bare, ""), ""))
        self.note(
            np.flatnonzero(empty.to_numpy(zero_copy_only=False)),
            lambda row: Diagnostic(
                "CR315",
                self.titled(row, "a code set needs a `set_id` and a `prefix`"),
                self.raw.place(row, "prefix"),
                help="an empty prefix would take in every code",
            ),
        )
        dated = pc.not_equal(self.columns["region"], NATION)
        for name in ("valid_from", "valid_to", "known_from"):
            dated = pc.or_(dated, pc.is_valid(self.columns[name]))
        self.note(
            np.flatnonzero(dated.to_numpy(zero_copy_only=False)),
            lambda row: Diagnostic(
                "CR315",
                self.titled(row, "a code set has no validity and no region"),
                self.raw.place(row, None),
                help="write a second set and name it in the table whose rows are dated",
            ),
        )
        group = groups([self.columns["set_id"], bare])
        sound = self.sound()
        _, first = np.unique(group[sound], return_index=True)
        again = np.setdiff1d(sound, sound[first])
        earlier = dict(zip(group[sound][first].tolist(), sound[first].tolist(), strict=True))
        self.note(
            again,
            lambda row: Diagnostic(
                "CR315",
                self.titled(row, f"`{bare[row]}` stands twice in the set `{self.columns['set_id'][row]}`"),
                self.raw.place(row, "prefix"),
                f"first on {self.raw.row(earlier[int(group[row])])}",
            ),
        )

    def check_versions(self) -> None:
        if not self.n:
            return
        rows = self.sound()
        versions = self.versions().take(rows)
        again, first = duplicates(versions)
        self._note_pairs(rows[again], rows[first], self._doubled)
        rows = np.setdiff1d(rows, rows[again])
        versions = self.versions().take(rows)
        later, earlier = overlaps(versions)
        self._note_pairs(rows[later], rows[earlier], self._overlapping)
        if not (self.declaration.many or self.declaration.gaps_allowed):
            after, before = gaps(versions)
            self._note_pairs(rows[after], rows[before], self._gap, sort=False)

    def sound(self) -> npt.NDArray[np.int64]:
        """The rows in which nothing has been found wrong so far."""
        return np.setdiff1d(np.arange(self.n), np.concatenate([np.zeros(0, dtype=np.int64), *self.unsound]))

    def versions(self) -> Versions:
        schema = self.declaration.schema
        content = row_hashes({name: self.columns[name] for name in (*schema.columns, "region")}, self.n)
        if self.declaration.many:
            group = np.unique(content, return_inverse=True)[1].astype(np.int64)
        else:
            group = groups([self.columns["region"], *(self.columns[column.name] for column in schema.key)])
        known = days(self.columns["known_from"], -FOREVER)
        start, end = days(self.columns["valid_from"], -FOREVER), days(self.columns["valid_to"], FOREVER)
        return Versions(group, content, known, start, end)

    def _note_pairs(self, rows: Any, others: Any, make: Callable[[int, int], Diagnostic], *, sort: bool = True) -> None:
        """Note the row of each pair that stands further down in the file, and lead to the other."""
        low, high = (np.minimum(rows, others), np.maximum(rows, others)) if sort else (others, rows)
        pairs = dict(zip(high.tolist(), low.tolist(), strict=True))
        self.report.add(np.array(sorted(pairs), dtype=np.int64), lambda row: make(row, pairs[row]))

    def _doubled(self, row: int, other: int) -> Diagnostic:
        place, label = self.raw.place(row, None), f"the same as {self.raw.row(other)}"
        return Diagnostic("CR312", self.titled(row, "this row stands twice"), place, label, "remove one of them")

    def _overlapping(self, row: int, other: int) -> Diagnostic:
        return Diagnostic(
            "CR313",
            self.titled(row, f"two rows hold at once for {self._key(row)}"),
            self.raw.place(row, None),
            f"{self.raw.row(other)} holds {self._period(other)}, this one {self._period(row)}",
            "end the earlier one the day before, or write `many: true` where several rows may hold at once",
        )

    def _gap(self, row: int, other: int) -> Diagnostic:
        begin = self.columns["valid_to"][other].as_py() + timedelta(days=1)
        end = self.columns["valid_from"][row].as_py() - timedelta(days=1)
        return Diagnostic(
            "CR314",
            self.titled(row, f"no row holds for {self._key(row)} {_period(begin, end)}"),
            self.raw.place(row, "valid_from"),
            f"{self.raw.row(other)} ends on {self.columns['valid_to'][other]}",
            "close the gap, or write `gaps: allowed` where there was no rule in between",
        )

    def titled(self, row: int, message: str) -> str:
        """The message, with the row in front where no line can be shown."""
        return (
            message
            if self.raw.lines is not None
            else f"{self.raw.row(row)} of `{self.declaration.schema.name}`: {message}"
        )

    def _key(self, row: int) -> str:
        names = [column.name for column in self.declaration.schema.key]
        cells = [f"{name}={self.columns[name][row]}" for name in names if self.columns[name][row].is_valid]
        region = str(self.columns["region"][row])
        return ", ".join(cells + ([f"region={region}"] if region != NATION else [])) or "every key"

    def _period(self, row: int) -> str:
        return _period(self.columns["valid_from"][row].as_py(), self.columns["valid_to"][row].as_py())

    def table(self) -> Table:
        schema, says = self.declaration.schema, (name for name in self.columns if name not in _SAYS_NOTHING)
        hashes = row_hashes({name: self.columns[name] for name in says}, self.n)
        given = self.columns["knowledge_id"]
        derived = knowledge_ids(schema.name, hashes)
        columns = self.columns | {"knowledge_id": pc.coalesce(given, derived)}
        whole = row_hashes(columns, self.n)
        order = np.argsort(whole, kind="stable")
        rows = pa.table(columns).take(pa.array(order)).combine_chunks()
        d = self.declaration
        parts = repr((schema, d.complete, d.source, d.invented, d.many, d.labels))
        files = (d.file,) if d.file == self.raw.file else (d.file, self.raw.file)
        return d.table(rows, digest(parts, whole), files)


def _period(begin: date | None, end: date | None) -> str:
    if begin is None and end is None:
        return "always"
    if begin is None:
        return f"to {end}"
    return f"from {begin}" if end is None else f"from {begin} to {end}"
