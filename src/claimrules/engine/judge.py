"""One rule on one batch, in the order of the language: rows, match, per, others, flag, unless, doubt."""

import numpy as np

from claimrules.engine.batch_context import BatchContext
from claimrules.engine.column import Index
from claimrules.engine.decide import decide
from claimrules.engine.evidence import Evidence
from claimrules.engine.exempt import leave
from claimrules.engine.grouping import group_rows
from claimrules.engine.hits import Counts, RuleHits
from claimrules.engine.matching import applicable
from claimrules.engine.values.truth import falsehood, truth
from claimrules.plan import RulePlan


def judge(plan: RulePlan, context: BatchContext, candidates: Index, *, trace: bool = False) -> RuleHits:
    """Every subject's verdict. `candidates`: the rows that the screen left."""
    rule = plan.rule
    base = context.kind(rule.kind)
    candidates, unsure, exempted = leave(rule.id, context, base, candidates)
    rows = applicable(plan, context, base, candidates, unsure)
    rows, loose = group_rows(plan, rows, context)
    verdict = decide(plan, rows, loose)
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
        exempted=exempted,
    )
