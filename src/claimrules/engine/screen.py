"""Which rows a rule must look at: bits.

Rule k owns bit k. A code has the bit if some knowledge row of the rule fits it; a claim, if the parts of `rows` about the
claim do not rule it out. `code_bits[code] & claim_bits[claim]` answers all rules with two gathers and one AND; rows
without the bit are not applicable, and nothing else is ever computed for them.
"""

from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt

from claimrules.engine.batch_context import BatchContext
from claimrules.engine.column import Column, Index
from claimrules.engine.space import KindSpace
from claimrules.engine.values.text import words_of
from claimrules.engine.values.truth import falsehood
from claimrules.language.expression import Expr, Field, RowId, walk
from claimrules.plan import RulePlan

Bits = npt.NDArray[np.uint64]
WORD = 64


def screen(plans: Sequence[RulePlan], kind: str, context: BatchContext) -> list[Index]:
    """For each of the rules over `kind` the rows it must look at, ascending."""
    space = context.kind(kind)
    out: list[Index] = []
    for start in range(0, len(plans), WORD):
        part = plans[start : start + WORD]
        hits = _bits(part, space, context)
        some = np.flatnonzero(hits)
        rows_with = hits[some]
        out += [some[(rows_with >> np.uint64(k)) & np.uint64(1) != 0] for k in range(len(part))]
    return out


def _bits(plans: Sequence[RulePlan], space: KindSpace, context: BatchContext) -> Bits:
    everything = np.uint64((1 << len(plans)) - 1)
    hits = np.full(space.n, everything, np.uint64)
    for above in ("claim", "encounter"):
        mask = _above_bits(plans, above, context, everything)
        if mask is not None and space.n:
            hits &= mask[space.up(above)]
    for field in dict.fromkeys(s.code for plan in plans for s in plan.screens):
        column = space.evaluate(field)
        by_code = _code_bits(plans, field, column, context, everything)
        of_row = by_code[cast(Index, column.data)] if space.n else hits
        if column.known is not None:
            of_row = np.where(column.known, of_row, everything)
        hits &= of_row
    return hits


def _code_bits(plans: Sequence[RulePlan], field: Expr, column: Column, context: BatchContext, everything: np.uint64) -> Bits:
    words = [str(w) for w in words_of(column).tolist()]
    bits = np.full(len(words), everything, np.uint64)
    for k, plan in enumerate(plans):
        for item in plan.screens:
            if item.code != field:
                continue
            lookup = context.shelf.lookup(plan.rule.match(item.match).table)
            bits[~lookup.has_row(words)] &= ~np.uint64(1 << k)
    return bits


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
