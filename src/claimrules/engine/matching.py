"""The rows that count, with their knowledge rows."""

from typing import cast

import numpy as np

from claimrules.catalog import INTEGER, TEXT, Absence
from claimrules.engine.batch_context import BatchContext
from claimrules.engine.column import Column, Index
from claimrules.engine.kernels.segments import stable_order
from claimrules.engine.lookup import MISSING, UNKNOWN, Pairs, Question
from claimrules.engine.prepare.arrays import take
from claimrules.engine.space import KindSpace
from claimrules.engine.subject_rows import Found, RowSpace
from claimrules.engine.values import times
from claimrules.engine.values.truth import falsehood, truth
from claimrules.language.expression import TRUE, Expr, Field, conjunction
from claimrules.language.rule import MatchSpec
from claimrules.language.scope import time_of
from claimrules.plan import RulePlan

_ENCOUNTER_REGION = Field(TEXT, "", "encounter", "region")


def applicable(plan: RulePlan, context: BatchContext, base: KindSpace, candidates: Index) -> RowSpace:
    """The rows that count, or may, with their knowledge rows."""
    rows = RowSpace(base, candidates)
    condition = conjunction((*plan.coarse, *plan.fine))
    if condition is not TRUE:
        value = rows.evaluate(condition)
        keep = ~falsehood(value)
        member = None if value.known is None else value.known[keep]
        rows = RowSpace(base, candidates[keep], None if member is None or member.all() else member)
    for match in plan.rule.matches:
        rows = _matched(plan, match, rows, context)
    return rows


def _matched(plan: RulePlan, match: MatchSpec, rows: RowSpace, context: BatchContext) -> RowSpace:
    lookup = context.shelf.lookup(match.table)
    question = question_of(match, rows, context)
    pairs = lookup.pairs(question)
    if match.where is not None:
        pairs = narrowed_by_where(match, rows, pairs, context)
    if match.take_all:
        pairs = lookup.every(question, pairs)
        gone = np.setdiff1d(np.flatnonzero(pairs.unknown), pairs.left)
        left = np.concatenate([pairs.left, gone])
        right = np.concatenate([pairs.right, np.full(len(gone), UNKNOWN, np.int64)])
        order = stable_order(left)
        return _taken(rows, left[order], {match.name: Found(lookup, right[order])})
    found = Found(lookup, lookup.one(question, pairs))
    if match.name in plan.asked:
        found = Found(lookup, found.rows, lookup.covers(question))
        return _taken(rows, np.arange(rows.n, dtype=np.int64), {match.name: found})
    if lookup.table.schema.absence is Absence.NO_LIMIT:
        keep = np.flatnonzero(found.rows != MISSING)
        return _taken(rows, keep, {match.name: found.at(keep)})
    return _taken(rows, np.arange(rows.n, dtype=np.int64), {match.name: found})


def _taken(rows: RowSpace, at: Index, more: dict[str, Found]) -> RowSpace:
    matches = {name: found.at(at) for name, found in rows.matches.items()}
    member = None if rows.member is None else rows.member[at]
    return RowSpace(rows.base, rows.at[at], member, {**matches, **more})


def question_of(match: MatchSpec, rows: RowSpace, context: BatchContext) -> Question:
    """What is asked of the table for each row: its keys in the table's order, its date, its claim's region."""
    lookup = context.shelf.lookup(match.table)
    given = dict(match.keys)
    keys = tuple((key.name, rows.evaluate(given[key.name])) for key in lookup.table.schema.key if key.name in given)
    day: Column | None = None
    if not match.ever:
        time = rows.evaluate(match.at if match.at is not None else time_of(rows.base.rows.kind))
        day = Column(INTEGER, times.days(time), time.known)
    kind = rows.base.rows.kind
    region = context.region_column()
    if "claim" in (kind, *rows.base.rows.up):
        region = take(region, rows.base.up("claim")[rows.at])
    else:
        region = rows.evaluate(_ENCOUNTER_REGION)
    return Question(keys, day, region, rows.n, context.as_of)


def narrowed_by_where(match: MatchSpec, rows: RowSpace, pairs: Pairs, context: BatchContext) -> Pairs:
    """The pairs whose knowledge row passes the match's `where`; a row in doubt by it is unknown."""
    lookup = context.shelf.lookup(match.table)
    beside = _taken(rows, pairs.left, {match.name: Found(lookup, pairs.right)})
    condition = beside.evaluate(cast(Expr, match.where))
    keep = truth(condition)
    unknown = pairs.unknown.copy()
    unknown[pairs.left[~keep & ~falsehood(condition)]] = True
    return Pairs(pairs.left[keep], pairs.right[keep], unknown)
