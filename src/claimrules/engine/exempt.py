"""Rows that `exemptions.yaml` takes out of a rule, before anything is asked of them."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from claimrules.catalog import BOOLEAN, INTEGER, TEXT
from claimrules.engine.batch_context import BatchContext
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.hits import Exempted
from claimrules.engine.kernels.segments import segment_any
from claimrules.engine.prepare.arrays import take
from claimrules.engine.space import KindSpace
from claimrules.engine.values import and_, times
from claimrules.engine.values.text import words_of
from claimrules.engine.values.truth import falsehood, truth
from claimrules.knowledge.exemptions import Exemption
from claimrules.language.expression import Field
from claimrules.language.scope import time_of

Test = Callable[[str], bool]


def leave(
    rule: str, context: BatchContext, base: KindSpace, candidates: Index
) -> tuple[Index, Mask | None, tuple[Exempted, ...]]:
    """The candidates that stay, which of them may have to go (None: none), and which rows left by which entry.

    Where it is not known whether an entry names a row, it is not known whether the row counts.
    """
    entries = [e for e in context.shelf.knowledge.exemptions if e.speaks_of(rule, base.rows.kind, context.as_of)]
    if not entries:
        return candidates, None, ()
    gone = np.zeros(len(candidates), np.bool_)
    unsure = np.zeros(len(candidates), np.bool_)
    out: list[Exempted] = []
    for entry in entries:
        named = _named(entry, context, base, candidates)
        hit = truth(named)
        if hit.any():
            out.append(Exempted(entry, candidates[hit]))
            gone |= hit
        unsure |= ~hit & ~falsehood(named)
    keep = ~gone
    loose = unsure[keep]
    return candidates[keep], loose if loose.any() else None, tuple(out)


def _named(entry: Exemption, context: BatchContext, base: KindSpace, at: Index) -> Column:
    """Whether the entry names each row, in three values."""
    result = Column(BOOLEAN, np.ones(len(at), np.bool_))
    for name, values in entry.names:
        result = and_(result, _one(name, values, context, base, at))
    if entry.begin is not None or entry.end is not None:
        time = take(base.evaluate(time_of(base.rows.kind)), at)
        day = Column(INTEGER, times.days(time), time.known)
        begin = _days(entry.begin, -(2**40))
        end = _days(entry.end, 2**40)
        data = (cast(Index, day.data) >= begin) & (cast(Index, day.data) <= end)
        result = and_(result, Column(BOOLEAN, data, day.known))
    return result


def _days(day: Any, open_: int) -> int:
    return open_ if day is None else int((day - _EPOCH).days)


_EPOCH = np.datetime64("1970-01-01").astype(object)


def _one(name: str, values: Sequence[str], context: BatchContext, base: KindSpace, at: Index) -> Column:
    kind = base.rows.kind
    of = "claim" if "claim" in (kind, *base.rows.up) else "encounter"
    if name == "region":
        column = context.region_column(of)
        return take(_tested(column, lambda word: any(_within(code, word) for code in values)), base.up(of)[at])
    if name == "claim_id" and of == "encounter":
        return take(_of_a_claim(values, context, base), at)
    field, home, test = {
        "claim_id": ("claim_id", "claim", values.__contains__),
        "line_id": ("line_id", kind, values.__contains__),
        "item_code": ("item_code", kind, lambda word: any(_code(code, word) for code in values)),
        "diagnosis": ("principal_diagnosis", of, lambda word: word.startswith(tuple(values))),
    }.get(name, (name, "encounter", values.__contains__))
    space = base.kinds(home) if home != kind else base
    return take(_tested(space.evaluate(Field(TEXT, "", home, field)), cast(Test, test)), base.up(home)[at])


def _of_a_claim(values: Sequence[str], context: BatchContext, base: KindSpace) -> Column:
    """Rows of an encounter one of whose claims is named."""
    claims = context.kind("claim")
    hit = truth(_tested(claims.evaluate(Field(TEXT, "", "claim", "claim_id")), values.__contains__))
    encounters = context.kind("encounter").n
    return Column(BOOLEAN, segment_any(hit, claims.up("encounter"), encounters)[base.up("encounter")])


def _tested(column: Column, test: Test) -> Column:
    """A test of texts, asked once of each distinct one."""
    words = [str(word) for word in words_of(column).tolist()]
    answers = np.fromiter((test(word) for word in words), np.bool_, len(words))
    return Column(BOOLEAN, answers[cast(Index, column.data)], column.known)


def _code(code: str, word: str) -> bool:
    return word.startswith(code[:-1]) if code.endswith("*") else word == code


def _within(code: str, place: str) -> bool:
    """Whether a place lies in a region: 330100 in 330000, and everything in 000000."""
    if code == "000000" or code == place:
        return True
    head = code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code
    return place.startswith(head)
