"""One rule on one batch, in the order of the language: rows, match, per, others, flag, unless, doubt."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from claimrules.catalog import BOOLEAN, INTEGER, TEXT, Absence
from claimrules.engine.batch_context import BatchContext
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.evidence import Evidence
from claimrules.engine.hits import Counts, RuleHits
from claimrules.engine.kernels.segments import group_ids, segment_any, stable_order
from claimrules.engine.lookup import MISSING, UNKNOWN, Pairs, Question
from claimrules.engine.prepare.arrays import take
from claimrules.engine.prepare.order import sort_rows
from claimrules.engine.relate import Builder
from claimrules.engine.relation import owned
from claimrules.engine.space import KindSpace
from claimrules.engine.subject_rows import Found, RowSpace, Subjects, group
from claimrules.engine.values import and_, not_, or_, ordinal, times
from claimrules.engine.values.truth import decided, falsehood, truth
from claimrules.language.expression import TRUE, Expr, Field, MatchField, RowId, Walk, conjunction, walk
from claimrules.language.rule import MatchSpec, OtherSpec, Rule
from claimrules.language.scope import time_of
from claimrules.plan import RulePlan
from claimrules.plan.rewrite import rewritten

_ENCOUNTER_REGION = Field(TEXT, "", "encounter", "region")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Three values for each subject and for each row (TRUE: violates), and each doubt by its name."""

    subjects: Column
    rows: Column
    left_out: Mask
    doubts: tuple[tuple[str, Mask], ...]
    reasons: tuple[tuple[str, Mask], ...]


def judge(plan: RulePlan, context: BatchContext, candidates: Index, *, trace: bool = False) -> RuleHits:
    """Every subject's verdict. `candidates`: the rows that the screen left."""
    rule = plan.rule
    base = context.kind(rule.kind)
    rows = _applicable(plan, context, base, candidates)
    loose = _group(rule, rows, context)
    _relate(plan, rows, context)
    verdict = _decide(plan, rows, loose)
    flagged, undecided = truth(verdict.subjects), ~truth(verdict.subjects) & ~falsehood(verdict.subjects)
    n_in = len(np.unique(rows.at)) if any(match.take_all for match in rule.matches) else rows.n
    counts = Counts(
        flagged=int(flagged.sum()),
        clean=len(flagged) - int(flagged.sum()) - int(undecided.sum()),
        undecided=int(undecided.sum()),
        not_applicable=base.n - n_in,
    )
    evidence = Evidence(plan, rows, context, verdict, loose)
    return RuleHits(
        plan,
        counts,
        evidence.flagged() if flagged.any() else None,
        evidence.undecided() if undecided.any() else None,
        evidence.trace() if trace else None,
    )


# ---------------------------------------------------------------------- rows and match


def _applicable(plan: RulePlan, context: BatchContext, base: KindSpace, candidates: Index) -> RowSpace:
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
        pairs = _where(match, rows, pairs, context)
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


def _where(match: MatchSpec, rows: RowSpace, pairs: Pairs, context: BatchContext) -> Pairs:
    lookup = context.shelf.lookup(match.table)
    beside = _taken(rows, pairs.left, {match.name: Found(lookup, pairs.right)})
    condition = beside.evaluate(cast(Expr, match.where))
    keep = truth(condition)
    unknown = pairs.unknown.copy()
    unknown[pairs.left[~keep & ~falsehood(condition)]] = True
    return Pairs(pairs.left[keep], pairs.right[keep], unknown)


# ---------------------------------------------------------------------- per and others


def _group(rule: Rule, rows: RowSpace, context: BatchContext) -> Mask:
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


def _relate(plan: RulePlan, rows: RowSpace, context: BatchContext) -> None:
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
        pairs = _where(mine, every, pairs, context)
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


# ---------------------------------------------------------------------- flag, unless, doubt


