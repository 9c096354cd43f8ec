"""Micro-examples of rules that judge lines by themselves."""

import pytest

WOMEN_ONLY = {"drug_sex": [{"code": "F", "sex": "female"}]}


def test_a_drug_for_women_on_a_mans_claim(found):
    line = {"line_id": "l1", "item_code": "F", "amount": "100.00", "in_scope_amount": "86.40"}
    outcome = found("drug_sex", [{"sex": "male"}], [line], WOMEN_ONLY)
    assert outcome.findings == [(("l1",), "86.40")]
    assert outcome.all("verdict") == ["violation"]


def test_self_paid_it_is_a_finding_without_money(found):
    claim = {"sex": "male", "in_scope_amount": "500.00", "fund_amount": "400.00"}
    line = {"line_id": "l1", "item_code": "F", "amount": "100.00", "in_scope_amount": "0"}
    outcome = found("drug_sex", [claim], [line], WOMEN_ONLY)
    assert outcome.findings == [(("l1",), "0.00")]
    assert [str(loss) for loss in outcome.all("fund_loss")] == ["0.00"]
    assert str(outcome.result.summary.total_amount) == "0.00"


@pytest.mark.parametrize(
    ("over_limit", "in_scope", "expected"), [("0", "36.00", [(("l1",), "6.00")]), ("6.00", "30.00", [])]
)
def test_three_at_twelve_under_a_ceiling_of_ten(found, over_limit, in_scope, expected):
    line = {"line_id": "l1", "item_code": "D", "quantity": "3", "unit_price": "12.00", "amount": "36.00"}
    line |= {"over_limit_amount": over_limit, "in_scope_amount": in_scope}
    outcome = found("drug_over_price", [{}], [line], {"price": [{"code": "D", "ceiling": "10.00"}]})
    assert outcome.findings == expected
    assert outcome.nothing is (not expected)


LEVEL = "claim.provider_level"


@pytest.mark.parametrize(
    ("level", "expected", "missing"),
    [
        ("1A", [(("l1",), "50.00")], None),
        ("2A", [], None),
        ("ungraded", [], "not known"),  # a known word that says nothing of a grade
        (None, [], LEVEL),
    ],
)
def test_a_drug_for_hospitals_of_the_second_level_and_above(found, level, expected, missing):
    knowledge = {"drug_level": [{"code": "D", "least": "2C"}]}
    line = {"line_id": "l1", "item_code": "D", "amount": "50.00"}
    outcome = found("drug_hosp_level", [{"provider_level": level}], [line], knowledge)
    assert outcome.findings == expected
    assert outcome.undecided == ([] if missing is None else [("claim=C1; line=l1", missing, 1)])


@pytest.mark.parametrize(
    ("charged_at", "tolerance", "expected"),
    [
        ("2025-06-10 16:00", "0", []),
        ("2025-06-11 08:00", "0", [(("l1",), "35.50")]),
        ("2025-06-11 08:00", "1", []),
        ("2025-06-12 00:00", "1", [(("l1",), "35.50")]),
    ],
)
def test_a_fee_after_the_discharge_on_the_tenth_at_half_past_nine(found, charged_at, tolerance, expected):
    stay = {"admitted_at": "2025-06-01 08:00", "discharged_at": "2025-06-10 09:30"}
    line = {"line_id": "l1", "item_code": "A", "amount": "35.50", "charged_at": charged_at}
    outcome = found("fee_outside_stay", [stay], [line], params={"tolerance_days": tolerance})
    assert outcome.findings == expected
    assert outcome.nothing is (not expected)


def test_without_a_date_of_birth_an_age_rule_decides_nothing_and_says_so(found):
    knowledge = {"drug_age": [{"code": "D", "age_from": "0", "age_to": "12"}]}
    claims = [{"birth_date": None}, {"claim_id": "C2", "birth_date": "1970-01-01"}]
    lines = [{"line_id": "l1", "item_code": "D", "amount": "50.00"}]
    lines += [{"line_id": "l2", "claim_id": "C2", "item_code": "D", "amount": "50.00"}]
    outcome = found("drug_age", claims, lines, knowledge)
    assert outcome.findings == [(("l2",), "50.00")]
    assert outcome.undecided == [("claim=C1; line=l1", "claim.birth_date", 1)]
    assert outcome.result.summary.rules["drug_age"].undecided == 1


@pytest.mark.parametrize(("price", "amount"), [("20.00", "40.00"), ("", "90.00")])
def test_an_item_billed_instead_of_a_cheaper_one(found, price, amount):
    # billed 100.00 for three; the real item costs 20.00, or it is not known what it costs
    line = {"line_id": "l1", "item_code": "X", "quantity": "3", "amount": "100.00", "in_scope_amount": "90.00"}
    outcome = found("svc_swap", [{}], [line], {"swap": [{"code": "X", "price": price}]})
    assert outcome.findings == [(("l1",), amount)]


def test_a_line_hit_by_three_rules_counts_once(found):
    line = {"line_id": "l1", "item_code": "A", "amount": "100.00"}
    outcome = found("totals", [{"in_scope_amount": "100.00", "fund_amount": "100.00"}], [line])
    assert sorted(amount for _, amount in outcome.findings) == ["100.00", "100.00", "40.00"]
    assert str(outcome.result.summary.total_amount) == "100.00"
    assert str(outcome.result.summary.total_fund_loss) == "100.00"
