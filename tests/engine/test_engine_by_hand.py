"""Verdicts worked out by hand, for what random worlds once found wrong."""

from datetime import datetime
from decimal import Decimal
from textwrap import dedent

import pyarrow as pa
import pytest

import claimrules
from claimrules.batch import ClaimBatch

HEAD = """\
id: some_rule
title: {zh: 规则, en: rule}
category: management
verdict: violation
status: active
message: {zh: 违规, en: violation}
"""


@pytest.fixture
def judged(tmp_path):
    """Writes a rule and judges claims: claim_id → verdict of each row, in order of ids."""

    def judge(logic, claims, lines=()):
        path = tmp_path / "some_rule.yaml"
        path.write_text(HEAD + dedent(logic), encoding="utf-8")
        tables = {"claims": pa.Table.from_pylist([{"provider_id": "H1", **c} for c in claims])}
        if lines:
            tables["lines"] = pa.Table.from_pylist(list(lines)).cast(
                pa.schema(
                    [
                        ("line_id", pa.string()),
                        ("claim_id", pa.string()),
                        ("item_code", pa.string()),
                        ("quantity", pa.decimal128(16, 4)),
                        ("amount", pa.decimal128(16, 2)),
                        ("charged_at", pa.timestamp("us")),
                        *([("prescription_id", pa.string())] if "prescription_id" in lines[0] else []),
                    ]
                )
            )
        rows = claimrules.load(path).judge(ClaimBatch.from_tables(tables), "some_rule").to_pylist()
        return sorted((row["line_id"] or row["claim_id"], row["verdict"], row["violating"]) for row in rows)

    return judge


def visit(claim_id, person, day, hour=9):
    return {"claim_id": claim_id, "person_id": person, "settled_at": datetime(2025, 3, day, hour)}  # noqa: DTZ001


def fee(line_id, claim_id, quantity, day):
    time = None if day is None else datetime(2025, 3, day, 9)  # noqa: DTZ001
    money = Decimal(quantity)
    return {
        "line_id": line_id,
        "claim_id": claim_id,
        "item_code": "X",
        "quantity": money,
        "amount": money,
        "charged_at": time,
    }


def test_the_last_two_days_hold_the_row_itself(judged):
    rule = """
        of: claim
        others: {recent: {same: [person], within: last 2 days}}
        flag: count(recent) >= 2
    """
    days = [visit("C1", "P1", 1), visit("C2", "P1", 2), visit("C3", "P1", 4)]
    assert judged(rule, days) == [("C1", "clean", False), ("C2", "flagged", True), ("C3", "clean", False)]


def test_the_previous_claim_of_a_provider_is_the_one_before_in_time_whoever_it_is_of(judged):
    rule = """
        of: claim
        others: {previous: {same: [provider], take: previous}}
        flag: previous.claim_id = 'C2'
    """
    claims = [visit("C1", "P1", 3), visit("C2", "P2", 2), visit("C3", "P3", 1)]
    assert judged(rule, claims) == [("C1", "flagged", True), ("C2", "clean", False), ("C3", "clean", False)]


def test_a_shelf_is_emptied_in_time_and_not_person_by_person(judged):
    rule = """
        per: [provider, item]
        flag_rows: running(line.quantity) > 2
    """
    claims = [visit("C1", "P1", 1), visit("C2", "P2", 1)]
    lines = [fee("late", "C1", "2", 9), fee("early", "C2", "2", 1)]
    assert judged(rule, claims, lines) == [("early", "flagged", False), ("late", "flagged", True)]


def test_a_line_without_a_date_has_no_place_in_a_walk_and_its_subject_is_never_clean(judged):
    rule = """
        per: [person]
        flag_rows: running(line.quantity) > 2
    """
    claims = [visit("C1", "P1", 1)]
    lines = [fee("a", "C1", "1", 1), fee("b", "C1", "2", None)]
    assert judged(rule, claims, lines) == [("a", "undecided", False), ("b", "undecided", False)]


def test_runs_are_compared_with_the_other_runs(judged):
    """Visits on 1, 2, 3 and on 10, 11 March are two runs; each sees the other, by person."""
    rule = """
    of: claim
    per: [person, spell: "run(claim.settled_at::date, INTERVAL 1 DAY)"]
    let: {days: count(*)}
    others:
      longer: {of: subject, same: [person], where: longer.days > days}
    flag: count(longer) > 0
    amount: none
    """
    claims = [visit(f"C{day:02}", "P1", day) for day in (1, 2, 3, 10, 11)] + [visit("D", "P2", 10)]
    said = {name: verdict for name, verdict, _ in judged(rule, claims)}
    assert said == {"C01": "clean", "C02": "clean", "C03": "clean", "C10": "flagged", "C11": "flagged", "D": "clean"}


@pytest.mark.parametrize(("kind", "verdicts"), [("service", "clean"), ("drug", "flagged"), (None, "undecided")])
def test_a_row_that_may_be_the_subjects_own_may_be_another(judged, kind, verdicts):
    """Two lines of 31 yuan on a day without a service; the third line is a service, a drug, or one of the two."""
    rule = """
    rows: line.prescription_id = 'drug'
    per: [encounter, day]
    others:
      service: {of: line, same: [encounter], rows: "service.prescription_id = 'service'"}
    flag: count(service) = 0 AND sum(line.amount) > 50
    """
    lines = [{**fee(name, "C1", "31", 3), "prescription_id": kind if name == "s" else "drug"} for name in ("a", "b", "s")]
    said = {name: verdict for name, verdict, _ in judged(rule, [visit("C1", "P1", 3)], lines)}
    assert (said["a"], said["b"]) == (verdicts, verdicts)
