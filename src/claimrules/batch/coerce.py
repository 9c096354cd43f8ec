"""From a column as it came to a canonical column: exact, vectorised, with the rows that cannot be read.

Every type has a fast path over whole arrays; what a fast path cannot vouch for goes, one distinct text at a time, to
the readers of `claimrules.models`, so that a cell reads alike through every door.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.batch.schema import arrow_type
from claimrules.catalog import SENTINELS, UNKNOWN, Type
from claimrules.catalog.types import Base
from claimrules.diagnostics import ClaimsError, Diagnostic
from claimrules.models import (
    fold,
    read_boolean,
    read_date,
    read_decimal,
    read_integer,
    read_timestamp,
    read_word,
)

Reader = Callable[[str], object]
_LONGEST_SENTINEL = max(len(s.encode()) for s in SENTINELS)
_LONG = 36
"""From so many characters on Arrow's own reader of decimals is not to be trusted."""

_SENTINELS = pa.array(sorted(SENTINELS))
_MOMENT = r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}:\d{2})?$"


@dataclass(frozen=True, slots=True)
class Coerced:
    """A column as read.

    `values` has the canonical type and NULL wherever a value is unreadable; `bad` are those rows, ascending, and `why`
    their reasons.
    """

    values: Any
    bad: npt.NDArray[np.int64]
    why: Any


def _clean(values: Any) -> Coerced:
    return Coerced(values, np.empty(0, np.int64), pa.array([], pa.string()))


def coerce(column: Any, kind: Type, *, is_code: bool = False, pattern: str | None = None) -> Coerced:
    """Read `column` (any Arrow type) as `kind`.

    `is_code` folds full-width characters and reads sentinels as NULL. `pattern` is the strptime form of a date.
    """
    if kind.base is Base.TEXT and isinstance(column, pa.DictionaryArray) and pa.types.is_string(column.type.value_type):
        return _coerce_words(column, kind, is_code=is_code)
    column = plain(column)
    target = arrow_type(kind)
    if column.type == target and kind.base is not Base.TEXT:
        return _clean(column)
    if pa.types.is_null(column.type):
        return _clean(pa.nulls(len(column), target))
    direct = _direct(column, kind)
    if direct is not None:
        return _clean(direct)
    return _coerce_text(trim(as_text(column)), kind, is_code=is_code, pattern=pattern)


def _coerce_words(column: Any, kind: Type, *, is_code: bool) -> Coerced:
    """Read each word of a coded text once. Words that are read as others are coded anew."""
    words = column.dictionary
    read = coerce(words, kind, is_code=is_code)
    if not len(read.bad) and read.values.equals(words):
        return _clean(column)
    values = read.values.take(column.indices).dictionary_encode()
    place = np.full(len(words), -1, np.int64)
    place[read.bad] = np.arange(len(read.bad))
    of_row = place[np.asarray(column.indices.fill_null(0))]
    of_row[np.asarray(column.is_null())] = -1
    bad = np.flatnonzero(of_row >= 0)
    return Coerced(values, bad, read.why.take(pa.array(of_row[bad])))


def plain(column: Any) -> Any:
    """One array without dictionary or view encoding."""
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    return column


