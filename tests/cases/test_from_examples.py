from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import TypeAlias

import pytest

from claimrules.cases import Case, read_cases
from claimrules.diagnostics import CaseError

Read: TypeAlias = Callable[..., tuple[Case, ...]]
Problems: TypeAlias = Callable[..., list[tuple[str, int, str, str]]]


@pytest.fixture
def problems(read: Read) -> Problems:
    def found(text: str, kind: str = "line") -> list[tuple[str, int, str, str]]:
        with pytest.raises(CaseError) as caught:
            read(text, kind)
        return [(d.code, d.place.line if d.place else 0, d.message, d.help) for d in caught.value.diagnostics]

    return found


def test_a_rule_without_examples_has_no_cases():
    rule = SimpleNamespace(id="some_rule", kind="line", file=Path("some_rule.yaml"), examples=None)
    assert read_cases(rule) == ()


def test_a_line_is_filled_in_from_what_is_stated(read: Read):
    (case,) = read("""
        examples:
          - name: a case
            given: stay
            lines:
              l1: {item_code: A, quantity: 3}
              l2: {item_code: B, quantity: 2, unit_price: 1.255}
              l3: {item_code: C, quantity: 4, amount: 10.00, in_scope_amount: 8.00, charged_at: 2025-06-03 12:30}
            expect: clean
    """)
    l1, l2, l3 = (row.values for row in case.world.of("lines"))
    assert (l1["amount"], l1["unit_price"], l1["in_scope_amount"]) == (Decimal("30.00"), Decimal(10), Decimal("30.00"))
    assert l1["charged_at"] == datetime(2025, 6, 1, 9, 0)  # noqa: DTZ001
    assert l1["item_type"] == "drug"
    assert l1["line_id"] == "l1"
    assert l2["amount"] == Decimal("2.51")  # 2 × 1.255, whole
    assert (l3["amount"], l3["unit_price"], l3["in_scope_amount"]) == (
        Decimal("10.00"),
        Decimal("2.5"),
        Decimal("8.00"),
    )
    assert l3["charged_at"] == datetime(2025, 6, 3, 12, 30)  # noqa: DTZ001
    (claim,) = (row.values for row in case.world.of("claims"))
    assert claim["total_amount"] == Decimal("42.51")
    assert claim["in_scope_amount"] == Decimal("40.51")
    assert claim["fund_amount"] == Decimal("40.51")


def test_half_a_cent_goes_up(read: Read):
    (case,) = read("""
        examples:
          - name: a case
            given: visit
            lines: {l1: {item_code: A, quantity: 0.5, unit_price: 1.01}}
            expect: clean
    """)
    assert next(case.world.of("lines")).values["amount"] == Decimal("0.51")  # 0.505


def test_changes_reach_claims_and_rows_by_label_and_null_empties_a_field(read: Read):
    (case,) = read("""
        examples:
          - name: a case
            given: two_stays
            lines:
              first.l1: {item_code: A}
              second.l1: {item_code: A}
              second.l2: {item_code: A}
            diagnoses: {second.d1: {diagnosis_code: I10}}
            change:
              second.admitted_at: 2025-06-10
              second.lines.l1.quantity: 5
              l2.charged_at: null
              first.sex: unknown
              d1.diagnosis_code: I11
            expect: clean
    """)
    world = case.world
    first, second = world.of("claims")
    assert second.values["admitted_at"] == datetime(2025, 6, 10)  # noqa: DTZ001
    assert first.values["sex"] is None
    assert second.values["birth_date"] == date(1985, 3, 15)
    assert [row.values["quantity"] for row in world.of("lines")] == [1, 5, 1]
    assert [row.values["charged_at"] is None for row in world.of("lines")] == [False, False, True]
    assert [row.values["diagnosis_code"] for row in world.of("diagnoses", "second")] == ["I11"]


