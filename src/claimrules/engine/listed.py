"""The distinct values of each set, in one text: `distinct_list`."""

from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.catalog import TEXT, Base, Type, decimal
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.kernels.segments import Numbers, group_ids, one_of_each
from claimrules.engine.values.numbers import to_scale
from claimrules.engine.values.shown import shown_array
from claimrules.engine.values.text import distinct_values, words_of

_SHOWN_DOUBLE = decimal(38, 4)
_SECOND = 1_000_000


def distinct_list(column: Column, ids: Index, k: int, known: Mask | None) -> Column:
    """The distinct values of each set, ascending, joined by ", ": equal sets give equal texts.

    Texts ascend by code point, all else by value. Values are written as messages show them.
    """
    rank, texts = _ranked(column)
    pairs = one_of_each([ids, rank], len(ids))
    offsets = np.zeros(k + 1, np.int32)
    np.cumsum(np.bincount(ids[pairs], minlength=k), out=offsets[1:])
    lists = pa.ListArray.from_arrays(pa.array(offsets), pc.take(texts, pa.array(rank[pairs])))
    coded = pc.dictionary_encode(pc.binary_join(lists, ", "))
    return _in_order(coded, known)


def _ranked(column: Column) -> tuple[Index, Any]:
    """Each row's place among the distinct values, and the values' texts in that order."""
    if column.type.base in (Base.TEXT, Base.WINDOW):
        used, where = distinct_values(cast(Any, column.data).astype(np.int64))
        words = words_of(column)[used]
        order = np.argsort(words, kind="stable") if len(words) else used
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        return place[where], pa.array(words[order].tolist(), pa.string())
    type_, values = _as_shown(column)
    if values.dtype == object:
        distinct, rank = np.unique(values, return_inverse=True)
    else:
        rank, distinct = group_ids([values.astype(np.int64)], len(values))[0], values[one_of_each([values], len(values))]
    return rank, shown_array(Column(type_, distinct)).cast(pa.string())


def _as_shown(column: Column) -> tuple[Type, Numbers]:
    """Values that are written alike are one."""
    if column.type.base is Base.DOUBLE:
        return _SHOWN_DOUBLE, to_scale(column, _SHOWN_DOUBLE).data
    values = cast(Any, column.data)
    if column.type.base is Base.TIMESTAMP:
        values = values // _SECOND * _SECOND
    return column.type, values


def _in_order(coded: Any, known: Mask | None) -> Column:
    """Texts of a column stand in ascending order."""
    order = pc.sort_indices(coded.dictionary).to_numpy().astype(np.int64)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    codes = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    words = coded.dictionary.take(pa.array(order)).to_pylist()
    return Column(TEXT, place[codes], known, np.array(words or [""], dtype=object))
