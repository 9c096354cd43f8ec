"""The room's door: a batch, a rule and a claim of the batch → the explanation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from claimrules.batch import ClaimBatch
from claimrules.engine.column import Mask
from claimrules.engine.values import constant
from claimrules.explain.explanation import Explanation, ProvisoFact, SubjectExplanation, Value
from claimrules.explain.judged import ContextOf, Judged, judge_batch
from claimrules.explain.looking import Wording, value_of
from claimrules.explain.nearest import find_changes
from claimrules.explain.row_facts import source_title
from claimrules.explain.spelling import name_of
from claimrules.explain.subjects import SubjectReader, taken_back, touched_rows
from claimrules.explain.world_facts import titles_of
from claimrules.explain.worlds import numbered
from claimrules.knowledge import KnowledgeSet, Table
from claimrules.language import Rule
from claimrules.language.expression import Expr, Literal, Param, walk
from claimrules.language.sources import Source
from claimrules.plan import RulePlan
from claimrules.plan.rewrite import expressions

Fill = Callable[[tuple[Expr, ...]], tuple[Expr, ...]]
"""Expressions of the rule as it is written → as the plan has them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an explanation needs: the rule as written and as planned, and how claims become what the engine judges."""

    rule: Rule
    plan: RulePlan
    knowledge: KnowledgeSet
    sources: Mapping[str, Source]
    fill: Fill
    context_of: ContextOf


def explain_batch(
    asked: Asked, batch: ClaimBatch, claim_id: str, *, subject: str | None = None, nearest: bool = True
) -> Explanation:
    """Why, or why not, for every subject that the claim touches, or the one whose text is `subject`.

    `batch`: the claim with all that it is judged with, without reversed claims. `nearest`: look for the change that
    would flip each verdict.
    """
    batch = numbered(batch)
    judged = judge_batch(asked.plan, asked.context_of(batch))
    wording = _wording(asked, judged)
    mine = touched_rows(judged, claim_id)
    apart = _exempted_rows(judged, mine)
    found = SubjectReader(judged, wording, asked.sources, mine).subjects(apart)
    if apart.any():
        found += _exempted(asked, judged, wording, mine)
    found += [_refunded(claim_id, line) for line in taken_back(batch.lines, judged, claim_id)]
    if subject is not None:
        found = [one for one in found if one.subject == subject]
    found.sort(key=lambda one: (_ORDER.index(one.verdict), one.subject))
    if nearest:
        found = find_changes(asked.plan, asked.context_of, batch, judged, wording, mine, found)
    return Explanation(
        rule_id=asked.rule.id,
        rule_version=asked.rule.version,
        title_zh=asked.rule.title.zh,
        title_en=asked.rule.title.en,
        claim_id=claim_id,
        parameters=_parameters(wording),
        subjects=tuple(found),
    )


_ORDER = ("flagged", "undecided", "clean", "not_applicable")


def _exempted_rows(judged: Judged, mine: Mask) -> Mask:
    out = np.zeros(judged.base.n, np.bool_)
    for one in judged.hits.exempted:
        out[one.rows] = True
    return out & mine


def _exempted(asked: Asked, judged: Judged, wording: Wording, mine: Mask) -> list[SubjectExplanation]:
    """Rows that exemptions.yaml took out, with what the rule would have said of them."""
    reader = SubjectReader(judge_batch(asked.plan, judged.context, exempt=False), wording, asked.sources, mine)
    out: list[SubjectExplanation] = []
    for place in np.flatnonzero(_exempted_rows(judged, mine)).tolist():
        entries = [one.exemption for one in judged.hits.exempted if place in one.rows]
        for said in reader.of_row(place):
            provisos = tuple(
                ProvisoFact(
                    kind="exemption",
                    name=entry.id,
                    truth="true",
                    applied=said.verdict == "flagged",
                    because=entry.because,
                    source=source_title(asked.sources, entry.source),
                )
                for entry in entries
            )
            change = {"verdict": "not_applicable", "step": "exempt", "without": said.verdict, "suspicious": False}
            out.append(said.model_copy(update={**change, "exceptions": (*provisos, *said.exceptions), "findings": ()}))
    return out


def _refunded(claim_id: str, line: str) -> SubjectExplanation:
    return SubjectExplanation(subject=f"claim={claim_id}; line={line}", verdict="not_applicable", step="refunded")


def _wording(asked: Asked, judged: Judged) -> Wording:
    rule = asked.rule
    every = (part for top in expressions(rule) for part in walk(top))
    parts: tuple[Expr, ...] = tuple(dict.fromkeys(part for part in every if not isinstance(part, Literal)))
    filled = dict(zip(parts, asked.fill(parts), strict=True))
    tables: dict[str, Table] = {m.name: asked.knowledge.tables[m.table] for m in judged.plan.rule.matches}
    for other in rule.others:
        tables |= {m.name: asked.knowledge.tables[m.table] for m in other.matches}
    return Wording(rule, filled, titles_of(tables), {let.name: let.value for let in rule.lets})


def _parameters(wording: Wording) -> tuple[Value, ...]:
    """The parameters that are one number for all rows, with it."""
    out: dict[str, Value] = {}
    for said, real in wording.filled.items():
        if isinstance(said, Param) and isinstance(real, Literal):
            out[said.name] = value_of(constant(real.type, real.value, 1), name_of(said))
    return tuple(out[p.name] for p in wording.rule.params if p.name in out)
