"""The rows that count, with their knowledge rows."""

from typing import cast

import numpy as np

from claimrules.catalog import INTEGER, Absence
from claimrules.engine.batch_context import BatchContext
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.kernels.segments import stable_order
from claimrules.engine.knowledge_rows import KnowledgeRows
from claimrules.engine.lookup import MISSING, UNKNOWN, Lookup, Pairs, Question
from claimrules.engine.prepare.arrays import take
from claimrules.engine.space import KindSpace
from claimrules.engine.subject_rows import Found, RowSpace
from claimrules.engine.values import times
from claimrules.engine.values.truth import falsehood, truth
from claimrules.language.expression import TRUE, Expr, conjunction
from claimrules.language.rule import MatchSpec
from claimrules.language.scope import time_of
from claimrules.plan import RulePlan
from claimrules.stopwatch import timed


@timed("match")
def applicable(
    plan: RulePlan, context: BatchContext, base: KindSpace, candidates: Index, unsure: Mask | None = None
) -> RowSpace:
    """The rows that count, or may, with their knowledge rows. `unsure`: candidates that an exemption may take out."""
    rows = RowSpace(base, candidates, None if unsure is None else ~unsure)
    condition = conjunction((*plan.coarse, *plan.fine))
    if condition is not TRUE:
        value = rows.evaluate(condition)
        keep = ~falsehood(value)
        member = None if value.known is None else value.known[keep]
        if unsure is not None:
            member = ~unsure[keep] if member is None else member & ~unsure[keep]
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
    no_limit = lookup.table.schema.absence is Absence.NO_LIMIT
    if match.name in plan.sets:
        return _with_set(
            plan,
            match,
            rows,
            KnowledgeRows.of(lookup, lookup.every(question, pairs), rows.n, no_limit | lookup.covers(question)),
        )
    if match.take_all:
        silent = np.zeros(rows.n, np.bool_) if no_limit else ~lookup.covers(question)
        return expanded(match, rows, lookup.every(question, pairs), lookup, silent)
    found = Found(lookup, lookup.one(question, pairs))
    if match.name in plan.asked:
        found = Found(lookup, found.rows, lookup.covers(question))
        return taken(rows, np.arange(rows.n, dtype=np.int64), {match.name: found})
    if no_limit:
        keep = np.flatnonzero(found.rows != MISSING)
        return taken(rows, keep, {match.name: found.at(keep)})
    return taken(rows, np.arange(rows.n, dtype=np.int64), {match.name: found})


def _with_set(plan: RulePlan, match: MatchSpec, rows: RowSpace, found: KnowledgeRows) -> RowSpace:
    """The rows with all their knowledge rows; without any in a `no-limit` table the rule does not speak of a row."""
    silent = found.lookup.table.schema.absence is Absence.NO_LIMIT and match.name not in plan.asked
    keep = np.flatnonzero(found.some | found.unknown) if silent else np.arange(rows.n, dtype=np.int64)
    out = taken(rows, keep, {})
    out.sets[match.name] = found.at(keep)
    return out


def expanded(match: MatchSpec, rows: RowSpace, pairs: Pairs, lookup: Lookup, silent: Mask) -> RowSpace:
    """A row for each knowledge row; one of which none is known where there may be another, or the table is `silent`."""
    some = np.zeros(rows.n, np.bool_)
    some[pairs.left] = True
    gone = np.flatnonzero(~some & (pairs.unknown | silent))
    left = np.concatenate([pairs.left, gone])
    right = np.concatenate([pairs.right, np.full(len(gone), UNKNOWN, np.int64)])
    order = stable_order(left)
    return taken(rows, left[order], {match.name: Found(lookup, right[order])})


def taken(rows: RowSpace, at: Index, more: dict[str, Found]) -> RowSpace:
    """Some of the rows, or a row several times, with knowledge rows besides those that they have."""
    matches = {name: found.at(at) for name, found in rows.matches.items()}
    sets = {name: found.at(at) for name, found in rows.sets.items()}
    member = None if rows.member is None else rows.member[at]
    return RowSpace(rows.base, rows.at[at], member, {**matches, **more}, sets)


def question_of(match: MatchSpec, rows: RowSpace, context: BatchContext) -> Question:
    """What is asked of the table for each row: its keys in the table's order, its date, its claim's region."""
    lookup = context.shelf.lookup(match.table)
    given = dict(match.keys)
    keys = tuple((key.name, rows.evaluate(given[key.name])) for key in lookup.table.schema.key if key.name in given)
    day: Column | None = None
    if not match.ever:
        time = rows.evaluate(match.at if match.at is not None else time_of(rows.base.rows.kind))
        day = Column(INTEGER, times.days(time), time.known)
    of = "claim" if "claim" in (rows.base.rows.kind, *rows.base.rows.up) else "encounter"
    region = take(context.region_column(of), rows.base.up(of)[rows.at])
    return Question(keys, day, region, rows.n, context.as_of)


def narrowed_by_where(match: MatchSpec, rows: RowSpace, pairs: Pairs, context: BatchContext) -> Pairs:
    """The pairs whose knowledge row passes the match's `where`; a row in doubt by it is unknown."""
    lookup = context.shelf.lookup(match.table)
    beside = taken(rows, pairs.left, {match.name: Found(lookup, pairs.right)})
    condition = beside.evaluate(cast(Expr, match.where))
    keep = truth(condition)
    unknown = pairs.unknown.copy()
    unknown[pairs.left[~keep & ~falsehood(condition)]] = True
    return Pairs(pairs.left[keep], pairs.right[keep], unknown)