def test_the_only_claim_may_be_called_claim(read: Read):
    (case,) = read("""
        examples:
          - name: a case
            claims: {mine: {sex: female}}
            lines: {claim.l1: {item_code: A}}
            change: {claim.sex: male}
            expect: {flagged: [claim.l1]}
    """)
    assert case.expect.flagged == ("mine.l1",)
    assert next(case.world.of("claims")).values["sex"] == "male"


def test_a_claim_may_be_like_another(read: Read):
    (case,) = read(
        """
        examples:
          - name: a case
            given: two_stays
            claims: {third: {like: second, person_id: P2}}
            expect: {flagged: [third]}
    """,
        kind="encounter",
    )
    third = list(case.world.of("claims"))[2].values
    assert (third["person_id"], third["principal_diagnosis"], third["claim_id"]) == ("P2", "I20.000", "third")


def test_the_parts_of_a_stay_are_one_encounter(read: Read):
    (case,) = read(
        """
        examples:
          - name: a case
            given: settled_in_parts
            expect: {flagged: [second]}
    """,
        kind="encounter",
    )
    assert case.expect.flagged == ("first",)


def test_knowledge_and_params_are_text(read: Read):
    (case,) = read("""
        examples:
          - name: a case
            given: visit
            lines: {l1: {item_code: A}}
            knowledge: {limit: [{code: 0011, max: 3.50, valid_to: }]}
            params: {days: 7}
            expect: {flagged: [l1], amount: "1.50", suspicious: true}
    """)
    assert case.knowledge == (("limit", ((("code", "0011"), ("max", "3.50"), ("valid_to", "")),)),)
    assert case.params == (("days", "7"),)
    assert case.expect.amount == Decimal("1.50")
    assert case.expect.suspicious is True


def test_a_rule_base_may_have_bases_of_its_own(read: Read, tmp_path: Path):
    (tmp_path / "sources.yaml").write_text("")
    (tmp_path / "bases").mkdir()
    (tmp_path / "bases" / "night.yaml").write_text("claims: {c: {care_type: emergency}}\nlines: {l1: {item_code: A}}")
    file = tmp_path / "policy" / "some_rule.yaml"
    text = "examples: [{name: a case, given: night, expect: {flagged: [l1]}}]"
    (case,) = read(text, file=file)
    assert next(case.world.of("claims")).values["care_type"] == "emergency"
    assert case.expect.flagged == ("c.l1",)


def test_all_errors_of_a_file_are_told_at_once_each_in_its_place(problems: Problems):
    assert problems("""
        examples:
          - name: one
            given: vist
            expect: clean
          - name: two
            given: visit
            lines: {l1: {item_code: A, quantty: 1}}
            change: {claim.sex: men}
            expct: clean
            expect: clean
          - given: visit
            expect: clean
          - name: two
            given: visit
            change: {clam.sex: male}
            expect: {flaged: [l1]}
    """) == [
        ("CR605", 4, "unknown base `vist`", "did you mean `visit`?"),
        ("CR606", 8, "unknown field of lines `quantty`", "did you mean `quantity`?"),
        ("CR607", 9, "`men` is not a value of this field", "did you mean `male`?"),
        ("CR602", 10, "unknown key of a case `expct`", "did you mean `expect`?"),
        ("CR603", 12, "a case needs a `name`", "say in one sentence what must happen"),
        ("CR604", 14, "two cases are named `two`", "the first stands on line 6"),
        ("CR606", 16, "nothing here is called `clam`", "did you mean `claim.sex`?"),
        ("CR608", 17, "unknown expectation `flaged`", "did you mean `flagged`?"),
    ]


