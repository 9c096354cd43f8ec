"""Cases run as batches, each batch twice: as written, and back to front."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from pydantic import ValidationError

from claimrules.batch import ClaimBatch, open_claims
from claimrules.cases.case import Case, CaseOutcome, RuleCases
from claimrules.cases.compare import Judged, differences, found
from claimrules.cases.documents import Placed, placed
from claimrules.cases.found_before import findings_of
from claimrules.cases.from_examples import read_cases
from claimrules.cases.why import reasons
from claimrules.cases.world import ROW_TABLES
from claimrules.diagnostics import CaseError, ClaimRulesError, Diagnostic, suggest
from claimrules.knowledge import ParameterRows
from claimrules.models import Claim


class Judge(Protocol):
    """What running cases needs of a pack."""

    @property
    def rules(self) -> Mapping[str, RuleCases]:
        """The rules by id."""

    def with_knowledge(self, tables: Mapping[str, Sequence[Mapping[str, str]]]) -> "Judge":
        """The pack with other rows in these tables."""

    def without_exemptions(self) -> "Judge":
        """The pack without the rows of `exemptions.yaml`."""

    def with_parameter_rows(self, given: Mapping[str, ParameterRows]) -> "Judge":
        """The pack with other rows for these parameters in `parameters.yaml`."""

    def with_params(self, params: Mapping[str, str]) -> "Judge":
        """The pack with other parameters."""

    def explain_in(self, claims: Any, rule: str, *, claim: str, nearest: bool) -> Any:
        """Why, or why not, of one claim among others."""

    def judge(self, batch: ClaimBatch, rule_id: str, findings: Any = None) -> Any:
        """The verdict on every row, as an Arrow table. `findings`: what other rules have found."""


def run_pack(pack: Judge, only: Sequence[str] | None = None) -> Iterator[CaseOutcome]:
    """The outcomes of all rules' cases, rule by rule in the order of their ids.

    Raises:
        CaseError: CR611 `only` names no rule; examples that cannot be read, of all rules.
    """
    problems: list[Diagnostic] = []
    read: dict[str, tuple[Case, ...]] = {}
    for rule_id in sorted(set(only) if only is not None else pack.rules):
        try:
            read[rule_id] = read_cases(_rule(pack, rule_id))
        except CaseError as error:
            problems.extend(error.diagnostics)
    if problems:
        raise CaseError(problems)
    for cases in read.values():
        yield from run_cases(pack, cases)


def _rule(pack: Judge, rule_id: str) -> RuleCases:
    if rule_id not in pack.rules:
        near = suggest(rule_id, pack.rules)
        advice = f"did you mean `{near}`?" if near else f"the rules are {', '.join(sorted(pack.rules))}"
        raise CaseError(Diagnostic("CR611", f"there is no rule `{rule_id}`", help=advice))
    return pack.rules[rule_id]


def run_cases(pack: Judge, cases: Sequence[Case]) -> list[CaseOutcome]:
    """The outcomes of one rule's cases, in the order given."""
    outcomes: dict[str, CaseOutcome] = {}
    for group in placed(tuple(cases)):
        outcomes.update((outcome.name, outcome) for outcome in _run_group(pack, group))
    return [outcomes[case.name] for case in cases]


def _run_group(pack: Judge, group: list[Placed]) -> Iterator[CaseOutcome]:
    first = group[0].case
    documents = [document for one in group for document in one.documents()]
    try:
        with_its = set_up(pack, first)
        judged = _judge(with_its, first.rule_id, documents, group)
        again = _judge(with_its, first.rule_id, back_to_front(documents), group)
    except (ClaimRulesError, ValidationError) as error:
        text = f"the case cannot be run:\n{error}"
        yield from (CaseOutcome(one.case.rule_id, one.case.name, one.case.place, passed=False, text=text) for one in group)
        return
    for one, rows, turned in zip(group, judged, again, strict=True):
        yield _outcome(with_its, one.case, rows, turned)


def set_up(pack: Judge, case: Case) -> Judge:
    """The pack with the case's own knowledge and parameters."""
    pack = pack.without_exemptions()  # a case is about the rule; its invented ids are nobody's
    if case.knowledge:
        pack = pack.with_knowledge({table: [dict(row) for row in rows] for table, rows in case.knowledge})
    if case.parameter_rows:
        pack = pack.with_parameter_rows(case.parameter_rows)
    if case.params:
        pack = pack.with_params(dict(case.params))
    return pack


def _judge(pack: Judge, rule_id: str, documents: list[dict[str, Any]], group: list[Placed]) -> list[list[Judged]]:
    whose = Whose(group)
    before = findings_of(group)
    return whose.rows([pack.judge(batch, rule_id, before) for batch in batches_of(documents)])


class Whose:
    """Which case of a group each row of its batch belongs to, and by what label."""

    def __init__(self, group: Sequence[Placed]) -> None:
        self._labels = [one.labels() for one in group]
        self._owner = {claim_id: number for number, one in enumerate(self._labels) for claim_id, _ in one}

    def rows(self, tables: Sequence[Any]) -> list[list[Judged]]:
        """What was judged of each case, sorted. `tables`: those that `RulePack.judge` gives for the batches."""
        out: list[list[Judged]] = [[] for _ in self._labels]
        for table in tables:
            for row in table.to_pylist():
                number = self._owner[row["claim_id"]]
                label = self._labels[number].get((row["claim_id"], row["line_id"]), row["line_id"] or row["claim_id"])
                out[number].append(_judged(label, row))
        return [sorted(rows) for rows in out]


def batches_of(documents: list[dict[str, Any]]) -> list[ClaimBatch]:
    """Through the same door as any input: reversed claims go, encounters get their id."""
    with open_claims([Claim.model_validate(document) for document in documents]) as intake:
        batches = list(intake.partitions())
        reasons = intake.rejects["reason"].to_pylist()
    if reasons:
        raise CaseError(Diagnostic("CR610", f"a row of the case is rejected: {reason}") for reason in reasons)
    return batches


def _judged(label: str, row: Mapping[str, Any]) -> Judged:
    return Judged(
        label=label,
        verdict=row["verdict"],
        violating=bool(row["violating"]),
        amount=row["amount"] if row["amount"] is not None else Decimal("0.00"),
        suspicious=bool(row["suspicious"]),
        missing=row["missing"] or "",
    )


def back_to_front(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every table back to front: of all orders the one in which no first or last row keeps its place."""
    return [{**document, **{table: document[table][::-1] for table in ROW_TABLES}} for document in reversed(documents)]


def _outcome(pack: Judge, case: Case, rows: list[Judged], turned: list[Judged]) -> CaseOutcome:
    wrong = differences(case, rows)
    if not wrong and rows != turned:
        wrong = ["the result depends on the order of the rows; back to front it is:", *found(case, turned)]
    if not wrong:
        return CaseOutcome(case.rule_id, case.name, case.place, passed=True)
    text = "\n".join([*wrong, "", "what was found:", *(f"  {line}" for line in found(case, rows, reasons(pack, case)))])
    return CaseOutcome(case.rule_id, case.name, case.place, passed=False, text=text)
