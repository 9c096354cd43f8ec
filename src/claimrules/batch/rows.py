"""From raw columns to canonical ones: evaluate each column's mapping, and say which rows cannot be read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.batch.coded import Coding
from claimrules.batch.coerce import Coerced, as_text, coerce, plain, read_distinct, trim
from claimrules.batch.mapping import Codes, ColumnMap, Otherwise
from claimrules.batch.masked_reasons import masked_reasons
from claimrules.batch.rejects import EMPTY, UNREADABLE
from claimrules.batch.schema import arrow_type
from claimrules.catalog import Base
from claimrules.models import fold

Env = dict[str, Any]
_NULL = pa.scalar(None, pa.string())


@dataclass(frozen=True, slots=True)
class Checked:
    """`table` has all rows; `bad` are the rows to reject, ascending, each with one code and all its reasons."""

    table: Any
    bad: npt.NDArray[np.int64]
    codes: Any
    reasons: Any

    def good(self) -> npt.NDArray[np.bool_]:
        """True where a row can stay."""
        keep = np.ones(self.table.num_rows, bool)
        keep[self.bad] = False
        return keep


@dataclass(frozen=True, slots=True)
class _Fault:
    rows: npt.NDArray[np.int64]
    code: str
    reasons: Any


def text_of(column: Any, nulls: Sequence[str]) -> Any:
    """A raw column as trimmed text, null tokens and empty cells as NULL."""
    text = trim(as_text(plain(column)))
    if nulls:
        text = pc.if_else(pc.is_in(text, value_set=pa.array(list(nulls), pa.string())), _NULL, text)
    return text


def source_of(column: ColumnMap, env: Env) -> str | None:
    """The first of the column's sources that is there."""
    return next((name for name in column.sources if name in env), None)


def read_rows(env: Env, n: int, columns: Sequence[ColumnMap], nulls: Sequence[str], coding: Coding | None = None) -> Checked:
    """Evaluate `columns` over `n` raw rows. A column that no source feeds becomes NULLs. `coding`: texts may be coded."""
    arrays: dict[str, Any] = {}
    faults: list[_Fault] = []
    for column in columns:
        if column.running:
            continue
        raw = _raw(column, env, n, nulls, coding)
        read = _evaluate(column, raw)
        plain_text = column.type.base is Base.TEXT and pa.types.is_string(read.values.type)
        arrays[column.target] = coding.of(column.target, read.values) if coding and plain_text else read.values
        if len(read.bad):
            faults.append(_Fault(read.bad, UNREADABLE, _unreadable(column, raw, read, env)))
        if column.required and read.values.null_count:
            empty = np.setdiff1d(np.flatnonzero(np.asarray(read.values.is_null())), read.bad, assume_unique=True)
            faults.append(_Fault(empty, EMPTY, pa.repeat(f"{column.target} is empty", len(empty))))
    bad, codes, reasons = _gather([f for f in faults if len(f.rows)])
    return Checked(pa.table(arrays), bad, codes, reasons)


def _raw(column: ColumnMap, env: Env, n: int, nulls: Sequence[str], coding: Coding | None) -> Any:
    if column.constant is not None:
        return pa.repeat(pa.scalar(column.constant, pa.string()), n)
    if column.parts:
        texts = [text_of(env[name], nulls) for name in column.parts]
        return pc.binary_join_element_wise(*texts, column.separator)
    source = source_of(column, env)
    if source is None:
        return pa.nulls(n, pa.string())
    tokens = (*nulls, *column.nulls)
    if tokens or column.codes:
        return text_of(env[source], tokens)
    return coding.of(column.target, env[source]) if coding and column.type.base is Base.TEXT else plain(env[source])


def _evaluate(column: ColumnMap, raw: Any) -> Coerced:
    if column.codes is None:
        return coerce(raw, column.type, is_code=column.is_code, pattern=column.pattern)
    codes = column.codes
    translated = read_distinct(raw, pa.string(), lambda word: translate(codes, word))
    read = coerce(translated.values, column.type, is_code=column.is_code, pattern=column.pattern)
    if not len(translated.bad):
        return read
    rows = np.concatenate([translated.bad, read.bad])
    order = np.argsort(rows, kind="stable")
    why = pa.concat_arrays([translated.why, read.why]).take(pa.array(order))
    return Coerced(read.values, rows[order], why)


def translate(codes: Codes, word: str) -> str | None:
    """One word by a code table; see `Codes`."""
    word = fold(word)
    if word in codes.exact:
        return codes.exact[word]
    for end in range(len(word), 0, -1):
        if word[:end] in codes.prefixes:
            return codes.prefixes[word[:end]]
    if codes.otherwise is Otherwise.REJECT:
        raise ValueError("is not among the codes of the mapping")
    if codes.otherwise is Otherwise.NULL:
        return None
    return word if codes.otherwise is Otherwise.KEEP else codes.value


def _unreadable(column: ColumnMap, raw: Any, read: Coerced, env: Env) -> Any:
    source = source_of(column, env)
    name = column.target if source in (None, column.target) else f"{column.target} ({source})"
    given = as_text(plain(raw.take(pa.array(read.bad))))
    if column.personal:
        why = masked_reasons(given, read.why, dates=column.type.base is Base.DATE and column.pattern is None)
        return pc.binary_join_element_wise(f"{name} (value masked)", why, " ")
    shown = pc.utf8_slice_codeunits(given, 0, 60)
    return pc.binary_join_element_wise(f"{name} '", pc.binary_join_element_wise(shown, read.why, "' "), "")


def _gather(faults: list[_Fault]) -> tuple[npt.NDArray[np.int64], Any, Any]:
    """One entry a row: the code of its first fault, the reasons of all."""
    if not faults:
        return np.empty(0, np.int64), pa.array([], pa.string()), pa.array([], pa.string())
    rows = np.unique(np.concatenate([f.rows for f in faults]))
    codes = _NULL
    columns = []
    for fault in faults:
        place = np.full(len(rows), -1, np.int64)
        place[np.searchsorted(rows, fault.rows)] = np.arange(len(fault.rows))
        at = pa.array(place, mask=place < 0)
        columns.append(fault.reasons.take(at))
        codes = pc.coalesce(codes, pc.if_else(at.is_valid(), fault.code, _NULL))
    return rows, codes, pc.binary_join_element_wise(*columns, "; ", null_handling="skip")


def typed_nulls(columns: Sequence[ColumnMap]) -> Any:
    """The schema of what `read_rows` gives."""
    return pa.schema([(c.target, arrow_type(c.type)) for c in columns if not c.running])