def as_text(column: Any) -> Any:
    """The shortest exact text of each value; NaN is NULL, a whole float has no point."""
    kind = column.type
    if pa.types.is_string(kind):
        return column
    try:
        return _cast_text(column, kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        advice = "write it as text, a number, a date or a flag"
        raise ClaimsError(Diagnostic("CR107", f"a column of type {kind} cannot be read", help=advice)) from None


def _cast_text(column: Any, kind: Any) -> Any:
    if pa.types.is_floating(kind):
        known = pc.if_else(pc.is_nan(column), pa.scalar(None, kind), column)
        return pc.replace_substring_regex(known.cast(pa.string()), r"\.0$", "")
    if pa.types.is_timestamp(kind):
        return pc.strftime(column.cast(pa.timestamp("us", kind.tz), safe=False), "%Y-%m-%d %H:%M:%S")
    return column.cast(pa.string())


def trim(text: Any) -> Any:
    """Without surrounding blanks; an empty text is NULL."""
    trimmed = text if _printable(text) else pc.utf8_trim_whitespace(text)
    empty = pc.equal(pc.binary_length(trimmed), 0)
    return pc.if_else(empty, pa.scalar(None, pa.string()), trimmed) if pc.any(empty).as_py() else trimmed


def _printable(text: Any) -> bool:
    """Whether all bytes are those of visible ASCII characters: nothing to trim, no line break, nothing to fold."""
    _, offsets, data = text.buffers()
    if data is None or not len(text):
        return True
    ends = np.frombuffer(offsets, np.int32)[[text.offset, text.offset + len(text)]]
    used = np.frombuffer(data, np.uint8)[ends[0] : ends[1]]
    return not len(used) or (int(used.min()) > ord(" ") and int(used.max()) <= ord("~"))


def _direct(column: Any, kind: Type) -> Any:
    """A cast between Arrow types that cannot lose anything, or None."""
    source = column.type
    numbers = pa.types.is_integer(source) or pa.types.is_decimal(source)
    try:
        if kind.base in (Base.DECIMAL, Base.INTEGER) and numbers:
            return column.cast(arrow_type(kind))
        if kind.base is Base.TIMESTAMP and pa.types.is_timestamp(source):
            local = pc.local_timestamp(column) if source.tz else column
            return local.cast(pa.timestamp("us"), safe=False)
        if kind.base is Base.TIMESTAMP and pa.types.is_date(source):
            return column.cast(pa.timestamp("us"))
        if kind.base is Base.DOUBLE and (numbers or pa.types.is_floating(source)):
            return column.cast(pa.float64())
    except pa.ArrowInvalid:
        return None
    return None


def _coerce_text(text: Any, kind: Type, *, is_code: bool, pattern: str | None) -> Coerced:
    base = kind.base
    if base is Base.TEXT and kind.values is None:
        return _codes(text) if is_code else _clean(_without_unknown(text))
    if base is Base.DECIMAL:
        return _decimals(text, kind)
    if base is Base.TIMESTAMP and pattern is None:
        return _moments(text)
    return read_distinct(text, arrow_type(kind), _reader(kind, pattern))


def _reader(kind: Type, pattern: str | None) -> Reader:
    readers: dict[Base, Reader] = {
        Base.TEXT: partial(read_word, values=kind.values or ()),
        Base.BOOLEAN: read_boolean,
        Base.INTEGER: read_integer,
        Base.DATE: partial(read_date, pattern=pattern),
        Base.TIMESTAMP: partial(read_timestamp, pattern=pattern),
        Base.DOUBLE: float,
    }
    return readers[kind.base]


def read_distinct(text: Any, target: Any, reader: Reader) -> Coerced:
    """Read every distinct text once and lay the values out over the rows."""
    coded = text.dictionary_encode()
    read: list[object] = []
    why: list[str | None] = []
    for word in coded.dictionary.to_pylist():
        try:
            read.append(reader(word))
            why.append(None)
        except ValueError as error:
            read.append(None)
            why.append(str(error))
    values = pa.array(read, target).take(coded.indices)
    if all(w is None for w in why):
        return _clean(values)
    reasons = pa.array(why, pa.string()).take(coded.indices)
    bad = np.flatnonzero(np.asarray(reasons.is_valid()))
    return Coerced(values, bad, reasons.take(pa.array(bad)))


def _without_unknown(text: Any) -> Any:
    unknown = pc.equal(text, UNKNOWN)
    return pc.if_else(unknown, pa.scalar(None, pa.string()), text) if pc.any(unknown).as_py() else text


def _codes(text: Any) -> Coerced:
    printable = _printable(text)
    if not printable and not pc.all(pc.string_is_ascii(text)).as_py():
        text = read_distinct(text, pa.string(), fold).values
    if _any_sentinel(text):
        sentinel = pc.is_in(pc.utf8_upper(text), value_set=_SENTINELS)
        text = pc.if_else(sentinel, pa.scalar(None, pa.string()), text)
    if printable:
        return _clean(text)
    broken = pc.fill_null(pc.match_substring(text, "\n"), fill_value=False)
    bad = np.flatnonzero(np.asarray(broken))
    if not len(bad):
        return _clean(text)
    why = pa.array(["holds a line break: is a quote broken?"]).take(pa.array(np.zeros(len(bad), np.int64)))
    return Coerced(pc.if_else(broken, pa.scalar(None, pa.string()), text), bad, why)


def _any_sentinel(text: Any) -> bool:
    short = text.filter(pc.less_equal(pc.binary_length(text), _LONGEST_SENTINEL))
    return bool(pc.any(pc.is_in(pc.utf8_upper(short), value_set=_SENTINELS)).as_py())


def _decimals(text: Any, kind: Type) -> Coerced:
    target = arrow_type(kind)
    # Arrow reads 1E-41, and 1 with forty digits behind the point, as 0.00 without a word: both go the slow way.
    longest = pc.max(pc.binary_length(text)).as_py() or 0
    if longest < _LONG and not pc.any(pc.match_substring(text, "e", ignore_case=True)).as_py():
        try:
            return _clean(text.cast(target))
        except pa.ArrowInvalid:
            pass
    whole = kind.precision - kind.scale
    fits = pc.match_substring_regex(text, rf"^[+-]?\d{{1,{whole}}}(\.\d{{0,{kind.scale}}}0*)?$")
    # A long run of noughts overflows Arrow's own parser; such oddities are read one by one.
    fits = pc.fill_null(pc.and_(fits, pc.less(pc.binary_length(text), _LONG)), fill_value=False)
    easy = pc.if_else(fits, text, pa.scalar(None, pa.string())).cast(target)
    odd = np.flatnonzero(np.asarray(pc.and_(pc.invert(fits), text.is_valid())))
    reader = partial(read_decimal, precision=kind.precision, scale=kind.scale)
    slow = read_distinct(text.take(pa.array(odd)), target, reader)
    mask = np.zeros(len(text), bool)
    mask[odd] = True
    values = pc.replace_with_mask(easy, pa.array(mask), slow.values)
    return Coerced(values, odd[slow.bad], slow.why)


def _moments(text: Any) -> Coerced:
    target = pa.timestamp("us")
    if pc.all(pc.match_substring_regex(text, _MOMENT)).as_py() is not False:
        try:
            return _clean(text.cast(target))
        except pa.ArrowInvalid:
            pass
    # Days and times of day have few distinct values each; together they have as many as there are rows.
    dashed = pc.fill_null(pc.match_substring_regex(text, r"^\d{4}-\d{2}-\d{2}[T ]"), fill_value=False)
    if not pc.any(dashed).as_py():
        return read_distinct(text, target, read_timestamp)
    split = pc.if_else(dashed, pc.utf8_slice_codeunits(text, 0, 10), text)
    clock = pc.if_else(dashed, pc.utf8_slice_codeunits(text, 10), pa.scalar(None, pa.string()))
    day = read_distinct(split, target, read_timestamp)
    time = read_distinct(clock, target, lambda word: read_timestamp(f"1970-01-01{word}"))
    micros = pc.fill_null(time.values.cast(pa.int64()), 0)
    values = pc.add(day.values.cast(pa.int64()), micros).cast(target)
    if not len(time.bad):
        return Coerced(values, day.bad, day.why)
    return _both(values, day, time)


def _both(values: Any, day: Coerced, time: Coerced) -> Coerced:
    bad = np.concatenate([day.bad, time.bad])
    why = pa.concat_arrays([pc.cast(day.why, pa.string()), pc.cast(time.why, pa.string())])
    rows, first = np.unique(bad, return_index=True)
    mask = np.zeros(len(values), bool)
    mask[rows] = True
    return Coerced(pc.if_else(pa.array(mask), pa.scalar(None, values.type), values), rows, why.take(pa.array(first)))
