"""Values as text, for messages: the shortest exact form, money with its cents."""

from decimal import Decimal
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.catalog import MONEY, Base, decimal
from claimrules.engine.column import Column
from claimrules.engine.values import numbers, text, times
from claimrules.engine.values.arrow_text import chosen, joined

_FOUR = decimal(38, 4)


def shown(column: Column, label: dict[str, str] | None = None) -> list[str]:
    """Each value as text; "" where it is not known. `label` gives the words of an enumeration."""
    return cast(list[str], shown_array(column, label).to_pylist())


def shown_array(column: Column, label: dict[str, str] | None = None) -> Any:
    """The same as an Arrow string array, without a loop over rows."""
    filled = _texts(column, label or {})
    if column.known is not None:
        filled = chosen(column.known, filled, "")
    return filled


def _texts(column: Column, label: dict[str, str]) -> Any:
    base, data = column.type.base, cast(Any, column.data)
    if base in (Base.TEXT, Base.WINDOW):
        words = text.words_of(column)
        if len(words) > len(data):  # a few rows of a batch share its words: only those in use are worth a look
            return pa.array([label.get(w, w) for w in words[data].tolist()], pa.string())
        texts = pa.array([label.get(w, w) for w in words.tolist()], pa.string())
        return pa.DictionaryArray.from_arrays(pa.array(data, pa.int32()), texts).cast(pa.string())
    if base is Base.BOOLEAN:
        return chosen(data, "TRUE", "FALSE")
    if base is Base.DATE:
        return pa.array(data.astype(np.int32), pa.int32()).cast(pa.date32()).cast(pa.string())
    if base is Base.TIMESTAMP:
        full = pc.strftime(pa.array(data, pa.timestamp("us")).cast(pa.timestamp("s"), safe=False), "%Y-%m-%d %H:%M:%S")
        return chosen(data % times.DAY == 0, pc.utf8_slice_codeunits(full, 0, 10), full)
    if base is Base.DECIMAL:
        exact = _decimal(data, column.type.scale)
        return exact if column.type.scale == MONEY.scale else _trimmed(exact)
    if base is Base.DOUBLE:
        rounded = numbers.to_scale(column, _FOUR)
        return _trimmed(_decimal(rounded.data, 4))
    if data.dtype == object:
        return pa.array([str(value) for value in data], pa.string())
    return pa.array(data.astype(np.int64), pa.int64()).cast(pa.string())


def _decimal(data: Any, scale: int) -> Any:
    if data.dtype == object:
        return pa.array([str(Decimal(int(v)).scaleb(-scale)) for v in data], pa.string())
    sign = chosen(data < 0, "-", "")
    size = np.abs(data)
    whole = pa.array(size // 10**scale, pa.int64()).cast(pa.string())
    if not scale:
        return joined(sign, whole)
    part = pc.utf8_lpad(pa.array(size % 10**scale, pa.int64()).cast(pa.string()), scale, "0")
    return joined(joined(sign, whole), part, between=".")


def _trimmed(texts: Any) -> Any:
    has_point = pc.match_substring(texts, ".")
    short = pc.utf8_rtrim(pc.utf8_rtrim(texts, "0"), ".")
    return pc.if_else(has_point, short, texts)
