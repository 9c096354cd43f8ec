"""Whose each row is, and the other rows that stand beside it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

import numpy as np

from claimrules.catalog import Absence
from claimrules.engine.batch_context import BatchContext
from claimrules.engine.chained_keys import CHAINS
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.kernels.segments import equal_codes, group_ids, one_of_each, segment_any
from claimrules.engine.lookup import MISSING
from claimrules.engine.matching import expanded, narrowed_by_where, question_of, taken
from claimrules.engine.prepare.lazy import Lazy
from claimrules.engine.reach import Reach
from claimrules.engine.relate import Builder, by_id
from claimrules.engine.relate_subjects import relate_subjects
from claimrules.engine.relation import Relation
from claimrules.engine.sides import LeftRows, RightRows, owned
from claimrules.engine.space import one_person
from claimrules.engine.subject_rows import Found, RowSpace, group
from claimrules.engine.values import ordinal
from claimrules.language.expression import Aggregate, Call, Expr, Key, MatchField, MatchRow, RowId, walk
from claimrules.language.rule import MatchSpec, OtherSpec, Rule
from claimrules.plan import RulePlan
from claimrules.stopwatch import timed


@timed("group")
def group_rows(plan: RulePlan, rows: RowSpace, context: BatchContext) -> tuple[RowSpace, Mask]:
    """The rows with their subjects, and which of them have none, because a key is not known.

    A row that joins one subject by several knowledge rows stands in it once.
    """
    rule = plan.rule
    relate(plan, rows, context)
    rows.keys = {key.name: key.value for key in rule.per}
    none = np.zeros(rows.n, np.bool_)
    if not rule.per:
        rows.subjects = group(np.arange(rows.n, dtype=np.int64), rows.n, none)
        return rows, none
    plain = [key for key in rule.per if _chain(key.value) is None]
    ids, k, loose = _grouped([rows.evaluate(key.value) for key in plain], rows.n)
    alone = not all_here([key.value for key in rule.per], context.reach)
    incomplete = np.full(k, alone)
    rows.partial = alone
    for key in rule.per:
        function = _chain(key.value)
        if function is not None:
            linked = CHAINS[function](key.value, rows, ids, loose)
            rows.chained[key.name] = linked.key
            loose = loose | linked.loose
            doubtful = np.asarray(incomplete[ids] | linked.doubtful)
            ids, k = group_ids([ids, linked.ids], rows.n)
            incomplete = segment_any(doubtful, ids, k)
    if loose.any():
        ids, k, incomplete = _apart(ids, loose, incomplete)
    rows.subjects = group(ids, k, incomplete, loose)
    return _once(plan, rows, context, loose)


def all_here(keys: Sequence[Expr], reach: Reach) -> bool:
    """Whether all rows with these keys alike are among the data."""
    if reach.alone:
        return any(isinstance(key, RowId) for key in keys)
    return not reach.person or one_person(keys)


def _chain(key: Expr) -> str | None:
    """The chaining function that a key is, if it is one."""
    name = key.function if isinstance(key, Call | Aggregate) else ""
    return name if name in CHAINS else None


def _grouped(columns: list[Column], n: int) -> tuple[Index, int, Mask]:
    loose = np.zeros(n, np.bool_)
    for column in columns:
        if column.known is not None:
            loose |= ~column.known
    ids, k = group_ids([_code(column) for column in columns], n)
    return ids, k, loose


def _apart(ids: Index, loose: Mask, incomplete: Mask) -> tuple[Index, int, Mask]:
    """Each loose row a subject of its own, behind the others."""
    out = np.empty(len(ids), np.int64)
    inside, k = group_ids([ids[~loose]], int((~loose).sum()))
    out[~loose] = inside
    out[loose] = k + np.arange(int(loose.sum()))
    some = np.zeros(k + int(loose.sum()), np.bool_)
    some[out] = incomplete[ids]
    return out, len(some), some


def _once(plan: RulePlan, rows: RowSpace, context: BatchContext, loose: Mask) -> tuple[RowSpace, Mask]:
    """Each row once in each of its subjects, with the first of the knowledge rows by which it joins."""
    subjects = rows.subjects
    if subjects is None or not any(m.take_all and m.name not in plan.sets for m in plan.rule.matches):
        return rows, loose
    by_id_first = np.lexsort((*_id_ranks(rows), subjects.ids, rows.at))
    first = one_of_each([rows.at[by_id_first], subjects.ids[by_id_first]], rows.n)
    keep = np.sort(by_id_first[first])
    if len(keep) == rows.n:
        return rows, loose
    out = taken(rows, keep, {})
    out.chained = {
        name: Column(c.type, c.data[keep], None if c.known is None else c.known[keep], c.words)
        for name, c in rows.chained.items()
    }
    relate(plan, out, context)
    out.keys, out.partial = rows.keys, rows.partial
    ids, k = group_ids([subjects.ids[keep]], len(keep))
    incomplete = np.zeros(k, np.bool_)
    incomplete[ids] = subjects.incomplete[subjects.ids[keep]]
    out.subjects = group(ids, k, incomplete, loose[keep])
    return out, loose[keep]


def _id_ranks(rows: RowSpace) -> list[Index]:
    found = list(rows.matches.values())
    return [np.where(f.rows >= 0, f.lookup.id_ranks[np.maximum(f.rows, 0)], -1) if f.lookup.n else f.rows for f in found]


def _code(column: Column) -> Index:
    """Numbers that are equal for equal values; what is not known stands apart."""
    data = cast(Index, equal_codes(column.data))
    if column.known is None:
        return data
    return np.where(column.known, data, data.min(where=column.known, initial=0) - 1)


def relate(plan: RulePlan, rows: RowSpace, context: BatchContext) -> None:
    """Gives the rows their order and their other rows, each made when it is first asked for."""
    rule = plan.rule
    if rule.order:
        rows.order = _ordering(rule, rows)
    rows.course_gap = plan.course_gap
    rows.beside = frozenset(other.name for other in rule.others if other.of_subject)
    rows.others = Lazy({spec.name: partial(_related, plan, spec, rows, context) for spec in rule.others})


@timed("relate")
def _related(plan: RulePlan, spec: OtherSpec, rows: RowSpace, context: BatchContext) -> Relation:
    if spec.kind == "subject":
        keys = {key.name: key.value for key in plan.rule.per}
        here = all_here([keys[m.name] if isinstance(m, Key) else m for m, _ in spec.same], context.reach)
        return relate_subjects(spec, rows, complete=here)
    rights, sure = _right_rows(plan, spec, rows, context)
    return Builder(spec, rows, _left_rows(spec, rows), rights, context.reach, sure).build()


def _left_rows(spec: OtherSpec, rows: RowSpace) -> LeftRows:
    """The subjects, or the rows: once for each knowledge row of the sets that relate them."""
    if spec.of_subject:
        return LeftRows(rows.subject_space, None, {})
    near = [] if spec.within is None else [spec.within.n, spec.within.column]
    nodes = [node for node in (spec.where, *near, *(mine for mine, _ in spec.same)) if node is not None]
    parts = [part for node in nodes for part in walk(node) if isinstance(part, MatchField | MatchRow) and not part.owner]
    wanted = [name for name in rows.sets if any(part.match == name for part in parts)]
    if not wanted:
        return LeftRows(rows, None, {})
    lift = np.arange(rows.n, dtype=np.int64)
    sets: dict[str, Found] = {}
    for name in wanted:
        found = rows.sets[name].at(lift)
        place, right = found.pairs()
        sets = {other: one.at(place) for other, one in sets.items()}
        sets[name] = Found(found.lookup, right)
        lift = lift[place]
    return LeftRows(rows, lift, sets)


def _right_rows(plan: RulePlan, spec: OtherSpec, rows: RowSpace, context: BatchContext) -> tuple[RightRows, Mask | None]:
    """The rows of the other kind with their knowledge rows, and which of them are sure to count."""
    right = context.kind(spec.kind)
    every = (
        taken(rows, np.arange(rows.n, dtype=np.int64), {})
        if spec.own
        else RowSpace(right, np.arange(right.n, dtype=np.int64))
    )
    for match in spec.matches:
        every = _matched(plan, spec, match, every, context)
    return RightRows(every), every.member


def _matched(plan: RulePlan, spec: OtherSpec, match: MatchSpec, rows: RowSpace, context: BatchContext) -> RowSpace:
    """The other rows with their knowledge rows; as the rule's own, without one in a `no-limit` table they do not count."""
    mine = MatchSpec(
        match.name,
        match.table,
        tuple((name, owned(value)) for name, value in match.keys),
        None if match.where is None else owned(match.where),
        None if match.at is None else owned(match.at),
        match.ever,
    )
    lookup = context.shelf.lookup(match.table)
    question = question_of(mine, rows, context)
    pairs = lookup.pairs(question)
    if mine.where is not None:
        pairs = narrowed_by_where(mine, rows, pairs, context)
    drops = lookup.table.schema.absence is Absence.NO_LIMIT and (spec.name, match.name) not in plan.asked_of_others
    if match.take_all:
        silent = np.full(rows.n, not drops)
        return expanded(mine, rows, lookup.every(question, pairs), lookup, silent)
    found = Found(lookup, lookup.one(question, pairs), lookup.covers(question))
    keep = np.flatnonzero(found.rows != MISSING) if drops else np.arange(rows.n, dtype=np.int64)
    return taken(rows, keep, {match.name: found.at(keep)})


def _ordering(rule: Rule, rows: RowSpace) -> Callable[[], tuple[Index, Mask | None]]:
    def order() -> tuple[Index, Mask | None]:
        """Rows by the rule's own order, ties by claim_id and line_id; and those whose place is not known."""
        out = by_id(rows.base, rows.at)
        unknown: Mask | None = None
        for part in reversed(rule.order):
            column = rows.evaluate(part.value)
            data = ordinal(column)
            out = out[np.argsort(-data[out] if part.descending else data[out], kind="stable")]
            if column.known is not None:
                unknown = ~column.known if unknown is None else unknown | ~column.known
        return out, unknown

    return order
