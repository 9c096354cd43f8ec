"""Sheets to records: the rows that a table will have, each with where it is from, and what became of every row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

from claimrules.imports.account import Left, SheetAccount
from claimrules.imports.body import Body, find_body, left
from claimrules.imports.header import normal
from claimrules.imports.layout import Layout, Part
from claimrules.imports.shape import ENDED, WHERE, ColumnSpec, Shape
from claimrules.imports.sheet import Sheet
from claimrules.imports.values import Read, read_cell

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the table: its values in the order of the shape's columns, and the sheet and line it is from."""

    cells: Cells
    file: str
    sheet: str
    line: int


@dataclass(frozen=True, slots=True)
class Extract:
    """What the sheets say, and the account of them. `ended`: records of which only the identity is meant."""

    records: tuple[Record, ...]
    sheets: tuple[SheetAccount, ...]
    ended: tuple[Record, ...] = ()

    @property
    def faults(self) -> list[tuple[str, str, Left]]:
        """The rows that should have been taken and could not be, with file and sheet."""
        return [(sheet.file, sheet.sheet, one) for sheet in self.sheets for one in sheet.left if one.fault]


@dataclass(slots=True)
class _Rows:
    """One part while it is read: the values of its rows, each column with all that its cell lists."""

    part: Part
    values: dict[int, dict[str, Cells]]
    left: dict[int, Left]
    used: set[int] = field(default_factory=set)
    ended: set[int] = field(default_factory=set)

    def account(self, unused: str) -> SheetAccount:
        """The outcome of every row; one that nothing came of is left as `unused`."""
        sheet = self.part.sheet
        for row in self.values:
            if row not in self.used and row not in self.left:
                self.left[row] = left(sheet, row, unused, fault=True)
        rows = [self.left[row] for row in sorted(self.left)]
        return SheetAccount(sheet.file, sheet.name, len(sheet.rows), len(self.used), tuple(rows), self.part.header.unread)


def extract(layout: Layout, shape: Shape) -> Extract:
    """Read all sheets of a layout. Nothing is lost: every row of every sheet is taken or left with a reason."""
    keys = {column.name for column in shape.key}
    whole = [_rows(part, shape, keys) for part in layout.whole]
    names = [_rows(part, shape, keys) for part in layout.names]
    codes = [_rows(part, shape, keys) for part in layout.codes]
    unique = _Unique(shape)
    for rows in whole:
        for row, values in rows.values.items():
            unique.add(values, rows, row, (), ends=row in rows.ended)
    if names:
        _join(names, codes, unique)
    accounts = [rows.account("") for rows in whole]
    accounts += [rows.account("no sheet gives its codes") for rows in names]
    accounts += [rows.account("no sheet says what is limited of this name") for rows in codes]
    for sheet in layout.rest:
        every = tuple(left(sheet, row, "a sheet of another kind") for row in range(len(sheet.rows)))
        accounts.append(SheetAccount(sheet.file, sheet.name, len(sheet.rows), 0, every))
    return Extract(tuple(unique.records), tuple(accounts), tuple(unique.ended))


def _rows(part: Part, shape: Shape, keys: set[str]) -> _Rows:
    part = replace(part, sheet=_filled_down(part))
    sheet, header = part.sheet, part.header
    anchors = [header.at[c.name] for c in part.columns if c.name in header.at and (c.name in keys or c.name == "by")]

    memory: dict[str, dict[str, Read]] = {column.name: {} for column in part.columns}

    def cell(text: str, column: ColumnSpec) -> Read:
        """Each distinct text of a column is read once."""
        known = memory[column.name]
        if text not in known:
            known[text] = read_cell(text, column, is_key=column.name in keys)
        return known[text]

    def read(row: int, columns: Iterable[ColumnSpec]) -> tuple[dict[str, Cells], str]:
        values: dict[str, Cells] = {}
        problem = ""
        for column in columns:
            at = header.at.get(column.name)
            text = sheet.cell(row, at) if at is not None else ""
            if at is None and column.constant is None:
                values[column.name] = ("",)
                continue
            got = cell(text, column)
            values[column.name] = got.values
            problem = problem or got.problem
        return values, problem

    others = [c for c in part.columns if header.at.get(c.name) not in anchors]
    body: Body = find_body(sheet, header, anchors, shape.ends, lambda row: not read(row, others)[1])
    out = _Rows(part, {}, body.left)
    for row in body.rows:
        other = _not_asked(part, row)
        if other is not None:
            out.left[row] = other
            continue
        if any(c.role == ENDED and c.match.search(sheet.cell(row, at)) for c, at in header.conditions):
            out.ended.add(row)
        said = (c for c in part.columns if row not in out.ended or c.name in (*shape.identity, "by", "region"))
        values, problem = read(row, said)
        if problem:
            out.left[row] = left(sheet, row, problem, fault=True)
        else:
            out.values[row] = values
    return out


