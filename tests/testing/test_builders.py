"""Claims built in code are filled in as those of cases are, and the assertions tell what was found."""

from decimal import Decimal
from pathlib import Path

import pytest

import claimrules
from claimrules.testing import assert_clean, assert_flagged, assert_undecided, claim, diagnosis, line, operation

RULES = Path(__file__).parents[1] / "archetypes"


@pytest.fixture(scope="module")
def pack():
    rows = {"sex_limit": [{"code": "F1", "sex": "female"}], "ceiling": [{"code": "A", "level": "3A", "ceiling": "11"}]}
    return claimrules.load(RULES).with_knowledge(rows)


def test_a_line_costs_ten_a_unit_unless_it_says_otherwise():
    plain, priced, given = line("A", quantity=3), line("A", quantity=3, unit_price="0.335"), line("A", amount="86.40")
    assert (plain.amount, plain.unit_price, plain.in_scope_amount) == (Decimal("30.00"), Decimal(10), Decimal("30.00"))
    assert priced.amount == Decimal("1.01")  # 1.005, half up
    assert given.unit_price == Decimal("86.40")


def test_a_claim_adds_up_its_lines_and_names_them():
    built = claim(line("A"), line("B", quantity=2, line_id="x"), line("C", in_scope_amount=None))
    assert [one.line_id for one in built.lines] == ["l1", "x", "l3"]
    assert (built.total_amount, built.in_scope_amount, built.fund_amount) == (Decimal(40), Decimal(30), Decimal(30))
    assert {str(one.charged_at) for one in built.lines} == {"2025-06-02 10:00:00"}


def test_a_stated_none_stays():
    built = claim(line("A", charged_at=None, unit_price=None), sex=None, total_amount=None)
    assert (built.lines[0].charged_at, built.lines[0].unit_price, built.sex, built.total_amount) == (None,) * 4


def test_what_is_flagged(pack):
    man = claim(line("F1", amount="86.40"), line("X"))
    assert_flagged(pack, "t01_attribute_limit", man)
    assert_flagged(pack, "t01_attribute_limit", man, "l1", amount="86.40")
    assert_flagged(pack, "t01_attribute_limit", man, "C1.l1")


def test_what_is_clean_and_what_is_undecided(pack):
    assert_clean(pack, "t01_attribute_limit", claim(line("F1"), sex="female"))
    assert_undecided(pack, "t01_attribute_limit", claim(line("F1"), sex=None), "l1", missing="claim.sex")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda pack, man: assert_flagged(pack, "t01_attribute_limit", man, "l2"),
        lambda pack, man: assert_flagged(pack, "t01_attribute_limit", man, "l1", "l2"),
        lambda pack, man: assert_flagged(pack, "t01_attribute_limit", man, "l1", amount="86.41"),
        lambda pack, man: assert_flagged(pack, "t08_price_cap", man),
        lambda pack, man: assert_clean(pack, "t01_attribute_limit", man),
        lambda pack, man: assert_clean(pack, "t08_price_cap", man),
        lambda pack, man: assert_undecided(pack, "t01_attribute_limit", man),
    ],
)
def test_an_assertion_that_does_not_hold_fails_with_the_verdicts(pack, wrong):
    with pytest.raises(AssertionError, match=r"C1\.l1: (flagged, violating, 86\.40|not_applicable)"):
        wrong(pack, claim(line("F1", amount="86.40"), line("X")))


def test_several_claims_are_judged_together(pack):
    stay = {"care_type": "inpatient", "discharge_way": "home"}
    first = claim(admitted_at="2025-05-20T08:00", discharged_at="2025-06-01T10:00", principal_diagnosis="I20.9", **stay)
    second = {"claim_id": "C2", "principal_diagnosis": "I20.0", "in_scope_amount": "5000", **stay}
    again = claim(admitted_at="2025-06-09T08:00", discharged_at="2025-06-30T10:00", **second)
    assert_flagged(pack, "t15_episode_pair", [again, first], "C2", amount="5000.00")


def test_an_assertion_that_does_not_hold_says_why(pack):
    with pytest.raises(
        AssertionError, match=r"C1\.l1: flagged, violating, 86\.40, because claim\.sex \(male\) <> limit\.sex"
    ):
        assert_clean(pack, "t01_attribute_limit", claim(line("F1", amount="86.40")))


def test_claims_may_be_given_as_a_generator(pack):
    with pytest.raises(AssertionError, match="because"):
        assert_clean(pack, "t01_attribute_limit", (one for one in [claim(line("F1"))]))


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: claim(sx="male"), "Claim has no field `sx`: did you mean `sex`?"),
        (lambda: line("A", quantty=1), "did you mean `quantity`?"),
        (lambda: diagnosis("J18", is_principel=True), "did you mean `is_principal`?"),
        (lambda: operation("51.23", zzz=1), "Operation has no field `zzz`$"),
    ],
)
def test_a_misspelt_field_is_refused(build, said):
    with pytest.raises(TypeError, match=said.replace("?", r"\?")):
        build()


def test_diagnoses_and_operations_are_those_of_the_claim():
    built = claim(diagnoses=[diagnosis("J18.9", is_principal=True)], operations=[operation("51.23")])
    assert [(one.diagnosis_code, one.is_principal) for one in built.diagnoses] == [("J18.9", True)]
    assert [(one.operation_code, one.operated_at) for one in built.operations] == [("51.23", None)]
    assert (built.total_amount, built.lines) == (Decimal(0), ())
