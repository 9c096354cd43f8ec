"""Text cells to typed values."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.catalog import Base, Type
from claimrules.catalog.window import Window
from claimrules.diagnostics import suggest

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_WORDS = dict.fromkeys(("true", "yes", "1", "是"), True) | dict.fromkeys(("false", "no", "0", "否"), False)
_ARROW: dict[Base, Any] = {
    Base.TEXT: pa.string(),
    Base.WINDOW: pa.string(),
    Base.BOOLEAN: pa.bool_(),
    Base.INTEGER: pa.int64(),
    Base.DOUBLE: pa.float64(),
    Base.DATE: pa.date32(),
    Base.TIMESTAMP: pa.timestamp("us"),
}
_PATTERNS = {
    Base.INTEGER: r"^-?\d{1,18}$",
    Base.DOUBLE: r"^-?\d+(\.\d+)?([eE][+-]?\d{1,2})?$",
}


def arrow_type(kind: Type) -> Any:
    """The Arrow type that holds values of a column's type."""
    return pa.decimal128(kind.precision, kind.scale) if kind.base is Base.DECIMAL else _ARROW[kind.base]


def folded(column: Any) -> Any:
    """Full-width letters, digits and punctuation (ＡＢ１２) as ASCII, each distinct text once."""
    if pc.all(pc.string_is_ascii(column)).as_py() in (True, None):
        return column
    coded = column.dictionary_encode()
    words = [word.translate(_WIDE).strip() for word in coded.dictionary.to_pylist()]
    return pc.take(pa.array(words, pa.string()), coded.indices)


def typed(column: Any, kind: Type) -> tuple[Any, npt.NDArray[np.int64]]:
    """Read trimmed text as `kind`. Empty is null. Gives the values and the rows that cannot be read (null there)."""
    filled = pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
    if kind.base is Base.TEXT and not kind.values:
        return filled, np.zeros(0, dtype=np.int64)
    if kind.base is Base.DECIMAL or kind.base in _PATTERNS:
        fits = pc.match_substring_regex(filled, _pattern(kind))
        values = pc.if_else(fits, filled, pa.scalar(None, pa.string())).cast(arrow_type(kind))
    else:
        values = _by_words(filled, kind)
    wrong = pc.and_(pc.is_valid(filled), pc.is_null(values))
    return values, np.flatnonzero(wrong.to_numpy(zero_copy_only=False))


def complaint(text: str, kind: Type) -> tuple[str, str]:
    """Why `text` cannot be read as `kind`, and what to write instead."""
    if kind.values:
        near = suggest(text, kind.values)
        advice = f"did you mean `{near}`?" if near else f"one of {', '.join(kind.values)}"
        return f"`{text}` is not in the column's list", advice
    if kind.base is Base.WINDOW:
        try:
            Window.parse(text)
        except ValueError as error:
            message, _, advice = str(error).partition(": ")
            return message, advice
    return f"`{text}` is not {_A[kind.base]}", _advice(kind)


_A = {
    Base.TEXT: "a text",
    Base.WINDOW: "a window",
    Base.BOOLEAN: "a yes or no",
    Base.INTEGER: "a whole number",
    Base.DECIMAL: "a number that the column holds",
    Base.DOUBLE: "a number",
    Base.DATE: "a date",
    Base.TIMESTAMP: "a time",
}


def _advice(kind: Type) -> str:
    if kind.base is Base.DECIMAL:
        before, after = kind.precision - kind.scale, kind.scale
        return f"digits only, at most {before} before the point and {after} after it; no `,`, no `%`"
    return {
        Base.BOOLEAN: "true or false",
        Base.INTEGER: "digits only",
        Base.DOUBLE: "digits and a point",
        Base.DATE: "write 2025-01-31",
        Base.TIMESTAMP: "write 2025-01-31 08:30:00",
    }.get(kind.base, "")


def _pattern(kind: Type) -> str:
    if kind.base is not Base.DECIMAL:
        return _PATTERNS[kind.base]
    before = kind.precision - kind.scale
    whole = rf"0*\d{{1,{before}}}" if before else "0+"
    return rf"^-?{whole}(\.\d{{1,{kind.scale}}}0*)?$" if kind.scale else rf"^-?{whole}(\.0+)?$"


def _by_words(column: Any, kind: Type) -> Any:
    """Each distinct text once."""
    coded = column.dictionary_encode()
    read = _READERS[Base.TEXT if kind.values else kind.base]
    words = [_read(read, word, kind) for word in coded.dictionary.to_pylist()]
    return pc.take(pa.array(words, arrow_type(kind)), coded.indices)


def _read(read: Callable[[str, Type], Any], word: str, kind: Type) -> Any:
    try:
        return read(word, kind)
    except ValueError:
        return None


def _date(word: str, _: Type) -> date:
    word = word.removesuffix(" 00:00:00")  # a spreadsheet writes a date so
    parts = word.replace("/", "-").split("-")
    if len(parts) == 3 and len(parts[0]) == 4 and word.replace("/", "").replace("-", "").isascii():
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    if len(word) == 8 and word.isdecimal() and word.isascii():
        return date(int(word[:4]), int(word[4:6]), int(word[6:]))
    raise ValueError(word)


def _timestamp(word: str, _: Type) -> Any:
    value = pa.scalar(word).cast(pa.timestamp("us"))
    if len(word) < len("2025-01-31 08:30"):
        raise ValueError(word)
    return value.as_py()


_READERS: dict[Base, Callable[[str, Type], Any]] = {
    Base.TEXT: lambda word, kind: word if word in (kind.values or ()) else None,
    Base.BOOLEAN: lambda word, _: _WORDS.get(word.lower()),
    Base.WINDOW: lambda word, _: str(Window.parse(word)),
    Base.DATE: _date,
    Base.TIMESTAMP: _timestamp,
}
