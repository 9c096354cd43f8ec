"""One rule on one batch, in the order of the language: rows, match, per, others, flag, unless, doubt."""

from dataclasses import dataclass

from claimrules.engine.batch_context import BatchContext
from claimrules.engine.column import Index, Mask
from claimrules.engine.decide import Verdict, decide
from claimrules.engine.evidence import Evidence
from claimrules.engine.exempt import leave
from claimrules.engine.grouping import group_rows
from claimrules.engine.hits import Counts, Exempted, RuleHits
from claimrules.engine.kernels.segments import marked
from claimrules.engine.matching import applicable
from claimrules.engine.subject_rows import RowSpace
from claimrules.engine.values.truth import falsehood, truth
from claimrules.plan import RulePlan
from claimrules.stopwatch import timed


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts of one rule, and the rows that they were reached on.

    `loose`: rows whose subject is not known. `exempted`: rows that left before anything was asked of them.
    """

    plan: RulePlan
    context: BatchContext
    rows: RowSpace
    verdict: Verdict
    loose: Mask
    exempted: tuple[Exempted, ...]

    def hits(self, *, trace: bool = False) -> RuleHits:
        """The counts, and what belongs to the flagged and the undecided subjects."""
        subjects = self.verdict.subjects
        flagged, undecided = truth(subjects), ~truth(subjects) & ~falsehood(subjects)
        several = any(match.take_all for match in self.plan.rule.matches)
        n_in = int(marked(self.rows.at, self.rows.base.n).sum()) if several else self.rows.n
        counts = Counts(
            flagged=int(flagged.sum()),
            clean=len(flagged) - int(flagged.sum()) - int(undecided.sum()),
            undecided=int(undecided.sum()),
            not_applicable=self.rows.base.n - n_in,
        )
        evidence = Evidence(self.plan, self.rows, self.context, self.verdict, self.loose)
        return RuleHits(
            self.plan,
            counts,
            evidence.flagged() if flagged.any() else None,
            evidence.undecided() if undecided.any() else None,
            evidence.trace() if trace else None,
            exempted=self.exempted,
        )


@timed("judge", of=lambda plan, *_, **__: plan.rule.id)
def judge(plan: RulePlan, context: BatchContext, candidates: Index, *, exempt: bool = True) -> Judged:
    """Every subject's verdict.

    `candidates`: the rows that the screen left. `exempt`: those that `exemptions.yaml` names leave first; else they are
    judged as all others.
    """
    rule = plan.rule
    base = context.kind(rule.kind)
    unsure: Mask | None = None
    exempted: tuple[Exempted, ...] = ()
    if exempt:
        candidates, unsure, exempted = leave(rule.id, context, base, candidates)
    rows = applicable(plan, context, base, candidates, unsure)
    rows, loose = group_rows(plan, rows, context)
    return Judged(plan, context, rows, decide(plan, rows, loose), loose, exempted)
