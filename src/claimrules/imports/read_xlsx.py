"""Workbooks of a spreadsheet program, by openpyxl: it tells merged cells and the formats of numbers.

A code that was typed as a number is a number in the file. Where its format pads it with zeros (`00000`), the zeros are
put back: that is what the sheet shows. Nothing else is guessed.
"""

import datetime as dt
import re
import warnings
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from claimrules.diagnostics import KnowledgeError
from claimrules.imports.errors import refused
from claimrules.imports.sheet import Merged, Sheet

_PADDED = re.compile(r"0{2,}")
_MIDNIGHT = dt.time()
_DAMAGED = (zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError)
"""What openpyxl raises where a part of the workbook is not what it should be."""


def read_xlsx(path: Path) -> list[Sheet]:
    """All sheets with cells, hidden ones too, in the order of the workbook.

    Raises:
        KnowledgeError: CR330 it is no workbook, or has formulas whose values were never stored.
    """
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - only a workbook waits for it

    try:
        book = _open(path, values=False)
        out = [_sheet(path, sheet) for sheet in book.worksheets]
        if any(cell.data_type == "f" for sheet in book.worksheets for row in sheet.iter_rows() for cell in row):
            out = _computed(path, book)
    except (*_DAMAGED, InvalidFileException) as error:
        if isinstance(error, OSError) and error.strerror:
            raise refused("CR330", f"cannot read the file: {error.strerror}", str(path)) from None
        help_ = "open it in a spreadsheet program and save it as .xlsx, or as CSV in UTF-8"
        raise refused("CR330", f"not a workbook that can be read: {error}", str(path), help=help_) from None
    return [sheet for sheet in out if any(any(row) for row in sheet.rows)]


def _open(path: Path, *, values: bool) -> Any:
    from openpyxl import load_workbook  # noqa: PLC0415 - only a workbook waits for it

    with warnings.catch_warnings():  # styles and validations that it does not keep are nothing to us
        warnings.simplefilter("ignore")
        return load_workbook(path, data_only=values)


def _computed(path: Path, formulas: Any) -> list[Sheet]:
    """The sheets with the values that their formulas had when the file was saved."""
    values = _open(path, values=True)
    for sheet in formulas.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f" and values[sheet.title].cell(cell.row, cell.column).value is None:
                    raise _not_computed(path, sheet.title, cell.coordinate)
    return [_sheet(path, sheet) for sheet in values.worksheets]


def _not_computed(path: Path, sheet: str, cell: str) -> KnowledgeError:
    help_ = "open it in a spreadsheet program and save it: the values are stored then"
    return refused("CR330", f"the formula in {cell} of `{sheet}` has no stored value", str(path), help=help_)


def _sheet(path: Path, sheet: Any) -> Sheet:
    rows = [[_text(cell) for cell in row] for row in sheet.iter_rows()]
    while rows and not any(rows[-1]):  # formatted and empty: a program counts them, nobody has written them
        rows.pop()
    merged = tuple(
        Merged(a.min_row - 1, a.max_row - 1, a.min_col - 1, a.max_col - 1)
        for a in sorted(sheet.merged_cells.ranges, key=lambda a: (a.min_row, a.min_col))
    )
    for area in merged:
        for row in range(area.top + 1, min(area.bottom + 1, len(rows))):
            rows[row][area.left] = rows[area.top][area.left]
    return Sheet(str(path), sheet.title, tuple(tuple(row) for row in rows), tuple(range(1, len(rows) + 1)), merged)


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == _MIDNIGHT else value.isoformat(" ")
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format))
    return str(value).strip()


def _number(value: float, shown_as: str) -> str:
    """Digits without an exponent. A float is written as the shortest text that means it."""
    exact = Decimal(repr(value))
    if exact == exact.to_integral_value():
        digits = str(int(exact))
        return digits.zfill(len(shown_as)) if _PADDED.fullmatch(shown_as) else digits
    return f"{exact:f}"
