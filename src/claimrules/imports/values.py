"""Cells of a sheet to values of a table."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pyarrow as pa

from claimrules.catalog import TEXT, Base, Type
from claimrules.imports.header import normal
from claimrules.imports.shape import ColumnSpec
from claimrules.knowledge.cells import complaint, typed


@dataclass(frozen=True, slots=True)
class Read:
    """The values of one cell: mostly one, several where it lists codes. `problem`: why it cannot be read; "" if it can."""

    values: tuple[str, ...]
    problem: str = ""


def folded(text: str) -> str:
    """Full-width letters, digits and signs as plain ones."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()


@lru_cache(maxsize=1 << 16)
def canonical(text: str, kind: Type) -> str | None:
    """A value as this library writes it, so that equal values are equal texts; None where it is none of the type."""
    if not text or (kind.base is Base.TEXT and not kind.values):
        return text
    values, wrong = typed(pa.array([text], pa.string()), kind)
    return None if len(wrong) else _written(values[0].as_py())


def canonical_all(texts: Iterable[str], kind: Type) -> list[str]:
    """Values that have been checked before, as `canonical` writes them."""
    given = list(texts)
    words = {text: canonical(text, kind) for text in set(given)}
    return [text if words[text] is None else str(words[text]) for text in given]


def read_cell(text: str, column: ColumnSpec, *, is_key: bool) -> Read:
    """What a cell says. An empty cell is empty where the column is text or optional, and else a problem."""
    if column.constant is not None:
        return _checked((column.constant,), column)
    if column.values:
        return _translated(text, column)
    plain = folded(text) if is_key or column.type != TEXT or column.readings or column.must else text
    if column.readings and plain:
        return _found(plain, column)
    if column.separators:
        for mark in column.separators:
            plain = plain.replace(mark, "\n")
        return _checked(tuple(dict.fromkeys(part.strip() for part in plain.split("\n") if part.strip())) or ("",), column)
    return _checked(("".join(plain.split()) if is_key else plain,), column)


def _translated(text: str, column: ColumnSpec) -> Read:
    words = {normal(word): value for word, value in column.values}
    if normal(text) in words:
        return _checked((words[normal(text)],), column, empty=True)
    if not text:
        return _checked(("",), column)
    known = ", ".join(word for word, _ in column.values)
    return Read(("",), f"`{text}` is none of the words of `{column.name}`: {known}")


def _found(text: str, column: ColumnSpec) -> Read:
    for reading in column.readings:
        found = reading.match.search(text)
        if found:
            return _checked((found.expand(reading.value),), column)
    if column.optional:
        return Read(("",))
    shown = text if len(text) <= 40 else f"{text[:39]}…"
    return Read(("",), f"`{column.name}` cannot be read from `{shown}`")


def _checked(values: tuple[str, ...], column: ColumnSpec, *, empty: bool = False) -> Read:
    out: list[str] = []
    for value in values:
        if not value and column.type != TEXT and not column.optional and not empty:
            return Read(("",), f"`{column.name}` is empty")
        if value and column.must and not column.must.fullmatch(value):
            return Read(("",), f"`{value}` does not look like a `{column.name}`")
        exact = canonical(value, column.type)
        if exact is None:
            return Read(("",), f"{complaint(value, column.type)[0]}: `{column.name}`")
        out.append(exact)
    return Read(tuple(out))


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}".rstrip("0").rstrip(".") if value.as_tuple().exponent else f"{value:f}"
    return "" if value is None else str(value)
