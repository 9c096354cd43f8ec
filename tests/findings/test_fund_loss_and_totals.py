"""What the fund lost beside the violating cost, and totals that count each line once; worked out by hand."""

import numpy as np
import pytest
from small_audit import load, money, tables

from claimrules.findings.purse import summable

LINE = "flag: line.quantity > 0"
STAY = "of: claim\nflag: claim.total_amount > 0\namount: whole_encounter"
DAY = "of: day\nflag: count(line) > 0"


@pytest.fixture
def audit(tmp_path):
    """Audits one claim with some fields, and its lines, by rules given by their logic."""

    def run(rules, lines, **claim):
        claims = [{"claim_id": "C1", "admitted_at": "2025-03-01", "discharged_at": "2025-03-03", **claim}]
        return load(tmp_path / "rules", **rules).audit(tables(claims, lines))

    return run


def fee(line_id, amount, day=1, **more):
    return {"line_id": line_id, "amount": amount, "charged_at": f"2025-03-0{day} 09:00:00", **more}


def total(result):
    return str(result.summary.total_amount), str(result.summary.total_fund_loss)


# ---------------------------------------------------------------------- loss


@pytest.mark.parametrize(
    ("scope", "fund", "loss"),
    [
        ("1000.00", "800.00", "80.00"),
        ("1000.00", "0.00", "0.00"),
        ("1000.00", None, None),
        ("1000.00", "1500.00", "100.00"),  # the share stays within 1
        ("1000.00", "-20.00", "0.00"),  # and above 0
        ("300.00", "100.00", "33.33"),
        ("0.00", "100.00", "0.00"),  # nothing is in scope
        (None, "60.00", "60.00"),  # in scope is what the lines have, 100.00
    ],
)
def test_the_loss_is_the_amount_by_the_share_that_the_fund_paid(audit, scope, fund, loss):
    result = audit({"r": LINE}, [fee("l", "100.00")], in_scope_amount=scope, fund_amount=fund)
    assert money(result, "r") == {"C1": ("100.00", loss)}


@pytest.mark.parametrize(
    ("method", "line", "stay", "day"),
    [
        ("fee_for_service", "80.00", "800.00", "80.00"),
        (None, "80.00", "800.00", "80.00"),
        ("drg", "0.00", "800.00", "0.00"),
        ("dip", "0.00", "800.00", "0.00"),
        ("per_diem", "80.00", "800.00", "80.00"),
        ("capitation", "80.00", "800.00", "80.00"),
    ],
)
def test_paid_by_group_only_the_whole_stay_is_a_loss(audit, method, line, stay, day):
    claim = {"in_scope_amount": "1000.00", "fund_amount": "800.00", "total_amount": "1000.00", "payment_method": method}
    result = audit({"line": LINE, "stay": STAY, "day": DAY}, [fee("l", "100.00")], **claim)
    assert money(result, "line") == {"C1": ("100.00", line)}
    assert money(result, "stay") == {"C1": ("1000.00", stay)}
    assert money(result, "day") == {"C1": ("100.00", day)}


def test_paid_by_group_a_line_is_no_loss_also_where_it_is_not_known_what_the_fund_paid(audit):
    result = audit({"r": LINE}, [fee("l", "100.00")], payment_method="drg")
    assert money(result, "r") == {"C1": ("100.00", "0.00")}


def test_a_line_that_the_person_paid_is_a_finding_without_a_loss(audit):
    result = audit({"r": LINE}, [fee("l", "100.00", in_scope_amount="0.00")], in_scope_amount="500.00")
    assert money(result, "r") == {"C1": ("0.00", "0.00")}


# ---------------------------------------------------------------------- totals

PAID = {"in_scope_amount": "1000.00", "fund_amount": "500.00", "total_amount": "1000.00"}


def test_a_line_counts_once_with_its_largest_amount(audit):
    rules = {"a": LINE, "b": LINE, "c": f"{LINE}\namount: excess_money(40)"}
    result = audit(rules, [fee("l", "100.00")], **PAID)
    assert [money(result, name)["C1"][0] for name in "abc"] == ["100.00", "100.00", "40.00"]
    assert total(result) == ("100.00", "50.00")


def test_parts_of_two_lines_add_up_and_each_counts_once(audit):
    rules = {"a": f"{LINE}\namount: excess_money(30)", "b": "flag: line.item_code = 'B'"}
    result = audit(rules, [fee("l", "100.00"), fee("m", "70.00", item_code="B")], **PAID)
    assert total(result) == ("100.00", "50.00")  # 30.00 of l, 70.00 of m


