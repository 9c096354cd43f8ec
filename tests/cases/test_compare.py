from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

import pytest

from claimrules.cases.case import Case
from claimrules.cases.compare import Judged, differences

Expecting: TypeAlias = Callable[[str], Case]


def judged(label: str, verdict: str, amount: str = "0.00", **more: object) -> Judged:
    values = {"violating": verdict == "flagged", "suspicious": False, "missing": "", **more}
    return Judged(f"claim.{label}", verdict, amount=Decimal(amount), **values)  # type: ignore[arg-type]


@pytest.fixture
def case(read: Callable[..., tuple[Case, ...]]) -> Expecting:
    def expecting(expect: str) -> Case:
        (found,) = read(
            f"""
            examples:
              - name: a case
                given: visit
                lines: {{l1: {{item_code: A}}, l2: {{item_code: A}}}}
                expect: {expect}
            """
        )
        return found

    return expecting


def test_as_expected_is_no_difference(case: Expecting):
    rows = [judged("l1", "flagged", "8.00"), judged("l2", "flagged", "2.00")]
    assert differences(case('{flagged: [l1, l2], amount: "10.00"}'), rows) == []
    assert differences(case("{flagged: [l1, l2], amount: {l2: 2.00}, suspicious: false}"), rows) == []


def test_what_is_not_expected_is_told(case: Expecting):
    rows = [judged("l1", "clean"), judged("l2", "flagged", "2.00")]
    assert differences(case("{flagged: [l1]}"), rows) == [
        "`l1` should be flagged and is clean",
        "`l2` should not be flagged and is (amount 2.00)",
    ]


def test_the_amount_is_the_sum_of_the_flagged_rows(case: Expecting):
    rows = [judged("l1", "flagged", "8.00"), judged("l2", "flagged", "2.00")]
    assert differences(case("{flagged: [l1, l2], amount: 12}"), rows) == [
        "the amount should be 12 and is 10.00 (l1 8.00, l2 2.00)"
    ]
    assert differences(case("{flagged: [l1, l2], amount: {l1: 7.99}}"), rows) == [
        "the amount of `l1` should be 7.99 and is 8.00"
    ]


def test_undecided_must_be_said_and_the_column_be_right(case: Expecting):
    rows = [judged("l1", "undecided", missing="claim.sex"), judged("l2", "clean")]
    assert differences(case("clean"), rows) == ["`l1` should not be undecided and is for want of claim.sex"]
    assert differences(case("{undecided: [l1], missing: claim.sex}"), rows) == []
    assert differences(case("{undecided: [l1], missing: claim.birth_date}"), rows) == [
        "`l1` should lack claim.birth_date and lacks claim.sex"
    ]
    assert differences(case("{undecided: [l2, l1]}"), rows) == ["`l2` should be undecided and is clean"]


def test_a_row_of_a_flagged_subject_that_does_not_violate_is_clean(case: Expecting):
    rows = [judged("l1", "flagged", violating=False), judged("l2", "flagged", "2.00")]
    assert differences(case("{flagged: [l2], clean: [l1]}"), rows) == []


def test_clean_wants_something_that_was_judged(case: Expecting):
    rows = [judged("l1", "not_applicable"), judged("l2", "not_applicable")]
    words = "(`expect: not_applicable` says just that)"
    assert differences(case("clean"), rows) == [f"a row should be clean and none is judged {words}"]
    assert differences(case("clean"), []) == [f"a row should be clean and none is judged {words}"]
    assert differences(case("not_applicable"), rows) == []
    assert differences(case("not_applicable"), [judged("l1", "clean"), judged("l2", "not_applicable")]) == [
        "everything should be not applicable and `l1` is clean"
    ]
    assert differences(case("{not_applicable: [l1], clean: [l2]}"), rows) == ["`l2` should be clean and is not applicable"]


def test_a_suspicion_is_no_violation(case: Expecting):
    rows = [judged("l1", "flagged", suspicious=True), judged("l2", "clean")]
    assert differences(case("{flagged: [l1]}"), rows) == []
    assert differences(case("{flagged: [l1], suspicious: true}"), rows) == []
    assert differences(case("{flagged: [l1], suspicious: false}"), rows) == ["`l1` should be a violation and is a suspicion"]
