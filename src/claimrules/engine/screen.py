"""Which rows a rule must look at: bits.

Rule k owns bit k. A code has the bit if some knowledge row of the rule fits it; a claim, if the parts of `rows` about the
claim do not rule it out. `code_bits[code] & claim_bits[claim]` answers all rules with two gathers and one AND; rows
without the bit are not applicable, and nothing else is ever computed for them.
"""

from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np

from claimrules.engine.batch_context import BatchContext, Bits
from claimrules.engine.column import Index
from claimrules.engine.space import KindSpace
from claimrules.engine.values.text import words_of
from claimrules.engine.values.truth import falsehood
from claimrules.language.expression import Expr, Field, RowId, walk
from claimrules.plan import RulePlan
from claimrules.stopwatch import timed

WORD = 64


@timed("screen")
def screen(plans: Sequence[RulePlan], kind: str, context: BatchContext) -> list[Index]:
    """For each of the rules over `kind` the rows it must look at, ascending."""
    space = context.kind(kind)
    every = np.arange(space.n, dtype=np.int64)
    out = [every] * len(plans)
    asking = [k for k, plan in enumerate(plans) if plan.screens or plan.coarse]
    for start in range(0, len(asking), WORD):
        part = asking[start : start + WORD]
        hits = _bits([plans[k] for k in part], space, context)
        some = np.flatnonzero(hits)
        # One byte answers eight rules: a contiguous byte a row is read eight times, instead of a word sixty-four times.
        by_byte = hits[some].view(np.uint8).reshape(len(some), 8)
        for first in range(0, len(part), 8):
            byte = np.ascontiguousarray(by_byte[:, first // 8])
            for bit, k in enumerate(part[first : first + 8]):
                out[k] = some[np.flatnonzero(byte & np.uint8(1 << bit))]
    return out


def _bits(plans: Sequence[RulePlan], space: KindSpace, context: BatchContext) -> Bits:
    everything = np.uint64((1 << len(plans)) - 1)
    hits = np.full(space.n, everything, np.uint64)
    for above in ("claim", "encounter"):
        mask = _above_bits(plans, above, context, everything)
        if mask is not None and space.n:
            hits &= mask[space.up(above)]
    for field in dict.fromkeys(s.code for plan in plans for s in plan.screens) if space.n else ():
        column = space.evaluate(field)
        ids = context.shelf.vocabulary.ids(words_of(column))
        for tables in _tables(plans, field):
            of_row = context.shelf.code_bits(tables)[ids][cast(Index, column.data)]
            if column.known is not None:
                of_row = np.where(column.known, of_row, everything)
            hits &= of_row
    return hits


def _tables(plans: Sequence[RulePlan], field: Expr) -> Iterator[tuple[str, ...]]:
    """The tables that the rules look the code up in, one a rule at a time; "" where it does not."""
    asked = [[plan.rule.match(one.match).table for one in plan.screens if one.code == field] for plan in plans]
    for turn in range(max(map(len, asked))):
        yield tuple(tables[turn] if turn < len(tables) else "" for tables in asked)


def _above_bits(plans: Sequence[RulePlan], above: str, context: BatchContext, everything: np.uint64) -> Bits | None:
    bits: Bits | None = None
    for k, plan in enumerate(plans):
        for part in plan.coarse:
            if _grain(part) != above:
                continue
            space = context.kind(above)
            if bits is None:
                bits = np.full(space.n, everything, np.uint64)
            bits[falsehood(space.evaluate(part))] &= ~np.uint64(1 << k)
    return bits


def _grain(part: Expr) -> str:
    kinds = {p.kind for p in walk(part) if isinstance(p, Field | RowId)}
    return "claim" if "claim" in kinds else "encounter"
