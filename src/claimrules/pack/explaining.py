"""What a pack gives to an explanation: the rule, its plan, and the claims around the one that was asked about."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from claimrules.batch import ClaimBatch, open_claims, read_given
from claimrules.diagnostics import ClaimsError, Diagnostic
from claimrules.engine.batch_context import BatchContext, Shelf
from claimrules.engine.prepare.findings import finding_rows
from claimrules.engine.reach import Reach
from claimrules.engine.run import run
from claimrules.explain import Asked, Explanation, SubjectExplanation, explain_batch
from claimrules.findings import make_findings
from claimrules.language.expression import Expr
from claimrules.language.rule import Message
from claimrules.models import Claim
from claimrules.pack.arguments import BATCH_LINES, claim_of, history_of, refuse_doubled, refuse_no_claims, registers_of
from claimrules.pack.parameters import typed_parameters
from claimrules.plan import RulePlan, make_plan

if TYPE_CHECKING:
    from claimrules.pack.rule_pack import RulePack

_TABLES = ("claims", "lines", "diagnoses", "operations")
_LISTED = 5


def explain_claim(
    pack: "RulePack",
    claim: Claim | Mapping[str, Any],
    rule: str,
    history: Iterable[Claim] | None,
    *,
    subject: str | None,
    since: int | None,
    nearest: bool,
    registers: Mapping[str, Any] | None,
) -> Explanation:
    """One claim with the history given, as `check` judges it."""
    claim, others = claim_of(claim), history_of(history)
    known = pack.knowledge.registers
    shelf = pack._shelf_with(read_given(registers_of(registers, known), known))
    asked = _asked(pack, rule, Reach(since, alone=others is None, person=True), shelf)
    claims = [claim, *(others or ())]
    refuse_doubled(claims)
    if claim.is_reversed:
        return _reversed(asked, claim.claim_id)
    batch = ClaimBatch.from_claims([c for c in claims if not c.is_reversed])
    return explain_batch(asked, batch, claim.claim_id, subject=subject, nearest=nearest)


def explain_input(
    pack: "RulePack",
    claims: Any,
    rule: str,
    *,
    claim_id: str | None,
    subject: str | None,
    mapping: str | Path,
    since: int | None,
    nearest: bool,
) -> Explanation:
    """One claim of an input that `audit` reads, among all the others that it is judged with."""
    refuse_no_claims(claims)
    plan = pack._chosen([rule])
    whole = plan.whole or bool(plan.late.rules and pack._active.whole)
    if not isinstance(claims, str | Path | Mapping | ClaimBatch):
        claims = list(claims)  # it may be read twice
    known: list[str] = []
    with open_claims(
        claims,
        mapping=mapping,
        batch_lines=2**62 if whole else BATCH_LINES,
        extra=pack.extra or None,
        registers=pack.knowledge.registers,
    ) as intake:
        asked = _asked(pack, rule, Reach(since), pack._shelf_with(intake.registers))
        for part in intake.partitions():
            ids = part.claims["claim_id"].to_pylist()
            wanted = claim_id or _of_subject(pack, part, rule, subject)
            known += ids[: _LISTED + 1 - len(known)]
            if wanted is not None and wanted in ids:
                batch = part if whole else _of_person(part, wanted)
                return explain_batch(asked, batch, wanted, subject=subject, nearest=nearest)
        counts = intake.counts["claims"]
    if claim_id is None and subject is None and len(known) == 1:
        return explain_input(
            pack, claims, rule, claim_id=known[0], subject=None, mapping=mapping, since=since, nearest=nearest
        )
    raise ClaimsError(_not_there(claim_id, subject, known, counts.read))


def _not_there(claim_id: str | None, subject: str | None, known: list[str], read: int) -> Diagnostic:
    some = ", ".join(known[:_LISTED]) + (" …" if len(known) > _LISTED else "")
    if claim_id is None and subject is None:
        return Diagnostic("CR119", f"there are {read} claims, and only one is explained at a time", help=f"name one: {some}")
    what = f"claim `{claim_id}`" if claim_id is not None else f"subject `{subject}`"
    advice = (
        f"claims are: {some}; reversed and rejected ones are not audited" if some else "there is no claim that is audited"
    )
    return Diagnostic("CR119", f"there is no {what} among the claims that are audited", help=advice)


def _of_subject(pack: "RulePack", part: ClaimBatch, rule: str, subject: str | None) -> str | None:
    """The first claim of a subject."""
    if subject is None:
        return None
    table = pack.judge(part, rule)
    rows = table.filter(pc.equal(table["subject"], subject))
    return min(rows["claim_id"].to_pylist()) if rows.num_rows else None


def _of_person(part: ClaimBatch, claim_id: str) -> ClaimBatch:
    """The claims of the claim's person: a rule that needs no more gives the same verdicts on them."""
    claims = part.claims
    person = claims.filter(pc.equal(claims["claim_id"], claim_id))["person_id"][0]
    mine = claims.filter(pc.equal(claims["person_id"], person))
    ids = pa.array(mine["claim_id"].to_pylist(), pa.string())
    rest = {
        name: table.filter(pc.is_in(table["claim_id"], value_set=ids)) if table.num_rows else table
        for name in _TABLES[1:]
        for table in [getattr(part, name)]
    }
    return replace(part, claims=mine, **rest)


def _reversed(asked: Asked, claim_id: str) -> Explanation:
    gone = SubjectExplanation(subject=f"claim={claim_id}", verdict="not_applicable", step="reversed")
    rule = asked.rule
    return Explanation(
        rule_id=rule.id,
        rule_version=rule.version,
        title_zh=rule.title.zh,
        title_en=rule.title.en,
        claim_id=claim_id,
        subjects=(gone,),
    )


def _asked(pack: "RulePack", rule_id: str, reach: Reach, shelf: Shelf) -> Asked:
    plan = pack._chosen([rule_id]).rules[0]
    return Asked(
        pack.rules[rule_id],
        plan,
        pack.knowledge,
        pack.sources,
        partial(_filled, pack, rule_id),
        partial(_context, pack, plan, reach, shelf),
    )


def _context(pack: "RulePack", plan: RulePlan, reach: Reach, shelf: Shelf, batch: ClaimBatch) -> BatchContext:
    """What the engine judges by; for a rule over findings, with what the others find there."""
    context = pack._context(batch, reach, shelf)
    if not plan.late:
        return context
    found = make_findings(run(pack._active.early, context), context, pack.sources).findings
    return context.with_findings(finding_rows(found, context.kind("claim").rows))


def _filled(pack: "RulePack", rule_id: str, nodes: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The nodes as the plan would have them: they go through the planner as the parts of a message."""
    message = Message(nodes)
    rule = replace(pack.rules[rule_id], message=(message, message))
    known, typed = pack.knowledge, typed_parameters(pack.rules, pack.parameters)
    planned = make_plan([rule], known.schemas, typed, known.varies, known.changes)
    parts = planned.rules[0].rule.message[0].parts
    return tuple(part for part in parts if not isinstance(part, str))
