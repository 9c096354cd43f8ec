"""Where in a sheet its header is, and which column is which."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from claimrules.imports.shape import ColumnSpec, Condition
from claimrules.imports.sheet import Sheet

_DEEPEST = 60
"""Rows in which a header is looked for: titles and notices stand above it, never more than a page."""


@dataclass(frozen=True, slots=True)
class Header:
    """The header's row in the sheet, the column of each name, and the labels of the columns that nothing takes."""

    row: int
    at: dict[str, int]
    conditions: tuple[tuple[Condition, int], ...]
    unread: tuple[str, ...]


def normal(text: str) -> str:
    """A label as it is compared: full-width as plain, without white space, small letters."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return "".join(plain.split()).lower()


@lru_cache(maxsize=4096)
def _pattern(header: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in normal(header).split("*")))


def matches(headers: Iterable[str], labels: Iterable[str]) -> bool:
    """Whether one of `labels` is what one of `headers` says; `*` stands for anything."""
    known = [normal(label) for label in labels if label]
    return any(_pattern(header).fullmatch(label) for header in headers for label in known)


def find_header(
    sheet: Sheet, columns: Sequence[ColumnSpec], conditions: Sequence[Condition], ignore: Sequence[str]
) -> Header | None:
    """The first row in which every column that is needed has a label; None where there is none."""
    for row in range(min(len(sheet.rows), _DEEPEST)):
        labels = _labels(sheet, row)
        at = _assigned(columns, labels)
        if at is None:
            continue
        asked = tuple((c, found) for c in conditions if (found := _first(c.headers, labels, ())) is not None)
        taken = {*at.values(), *(index for _, index in asked)}
        rest = (names[-1] for i, names in enumerate(labels) if i not in taken and names)
        return Header(row, at, asked, tuple(name for name in rest if not matches(ignore, [name])))
    return None


def missing(sheet: Sheet, columns: Sequence[ColumnSpec]) -> tuple[ColumnSpec, ...]:
    """The columns that the likeliest header of a sheet does not have: of the row that has most of the others."""
    needed = [column for column in columns if column.headers and not column.optional]
    best: tuple[ColumnSpec, ...] = tuple(needed)
    for row in range(min(len(sheet.rows), _DEEPEST)):
        labels = _labels(sheet, row)
        lacking = tuple(column for column in needed if _first(column.headers, labels, ()) is None)
        if len(lacking) < len(best):
            best = lacking
    return best


def _labels(sheet: Sheet, row: int) -> list[tuple[str, ...]]:
    """What each column may be called: its own label, and with that of the group above it in front."""
    out: list[tuple[str, ...]] = []
    for column in range(sheet.width(row)):
        own = sheet.label(row, column)
        above = sheet.label(row - 1, column) if row and own else ""
        out.append((f"{above}/{own}", own) if above and above != own else (own,) if own else ())
    return out


def _assigned(columns: Sequence[ColumnSpec], labels: Sequence[tuple[str, ...]]) -> dict[str, int] | None:
    """A column of the sheet for each that is needed; several may read the same one."""
    at: dict[str, int] = {}
    for column in columns:
        if not column.headers:
            continue
        found = _first(column.headers, labels, at.values())
        if found is None and not column.optional:
            return None
        if found is not None:
            at[column.name] = found
    return at or None


def _first(headers: Sequence[str], labels: Sequence[tuple[str, ...]], taken: Iterable[int]) -> int | None:
    """The column that the earliest of `headers` names; one that nothing has taken before one that something has."""
    used = set(taken)
    for header in headers:
        pattern = _pattern(header)
        found = [i for i, names in enumerate(labels) if any(pattern.fullmatch(normal(name)) for name in names)]
        if found:
            return next((i for i in found if i not in used), found[0])
    return None
