"""Rules and knowledge, checked and compiled once, and what can be asked of them."""

import datetime as dt
import hashlib
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import starmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from claimrules.batch import ClaimBatch, Intake, open_claims, read_given
from claimrules.catalog import Type
from claimrules.diagnostics import Diagnostic, Level, PlanError, suggest
from claimrules.engine.batch_context import BatchContext, Shelf
from claimrules.engine.hits import Counts
from claimrules.engine.prepare import prepare
from claimrules.engine.reach import Reach
from claimrules.findings import (
    AuditResult,
    CheckResult,
    Finding,
    Fingerprint,
    RuleSummary,
    Summary,
    TableSummary,
    Undecided,
    make_findings,
    make_undecided,
)
from claimrules.findings.of_claim import undecided_of
from claimrules.findings.verdicts import verdict_table
from claimrules.knowledge import KnowledgeSet, ParameterRows
from claimrules.language import Rule, Source
from claimrules.models import Claim
from claimrules.pack.arguments import (
    BATCH_LINES,
    claim_of,
    day_of,
    history_of,
    listed,
    refuse_doubled,
    refuse_no_claims,
    registers_of,
)
from claimrules.pack.gathered import Gathered, Part, Progress, absent_names, ordered
from claimrules.pack.in_turn import run_in_turn
from claimrules.pack.parameters import parameter_tables, typed_parameters
from claimrules.pack.run_facts import WHOLE, facts_of_claims, facts_of_run
from claimrules.pack.work_folder import WorkFolder
from claimrules.plan import Plan, make_plan
from claimrules.stopwatch import shared
from claimrules.version import __version__

if TYPE_CHECKING:
    from claimrules.explain import Explanation

EPOCH = dt.date(1970, 1, 1)
RUNS = ("active",)
"""The status of rules that run unless `only` names others."""


