"""Files in: CSV and Parquet to tables of text."""

import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from claimrules.diagnostics import Diagnostic, KnowledgeError, Place
from claimrules.knowledge.csv_scan import quote_error, row_lines
from claimrules.knowledge.raw_table import RawTable, trimmed
from claimrules.knowledge.report import SHOWN

_MOST_BYTES = 1 << 30
_SEPARATORS = {";": "`;`", "\t": "tabs", "|": "`|`"}


def read_raw(path: Path) -> RawTable:
    """Read a `.csv` or `.parquet` file, every cell as text.

    Rows with too few or too many cells are left out and reported in `broken`: they do not hide what else is wrong.

    Raises:
        KnowledgeError: CR301 the file cannot be read, CR302 it is no proper CSV, CR308 a column has no name or one that
            stands twice, CR310 a Parquet column whose type cannot be read exactly.
    """
    try:
        raw = _read_parquet(path) if path.suffix == ".parquet" else _read_csv(path)
    except OSError as error:
        raise _unreadable(path, f"cannot read the file: {error.strerror or error}") from None
    _check_names(raw)
    return raw


def _read_csv(path: Path) -> RawTable:
    if path.stat().st_size > _MOST_BYTES:
        raise _unreadable(path, "the file is larger than 1 GiB", "write it as Parquet")
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    text = _decoded(path, data)
    if not data.strip():
        raise _unreadable(path, "the file is empty", "write at least the header: the columns' names")
    _check_separator(path, text)
    if wrong := quote_error(data):
        raise _broken_quote(path, data, *wrong)
    lines = row_lines(data)
    ragged = _Ragged()
    parsed = _parse(path, data, _header(text, lines), ragged)
    if (
        parsed.num_rows + len(ragged.rows) != len(lines) - 1
    ):  # a line of one column that is empty: the reader skips it, or we do
        raise _unreadable(path, "rows and lines do not agree", "remove empty lines")
    kept = np.delete(lines, [0, *(number - 1 for number, _, _ in ragged.rows)])
    broken = tuple(_ragged_errors(path, lines, ragged))
    return RawTable(str(path), trimmed(parsed), kept, text, header_line=int(lines[0]), broken=broken)


def _check_separator(path: Path, text: str) -> None:
    """A spreadsheet of some countries writes `;`: one error, instead of one for each column."""
    start = len(text) - len(text.lstrip("\n"))
    header = text[start:].split("\n", 1)[0]
    found = next((name for char, name in _SEPARATORS.items() if char in header), None)
    if found is not None and "," not in header:
        message = f"the cells of this file are separated by {found}, and not by commas"
        place = Place(str(path), start + 1)
        raise KnowledgeError(Diagnostic("CR302", message, place, help="save it as CSV with commas, in UTF-8"))


@dataclass(slots=True)
class _Ragged:
    """Rows with too many or too few cells: number in the file, cells wanted, cells found."""

    rows: list[tuple[int, int, int]] = field(default_factory=list)

    def __call__(self, row: Any) -> str:
        self.rows.append((row.number, row.expected_columns, row.actual_columns))
        return "skip"


def _parse(path: Path, data: bytes, names: list[str], ragged: _Ragged) -> Any:
    quoted = b'"' in data
    parse = pa_csv.ParseOptions(quote_char='"' if quoted else False, newlines_in_values=quoted, invalid_row_handler=ragged)
    # The header is read as a row, so that rows are counted from the first; equal names are told apart by numbers.
    numbers = [str(i) for i in range(len(names))]
    read = pa_csv.ReadOptions(use_threads=False, block_size=max(1 << 20, len(data) + 1), column_names=numbers)
    convert = pa_csv.ConvertOptions(
        column_types=dict.fromkeys(numbers, pa.string()), strings_can_be_null=False, check_utf8=False
    )
    try:
        table = pa_csv.read_csv(pa.BufferReader(data), read, parse, convert)
    except pa.ArrowInvalid as error:
        raise _unreadable(path, f"not a CSV file: {error}") from None
    return pa.Table.from_arrays(table.slice(1).columns, names=names)


def _header(text: str, lines: Any) -> list[str]:
    end = int(lines[1]) - 1 if len(lines) > 1 else None
    first = text.split("\n")[int(lines[0]) - 1 : end]
    return [name.strip() for name in next(csv.reader(["\n".join(first)]))]


def _read_parquet(path: Path) -> RawTable:
    try:
        table = pq.read_table(path, partitioning=None)
    except pa.ArrowException as error:
        raise _unreadable(path, f"not a Parquet file: {str(error).splitlines()[0]}") from None
    found: list[Diagnostic] = []
    columns = [_as_text(path, name, table.column(i), found) for i, name in enumerate(table.column_names)]
    if found:
        raise KnowledgeError(found)
    return RawTable(str(path), trimmed(pa.table(columns, names=table.column_names)))


def _as_text(path: Path, name: str, column: Any, found: list[Diagnostic]) -> Any:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_floating(kind):
        message = f"the column `{name}` is stored as {kind}, which is not exact"
        found.append(Diagnostic("CR310", message, Place(str(path)), help="store it as a decimal, an integer or text"))
        return pa.nulls(len(column), pa.string())
    try:
        if pa.types.is_boolean(kind):
            return pc.if_else(column, "true", "false")
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        message = f"the column `{name}` is stored as {kind}, which is not read"
        found.append(Diagnostic("CR310", message, Place(str(path)), help="store it as text"))
        return pa.nulls(len(column), pa.string())


def _check_names(raw: RawTable) -> None:
    names = raw.cells.column_names
    place = Place(raw.file, raw.header_line) if raw.text else Place(raw.file)
    found = [
        Diagnostic("CR308", f"the column `{name}` stands {names.count(name)} times in the header", place)
        for name in sorted({name for name in names if names.count(name) > 1 and name})
    ]
    if "" in names:
        found.append(Diagnostic("CR308", f"column {names.index('') + 1} of the header has no name", place))
    if found:
        raise KnowledgeError(found)


def _decoded(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        advice = "save it as UTF-8 (in a spreadsheet: “CSV UTF-8”)"
        raise KnowledgeError(Diagnostic("CR301", "the file is not UTF-8", Place(str(path), line), help=advice)) from None


def _broken_quote(path: Path, data: bytes, position: int, reason: str) -> KnowledgeError:
    line_start = data.rfind(b"\n", 0, position) + 1
    line = data[:line_start].count(b"\n") + 1
    column = len(data[line_start:position].decode("utf-8")) + 1
    advice = 'write a cell with a quote, a comma or a line break as "…", and a quote in it as ""'
    return KnowledgeError(Diagnostic("CR302", reason, Place(str(path), line, column), help=advice))


def _ragged_errors(path: Path, lines: Any, ragged: _Ragged) -> list[Diagnostic]:
    out = [
        Diagnostic(
            "CR302",
            f"{found} {'cell' if found == 1 else 'cells'} where the header has {wanted}",
            Place(str(path), int(lines[number - 1])),
            help='a cell that holds a comma is written in quotes: "a, b"',
        )
        for number, wanted, found in ragged.rows[:SHOWN]
    ]
    if len(ragged.rows) > SHOWN:
        place = Place(str(path), int(lines[ragged.rows[SHOWN][0] - 1]))
        out.append(Diagnostic("CR399", f"… and {len(ragged.rows) - SHOWN} more errors in this file", place))
    return out


def _unreadable(path: Path, message: str, advice: str = "") -> KnowledgeError:
    return KnowledgeError(Diagnostic("CR301", message, Place(str(path)), help=advice))
