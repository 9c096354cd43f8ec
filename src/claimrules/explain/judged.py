"""One rule on one batch, with all that the engine knew when it decided."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from claimrules.batch import ClaimBatch
from claimrules.engine.batch_context import BatchContext
from claimrules.engine.column import Index, Mask
from claimrules.engine.decide import Verdict
from claimrules.engine.hits import RuleHits
from claimrules.engine.judge import judge
from claimrules.engine.screen import screen
from claimrules.engine.space import KindSpace
from claimrules.engine.subject_rows import RowSpace, Subjects
from claimrules.plan import RulePlan

ContextOf = Callable[[ClaimBatch], BatchContext]


@dataclass(frozen=True, slots=True)
class Judged:
    """The engine's own spaces, and its answer (`hits`, with a trace whose rows are those of `rows`).

    `loose`: rows whose subject is not known.
    """

    plan: RulePlan
    context: BatchContext
    rows: RowSpace
    verdict: Verdict
    hits: RuleHits
    loose: Mask

    @property
    def base(self) -> KindSpace:
        """All rows of the rule's kind."""
        return self.rows.base

    @property
    def subjects(self) -> Subjects:
        """Whose each row is."""
        assert self.rows.subjects is not None  # noqa: S101 - group_rows has been called
        return self.rows.subjects

    @property
    def by_row(self) -> bool:
        """Whether the rule asks each row, not the subject."""
        return self.plan.rule.flags_rows or not self.plan.rule.per

    def subject_texts(self) -> list[str]:
        """Each row's subject."""
        trace = self.hits.trace
        return [] if trace is None else [str(text) for text in trace.subject.to_pylist()]

    def rows_of(self, mine: Mask) -> Index:
        """The rows here that are among some of all rows of the kind."""
        return np.flatnonzero(mine[self.rows.at])


def judge_batch(plan: RulePlan, context: BatchContext, *, exempt: bool = True) -> Judged:
    """The verdicts of one rule, and how they came: what `engine.judge` does, with its spaces kept.

    `exempt`: rows that `exemptions.yaml` names leave first; else they are judged as all others.
    """
    candidates = screen([plan], plan.rule.kind, context)[0]
    made = judge(plan, context, candidates, exempt=exempt)
    return Judged(plan, context, made.rows, made.verdict, made.hits(trace=True), made.loose)


def hits_of(plan: RulePlan, context: BatchContext) -> RuleHits:
    """The engine's answer alone."""
    candidates = screen([plan], plan.rule.kind, context)[0]
    return judge(plan, context, candidates).hits(trace=True)
