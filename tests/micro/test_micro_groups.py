"""Micro-examples of rules that judge lines together: quantities, courses, groups, pairs."""

from datetime import date, timedelta

import pytest


def item(line_id, code, at, amount, quantity="1", **more):
    return {"line_id": line_id, "item_code": code, "charged_at": at, "amount": amount, "quantity": quantity, **more}


# ---------------------------------------------------------------------- svc_duplicate

SAME_DAY = {"charge_conflict": [{"main_code": "A", "sub_code": "B", "window": "单日"}]}
SIX_HOURS = {"charge_conflict": [{"main_code": "A", "sub_code": "B", "window": "6小时"}]}


@pytest.mark.parametrize(("quantity", "amount"), [("matched", "20.00"), ("all", "40.00")])
def test_a_dependent_item_beside_its_main_item(found, quantity, amount):
    lines = [
        item("a1", "A", "2025-06-02 09:00", "120.00"),
        item("b1", "B", "2025-06-02 10:00", "40.00", "2"),
        item("b2", "B", "2025-06-03 10:00", "20.00"),
    ]
    outcome = found("svc_duplicate", [{}], lines, SAME_DAY, params={"dependent_qty": quantity})
    assert outcome.findings == [(("b1",), amount)]
    assert outcome.all("involved_line_ids") == [["a1"]]
    assert outcome.all("verdict") == ["violation"]
    assert outcome.undecided == []


def test_a_dependent_item_that_was_refunded(found):
    lines = [
        item("a1", "A", "2025-06-02 09:00", "120.00"),
        item("b1", "B", "2025-06-02 10:00", "20.00"),
        item("b9", "B", "2025-06-02 17:00", "-20.00", "-1", reverses_line_id="b1"),
    ]
    outcome = found("svc_duplicate", [{}], lines, SAME_DAY)
    assert (outcome.findings, outcome.undecided) == ([], [])


def test_without_the_refund_it_is_found(found):
    lines = [item("a1", "A", "2025-06-02 09:00", "120.00"), item("b1", "B", "2025-06-02 10:00", "20.00")]
    assert found("svc_duplicate", [{}], lines, SAME_DAY).findings == [(("b1",), "20.00")]


@pytest.mark.parametrize(
    ("at", "expected"), [("13:59", [(("b1",), "20.00")]), ("14:00", [(("b1",), "20.00")]), ("14:01", [])]
)
def test_within_six_hours(found, at, expected):
    lines = [item("a1", "A", "2025-06-02 08:00", "120.00"), item("b1", "B", f"2025-06-02 {at}", "20.00")]
    outcome = found("svc_duplicate", [{}], lines, SIX_HOURS)
    assert outcome.findings == expected
    assert outcome.all("verdict") == ["violation"] * len(expected)
    assert outcome.nothing is (not expected)


def test_within_six_hours_where_nothing_has_a_clock_time(found):
    lines = [item("a1", "A", "2025-06-02 00:00:00", "120.00"), item("b1", "B", "2025-06-02 00:00:00", "20.00")]
    lines += [item("b2", "B", "2025-06-03 00:00:00", "20.00")]
    outcome = found("svc_duplicate", [{}], lines, SIX_HOURS)
    assert outcome.findings == [(("b1",), "20.00")]
    assert outcome.all("verdict") == ["suspicious"]


# ---------------------------------------------------------------------- svc_frequency, svc_min_interval, drug_course_days


def test_an_hourly_item_twenty_eight_times_on_a_date(found):
    lines = [
        item("l1", "H", "2025-06-02 06:00", "50.00", "10"),
        item("l2", "H", "2025-06-02 14:00", "50.00", "10"),
        item("l3", "H", "2025-06-02 22:00", "40.00", "8"),
    ]
    knowledge = {"frequency": [{"code": "H", "max_quantity": "24", "window": "day"}]}
    assert found("svc_frequency", [{}], lines, knowledge).findings == [(("l3",), "20.00")]


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [("last_allowed", [(("mar10",), "60.00")]), ("last_any", [(("mar10", "mar17"), "120.00")])],
)
def test_a_test_that_is_paid_once_in_fifteen_days(found, anchor, expected):
    lines = [item(f"mar{day:02}", "HbA1c", f"2025-03-{day:02} 09:00", "60.00") for day in (1, 10, 17)]
    knowledge = {"cycle": [{"code": "HbA1c", "n": "1", "cycle_days": "15"}]}
    claim = {"admitted_at": "2025-03-01 08:00", "discharged_at": "2025-03-20 10:00"}
    assert found("svc_min_interval", [claim], lines, knowledge, params={"anchor": anchor}).findings == expected


def test_a_drug_on_sixteen_dates_of_a_course_of_fourteen(found):
    days = [date(2025, 6, 1) + timedelta(days=n) for n in range(16)]
    lines = [item(f"d{n:02}", "D", f"{day} 09:00", "10.00") for n, day in enumerate(days, 1)]
    lines += [item("d01b", "D", f"{days[0]} 18:00", "10.00")]  # the same date once more is no further day
    knowledge = {"course_days": [{"code": "D", "drug": "D", "days": "14", "scope": "encounter"}]}
    assert found("drug_course_days", [{}], lines, knowledge).findings == [(("d15", "d16"), "20.00")]


# ---------------------------------------------------------------------- svc_surgery_discount, svc_unbundling

OPERATIONS = {
    "surgery_group": [{"code": code, "group_id": "G", "ratio": "0.5"} for code in ("S1", "S2")],
    "price": [{"code": "S1", "ceiling": "3000"}, {"code": "S2", "ceiling": "2000"}],
}


def test_a_second_operation_at_full_price(found):
    lines = [item("s2", "S2", "2025-06-02 09:00", "2000.00"), item("s1", "S1", "2025-06-02 10:00", "3000.00")]
    assert found("svc_surgery_discount", [{}], lines, OPERATIONS).findings == [(("s2",), "1000.00")]


def test_a_second_operation_that_is_discounted_already(found):
    lines = [item("s2", "S2", "2025-06-02 09:00", "1000.00"), item("s1", "S1", "2025-06-02 10:00", "3000.00")]
    assert found("svc_surgery_discount", [{}], lines, OPERATIONS).nothing


def test_three_parts_of_a_bundle(found):
    parts = [("a", "30.00"), ("b", "30.00"), ("c", "40.00")]
    lines = [item(code, code, "2025-06-02 09:00", amount) for code, amount in parts]
    lines += [item("a2", "a", "2025-06-03 09:00", "30.00")]
    known = [
        {"bundle_code": "Z", "component_code": code, "min_components": "3", "bundle_price": "60"} for code in ("a", "b", "c")
    ]
    outcome = found("svc_unbundling", [{}], lines, {"bundle": known})
    assert outcome.findings == [(("a", "b", "c"), "40.00")]


# ---------------------------------------------------------------------- tcm_piece_single_unpaid


@pytest.mark.parametrize(("second", "expected"), [("b", [(("l1", "l2"), "30.00")]), ("x", [])])
def test_herbs_of_one_prescription_that_are_not_paid_alone(found, second, expected):
    lines = [
        item(line, code, "2025-06-02 09:00", amount, item_type="herbal_piece", prescription_id="R1")
        for line, code, amount in (("l1", "a", "10.00"), ("l2", second, "20.00"))
    ]
    knowledge = {"herbal_no_pay": [{"code": "a", "kind": "A"}, {"code": "b", "kind": "A"}]}
    outcome = found("tcm_piece_single_unpaid", [{}], lines, knowledge)
    assert outcome.findings == expected
    assert outcome.nothing is (not expected)
