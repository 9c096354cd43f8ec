"""The verdicts: flag, unless and doubt, in three values."""

from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from claimrules.catalog import BOOLEAN
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.kernels.segments import segment_any
from claimrules.engine.lookup import MISSING
from claimrules.engine.subject_rows import RowSpace, Subjects
from claimrules.engine.values import and_, not_, or_
from claimrules.engine.values.truth import decided, falsehood, truth
from claimrules.language.expression import Expr, Walk, walk
from claimrules.language.rule import Rule
from claimrules.plan import RulePlan
from claimrules.stopwatch import timed

NO_CLOCK = "no clock time"
"""The doubt of an hour window that was judged by dates."""
NOT_HERE = "claims not at hand"
"""The doubt of an hour window that may hold rows of claims that are not at hand, with a clock time or without."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Three values for each subject and for each row (TRUE: violates), and each doubt by its name."""

    subjects: Column
    rows: Column
    left_out: Mask
    doubts: tuple[tuple[str, Mask], ...]
    reasons: tuple[tuple[str, Mask], ...]


@timed("decide")
def decide(plan: RulePlan, rows: RowSpace, loose: Mask) -> Verdict:
    """Flag, unless and doubt of every subject and row. `loose`: rows that have no subject."""
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
    verdict = _needed(plan, rows, verdict, by_row=by_row)
    if by_row and rows.member is not None:
        verdict = and_(verdict, Column(BOOLEAN, rows.member, rows.member))
    doubts += _clockless(rows, by_row=by_row)
    left_out = _left_out(plan, rows)
    reasons = tuple((name, truth(part)) for name, part in parts if name)
    if by_row:
        decision = _by_row(verdict, rows, left_out, doubts, reasons, walks=plan.walks)
    else:
        decision = _by_subject(verdict, rows, left_out, doubts, reasons)
    if rows.partial and rows.chained:  # where its chain begins, and so which subject it is, other claims may settle
        false = falsehood(decision.subjects)
        decision = replace(decision, subjects=decided(np.zeros_like(false), false))
    return _without_subject(decision, rows, loose) if loose.any() else decision


def _without_subject(decision: Verdict, rows: RowSpace, loose: Mask) -> Verdict:
    """Rows of which a key is not known: it is not known whose they are, so nothing is said of them."""
    subjects = cast(Subjects, rows.subjects)
    nobody = np.zeros(subjects.k, np.bool_)
    nobody[subjects.ids[loose]] = True
    true, false = truth(decision.subjects) & ~nobody, falsehood(decision.subjects) & ~nobody
    return replace(decision, subjects=decided(true, false))


def _needed(plan: RulePlan, rows: RowSpace, verdict: Column, *, by_row: bool) -> Column:
    """No row for a `take` of one: clean."""
    for name in plan.needed:
        one = cast(Index, rows.others[name].one)
        if by_row and name in rows.beside:
            one = one[cast(Subjects, rows.subjects).ids]
        there = decided(one >= 0, one == MISSING)
        verdict = and_(verdict, there)
    return verdict


def _clockless(rows: RowSpace, *, by_row: bool) -> list[tuple[str, Mask]]:
    """Rows, or subjects with one, whose hour windows were judged by date, because there is no clock time."""
    relations = rows.others.values()
    found = {NO_CLOCK: [r.unclocked for r in relations], NOT_HERE: [r.unclocked_beyond for r in relations]}
    subjects = cast(Subjects, rows.subjects)
    out = []
    for name, masks in found.items():
        known = [mask for mask in masks if mask is not None]
        if known:
            mask = np.logical_or.reduce(known)
            out.append((name, mask if by_row else segment_any(mask, subjects.ids, subjects.k)))
    return out


def _left_out(plan: RulePlan, rows: RowSpace) -> Mask:
    """Subjects that left a row out of a walk, or may have rows that are not here: never clean."""
    subjects = cast(Subjects, rows.subjects)
    left_out = subjects.incomplete.copy()
    if not plan.walks or not plan.rule.per:
        return left_out
    walks = [part for node in _conditions(plan.rule) for part in walk(node) if isinstance(part, Walk)]
    if walks:
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
    *,
    walks: bool,
) -> Verdict:
    subjects = cast(Subjects, rows.subjects)
    true, false = truth(verdict), falsehood(verdict)
    hit = segment_any(true, subjects.ids, subjects.k)
    maybe = segment_any(~true & ~false, subjects.ids, subjects.k)
    sure = hit
    if rows.partial:  # which lines, and how much, is not known as long as there are rows that other claims may settle
        sure = hit & ~(segment_any(~true, subjects.ids, subjects.k) if walks else maybe)
    by_subject = decided(sure, ~hit & ~maybe & ~left_out)

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