def _not_asked(part: Part, row: int) -> Left | None:
    """Why a row is none of those that a shape is about; None where it is."""
    for condition, at in part.header.conditions:
        cell = part.sheet.cell(row, at)
        if condition.role == WHERE and not condition.match.search(cell):
            reason = f"another kind of row by `{condition.said}`" if cell else f"`{condition.said}` is empty"
            return left(part.sheet, row, reason, fault=not cell)
    return None


def _filled_down(part: Part) -> Sheet:
    """The sheet with the columns that are written once for several rows filled in."""
    columns = [part.header.at[c.name] for c in part.columns if c.fill and c.name in part.header.at]
    if not columns:
        return part.sheet
    sheet, taken = part.sheet, set(part.header.at.values())
    rows = [list(cells) for cells in sheet.rows]
    for column in columns:
        above = ""
        for row in range(part.header.row + 1, len(rows)):
            here = sheet.cell(row, column)
            if here:
                above = here
            elif any(sheet.cell(row, other) for other in taken - {column}):
                rows[row] += [""] * (column + 1 - len(rows[row]))
                rows[row][column] = above
    return replace(sheet, rows=tuple(tuple(cells) for cells in rows))


def _join(names: Sequence[_Rows], codes: Sequence[_Rows], unique: "_Unique") -> None:
    """Each name with each of its codes; a name is the same whatever its width and white space."""
    by_name: dict[str, list[tuple[_Rows, int, dict[str, Cells]]]] = {}
    for rows in names:
        for row, values in rows.values.items():
            by_name.setdefault(normal(values["by"][0]), []).append((rows, row, values))
    for rows in codes:
        for row, values in rows.values.items():
            for named, name_row, more in by_name.get(normal(values["by"][0]), ()):
                ends = row in rows.ended or name_row in named.ended
                unique.add({**more, **values}, rows, row, ((named, name_row),), ends=ends)


@dataclass(slots=True)
class _Unique:
    """Records as they come, each kept once; a row that says what an earlier one said, or the contrary, is left."""

    shape: Shape
    records: list[Record] = field(default_factory=list)
    ended: list[Record] = field(default_factory=list)
    _seen: dict[Cells, Record] = field(default_factory=dict)
    _keys: dict[Cells, Record] = field(default_factory=dict)
    _key_at: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        names = [column.name for column in self.shape.all_columns]
        keys = {column.name for column in self.shape.key} | {"region", "valid_from"}
        self._key_at = tuple(i for i, name in enumerate(names) if name in keys)

    def add(
        self, values: dict[str, Cells], rows: _Rows, row: int, others: Sequence[tuple[_Rows, int]], *, ends: bool
    ) -> None:
        """Add what a row says: one record for each combination of what its cells list."""
        sheet = rows.part.sheet
        if ends:
            cells_of = product(*(values.get(column.name, ("",)) for column in self.shape.all_columns))
            self.ended += [Record(cells, sheet.file, sheet.name, sheet.lines[row]) for cells in cells_of]
            for other, number in ((rows, row), *others):
                other.used.add(number)
            return
        again = against = None
        fresh: list[Record] = []
        for cells in product(*(values[column.name] for column in self.shape.all_columns)):
            record = Record(cells, sheet.file, sheet.name, sheet.lines[row])
            if cells in self._seen:
                again = again or self._seen[cells]
            elif not self.shape.many and (key := tuple(cells[i] for i in self._key_at)) in self._keys:
                against = against or (self._keys[key], ", ".join(text for text in key if text))
            else:
                fresh.append(record)
        if against:
            earlier, key_text = against
            reason = f"says something else of {key_text} than {_where(earlier, sheet.name)}"
            rows.left[row] = left(sheet, row, reason, fault=True)
            return
        for record in fresh:
            self._seen[record.cells] = record
            self._keys[tuple(record.cells[i] for i in self._key_at)] = record
        self.records += fresh
        if fresh or again is None or again.line == sheet.lines[row]:
            rows.used.add(row)
            rows.left.pop(row, None)
        elif row not in rows.used:
            rows.left[row] = left(sheet, row, f"the same as {_where(again, sheet.name)}")
        for other, number in others:
            other.used.add(number)


def _where(record: Record, sheet: str) -> str:
    return f"row {record.line}" + ("" if record.sheet == sheet else f" of `{record.sheet}`")
