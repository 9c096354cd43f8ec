"""Cases are run against a judge of a few lines that stands for the pack."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, TypeAlias

import pyarrow as pa
import pytest

from claimrules.batch import ClaimBatch
from claimrules.cases import Case, CaseOutcome, run_cases
from claimrules.diagnostics import Diagnostic, KnowledgeError

Read: TypeAlias = Callable[..., tuple[Case, ...]]
One: TypeAlias = Callable[..., CaseOutcome]
SCHEMA = pa.schema(
    [
        ("claim_id", pa.string()),
        ("line_id", pa.string()),
        ("verdict", pa.string()),
        ("violating", pa.bool_()),
        ("amount", pa.decimal128(18, 2)),
        ("suspicious", pa.bool_()),
        ("missing", pa.string()),
    ]
)


@dataclass(frozen=True)
class Limits:
    """A line above its item's limit is flagged; a person of unknown sex is undecided; others are not applicable."""

    limits: Mapping[str, Decimal] = field(default_factory=dict)
    factor: Decimal = Decimal(1)
    batches: list[ClaimBatch] = field(default_factory=list)
    twist: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = list

    @property
    def rules(self) -> Mapping[str, Any]:
        return {"some_rule": SimpleNamespace()}

    def with_knowledge(self, tables: Mapping[str, Sequence[Mapping[str, str]]]) -> "Limits":
        if "limit" not in tables:
            raise KnowledgeError(Diagnostic("CR301", "there is no such table"))
        return replace(self, limits={row["code"]: Decimal(row["max"]) for row in tables["limit"]})

    def without_exemptions(self) -> "Limits":
        return self

    def with_params(self, params: Mapping[str, str]) -> "Limits":
        return replace(self, factor=Decimal(params["factor"]))

    def explain_in(self, claims: Any, rule: str, *, claim: str, nearest: bool) -> Any:  # noqa: ARG002
        return SimpleNamespace(subjects=())

    def judge(self, batch: ClaimBatch, rule_id: str, findings: Any = None) -> Any:  # noqa: ARG002
        assert rule_id == "some_rule"
        self.batches.append(batch)
        sex = {row["claim_id"]: row.get("sex") for row in batch.claims.to_pylist()}
        return pa.Table.from_pylist(self.twist([self._row(line, sex) for line in batch.lines.to_pylist()]), SCHEMA)

    def _row(self, line: dict[str, Any], sex: dict[str, str | None]) -> dict[str, Any]:
        limit = self.limits.get(line["item_code"])
        verdict = "clean"
        if limit is None:
            verdict = "not_applicable"
        elif sex[line["claim_id"]] is None:
            verdict = "undecided"
        elif line["quantity"] > limit * self.factor:
            verdict = "flagged"
        return {
            **{key: line[key] for key in ("claim_id", "line_id")},
            "verdict": verdict,
            "violating": verdict == "flagged",
            "amount": line["in_scope_amount"] if verdict == "flagged" else None,
            "suspicious": False,
            "missing": "claim.sex" if verdict == "undecided" else None,
        }


@pytest.fixture
def one(read: Read) -> One:
    def outcome(expect: str, more: str = "") -> CaseOutcome:
        cases = read(f"""
            examples:
              - name: a case
                given: visit
                lines: {{l1: {{item_code: A, quantity: 3}}, l2: {{item_code: B, quantity: 3}}}}
                knowledge: {{limit: [{{code: A, max: 2}}]}}
                {more}
                expect: {expect}
        """)
        (found,) = run_cases(Limits(), cases)
        return found

    return outcome


def test_a_case_that_holds_passes_without_a_word(one: One):
    outcome = one('{flagged: [l1], not_applicable: [l2], amount: "30.00", suspicious: false}')
    assert (outcome.passed, outcome.text) == (True, "")
    assert (outcome.rule_id, outcome.name, outcome.place.line) == ("some_rule", "a case", 3)