def test_a_claim_covers_its_lines(audit):
    result = audit({"line": LINE, "stay": STAY}, [fee("l", "100.00")], **PAID)
    assert total(result) == ("1000.00", "500.00")


def test_a_day_covers_its_lines_and_no_others(audit):
    rules = {"day": "of: day\nflag: day.date = '2025-03-01'", "line": "flag: line.item_code = 'B'"}
    lines = [fee("l", "100.00"), fee("m", "70.00", item_code="B"), fee("n", "40.00", 2, item_code="B"), fee("o", "9.00", 2)]
    result = audit(rules, lines, **PAID)
    assert money(result, "day") == {"C1": ("170.00", "85.00")}
    assert total(result) == ("210.00", "105.00")


def test_two_rules_on_two_days_of_a_claim_add_up_and_on_one_day_they_do_not(audit):
    rules = {
        "first": "of: day\nflag: day.date = '2025-03-01'",
        "both": "of: day\nflag: day.date <= '2025-03-02'\namount: excess_money(30)",
    }
    result = audit(rules, [fee("l", "100.00"), fee("m", "70.00", 2)], **PAID)
    assert total(result) == ("130.00", "65.00")


def test_a_stay_flagged_for_each_of_its_days_counts_once(audit):
    result = audit({"r": f"{DAY}\namount: whole_encounter"}, [fee("l", "100.00"), fee("m", "70.00", 2)], **PAID)
    assert len(result.findings) == 2
    assert total(result) == ("1000.00", "500.00")


def test_an_undated_line_is_of_no_day(audit):
    rules = {"day": DAY, "line": "flag: line.item_code = 'B'"}
    lines = [fee("l", "100.00"), {"line_id": "m", "amount": "70.00", "item_code": "B", "charged_at": None}]
    assert total(audit(rules, lines, **PAID)) == ("170.00", "85.00")


RAW = "of: raw_line\nflag: line.quantity > 0"


def test_lines_before_netting_count_each_once_with_those_after_it(audit):
    result = audit({"raw": RAW, "net": LINE}, [fee("l", "100.00"), fee("m", "70.00", 2)], **PAID)
    assert total(result) == ("170.00", "85.00")


def test_what_is_refunded_is_in_no_total(audit):
    gone = {"quantity": "-1", "amount": "-100.00", "reverses_line_id": "l"}
    half = {"quantity": "-1", "amount": "-35.00", "reverses_line_id": "m"}
    lines = [fee("l", "100.00"), fee("m", "70.00", quantity="2"), fee("x", **gone), fee("y", **half)]
    result = audit({"raw": RAW}, lines, **PAID)
    assert sorted(str(row["amount"]) for row in result.findings.to_pylist()) == ["100.00", "70.00"]
    assert total(result) == ("35.00", "17.50")


def test_of_a_refund_that_stands_behind_all_lines_nothing_is_left(audit):
    gone = {"quantity": "-1", "amount": "-100.00", "reverses_line_id": "l"}
    result = audit(
        {"raw": "of: raw_line\nflag: line.quantity < 0"}, [fee("l", "100.00"), fee("a", "9.00"), fee("z", **gone)]
    )
    assert [row["line_ids"] for row in result.findings.to_pylist()] == [["z"]]
    assert total(result)[0] == "0.00"


def test_cents_that_64_bits_cannot_add_up_are_added_up():
    for cents in ([2**62, 2**62], [-(2**62), -(2**62)], [2**63 - 1, 1]):
        assert int(summable(np.array(cents)).sum()) == sum(cents)
    assert summable(np.array([2**62 - 1, 2**62 - 1])).dtype == np.int64


def test_a_stay_settled_in_two_parts_is_counted_once_a_part(tmp_path):
    rule = "of: encounter\nflag: encounter.total_amount > 0\namount: whole_encounter"
    paid = {"C1": ("300.00", "150.00"), "C2": ("100.00", "100.00")}
    claims = [
        {"claim_id": name, "encounter_id": "E", "in_scope_amount": scope, "total_amount": scope, "fund_amount": fund}
        for name, (scope, fund) in paid.items()
    ]
    result = load(tmp_path / "rules", stay=rule, again=rule).audit(tables(claims))
    assert money(result, "stay") == paid
    assert total(result) == ("400.00", "250.00")
