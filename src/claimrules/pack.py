"""The façade: rules and knowledge, checked and compiled once, and what can be asked of them."""

import datetime as dt
import hashlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from claimrules.batch import ClaimBatch, Intake, open_claims
from claimrules.catalog import Type
from claimrules.diagnostics import (
    ClaimRulesError,
    ClaimsError,
    Diagnostic,
    KnowledgeError,
    LanguageError,
    PlanError,
    suggest,
)
from claimrules.engine.batch_context import BatchContext, Shelf
from claimrules.engine.hits import Counts, Hits
from claimrules.engine.prepare import prepare
from claimrules.engine.relation import Reach
from claimrules.engine.run import run
from claimrules.findings import (
    FINDINGS,
    UNDECIDED,
    AuditResult,
    BatchFindings,
    CheckResult,
    Finding,
    Fingerprint,
    RuleSummary,
    Summary,
    TableSummary,
    Totals,
    Undecided,
    make_findings,
)
from claimrules.findings.verdicts import verdict_table
from claimrules.knowledge import KnowledgeSet, read_declared_columns
from claimrules.language import Rule, Source, read_rule, read_sources, typed_literal
from claimrules.models import Claim
from claimrules.plan import Plan, make_plan
from claimrules.version import __version__

EPOCH = dt.date(1970, 1, 1)
RUNS = ("active",)
"""The status of rules that run unless `only` names others."""

Progress = Callable[[int, int | None], None]
NOT_RULES = frozenset({"sources.yaml", "parameters.yaml", "exemptions.yaml", "columns.yaml"})
NOT_RULE_FOLDERS = frozenset({"knowledge", "bases"})


