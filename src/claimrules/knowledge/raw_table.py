"""A table as it is written: every cell text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.diagnostics import Diagnostic, Place
from claimrules.knowledge.csv_scan import cell_span
from claimrules.knowledge.written import Written


@dataclass(frozen=True, slots=True)
class RawTable:
    """Trimmed text cells, none null: an empty cell is "".

    `lines` are the lines of a CSV on which the rows begin, counted from 1; None where the rows stand in no text file.
    `text` is the CSV's text. `at` is where rows stand that were not read from a file. `broken` says which rows of the file
    are not among the cells.
    """

    file: str
    cells: Any
    lines: npt.NDArray[np.int64] | None = None
    text: str = ""
    at: Place | Written | None = None
    header_line: int = 1
    broken: tuple[Diagnostic, ...] = ()

    def row(self, row: int) -> str:
        """What to call a row in a message."""
        return f"row {row + 1}" if self.lines is None else f"line {self.lines[row]}"

    def place(self, row: int, column: str | None) -> Place:
        """Where a cell stands, or its row where `column` is None or absent."""
        if isinstance(self.at, Written):
            return self.at.value(row, column)
        if self.at is not None:
            return self.at
        if self.lines is None:
            return Place(self.file)
        line = int(self.lines[row])
        names = self.cells.column_names
        if column not in names:
            return Place(self.file, line)
        start, length = cell_span(self.text, line, names.index(column))
        return Place(self.file, line, start, length)

    def header_place(self, index: int | None) -> Place:
        """Where the name of a column stands, or the header where `index` is None."""
        if isinstance(self.at, Written):
            return self.at.table if index is None else self.at.name(self.cells.column_names[index])
        if self.at is not None:
            return self.at
        if self.lines is None:
            return Place(self.file)
        return Place(
            self.file, self.header_line, *(cell_span(self.text, self.header_line, index) if index is not None else ())
        )

    def cell(self, row: int, column: str) -> str:
        """One cell's text."""
        return str(self.cells[column][row].as_py())


def raw_of_rows(name: str, rows: Sequence[Mapping[str, str]], at: Place | Written | None) -> RawTable:
    """Rows that were written out in a rule's case. A column that a row lacks is empty there."""
    names = list(dict.fromkeys(key for row in rows for key in row))
    columns = [pa.array([_text(row.get(key)) for row in rows], pa.string()) for key in names]
    return RawTable(name, trimmed(pa.table(columns, names=names)), at=at)


def trimmed(cells: Any) -> Any:
    """All columns without white space at their ends, nulls as "", each in one chunk."""
    columns = [pc.utf8_trim_whitespace(pc.fill_null(column, "")).combine_chunks() for column in cells.columns]
    return pa.table(columns, names=cells.column_names)


def _text(value: object) -> str:
    return "" if value is None else str(value)