def _decide(plan: RulePlan, rows: RowSpace, loose: Mask) -> Verdict:
    rule = plan.rule
    by_row = rule.flags_rows or not rule.per
    space = rows if by_row else rows.subject_space
    parts = [(name, space.evaluate(node)) for name, node in rule.flag]
    verdict = parts[0][1]
    for _, part in parts[1:]:
        verdict = or_(verdict, part)
    for exception in rule.unless:
        verdict = and_(verdict, not_(space.evaluate(exception.when)))
    doubts = [(doubt.name, ~falsehood(space.evaluate(doubt.when))) for doubt in rule.doubt]
    if by_row:
        verdict = _needed(plan, rows, verdict)
        if rows.member is not None:
            verdict = and_(verdict, Column(BOOLEAN, rows.member, rows.member))
    doubts += _clockless(rows, by_row=by_row)
    left_out = _left_out(plan, rows)
    reasons = tuple((name, truth(part)) for name, part in parts if name)
    decide = _by_row if by_row else _by_subject
    decision = decide(verdict, rows, left_out, doubts, reasons)
    return _without_subject(decision, rows, loose) if loose.any() else decision


def _without_subject(decision: Verdict, rows: RowSpace, loose: Mask) -> Verdict:
    """Rows of which a key is not known: it is not known whose they are, so nothing is said of them."""
    subjects = cast(Subjects, rows.subjects)
    nobody = np.zeros(subjects.k, np.bool_)
    nobody[subjects.ids[loose]] = True
    true, false = truth(decision.subjects) & ~nobody, falsehood(decision.subjects) & ~nobody
    return replace(decision, subjects=decided(true, false))


def _needed(plan: RulePlan, rows: RowSpace, verdict: Column) -> Column:
    """No row for a `take` of one: clean."""
    for name in plan.needed:
        one = cast(Index, rows.others[name].one)
        there = decided(one >= 0, one == MISSING)
        verdict = and_(verdict, there)
    return verdict


def _clockless(rows: RowSpace, *, by_row: bool) -> list[tuple[str, Mask]]:
    """Rows, or subjects with one, whose hour windows were judged by date, because there is no clock time."""
    masks = [relation.unclocked for relation in rows.others.values() if relation.unclocked is not None]
    if not masks:
        return []
    mask = np.logical_or.reduce(masks)
    subjects = cast(Subjects, rows.subjects)
    return [("no clock time", mask if by_row else segment_any(mask, subjects.ids, subjects.k))]


def _left_out(plan: RulePlan, rows: RowSpace) -> Mask:
    """Subjects that left a row out of a walk, or may have rows that are not here: never clean."""
    subjects = cast(Subjects, rows.subjects)
    left_out = subjects.incomplete.copy()
    walks = [part for node in _conditions(plan.rule) for part in walk(node) if isinstance(part, Walk)]
    if walks and plan.rule.per:
        out = rows.steps.out
        for argument in {a for part in walks for a in part.arguments}:
            known = rows.evaluate(argument).known
            if known is not None:
                out = out | ~known
        left_out |= segment_any(out, subjects.ids, subjects.k)
    return left_out


def _conditions(rule: Rule) -> list[Expr]:
    return [*(node for _, node in rule.flag), *(exception.when for exception in rule.unless)]


def _by_row(
    verdict: Column,
    rows: RowSpace,
    left_out: Mask,
    doubts: list[tuple[str, Mask]],
    reasons: tuple[tuple[str, Mask], ...],
) -> Verdict:
    subjects = cast(Subjects, rows.subjects)
    true, false = truth(verdict), falsehood(verdict)
    hit = segment_any(true, subjects.ids, subjects.k)
    maybe = segment_any(~true & ~false, subjects.ids, subjects.k)
    by_subject = decided(hit, ~hit & ~maybe & ~left_out)

    def of_subjects(mask: Mask) -> Mask:
        return segment_any(mask & true, subjects.ids, subjects.k)

    return Verdict(
        by_subject,
        verdict,
        left_out,
        tuple((name, of_subjects(mask)) for name, mask in doubts),
        tuple((name, of_subjects(mask)) for name, mask in reasons),
    )


def _by_subject(
    verdict: Column,
    rows: RowSpace,
    left_out: Mask,
    doubts: list[tuple[str, Mask]],
    reasons: tuple[tuple[str, Mask], ...],
) -> Verdict:
    subjects = cast(Subjects, rows.subjects)
    if rows.member is not None:
        sure = segment_any(rows.member, subjects.ids, subjects.k)
        verdict = and_(verdict, Column(BOOLEAN, sure, sure))
    true, false = truth(verdict), falsehood(verdict)
    verdict = decided(true, false & ~left_out)
    row_hit = true[subjects.ids]
    if rows.member is not None:
        row_hit &= rows.member
    return Verdict(verdict, Column(BOOLEAN, row_hit), left_out, tuple(doubts), reasons)