@pytest.mark.parametrize(
    ("part", "code", "message"),
    [
        ("change: {claim.birth_date: 2025-02-30}", "CR607", "`2025-02-30` is not a date: "),
        ("change: {claim.admitted_at: yesterday}", "CR607", "`yesterday` is not a time"),
        ("change: {l1.quantity: 1.00001}", "CR607", "`1.00001` has more than 4 digits after the point"),
        ("change: {l1.quantity: 1e99}", "CR607", "`1e99` is not a number"),
        ("change: {l1.quantity: NaN}", "CR607", "`NaN` is not a number"),
        ("change: {l1.amount: 123456789012345}", "CR607", "has more than 14 digits before the point"),
        ("change: {claim.is_newborn: maybe}", "CR607", "`maybe` is neither true nor false"),
        ("change: {l1.sex: male}", "CR606", "lines have no field `sex`"),
        ("change: {sex: male}", "CR606", "nothing here is called `sex`"),
        ("change: [claim.sex]", "CR601", "`change` must be a mapping"),
        ("lines: {l2: {}}", "CR603", "the line `claim.l2` has no item_code"),
        ("lines: {second.l2: {item_code: A}}", "CR606", "unknown claim `second`"),
        ("diagnoses: {l1: {diagnosis_code: I10}}", "CR606", "`claim.l1` is there already"),
        ("claims: {claim: {sex: male}}", "CR606", "a claim cannot be called `claim`"),
        ("knowledge: {limit: {code: A}}", "CR601", "the rows of `limit` must be a list"),
        ("params: {days: }", "CR603", "the parameter `days` has no value"),
    ],
)
def test_what_cannot_be_is_an_error(problems: Problems, part: str, code: str, message: str):
    line = "" if part.startswith("lines") else "lines: {l1: {item_code: A}}"
    (found,) = problems(f"""
        examples:
          - name: a case
            given: visit
            {line}
            {part}
            expect: clean
    """)
    assert found[0] == code
    assert message in found[2]


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("maybe", "`expect: maybe` is not a result"),
        ("[l1]", "`expect` must be a word or a mapping"),
        ("{}", "nothing is expected"),
        ("{flagged: [l9]}", "nothing here is called `l9`"),
        ("{flagged: [claim]}", "`claim` is none of the lines"),
        ("{flagged: [l9], amount: 3, suspicious: true}", "nothing here is called `l9`"),
        ("{undecided: [l9], missing: claim.sex}", "nothing here is called `l9`"),
        ("{flagged: [], amount: 3}", "`amount` says nothing where nothing is flagged"),
        ("{flagged: [l1], clean: [l1]}", "`claim.l1` cannot be flagged and clean"),
        ("{clean: [l1], amount: 3}", "`amount` says nothing where nothing is flagged"),
        ("{flagged: [l1], missing: claim.sex}", "`missing` says nothing where nothing is undecided"),
        ("{flagged: [l1], suspicious: perhaps}", "`suspicious` is true or false"),
    ],
)
def test_an_expectation_that_cannot_be_is_an_error(problems: Problems, expect: str, message: str):
    (found,) = problems(f"""
        examples:
          - name: a case
            given: visit
            lines: {{l1: {{item_code: A}}}}
            expect: {expect}
    """)
    assert found[0] == "CR608"
    assert message in found[2]


def test_a_label_in_two_claims_must_say_which(problems: Problems):
    (found,) = problems("""
        examples:
          - name: a case
            given: two_stays
            lines: {first.l1: {item_code: A}, second.l1: {item_code: A}}
            expect: {flagged: [l1]}
    """)
    assert found == ("CR608", 6, "`l1` is not clear", "write `first.l1` or `second.l1`")


def test_a_line_label_says_its_claim_where_there_are_several(problems: Problems):
    (found,) = problems("""
        examples:
          - name: a case
            given: two_stays
            lines: {l1: {item_code: A}}
            expect: clean
    """)
    assert found == ("CR606", 5, "`l1` could be in several claims", "write `first.l1`")


def test_examples_that_are_no_list_are_an_error(problems: Problems):
    (found,) = problems("examples: {name: a case}")
    assert found[:1] + found[2:3] == ("CR601", "`examples` must be a list of cases")