@dataclass(frozen=True, repr=False)
class RulePack:
    """Rules and knowledge, checked and compiled; immutable, thread-safe, picklable.

    `digest`: a hash of the rule files. `parameters`: values given by name, over the rules' own defaults. `region`: for
    claims that name none. `as_of`: only what was known then. `extra`: declared columns beyond the catalog, by table.
    """

    rules: Mapping[str, Rule]
    knowledge: KnowledgeSet
    sources: Mapping[str, Source]
    plan: Plan
    digest: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    region: str | None = None
    as_of: dt.date | None = None
    extra: Mapping[str, Mapping[str, Type]] = field(default_factory=dict)
    _shelf: list[Shelf] = field(default_factory=list, compare=False, repr=False)

    def __repr__(self) -> str:
        return f"<RulePack of {len(self.rules)} rules and {len(self.knowledge.tables)} tables, {self.fingerprint}>"

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        state["_shelf"] = []
        return state

    @property
    def fingerprint(self) -> str:
        """What the verdicts depend on besides knowledge and claims, as 16 hex digits."""
        said = repr((self.digest, sorted(self.parameters.items()), self.region, self.as_of))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What is not wrong and yet worth saying: active rules without a legal ground."""
        message = "the rule names no legal ground"
        return tuple(
            Diagnostic("CR221", message, rule.place, help="add `basis:`", level=Level.WARNING)
            for rule in self.rules.values()
            if rule.status in RUNS and not rule.basis
        )

    # ------------------------------------------------------------------ variants

    def with_knowledge(self, tables: Mapping[str, Sequence[Mapping[str, str]]]) -> "RulePack":
        """The same rules with the rows of some tables replaced."""
        knowledge = self.knowledge.with_rows(tables)
        plan = self.plan if knowledge.changes == self.knowledge.changes else self._planned(knowledge, self.parameters)
        return replace(self, knowledge=knowledge, plan=plan, _shelf=[])

    def with_params(self, values: Mapping[str, str]) -> "RulePack":
        """The same rules with some parameters given. PlanError for a name that no rule has."""
        merged = {**self.parameters, **values}
        return replace(self, parameters=merged, plan=self._planned(self.knowledge, merged))

    def with_parameter_rows(self, given: Mapping[str, ParameterRows]) -> "RulePack":
        """The same rules with the rows that `parameters.yaml` has for some parameters replaced.

        Raises:
            KnowledgeError: CR319 a name that no rule has, and what is wrong with the rows.
        """
        knowledge = self.knowledge.with_parameters(parameter_tables(self.rules, given, whole=True))
        return replace(self, knowledge=knowledge, plan=self._planned(knowledge, self.parameters), _shelf=[])

    def _planned(self, knowledge: KnowledgeSet, values: Mapping[str, str]) -> Plan:
        typed = typed_parameters(self.rules, values)
        return make_plan(self.rules.values(), knowledge.schemas, typed, knowledge.varies, knowledge.changes)

    def without_exemptions(self) -> "RulePack":
        """The same rules with no row exempted: what they would say of the rows that `exemptions.yaml` takes out."""
        return replace(self, knowledge=self.knowledge.with_exemptions(()), _shelf=[])

    def shelf(self) -> Shelf:
        """The look-ups of the knowledge, made at first use."""
        if not self._shelf:
            self._shelf.append(Shelf(self.knowledge))
        return self._shelf[0]

    # ------------------------------------------------------------------ audit

    def audit(
        self,
        claims: Path | str | Mapping[str, Any] | ClaimBatch | Iterable[Claim],
        *,
        mapping: str | Path = "canonical",
        only: str | Iterable[str] | None = None,
        history_from: dt.date | str | None = None,
        jobs: int = 1,
        batch_lines: int = BATCH_LINES,
        memory: int | None = None,
        progress: Progress | None = None,
        reading: Progress | None = None,
        registers: Mapping[str, Any] | None = None,
        work: WorkFolder | None = None,
    ) -> AuditResult:
        """Every rule over all claims.

        `claims`: a folder or file, a dict of Arrow tables, a ClaimBatch, or Claims. `only`: these rules, whatever their
        status. `history_from`: the first date of which the data are complete. The result does not depend on the order of
        rows, `jobs`, `batch_lines` or `memory` (bytes, a bound for what is held at once). `registers`: tables by name (or
        rows as dicts), beside those that come with the claims and before them. `progress`: called with the lines judged
        and those in all; `reading` before that, with the rows of all tables. `work`: where finished partitions are kept, and
        taken from where an earlier run had finished them.

        Raises:
            ClaimsError: the input cannot be read at all. PlanError: `only` names no rule. EngineError: a rule failed.
            WorkError: CR724 `work` is of another audit.
        """
        refuse_no_claims(claims)
        chosen = self._chosen(only)
        started = time.perf_counter()
        whole = chosen.whole or bool(chosen.late.rules and self._active.whole)
        lines = 2**62 if whole else batch_lines
        if work is not None:
            cut = WHOLE if whole else f"{batch_lines} lines, {memory} bytes"
            work.agree(facts_of_run(self, chosen, mapping=mapping, history_from=history_from, cut=cut))
        with open_claims(
            claims,
            mapping=mapping,
            batch_lines=lines,
            memory=None if whole else memory,
            extra=self.extra or None,
            registers=self.knowledge.registers,
            given=registers_of(registers, self.knowledge.registers),
            coded=True,
        ) as intake:
            intake.attend(reading, None if work is None else work.spool)
            shelf = self._shelf_with(intake.registers)
            absent = _absent_names(intake, shelf)
            if work is not None:
                work.agree(facts_of_claims(intake, absent))
            gathered = Gathered(intake.total_lines, progress)
            for part in self._parts(intake, chosen, _since(history_from), max(1, jobs), shelf, absent, work):
                gathered.add(part)
            if progress is not None and intake.total_lines is not None:
                progress(intake.total_lines, intake.total_lines)  # lines left out never reach a partition
            return self._result(gathered, intake, chosen, time.perf_counter() - started, absent)

    def _shelf_with(self, registers: Mapping[str, Any]) -> Shelf:
        """The look-ups with the registers that came with the claims."""
        return self.shelf().beside(self.knowledge.with_registers(registers)) if registers else self.shelf()

    @property
    def _active(self) -> Plan:
        """The rules that an audit runs."""
        return self.plan.only(frozenset(r.id for r in self.rules.values() if r.status in RUNS))

    def _chosen(self, only: str | Iterable[str] | None) -> Plan:
        if only is None:
            return self._active
        wanted = frozenset(listed(only))
        unknown = sorted(wanted - set(self.rules))
        if unknown:
            near = suggest(unknown[0], self.rules)
            advice = f"did you mean `{near}`?" if near else f"the rules are: {', '.join(sorted(self.rules))}"
            raise PlanError(Diagnostic("CR402", f"there is no rule `{unknown[0]}`", help=advice))
        return self.plan.only(wanted)

    def _parts(
        self,
        intake: Intake,
        plan: Plan,
        since: int | None,
        jobs: int,
        shelf: Shelf,
        absent: frozenset[str],
        work: WorkFolder | None,
    ) -> Iterator["Part"]:
        reach = Reach(since)

        def part_of(number: int, batch: ClaimBatch) -> Part:
            if work is not None and (kept := work.part(number)) is not None:
                return kept
            part = self._one(batch, plan, reach, shelf, absent)
            if work is not None:
                work.keep(number, part)
            return part

        batches, in_thread = enumerate(intake.partitions()), shared(part_of)
        if jobs == 1:
            yield from starmap(part_of, batches)
            return
        waiting: deque[Future[Part]] = deque()
        with ThreadPoolExecutor(jobs) as pool:
            try:
                for number, batch in batches:
                    waiting.append(pool.submit(in_thread, number, batch))
                    if len(waiting) > jobs:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:  # who stops us waits for those that have begun, and for no other
                    future.cancel()

    def _one(self, batch: ClaimBatch, plan: Plan, reach: Reach, shelf: Shelf, absent: frozenset[str]) -> "Part":
        started = time.perf_counter()
        context = replace(self._context(batch, reach, shelf), counted=absent)
        ready = time.perf_counter()
        hits = run_in_turn(plan, self._active, context, self.sources)
        judged = time.perf_counter()
        found, undecided = make_findings(hits, context, self.sources), make_undecided(hits)
        context.release()
        seconds = {"prepare": ready - started, "judge": judged - ready, "findings": time.perf_counter() - judged}
        return Part(
            found,
            undecided,
            {r.plan.rule.id: r.counts for r in hits.rules},
            {r.plan.rule.id: r.seconds for r in hits.rules},
            {**seconds, **hits.seconds},
            batch.lines.num_rows,
            hits.prepared.leftover.count,
        )

    def _context(self, batch: ClaimBatch, reach: Reach, shelf: Shelf | None = None) -> BatchContext:
        as_of = None if self.as_of is None else (self.as_of - EPOCH).days
        return BatchContext(prepare(batch), shelf or self.shelf(), reach, self.region, as_of)

    def _result(
        self, gathered: "Gathered", intake: Intake, plan: Plan, seconds: float, absent: frozenset[str]
    ) -> AuditResult:
        summary = Summary(
            fingerprint=Fingerprint(
                rules=self.fingerprint,
                knowledge=self.knowledge.fingerprint,
                input=intake.fingerprint,
                version=__version__,
            ),
            tables={name: TableSummary.of(count) for name, count in intake.counts.items()},
            rules={rule_id: self._rule_summary(rule_id, plan, gathered) for rule_id in sorted(self.rules)},
            total_amount=_yuan(gathered.totals.amount),
            total_fund_loss=_yuan(gathered.totals.fund_loss),
            unmatched_refunds=gathered.leftover,
        )
        return AuditResult(
            gathered.findings(),
            gathered.undecided(absent),
            intake.rejects,
            summary,
            {
                "total": seconds,
                "partitions": {"all": gathered.partitions, "kept": gathered.kept},
                "stages": gathered.seconds,
                "rules": gathered.rule_seconds,
            },
            (*intake.warnings, *self._invented(plan)),
        )

    def _invented(self, plan: Plan) -> tuple[Diagnostic, ...]:
        """Tables made up for demonstration that the rules have looked into."""
        matches = [m for r in plan.rules for m in (*r.rule.matches, *(m for o in r.rule.others for m in o.matches))]
        names = sorted({m.table for m in matches if self.knowledge.tables[m.table].invented})
        if not names:
            return ()
        message = f"tables with invented rows were used: {', '.join(names)}"
        advice = "for real claims lay your own tables over them (--knowledge DIR)"
        return (Diagnostic("CR317", message, help=advice, level=Level.WARNING),)

    def _rule_summary(self, rule_id: str, plan: Plan, gathered: "Gathered") -> RuleSummary:
        if not any(r.rule.id == rule_id for r in plan.rules):
            rule = self.rules[rule_id]
            reason = f"its status is {rule.status}" if rule.status not in RUNS else "not asked for"
            return RuleSummary(status="skipped", reason=reason)
        counts = gathered.counts.get(rule_id, Counts())
        amount, loss = gathered.amounts.get(rule_id, (0, 0))
        return RuleSummary(
            status="ran",
            subjects=counts.subjects,
            flagged=counts.flagged,
            clean=counts.clean,
            not_applicable=counts.not_applicable,
            undecided=counts.undecided,
            amount=_yuan(amount),
            fund_loss=_yuan(loss),
        )

    # ------------------------------------------------------------------ one claim

    def check(
        self,
        claim: Claim | Mapping[str, Any],
        history: Iterable[Claim] | None = None,
        *,
        history_from: dt.date | str | None = None,
        registers: Mapping[str, Any] | None = None,
    ) -> CheckResult:
        """The verdicts on one claim, as an audit of it and its history gives them.

        `claim`: a Claim, or its document. `history`: the person's other claims, taken as all there are (since
        `history_from`). Without it, a rule that looks beyond the claim is undecided where other claims could change its
        answer. `registers`: facts by register (rows as dicts, or a `pyarrow.Table`); a rule that needs one which is not
        given is undecided.

        Raises:
            ClaimsError: the claim, its history or a register cannot be read.
        """
        claim, others = claim_of(claim), history_of(history)
        claims = [claim, *(others or ())]
        refuse_doubled(claims)
        if claim.is_reversed:
            return CheckResult((), ())
        # Claims are checked already: the door for tables would read every cell again.
        batch = ClaimBatch.from_claims([c for c in claims if not c.is_reversed])
        known = self.knowledge.registers
        shelf = self._shelf_with(read_given(registers_of(registers, known), known))
        context = self._context(batch, Reach(_since(history_from), alone=others is None, person=True), shelf)
        active = self._active
        hits = run_in_turn(active, active, context, self.sources)
        found = make_findings(hits, context, self.sources).findings
        findings = found.filter(pc.equal(found["claim_id"], claim.claim_id))
        undecided = undecided_of(hits, context, claim.claim_id)
        context.release()
        return CheckResult(
            tuple(Finding.model_validate(row) for row in _sorted(findings)),
            tuple(Undecided.model_validate(row) for row in undecided),
        )

    def explain(
        self,
        claim: Claim | Mapping[str, Any],
        rule: str,
        history: Iterable[Claim] | None = None,
        *,
        subject: str | None = None,
        history_from: dt.date | str | None = None,
        registers: Mapping[str, Any] | None = None,
        nearest: bool = True,
    ) -> "Explanation":
        """Why, or why not: what one rule says of every subject that a claim touches, and how it came to that.

        `claim`, `history`, `history_from`, `registers`: as in `check`, whose verdicts these are. `subject`: only the one of
        this text. `nearest`: look for the change of one input value that would flip each verdict; it takes most of the time.

        Raises:
            ClaimsError: the claim or its history cannot be read. PlanError: CR402 there is no such rule.
        """
        from claimrules.pack.explaining import explain_claim  # noqa: PLC0415 - an audit does not wait for it

        since = _since(history_from)
        return explain_claim(self, claim, rule, history, subject=subject, since=since, nearest=nearest, registers=registers)

    def explain_in(
        self,
        claims: Path | str | Mapping[str, Any] | ClaimBatch | Iterable[Claim],
        rule: str,
        *,
        claim: str | None = None,
        subject: str | None = None,
        mapping: str | Path = "canonical",
        history_from: dt.date | str | None = None,
        nearest: bool = True,
    ) -> "Explanation":
        """The same for a claim among others: `claims` is whatever `audit` takes, `claim` the id of one of them.

        Without `claim`, the first claim of `subject` is taken, or the only one there is.

        Raises:
            ClaimsError: the input cannot be read; CR118 it has no such claim or subject.
        """
        from claimrules.pack.explaining import explain_input  # noqa: PLC0415 - an audit does not wait for it

        since = _since(history_from)
        return explain_input(
            self, claims, rule, claim_id=claim, subject=subject, mapping=mapping, since=since, nearest=nearest
        )

    def sql(self, rule: str, dialect: str = "duckdb", *, history_from: dt.date | str | None = None) -> str:
        """The rule as one standalone query over the contract's tables, in a dialect of sqlglot.

        It gives the subjects with their verdicts, amounts and violating rows, as an audit does with this pack's parameters,
        region and `as_of`. `history_from`: the first date of which the data are complete.

        Raises:
            PlanError: CR402 there is no such rule. SqlError: CR801 the dialect is not known, CR802 it cannot say the rule.
        """
        from claimrules.sql import to_sql  # noqa: PLC0415 - an audit does not wait for it

        self._chosen([rule])
        return to_sql(
            self.rules[rule],
            self.knowledge,
            dialect=dialect,
            parameters=typed_parameters(self.rules, self.parameters),
            history_from=day_of(history_from, "history_from"),
            as_of=self.as_of,
            region=self.region,
            extra=self.extra,
        )

    def judge(self, batch: ClaimBatch, rule_id: str, findings: Any = None) -> Any:
        """Every row's verdict by one rule: a table with the columns of `findings.VERDICTS`.

        `findings`: what other rules have found, for a rule that asks for it; if left out, the pack's active rules say.
        """
        plan = self._chosen([rule_id])
        tables = []
        with open_claims(batch, batch_lines=2**62) as intake:
            for part in intake.partitions():
                context = self._context(part, Reach())
                hits = run_in_turn(plan, self._active, context, self.sources, trace=True, findings=findings)
                tables.append(verdict_table(hits.rules[0], context))
                context.release()
        return pa.concat_tables(tables)


def _absent_names(intake: Intake, shelf: Shelf) -> frozenset[str]:
    """What the whole input does not have: columns, and registers that did not come."""
    tables = shelf.knowledge.tables
    return absent_names(intake.absent, frozenset(name for name, table in tables.items() if not table.brought))


def _since(history_from: dt.date | str | None) -> int | None:
    day = day_of(history_from, "history_from")
    return None if day is None else (day - EPOCH).days


def _sorted(table: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ordered(table).to_pylist() if table.num_rows else []
    return rows


def _yuan(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2).quantize(Decimal("0.01"))
