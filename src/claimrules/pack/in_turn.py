"""Rules judged in turn: those that ask for the findings of others after all others."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from claimrules.engine.batch_context import BatchContext
from claimrules.engine.hits import Hits
from claimrules.engine.prepare.findings import finding_rows
from claimrules.engine.run import run
from claimrules.findings import make_findings
from claimrules.language import Source
from claimrules.plan import Plan


def run_in_turn(
    plan: Plan,
    others: Plan,
    context: BatchContext,
    sources: Mapping[str, Source],
    *,
    trace: bool = False,
    findings: Any = None,
) -> Hits:
    """Every rule's verdicts on one batch.

    `others`: the rules whose findings the late ones see, asked for or not. `findings`: what they see instead.
    """
    late = plan.late
    if not late.rules:
        return run(plan, context, trace=trace)
    if findings is not None:
        return run(plan, context.with_findings(finding_rows(findings, context.kind("claim").rows)), trace=trace)
    asked = {rule.rule.id for rule in plan.rules}
    before = run(others.early.beside(plan.early), context, trace=trace)
    found = make_findings(before, context, sources).findings
    context = context.with_findings(finding_rows(found, context.kind("claim").rows))
    after = run(late, context, trace=trace)
    rules = [hits for hits in (*before.rules, *after.rules) if hits.plan.rule.id in asked]
    return replace(
        before, rules=tuple(sorted(rules, key=lambda h: h.plan.rule.id)), seconds={**after.seconds, **before.seconds}
    )
