"""Sheets as text: CSV and tab-separated files, with or without titles above the header."""

import csv
import io
from pathlib import Path

from claimrules.imports.errors import refused
from claimrules.imports.sheet import Sheet

_SEPARATORS = ("\t", ",", ";")
_SEEN = 50
_LONGEST = 1 << 24


def read_text(path: Path, encoding: str = "") -> list[Sheet]:
    """The one sheet of a text file, in UTF-8, or else in `encoding`; where that is "", in GB 18030.

    A text that begins as UTF-16 does, as spreadsheet programs write it, is read as that.

    Raises:
        KnowledgeError: CR330 it cannot be read, or is not in that encoding.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise refused("CR330", f"cannot read the file: {error.strerror or error}", str(path)) from None
    text = _decoded(path, data, (*_marked(data), "utf-8-sig", encoding or "gb18030"))
    csv.field_size_limit(_LONGEST)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    line = 1
    try:
        for cells in reader:
            rows.append(tuple(cell.strip() for cell in cells))
            lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        raise refused("CR330", f"not a table of text: {error}", str(path), line=line) from None
    return [Sheet(str(path), "", tuple(rows), tuple(lines))] if any(any(row) for row in rows) else []


def _marked(data: bytes) -> tuple[str, ...]:
    return ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ()


def _decoded(path: Path, data: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
        except LookupError:
            raise refused("CR330", f"there is no encoding `{encoding}`", str(path)) from None
    tried = " or ".join(name.removesuffix("-sig") for name in encodings)
    raise refused("CR330", f"the file is not in {tried}", str(path), help="save it as UTF-8, or name its `encoding`")


def _separator(text: str) -> str:
    """The separator that most of the first lines have: commas stand in the sentences of a title as well."""
    lines = text.splitlines()[:_SEEN]
    return max(_SEPARATORS, key=lambda mark: (sum(mark in line for line in lines), sum(line.count(mark) for line in lines)))
