"""Parameters that `parameters.yaml` gives by region, provider level, insurance type and date."""

from typing import Any, cast

import numpy as np

from claimrules.catalog import INTEGER, TEXT, fields_of
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.kernels.segments import first_rows, group_ids, segment_any, segment_max, segment_min
from claimrules.engine.lookup import UNKNOWN, Lookup, Question
from claimrules.engine.prepare.arrays import take
from claimrules.engine.space import KindSpace
from claimrules.engine.values import constant, times
from claimrules.engine.values.text import words_of
from claimrules.engine.walks import Steps
from claimrules.language.expression import Field, Param
from claimrules.language.scope import time_of

NEVER = -(2**40)
"""Stands for a value that is not known, among those that rows are told apart by."""


def ask(node: Param, space: KindSpace, lookup: Lookup, region: Column, as_of: int | None) -> tuple[Column, Index]:
    """The parameter on each row of a kind, and which row of its table that is (MISSING: the default; UNKNOWN).

    `region`: each row's. A row is asked by its claim (an encounter or a day by its encounter) and its own time; rows that
    are alike in all that the table depends on are asked once.
    """
    of = "claim" if "claim" in (space.rows.kind, *space.rows.up) else "encounter"
    asked: dict[str, Column] = {}
    for name in ("provider_level", "insurance_type"):
        cells = lookup.columns[name]
        if cells.known is None or bool(cells.known.any()):
            field = Field(fields_of("claims")[name].type, "", of, name)
            asked[name] = take(space.kinds(of).evaluate(field), space.up(of))
    day: Column | None = None
    if lookup.dated:
        time = space.evaluate(time_of(space.rows.kind))
        day = Column(INTEGER, times.days(time), time.known)
    parts = [*asked.values(), *([day] if day is not None else []), *([region] if lookup.regional else [])]
    ids, k = group_ids([_told_apart(part) for part in parts], space.n)
    first = first_rows(ids, k)
    rule = Column(TEXT, np.zeros(k, np.int64), None, np.array([node.rule], dtype=object))
    keys = (("rule", rule), *((name, take(column, first)) for name, column in asked.items()))
    question = Question(keys, None if day is None else take(day, first), take(region, first), k, as_of)
    found = lookup.one(question, lookup.pairs(question))
    return take(_valued(node, lookup, found), ids), found[ids]


def _told_apart(column: Column) -> Index:
    data = cast(Index, column.data).astype(np.int64)
    return data if column.known is None else np.where(column.known, data, NEVER)


def _valued(node: Param, lookup: Lookup, found: Index) -> Column:
    """The values of the rows found; the default where there is none; not known where that cannot be said."""
    default = constant(node.type, node.default, len(found))
    if not lookup.n:
        return default
    value = take(lookup.columns["value"], np.maximum(found, 0))
    data: Any = value.data
    words = None
    other: Any
    if value.words is not None:
        both = np.append(words_of(value), words_of(default))
        words, place = np.unique(both.astype(str), return_inverse=True)
        words = words.astype(object)
        data, other = place[data], np.full(len(found), place[-1], np.int64)
    else:
        other = default.data
    known = found != UNKNOWN
    return Column(node.type, np.where(found >= 0, data, other), None if known.all() else known, words)


def at_last_row(column: Column, steps: Steps) -> Column:
    """For each subject the value on its last row, in its order.

    Where it is not known which row is the last, the value is known only if all of the subject's rows agree.
    """
    inside = steps.order[~steps.out[steps.order]]
    last = np.full(steps.k, -1, np.int64)
    last[steps.ids[inside]] = inside
    value = take(column, np.where(last >= 0, last, first_rows(steps.ids, steps.k)))
    open_ = segment_any(steps.out, steps.ids, steps.k)
    if not open_.any():
        return value
    sure: Mask = np.ones(steps.k, np.bool_) if value.known is None else value.known
    return Column(value.type, value.data, sure & (~open_ | _alike(column, steps)), value.words)


def _alike(column: Column, steps: Steps) -> Mask:
    """Subjects whose rows all have one known value."""
    codes = np.unique(cast(Any, column.data), return_inverse=True)[1]
    same = np.asarray(segment_min(codes, steps.ids, steps.k) == segment_max(codes, steps.ids, steps.k), np.bool_)
    return same if column.known is None else same & ~segment_any(~column.known, steps.ids, steps.k)
