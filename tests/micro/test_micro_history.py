"""Micro-examples of rules that look at what a person had before."""

import pytest

SECOND_LINE = {"second_line": [{"code": "S", "first_line_set": "first line", "lookback_days": "90"}]}
EARLIER = {"claim_id": "C0", "admitted_at": "2025-04-23 08:00", "settled_at": "2025-04-23 10:00"}


def lines(first_at):
    second = {"line_id": "s", "item_code": "S", "amount": "50.00", "charged_at": "2025-06-02 09:00"}
    if first_at is None:
        return [second]
    return [second, {"line_id": "f", "claim_id": "C0", "item_code": "F1", "amount": "5.00", "charged_at": first_at}]


def test_a_first_line_drug_forty_days_earlier(found):
    outcome = found("drug_second_line", [{}, EARLIER], lines("2025-04-23 09:00"), SECOND_LINE, history_from="2025-01-01")
    assert outcome.nothing


@pytest.mark.parametrize("first_at", [None, "2025-03-03 09:00"])
def test_none_in_ninety_days_and_the_history_is_complete(found, first_at):
    outcome = found("drug_second_line", [{}, EARLIER], lines(first_at), SECOND_LINE, history_from="2025-03-04")
    assert outcome.findings == [(("s",), "50.00")]
    assert outcome.all("verdict") == ["suspicious"]


def test_none_in_ninety_days_and_the_history_begins_later(found):
    outcome = found("drug_second_line", [{}, EARLIER], lines(None), SECOND_LINE, history_from="2025-03-05")
    assert outcome.findings == []
    assert outcome.undecided == [("claim=C1; line=s", "history", 1)]


# ---------------------------------------------------------------------- ipt_split_stay

FIRST = {
    "claim_id": "C1",
    "admitted_at": "2025-05-20 08:00",
    "discharged_at": "2025-06-01 10:00",
    "settled_at": "2025-06-01 11:00",
    "discharge_way": "home",
    "principal_diagnosis": "I20.900",
    "in_scope_amount": "8000.00",
}
SECOND = {
    "claim_id": "C2",
    "admitted_at": "2025-06-09 09:00",
    "discharged_at": "2025-06-30 10:00",
    "settled_at": "2025-06-30 11:00",
    "principal_diagnosis": "I20.000",
    "in_scope_amount": "5000.00",
    "fund_amount": "4000.00",
}


def test_back_on_the_ninth_of_june_with_the_same_disease(found):
    outcome = found("ipt_split_stay", [FIRST, SECOND])
    assert outcome.findings == [("C2", "5000.00")]
    assert outcome.all("verdict") == ["suspicious"]
    assert [str(loss) for loss in outcome.all("fund_loss")] == ["4000.00"]
    assert outcome.all("related_claim_ids") == [["C1"]]


@pytest.mark.parametrize("first", ["I20.900", "Z51.100"])
def test_back_for_chemotherapy(found, first):
    outcome = found(
        "ipt_split_stay", [{**FIRST, "principal_diagnosis": first}, {**SECOND, "principal_diagnosis": "Z51.100"}]
    )
    assert outcome.nothing


def test_back_for_care_that_is_not_planned(found):
    claims = [{**FIRST, "principal_diagnosis": "Z51.100"}, {**SECOND, "principal_diagnosis": "Z51.800"}]
    assert found("ipt_split_stay", claims).findings == [("C2", "5000.00")]