def test_a_case_that_does_not_hold_says_what_differs_and_what_was_found(one: One):
    outcome = one("clean")
    assert not outcome.passed
    assert outcome.text.splitlines() == [
        "`l1` should not be flagged and is (amount 30.00)",
        "",
        "what was found:",
        "  l1: flagged, amount 30.00",
        "  l2: not applicable",
    ]


def test_changes_and_params_reach_the_judge(one: One):
    assert one("{undecided: [l1], missing: claim.sex}", "change: {claim.sex: unknown}").passed
    assert one("{clean: [l1]}", "change: {l1.quantity: 2}").passed
    assert one("{clean: [l1]}", "params: {factor: 1.5}").passed


def test_cases_that_share_knowledge_and_params_are_one_batch_with_persons_of_their_own(read: Read):
    judge = Limits()
    cases = read("""
        examples:
          - name: one
            given: visit
            lines: {l1: {item_code: A, quantity: 3}}
            knowledge: {limit: [{code: A, max: 2}]}
            expect: {flagged: [l1]}
          - name: two
            given: stay
            lines: {l1: {item_code: A, quantity: 3}}
            knowledge: {limit: [{code: A, max: 3}]}
            expect: clean
          - name: three
            given: stay
            lines: {l1: {item_code: A}}
            knowledge: {limit: [{code: A, max: 2}]}
            expect: clean
    """)
    outcomes = run_cases(judge, cases)
    assert [(outcome.name, outcome.passed) for outcome in outcomes] == [("one", True), ("two", True), ("three", True)]
    # Two batches, each judged twice.
    assert sorted(batch.claims.num_rows for batch in judge.batches) == [1, 1, 2, 2]
    shared = next(batch for batch in judge.batches if batch.claims.num_rows == 2)
    for column in ("claim_id", "encounter_id", "person_id", "provider_id"):
        assert len(set(shared.claims[column].to_pylist())) == 2


def test_an_id_that_the_knowledge_names_is_kept(read: Read):
    judge = Limits()
    (outcome,) = run_cases(
        judge,
        read("""
        examples:
          - name: a case
            given: visit
            lines: {l1: {item_code: A}}
            knowledge: {limit: [{code: A, max: 2, provider: H1}]}
            expect: clean
        """),
    )
    assert outcome.passed
    assert {batch.claims["provider_id"][0].as_py() for batch in judge.batches} == {"H1"}


def test_a_result_that_depends_on_the_order_of_rows_fails(read: Read):
    def first_only(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{**row, "verdict": "flagged" if n == 0 else "clean", "violating": n == 0} for n, row in enumerate(rows)]

    cases = read("""
        examples:
          - name: a case
            given: visit
            lines: {l1: {item_code: A}, l2: {item_code: A}, l3: {item_code: A}, l4: {item_code: A}, l5: {item_code: A}}
            expect: {flagged: [l1]}
    """)
    (outcome,) = run_cases(Limits(twist=first_only), cases)
    assert not outcome.passed
    assert "depends on the order of the rows" in outcome.text


def test_a_reversed_settlement_is_gone(one: One):
    assert one("not_applicable", "change: {claim.is_reversed: true}").passed


@pytest.mark.parametrize("more", ["change: {l1.quantity: null}", "change: {claim.person_id: null}"])
def test_a_row_that_no_claim_can_have_fails_its_case_and_no_other(one: One, more: str):
    outcome = one("clean", more)
    assert not outcome.passed
    assert "the case cannot be run" in outcome.text


def test_unknown_knowledge_fails_the_case_with_the_reason(read: Read):
    (outcome,) = run_cases(
        Limits(),
        read("""
        examples:
          - {name: a case, given: visit, lines: {l1: {item_code: A}}, knowledge: {limits: []}, expect: clean}
        """),
    )
    assert not outcome.passed
    assert "there is no such table" in outcome.text
