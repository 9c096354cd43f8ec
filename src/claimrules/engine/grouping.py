"""Whose each row is, and the other rows that stand beside it."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from claimrules.catalog import Absence
from claimrules.engine.batch_context import BatchContext
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.kernels.segments import group_ids
from claimrules.engine.lookup import MISSING
from claimrules.engine.matching import narrowed_by_where, question_of
from claimrules.engine.prepare.order import sort_rows
from claimrules.engine.relate import Builder
from claimrules.engine.relation import owned
from claimrules.engine.space import KindSpace
from claimrules.engine.subject_rows import Found, RowSpace, group
from claimrules.engine.values import ordinal
from claimrules.language.expression import Expr, Field, MatchField, RowId
from claimrules.language.rule import MatchSpec, OtherSpec, Rule
from claimrules.plan import RulePlan
from claimrules.plan.rewrite import rewritten


def group_rows(rule: Rule, rows: RowSpace, context: BatchContext) -> Mask:
    """Gives each row its subject. Rows with a key that is not known have no subject: they are returned."""
    rows.keys = {key.name: key.value for key in rule.per}
    none = np.zeros(rows.n, np.bool_)
    if not rule.per:
        incomplete = np.zeros(rows.n, np.bool_)
        rows.subjects = group(np.arange(rows.n, dtype=np.int64), rows.n, incomplete)
        return none
    columns = [rows.evaluate(key.value) for key in rule.per]
    loose = none.copy()
    for column in columns:
        if column.known is not None:
            loose |= ~column.known
    ids, k = group_ids([_code(column) for column in columns], rows.n)
    if loose.any():
        ids, k = _apart(ids, loose)
    alone = context.reach.alone and not any(isinstance(key.value, RowId) for key in rule.per)
    rows.subjects = group(ids, k, np.full(k, alone))
    return loose


def _apart(ids: Index, loose: Mask) -> tuple[Index, int]:
    """Each loose row a subject of its own, behind the others."""
    out = np.empty(len(ids), np.int64)
    inside, k = group_ids([ids[~loose]], int((~loose).sum()))
    out[~loose] = inside
    out[loose] = k + np.arange(int(loose.sum()))
    return out, k + int(loose.sum())


def _code(column: Column) -> Index:
    data = column.data
    if data.dtype == np.float64:
        return cast(Index, data.view(np.int64))
    return cast(Index, data.astype(np.int64))


def relate(plan: RulePlan, rows: RowSpace, context: BatchContext) -> None:
    """Gives the rows their order and their other rows."""
    rule = plan.rule
    if rule.order:
        rows.order = _ordering(rule, rows)
    own: Mask | None = None
    sure: Mask | None = None
    for spec in rule.others:
        right = context.kind(spec.kind)
        builder = Builder(spec, rows, right, context.reach)
        if spec.own:
            if own is None:
                own, sure = _own_rows(rows)
            builder.own, builder.own_sure = own, sure
            builder.right_matches = {name: _scattered(found, rows) for name, found in rows.matches.items()}
        for match in spec.matches:
            found = _other_match(spec, match, builder.right_matches, right, context)
            builder.right_matches[match.name] = found
            no_limit = found.lookup.table.schema.absence is Absence.NO_LIMIT
            if no_limit and (spec.name, match.name) not in plan.asked_of_others:
                there = found.rows != MISSING  # as for the rule's own rows: without a knowledge row it does not count
                builder.own = there if builder.own is None else builder.own & there
        rows.others[spec.name] = builder.build()


def _own_rows(rows: RowSpace) -> tuple[Mask, Mask | None]:
    own = np.zeros(rows.base.n, np.bool_)
    own[rows.at] = True
    if rows.member is None:
        return own, None
    sure = np.zeros(rows.base.n, np.bool_)
    sure[rows.at] = rows.member
    return own, sure


def _scattered(found: Found, rows: RowSpace) -> Found:
    out = np.full(rows.base.n, MISSING, np.int64)
    out[rows.at] = found.rows
    return Found(found.lookup, out)


def _other_match(
    spec: OtherSpec, match: MatchSpec, known: dict[str, Found], right: KindSpace, context: BatchContext
) -> Found:
    """The knowledge row of each of the other rows."""
    every = RowSpace(right, np.arange(right.n, dtype=np.int64), None, dict(known))
    mine = MatchSpec(
        match.name,
        match.table,
        tuple((name, owned(value)) for name, value in match.keys),
        None if match.where is None else _own_match(match.where, spec.name),
        None if match.at is None else owned(match.at),
        match.ever,
    )
    lookup = context.shelf.lookup(match.table)
    question = question_of(mine, every, context)
    pairs = lookup.pairs(question)
    if mine.where is not None:
        pairs = narrowed_by_where(mine, every, pairs, context)
    return Found(lookup, lookup.one(question, pairs), lookup.covers(question))


def _own_match(node: Expr, name: str) -> Expr:
    def change(part: Expr) -> Expr:
        match part:
            case MatchField(type=t, owner=owner, match=match, column=column) if owner == name:
                return MatchField(t, "", match, column)
            case Field(type=t, owner=owner, kind=kind, name=column) if owner == name:
                return Field(t, "", kind, column)
            case _:
                return part

    return rewritten(node, change)


def _ordering(rule: Rule, rows: RowSpace) -> Callable[[], tuple[Index, Mask | None]]:
    def order() -> tuple[Index, Mask | None]:
        """Rows by the rule's own order, ties by claim_id and line_id; and those whose place is not known."""
        out = _by_id(rows)
        unknown: Mask | None = None
        for part in reversed(rule.order):
            column = rows.evaluate(part.value)
            data = ordinal(column)
            out = out[np.argsort(-data[out] if part.descending else data[out], kind="stable")]
            if column.known is not None:
                unknown = ~column.known if unknown is None else unknown | ~column.known
        return out, unknown

    return order


def _by_id(rows: RowSpace) -> Index:
    """The rows by claim_id, a line then by line_id, others as they stand."""
    columns = rows.base.rows.columns
    ids = rows.base.kinds("claim" if "claim" in (rows.base.rows.kind, *rows.base.rows.up) else "encounter")
    keys: list[Any] = [ids.rows.columns["claim_id"].data[rows.base.up(ids.rows.kind)[rows.at]]]
    if rows.base.rows.kind in ("line", "raw_line") and "line_id" in columns:
        keys.append(columns["line_id"].data[rows.at])
    return sort_rows(keys, rows.n)