@dataclass(frozen=True)
class RulePack:
    """Rules and knowledge, checked and compiled; immutable, thread-safe, picklable.

    `parameters`: values given by name, over the rules' own defaults. `region`: for claims that name none. `as_of`: only
    what was known then.
    """

    rules: Mapping[str, Rule]
    knowledge: KnowledgeSet
    sources: Mapping[str, Source]
    plan: Plan
    parameters: Mapping[str, str] = field(default_factory=dict)
    region: str | None = None
    as_of: dt.date | None = None
    fingerprint: str = ""
    warnings: tuple[Diagnostic, ...] = ()
    extra: Mapping[str, Mapping[str, Type]] = field(default_factory=dict)
    _shelf: list[Shelf] = field(default_factory=list, compare=False, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(self.__dict__)
        state["_shelf"] = []
        return state

    # ------------------------------------------------------------------ variants

    def with_knowledge(self, tables: Mapping[str, Sequence[Mapping[str, str]]]) -> "RulePack":
        """The same rules with the rows of some tables replaced."""
        knowledge = self.knowledge.with_rows(tables)
        return replace(self, knowledge=knowledge, _shelf=[])

    def with_params(self, values: Mapping[str, str]) -> "RulePack":
        """The same rules with some parameters given. PlanError for a name that no rule has."""
        merged = {**self.parameters, **values}
        plan = make_plan(self.rules.values(), self.knowledge.schemas, typed_parameters(self.rules, merged))
        return replace(self, parameters=merged, plan=plan)

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
        only: Iterable[str] | None = None,
        history_from: dt.date | None = None,
        jobs: int = 1,
        batch_lines: int = 100_000,
        memory: int | None = None,
        progress: Progress | None = None,
    ) -> AuditResult:
        """Every rule over all claims.

        `claims`: a folder or file, a dict of Arrow tables, a ClaimBatch, or Claims. `only`: these rules, whatever their
        status. `history_from`: the first date of which the data are complete. The result does not depend on the order of
        rows, `jobs`, `batch_lines` or `memory` (bytes, a bound for what is held at once).

        Raises:
            ClaimsError: the input cannot be read at all. PlanError: `only` names no rule. EngineError: a rule failed.
        """
        chosen = self._chosen(only)
        started = time.perf_counter()
        lines = 2**62 if chosen.whole else batch_lines
        with open_claims(
            claims,
            mapping=mapping,
            batch_lines=lines,
            memory=None if chosen.whole else memory,
            extra=self.extra or None,
        ) as intake:
            gathered = _Gathered(intake.total_lines, progress)
            for part in self._parts(intake, chosen, history_from, max(1, jobs)):
                gathered.add(part)
            if progress is not None and intake.total_lines is not None:
                progress(intake.total_lines, intake.total_lines)  # lines left out never reach a partition
            return self._result(gathered, intake, chosen, time.perf_counter() - started)

    def _chosen(self, only: Iterable[str] | None) -> Plan:
        if only is None:
            return self.plan.only(frozenset(r.id for r in self.rules.values() if r.status in RUNS))
        wanted = frozenset(only)
        unknown = sorted(wanted - set(self.rules))
        if unknown:
            near = suggest(unknown[0], self.rules)
            advice = f"did you mean `{near}`?" if near else f"the rules are: {', '.join(sorted(self.rules))}"
            raise PlanError(Diagnostic("CR402", f"there is no rule `{unknown[0]}`", help=advice))
        return self.plan.only(wanted)

    def _parts(self, intake: Intake, plan: Plan, history_from: dt.date | None, jobs: int) -> Iterator["_Part"]:
        reach = Reach(since=None if history_from is None else (history_from - EPOCH).days)
        batches = intake.partitions()
        if jobs == 1:
            for batch in batches:
                yield self._one(batch, plan, reach)
            return
        waiting: deque[Future[_Part]] = deque()
        with ThreadPoolExecutor(jobs) as pool:
            for batch in batches:
                waiting.append(pool.submit(self._one, batch, plan, reach))
                if len(waiting) > jobs:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _one(self, batch: ClaimBatch, plan: Plan, reach: Reach) -> "_Part":
        started = time.perf_counter()
        context = self._context(batch, reach)
        ready = time.perf_counter()
        hits = run(plan, context)
        judged = time.perf_counter()
        found = make_findings(hits, context, self.sources)
        seconds = {"prepare": ready - started, "judge": judged - ready, "findings": time.perf_counter() - judged}
        return _Part(
            found,
            {r.plan.rule.id: r.counts for r in hits.rules},
            {r.plan.rule.id: r.seconds for r in hits.rules},
            {**seconds, **hits.seconds},
            batch.lines.num_rows,
            hits.prepared.leftover.count,
        )

    def _context(self, batch: ClaimBatch, reach: Reach) -> BatchContext:
        as_of = None if self.as_of is None else (self.as_of - EPOCH).days
        return BatchContext(prepare(batch), self.shelf(), reach, self.region, as_of)

    def _result(self, gathered: "_Gathered", intake: Intake, plan: Plan, seconds: float) -> AuditResult:
        absent = _absent_names(intake.absent)
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
            {"total": seconds, "stages": gathered.seconds, "rules": gathered.rule_seconds},
            intake.warnings,
        )

    def _rule_summary(self, rule_id: str, plan: Plan, gathered: "_Gathered") -> RuleSummary:
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
        self, claim: Claim, history: Iterable[Claim] | None = None, *, history_from: dt.date | None = None
    ) -> CheckResult:
        """The verdicts on one claim, as an audit of it and its history gives them.

        `history`: the person's other claims, taken as all there are (since `history_from`). Without it, a rule that looks
        beyond the claim is undecided where other claims could change its answer.

        Raises:
            ClaimsError: the claim or its history cannot be read.
        """
        batch = ClaimBatch.from_claims([claim, *(history or ())])
        since = None if history_from is None else (history_from - EPOCH).days
        with open_claims(batch) as intake:
            parts = list(intake.partitions())
            rejects = intake.rejects
        if rejects.num_rows:
            first = rejects.slice(0, 1).to_pylist()[0]
            message = f"{first['source_table']}, row {first['row_number']}: {first['reason']}"
            raise ClaimsError(Diagnostic(str(first["code"]), message))
        plan = self._chosen(None)
        findings, undecided = [], []
        for part in parts:
            context = self._context(part, Reach(since, alone=history is None))
            made = make_findings(run(plan, context), context, self.sources)
            findings.append(made.findings)
            undecided.append(made.undecided)
        touched = _touching(pa.concat_tables([FINDINGS.empty_table(), *findings]), claim.claim_id)
        rows = pa.concat_tables([UNDECIDED.empty_table(), *undecided])
        rows = rows.filter(pc.equal(rows["claim_id"], claim.claim_id))
        return CheckResult(
            tuple(Finding.model_validate(row) for row in _ordered(touched).to_pylist()),
            tuple(Undecided.model_validate(row) for row in _ordered(rows).to_pylist()),
        )

    def judge(self, batch: ClaimBatch, rule_id: str) -> Any:
        """Every row's verdict by one rule: a table with the columns of `findings.VERDICTS`."""
        plan = self._chosen([rule_id])
        tables = []
        with open_claims(batch, batch_lines=2**62) as intake:
            for part in intake.partitions():
                context = self._context(part, Reach())
                hits: Hits = run(plan, context, trace=True)
                tables.append(verdict_table(hits.rules[0], context))
        return pa.concat_tables(tables)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one partition gave."""

    found: BatchFindings
    counts: Mapping[str, Counts]
    rule_seconds: Mapping[str, float]
    seconds: Mapping[str, float]
    lines: int
    leftover: int


class _Gathered:
    """The parts added up. Sums and sorted tables do not depend on the order in which parts come."""

    def __init__(self, total: int | None, progress: Progress | None) -> None:
        self.total, self.progress = total, progress
        self.counts: dict[str, Counts] = {}
        self.amounts: dict[str, tuple[int, int]] = {}
        self.totals = Totals()
        self.rule_seconds: dict[str, float] = {}
        self.seconds: dict[str, float] = {}
        self.lines = 0
        self.leftover = 0
        self._findings: list[Any] = []
        self._undecided: list[Any] = []

    def add(self, part: _Part) -> None:
        self._findings.append(part.found.findings)
        self._undecided.append(part.found.undecided)
        self.totals += part.found.totals
        self.leftover += part.leftover
        self.lines += part.lines
        for name, counts in part.counts.items():
            before = self.counts.get(name, Counts())
            self.counts[name] = Counts(
                before.flagged + counts.flagged,
                before.clean + counts.clean,
                before.not_applicable + counts.not_applicable,
                before.undecided + counts.undecided,
            )
        for name, (amount, loss) in part.found.amounts.items():
            a, b = self.amounts.get(name, (0, 0))
            self.amounts[name] = (a + amount, b + loss)
        for target, source in ((self.rule_seconds, part.rule_seconds), (self.seconds, part.seconds)):
            for name, seconds in source.items():
                target[name] = target.get(name, 0.0) + seconds
        if self.progress is not None:
            self.progress(self.lines, self.total)

    def findings(self) -> Any:
        return _ordered(pa.concat_tables([FINDINGS.empty_table(), *self._findings]))

    def undecided(self, absent: frozenset[str]) -> Any:
        """One row a subject; those of a column that the input does not have, one a rule."""
        rows = pa.concat_tables([UNDECIDED.empty_table(), *self._undecided])
        if not absent or not rows.num_rows:
            return _ordered(rows)
        gone = pc.is_in(rows["missing"], value_set=pa.array(sorted(absent), pa.string()))
        single = rows.filter(pc.invert(gone))
        counted = rows.filter(gone).group_by(["rule_id", "missing"], use_threads=False).aggregate([("subjects", "sum")])
        n = counted.num_rows
        null = pa.nulls(n, pa.string())
        table = pa.table([counted["rule_id"], null, null, counted["missing"], counted["subjects_sum"]], schema=UNDECIDED)
        return _ordered(pa.concat_tables([single, table]))


def _ordered(table: Any) -> Any:
    keys = [(name, "ascending") for name in ("rule_id", "claim_id", "subject") if name in table.column_names]
    if "missing" in table.column_names:
        keys.append(("missing", "ascending"))
    return table.sort_by(keys).combine_chunks()


def _touching(findings: Any, claim_id: str) -> Any:
    """Findings of the claim, and those that it is related to as a later part of the same subject is not."""
    return findings.filter(pc.equal(findings["claim_id"], claim_id))


def _yuan(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2).quantize(Decimal("0.01"))


def _absent_names(absent: frozenset[tuple[str, str]]) -> frozenset[str]:
    kinds = {
        "claims": ("claim", "encounter"),
        "lines": ("line", "raw_line"),
        "diagnoses": ("diagnosis",),
        "operations": ("operation",),
    }
    return frozenset(f"{kind}.{column}" for table, column in absent for kind in kinds[table])


# ---------------------------------------------------------------------- loading


def rule_files(folder: Path) -> list[Path]:
    """The rule files of a folder, sorted; one file is itself."""
    if folder.is_file():
        return [folder]
    found = [p for suffix in ("*.yaml", "*.yml") for p in folder.rglob(suffix)]
    inside = [p for p in found if p.name not in NOT_RULES and not NOT_RULE_FOLDERS & set(p.relative_to(folder).parts[:-1])]
    return sorted(inside)


def load(
    rules: Path | str,
    *,
    knowledge: Sequence[Path | str] = (),
    params: Mapping[str, str] | None = None,
    region: str | None = None,
    as_of: dt.date | None = None,
) -> RulePack:
    """Read rules and knowledge, check them and compile the plan.

    `rules`: a folder of rule files with `knowledge/` and `sources.yaml` in it, or one rule file. `knowledge`: further
    layers, later ones win table by table. `params`: parameters by name, as text.

    Raises:
        ClaimRulesError: everything that is wrong, with places: LanguageError, KnowledgeError, PlanError.
    """
    folder = Path(rules)
    if not folder.exists():
        raise LanguageError(Diagnostic("CR201", f"there is no file or folder `{rules}`"))
    root = root_of(folder)
    layers = [root / "knowledge"] if (root / "knowledge").is_dir() else []
    found: list[Diagnostic] = []
    tables = KnowledgeSet.read([])
    try:
        tables = KnowledgeSet.read([*layers, *(Path(layer) for layer in knowledge)])
    except ClaimRulesError as error:
        found += error.diagnostics
    sources: dict[str, Source] = {}
    try:
        sources = read_sources(root / "sources.yaml")
    except ClaimRulesError as error:
        found += error.diagnostics
    extra: dict[str, dict[str, Type]] = {}
    try:
        extra = read_declared_columns(root / "columns.yaml")
    except ClaimRulesError as error:
        found += error.diagnostics
    files = rule_files(folder)
    if not files:
        found.append(Diagnostic("CR201", f"there is no rule file in `{rules}`", help="rule files end in .yaml"))
    broken = bool(found)
    read = _read_rules(files, tables, frozenset(sources) if (root / "sources.yaml").exists() else None, extra, found)
    if broken:  # a table that cannot be read is not also unknown
        found = [d for d in found if d.code not in ("CR218", "CR219")]
    if found:
        raise _of_first(found)
    values = dict(params or {})
    plan = make_plan(read.values(), tables.schemas, typed_parameters(read, values))
    digest = hashlib.sha256()
    for path in sorted(files, key=lambda p: p.name):  # in whatever sub-folders they lie
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    digest.update(repr(sorted(values.items())).encode() + repr((region, as_of)).encode())
    return RulePack(read, tables, sources, plan, values, region, as_of, digest.hexdigest()[:16], extra=extra)


def root_of(rules: Path) -> Path:
    """The folder that holds `knowledge/` and `sources.yaml`: the given one, or the nearest above a part of it."""
    start = rules if rules.is_dir() else rules.parent
    for folder in (start, *start.resolve().parents[:3]):
        if (folder / "sources.yaml").exists() or any((folder / "knowledge").glob("*.yaml")):
            return folder
    return start


def _read_rules(
    files: Sequence[Path],
    tables: KnowledgeSet,
    sources: frozenset[str] | None,
    extra: Mapping[str, Mapping[str, Type]],
    found: list[Diagnostic],
) -> dict[str, Rule]:
    out: dict[str, Rule] = {}
    schemas, sets = tables.schemas, frozenset(tables.sets)
    for path in files:
        try:
            rule = read_rule(path, schemas, sets=sets, sources=sources, extra=extra)
        except ClaimRulesError as error:
            found += error.diagnostics
            continue
        if rule.id in out:
            message = f"the id `{rule.id}` is taken by {out[rule.id].file}"
            found.append(Diagnostic("CR210", message, rule.place, help="an id is never used twice"))
        out[rule.id] = rule
    return dict(sorted(out.items()))


def _of_first(found: list[Diagnostic]) -> ClaimRulesError:
    knowledge = all(d.code.startswith("CR3") for d in found)
    return KnowledgeError(found) if knowledge else LanguageError(found)


def typed_parameters(rules: Mapping[str, Rule], values: Mapping[str, str]) -> dict[str, tuple[Any, Any]]:
    """Parameters given as text, typed as their defaults are.

    Raises:
        PlanError: CR403 a name that no rule has; CR404 a value of another kind than the default.
    """
    known = {p.name: p for rule in rules.values() for p in rule.params}
    found: list[Diagnostic] = []
    out: dict[str, tuple[Any, Any]] = {}
    for name, text in values.items():
        param = known.get(name)
        if param is None:
            near = suggest(name, known)
            advice = f"did you mean `{near}`?" if near else f"parameters are: {', '.join(sorted(known)) or 'none'}"
            found.append(Diagnostic("CR403", f"no rule has a parameter `{name}`", help=advice))
            continue
        type_, value = typed_literal(str(text))
        if type_.is_number != param.type.is_number or (not type_.is_number and type_.base is not param.type.base):
            what = f"`{name}` is {param.type}, and `{text}` is not"
            found.append(Diagnostic("CR404", what))
        elif param.values and str(text) not in param.values:
            found.append(Diagnostic("CR404", f"`{name}` is one of {', '.join(param.values)}"))
        out[name] = (type_, value)
    if found:
        raise PlanError(found)
    return out
