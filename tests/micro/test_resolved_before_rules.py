"""Refunds, reversals and split settlements are resolved before any rule looks."""

import pytest

PART = {
    "encounter_id": "E1",
    "admitted_at": "2025-06-01 08:00",
    "discharged_at": "2025-06-20 10:00",
    "principal_diagnosis": "I20.900",
    "discharge_way": "home",
}
FIRST = {**PART, "claim_id": "C1", "settled_at": "2025-06-10 18:00", "in_scope_amount": "300.00", "fund_amount": "150.00"}
SECOND = {**PART, "claim_id": "C2", "settled_at": "2025-06-20 11:00", "in_scope_amount": "100.00", "fund_amount": "100.00"}


def fee(line_id, quantity, amount, at="2025-06-02 09:00", **more):
    return {"line_id": line_id, "item_code": "A", "quantity": quantity, "amount": amount, "charged_at": at, **more}


# ---------------------------------------------------------------------- refunds


def test_a_rule_of_lines_sees_what_a_refund_left(said):
    lines = [fee("l1", "3", "30.00"), fee("r", "-1", "-10.00", "2025-06-05 09:00", reverses_line_id="l1")]
    assert said("flag: line.quantity = 2", [{}], lines).findings == [(("l1",), "20.00")]
    assert said("flag: line.quantity < 0", [{}], lines).counts == (0, 1, 0, 0)


def test_a_refund_without_a_name_is_taken_from_the_last_line(said):
    lines = [fee("l1", "2", "20.00"), fee("l2", "2", "20.00", "2025-06-03 09:00")]
    lines += [fee("r", "-3", "-30.00", "2025-06-05 09:00")]
    assert said("flag: line.quantity > 0", [{}], lines).findings == [(("l1",), "10.00")]


def test_a_refund_in_the_next_settlement_of_the_stay_reaches_back(said):
    lines = [fee("l1", "3", "30.00")]
    lines += [fee("r", "-3", "-30.00", "2025-06-12 09:00", claim_id="C2", reverses_line_id="l1")]
    outcome = said("flag: line.quantity > 0", [FIRST, SECOND], lines)
    assert outcome.counts == (0, 0, 0, 0)
    assert outcome.result.summary.unmatched_refunds == 0


def test_aggregates_and_others_see_no_refunded_line(said):
    lines = [fee("l1", "1", "10.00"), fee("l2", "1", "10.00", "2025-06-03 09:00")]
    gone = [*lines, fee("r", "-1", "-10.00", "2025-06-04 09:00", reverses_line_id="l1")]
    group = "per: [person]\nflag: count(*) >= 2"
    beside = "others: {more: {of: line, same: [person, item]}}\nflag: count(more) >= 1"
    for rule, found in ((group, [(("l1", "l2"), "20.00")]), (beside, [(("l1",), "10.00"), (("l2",), "10.00")])):
        assert said(rule, [{}], lines).findings == found
        assert said(rule, [{}], gone).findings == []


def test_only_raw_lines_show_the_refund(said):
    lines = [fee("l1", "1", "10.00"), fee("r", "-1", "-10.00", reverses_line_id="l1")]
    outcome = said("of: raw_line\nflag: line.quantity < 0\namount: none", [{}], lines)
    assert outcome.findings == [(("r",), "0.00")]


# ---------------------------------------------------------------------- reversals


def visits(reversed_):
    days = {"C1": "02", "C2": "03"}
    claims = [
        {"claim_id": name, "care_type": "outpatient", "settled_at": f"2025-06-{day} 10:00", "is_reversed": "false"}
        for name, day in days.items()
    ]
    return [{**claim, "is_reversed": "true" if claim["claim_id"] == reversed_ else "false"} for claim in claims]


@pytest.mark.parametrize(
    "rule", ["of: claim\nper: [person]\nflag: count(*) >= 2\namount: none", "per: [person]\nflag: count(*) >= 2"]
)
@pytest.mark.parametrize(("reversed_", "counts"), [(None, (1, 0, 0, 0)), ("C2", (0, 1, 0, 0))])
def test_a_reversed_settlement_and_its_lines_are_gone(said, rule, reversed_, counts):
    lines = [fee("l1", "1", "10.00"), fee("l2", "1", "10.00", "2025-06-03 09:00", claim_id="C2")]
    outcome = said(rule, visits(reversed_), lines)
    assert outcome.counts == counts
    assert outcome.result.summary.tables["claims"].left_out == (reversed_ is not None)


@pytest.mark.parametrize(
    "rule", ["of: raw_line\nflag: line.quantity > 0", "of: diagnosis\nflag: diagnosis.diagnosis_code = 'J18'"]
)
def test_not_even_its_raw_lines_and_diagnoses_are_seen(said, rule):
    lines = [fee("l1", "1", "10.00", claim_id="C2")]
    diagnoses = [{"claim_id": "C2", "diagnosis_code": "J18"}]
    assert said(rule, visits(None), lines, diagnoses=diagnoses).counts == (1, 0, 0, 0)
    assert said(rule, visits("C2"), lines, diagnoses=diagnoses).counts == (0, 0, 0, 0)


# ---------------------------------------------------------------------- split settlements


def test_a_stay_settled_in_two_parts_is_one_stay(said):
    rule = "of: encounter\nflag: days_between(encounter.admitted_at, encounter.discharged_at) = 19\namount: whole_encounter"
    parts = [{**FIRST, "discharged_at": "2025-06-10 18:00"}, {**SECOND, "admitted_at": "2025-06-10 18:00"}]
    outcome = said(rule, parts)
    assert outcome.counts == (1, 0, 0, 0)
    assert outcome.findings == [("C1", "300.00"), ("C2", "100.00")]
    assert len(set(outcome.all("finding_id"))) == 1


def test_its_second_part_is_no_readmission(said):
    rule = """
        of: encounter
        others: {previous: {same: [person, provider], take: previous}}
        flag: days_between(previous.discharged_at, encounter.admitted_at) BETWEEN 0 AND 15
        amount: whole_encounter
    """
    assert said(rule, [FIRST, SECOND]).counts == (0, 1, 0, 0)
    apart = [
        {**FIRST, "discharged_at": "2025-06-05 10:00"},
        {**SECOND, "encounter_id": "E2", "admitted_at": "2025-06-10 08:00"},
    ]
    assert said(rule, apart).findings == [("C2", "100.00")]


def test_what_is_allowed_once_a_stay_is_allowed_once_in_both_parts(said):
    lines = [fee("l1", "1", "10.00"), fee("l2", "1", "12.00", "2025-06-15 09:00", claim_id="C2")]
    rule = "per: [encounter, item]\nflag_rows: excess(line.quantity, 1) > 0"
    assert said(rule, [FIRST, SECOND], lines).findings == [(("l2",), "12.00")]
    assert said(rule, [FIRST, {**SECOND, "encounter_id": "E2"}], lines).findings == []
