"""The plan over a batch."""

import time
from collections.abc import Sequence
from dataclasses import replace

from claimrules.diagnostics import ClaimRulesError, Diagnostic, EngineError
from claimrules.engine.batch_context import BatchContext
from claimrules.engine.column import Index
from claimrules.engine.hits import Counts, Hits, RuleHits
from claimrules.engine.judge import judge
from claimrules.engine.screen import screen
from claimrules.plan import Plan, RulePlan


def run(plan: Plan, context: BatchContext, *, trace: bool = False) -> Hits:
    """Every rule's verdicts on one batch.

    Raises:
        EngineError: CR501, a rule that failed; it names the rule. Nothing is skipped in silence.
    """
    done: list[RuleHits] = []
    seconds: dict[str, float] = {}
    for kind in dict.fromkeys(rule.rule.kind for rule in plan.rules):
        rules = [rule for rule in plan.rules if rule.rule.kind == kind]
        start = time.perf_counter()
        candidates = screen(rules, kind, context)
        seconds[f"screen {kind}"] = time.perf_counter() - start
        done += _judged(rules, candidates, context, trace=trace)
    done.sort(key=lambda hits: hits.plan.rule.id)
    return Hits(context.prepared, tuple(done), seconds)


def _hits(rule: RulePlan, context: BatchContext, rows: Index, *, trace: bool) -> RuleHits:
    if not len(rows) and not trace:  # of most rules in most batches of one claim
        return RuleHits(rule, Counts(not_applicable=context.kind(rule.rule.kind).n))
    judged = judge(rule, context, rows)
    hits = judged.hits(trace=trace)
    judged.rows.release()
    return hits


def _judged(rules: Sequence[RulePlan], candidates: Sequence[Index], context: BatchContext, *, trace: bool) -> list[RuleHits]:
    out: list[RuleHits] = []
    for rule, rows in zip(rules, candidates, strict=True):
        start = time.perf_counter()
        try:
            hits = _hits(rule, context, rows, trace=trace)
        except (ClaimRulesError, MemoryError):
            raise
        except Exception as error:
            message = f"the rule `{rule.rule.id}` failed on {len(rows)} rows: {type(error).__name__}: {error}"
            raise EngineError(Diagnostic("CR501", message, rule.rule.place)) from error
        seconds = time.perf_counter() - start
        out.append(replace(hits, seconds=seconds))
    return out
