"""Every window, at its edges: two lines of a person, and which of them sees the other. Worked out by hand."""

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
message: {zh: 违规, en: violation}
"""
ONE = Decimal(1)
BOTH, NONE, LATER, EARLIER = (True, True), (False, False), (False, True), (True, False)


def judged(folder, logic, lines, claims=("C1", "C2")):
    """{line_id: verdict} of lines given as {column: value}; their claims are of one person and one provider."""
    path = folder / "some_rule.yaml"
    path.write_text(HEAD + dedent(logic), encoding="utf-8")
    tables = {
        "claims": pa.Table.from_pylist([{"claim_id": c, "person_id": "P1", "provider_id": "H1"} for c in claims]),
        "lines": pa.Table.from_pylist(
            [{"item_code": "X", "quantity": ONE, "amount": ONE, "prescription_id": None, **line} for line in lines]
        ).cast(
            pa.schema(
                [
                    ("item_code", pa.string()),
                    ("quantity", pa.decimal128(16, 4)),
                    ("amount", pa.decimal128(16, 2)),
                    ("prescription_id", pa.string()),
                    ("line_id", pa.string()),
                    ("claim_id", pa.string()),
                    ("charged_at", pa.timestamp("us")),
                ]
            )
        ),
    }
    pack = claimrules.load(path)
    rows = pack.judge(ClaimBatch.from_tables(tables), "some_rule").to_pylist()
    return {row["line_id"]: row["verdict"] for row in rows}


def seen(folder, within, first, second, claims=("C1", "C2"), more=({}, {})):
    """Whether the first line has the second in its window, and whether the second has the first."""
    least = 2 if within.startswith("last") else 1  # these hold the row itself
    logic = f"others: {{o: {{same: [person], within: {within}}}}}\nflag: count(o) >= {least}\n"
    times = [None if text is None else datetime.fromisoformat(f"2025-{text}") for text in (first, second)]
    lines = [
        {"line_id": f"L{i}", "claim_id": claim, "charged_at": time, **extra}
        for i, (claim, time, extra) in enumerate(zip(claims, times, more, strict=True))
    ]
    verdicts = judged(folder, logic, lines, tuple(dict.fromkeys(claims)))
    assert set(verdicts.values()) <= {"flagged", "clean"}, verdicts
    return verdicts["L0"] == "flagged", verdicts["L1"] == "flagged"


@pytest.mark.parametrize(
    ("within", "first", "second", "expected"),
    [
        ("hour", "03-01 10:00:00", "03-01 10:59:59", BOTH),
        ("hour", "03-01 10:59:59", "03-01 11:00:00", NONE),
        ("hour", "03-01 10:30:00", "03-02 10:30:00", NONE),
        ("day", "03-01 00:00:01", "03-01 23:59:59", BOTH),
        ("day", "03-01 23:59:59", "03-02 00:00:00", NONE),
        ("week", "03-03 09:00", "03-09 23:00", BOTH),  # Monday to Sunday
        ("week", "03-02 09:00", "03-03 09:00", NONE),
        ("month", "03-01 09:00", "03-31 09:00", BOTH),
        ("month", "03-31 09:00", "04-01 09:00", NONE),
        ("quarter", "01-01 09:00", "03-31 09:00", BOTH),
        ("quarter", "03-31 09:00", "04-01 09:00", NONE),
        ("year", "01-01 09:00", "12-31 09:00", BOTH),
        # days: dates alone count, both ends in
        ("3 days apart", "03-01 09:00", "03-04 23:00", BOTH),
        ("3 days apart", "03-01 23:00", "03-05 01:00", NONE),
        ("3 days", "03-01 09:00", "03-04 09:00", BOTH),
        ("3 days before", "03-01 09:00", "03-04 09:00", LATER),
        ("3 days before", "03-01 09:00", "03-05 09:00", NONE),
        ("3 days before", "03-01 09:00", "03-01 10:00", BOTH),
        ("3 days after", "03-01 09:00", "03-04 09:00", EARLIER),
        ("3 days after", "03-01 09:00", "03-05 09:00", NONE),
        ("3 days after", "03-01 09:00", "03-01 10:00", BOTH),
        ("last 3 days", "03-01 09:00", "03-03 09:00", LATER),
        ("last 3 days", "03-01 09:00", "03-04 09:00", NONE),
        ("last 3 days", "03-01 09:00", "03-01 10:00", BOTH),
        ("3 days before", "03-01 09:00", "03-02 09:00", LATER),
        ("3 days after", "03-01 09:00", "03-02 09:00", EARLIER),
        ("last 3 days", "03-01 09:00", "03-02 09:00", LATER),
        ("1 month before", "03-01 09:00", "03-02 09:00", LATER),
        ("1 month after", "03-01 09:00", "03-02 09:00", EARLIER),
        ("last 1 month", "03-01 09:00", "03-02 09:00", LATER),
        ("0 days apart", "03-01 09:00", "03-01 10:00", BOTH),
        ("0 days apart", "03-01 23:00", "03-02 00:00", NONE),
        # months: the same day of the month, or its last
        ("1 month before", "01-28 09:00", "02-28 10:00", LATER),
        ("1 month before", "01-28 09:00", "03-01 09:00", NONE),
        ("1 month before", "01-31 09:00", "02-28 09:00", LATER),
        ("1 month before", "01-31 09:00", "03-01 09:00", NONE),
        ("1 month before", "01-28 09:00", "01-28 10:00", BOTH),
        ("1 month after", "01-28 09:00", "02-28 10:00", EARLIER),
        ("1 month after", "01-28 09:00", "03-01 09:00", NONE),
        ("1 month apart", "01-28 09:00", "02-28 10:00", BOTH),
        ("1 month apart", "01-28 09:00", "03-01 09:00", NONE),
        ("last 1 month", "01-15 09:00", "02-14 09:00", LATER),
        ("last 1 month", "01-15 09:00", "02-15 09:00", NONE),
        # hours and minutes: the clock counts, both ends in
        ("6 hours apart", "03-01 22:00:00", "03-02 04:00:00", BOTH),
        ("6 hours apart", "03-01 22:00:00", "03-02 04:00:01", NONE),
        ("6 hours before", "03-01 10:00:00", "03-01 16:00:00", LATER),
        ("6 hours before", "03-01 10:00:00", "03-01 16:00:01", NONE),
        ("6 hours after", "03-01 10:00:00", "03-01 16:00:00", EARLIER),
        ("6 hours after", "03-01 10:00:00", "03-01 16:00:01", NONE),
        ("last 6 hours", "03-01 10:00:00", "03-01 15:59:59", LATER),
        ("last 6 hours", "03-01 10:00:00", "03-01 16:00:00", NONE),
        ("30 hours apart", "03-01 10:00:00", "03-02 16:00:00", BOTH),
        ("30 hours apart", "03-01 10:00:00", "03-02 16:00:01", NONE),
        ("90 minutes apart", "03-01 10:00:00", "03-01 11:30:00", BOTH),
        ("90 minutes apart", "03-01 10:00:00", "03-01 11:30:01", NONE),
        ("90 minutes before", "03-01 23:30:00", "03-02 01:00:00", LATER),
        ("6 hours before", "03-01 10:00:00", "03-01 10:00:00.000001", LATER),
        ("last 6 hours", "03-01 10:00:00", "03-01 10:00:00.000001", LATER),
        # order alone
        ("before", "03-01 10:00:00", "03-01 10:00:01", LATER),
        ("after", "03-01 10:00:00", "03-01 10:00:01", EARLIER),
    ],
)
def test_who_sees_whom(tmp_path, within, first, second, expected):
    assert seen(tmp_path, within, first, second) == expected
    assert seen(tmp_path, within, second, first) == expected[::-1]


def test_days_before_1970_are_days_as_well(tmp_path):
    lines = [
        {"line_id": f"L{i}", "claim_id": "C1", "charged_at": datetime.fromisoformat(f"1969-03-0{day} 10:00")}
        for i, day in enumerate((1, 3, 9))
    ]
    lines.append({"line_id": "L3", "claim_id": "C1", "charged_at": datetime.fromisoformat("1971-03-01 10:00")})
    near = "others: {o: {same: [person], within: WITHIN}}\nflag: count(o) > 0\n"
    assert judged(tmp_path, near.replace("WITHIN", "3 days apart"), lines, ("C1",)) == {
        "L0": "flagged",
        "L1": "flagged",
        "L2": "clean",
        "L3": "clean",
    }
    assert judged(tmp_path, near.replace("WITHIN", "before"), lines, ("C1",)) == {
        "L0": "clean",
        "L1": "flagged",
        "L2": "flagged",
        "L3": "flagged",
    }


@pytest.mark.parametrize("within", ["6 hours apart", "hour", "90 minutes before", "last 6 hours"])
def test_without_clock_times_hours_are_known_to_be_dates_only(tmp_path, within):
    lines = [
        {"line_id": f"L{i}", "claim_id": f"C{i + 1}", "charged_at": datetime.fromisoformat(f"2025-{text}")}
        for i, text in enumerate(("03-01 00:00", "03-02 00:00"))
    ]
    least = 2 if within.startswith("last") else 1
    logic = f"others: {{o: {{same: [person], within: {within}}}}}\nflag: count(o) >= {least}\n"
    assert set(judged(tmp_path, logic, lines).values()) == {"clean"}  # on two dates all the same


def test_one_claim_one_prescription(tmp_path):
    times = ("03-01 10:00", "03-09 10:00")
    one, two = ("C1", "C1"), ("C1", "C2")
    assert seen(tmp_path, "claim", *times, one) == BOTH
    assert seen(tmp_path, "claim", *times, two) == NONE
    assert seen(tmp_path, "encounter", *times, one) == BOTH
    a, b, nothing = {"prescription_id": "A"}, {"prescription_id": "B"}, {"prescription_id": None}
    assert seen(tmp_path, "prescription", *times, one, (a, a)) == BOTH
    assert seen(tmp_path, "prescription", *times, one, (a, b)) == NONE
    assert seen(tmp_path, "prescription", *times, two, (a, a)) == NONE  # numbers are of a claim
    assert seen(tmp_path, "prescription", *times, one, (nothing, nothing)) == NONE


@pytest.mark.parametrize("within", ["day", "month", "3 days before", "1 month apart", "6 hours apart", "last 3 days"])
def test_a_line_without_a_time_may_be_in_any_window(tmp_path, within):
    lines = [
        {"line_id": "L0", "claim_id": "C1", "charged_at": datetime.fromisoformat("2025-03-01 10:00")},
        {"line_id": "L1", "claim_id": "C2", "charged_at": None},
    ]
    least = 2 if within.startswith("last") else 1
    logic = f"others: {{o: {{same: [person], within: {within}}}}}\nflag: count(o) >= {least}\n"
    assert judged(tmp_path, logic, lines)["L0"] == "undecided"


@pytest.mark.parametrize(("second", "expected"), [("03-04 09:00", LATER), ("03-31 09:00", LATER)])
def test_a_window_of_the_row_s_own_length(tmp_path, second, expected):
    # as many days before as the day of the month has: the fourth reaches back to 28 February, the 31st to that day too
    assert seen(tmp_path, "day(line.charged_at) days before", "02-28 09:00", second) == expected
    assert seen(tmp_path, "day(line.charged_at) days before", "02-27 09:00", second) == NONE


@pytest.mark.parametrize(("take", "expected"), [("previous", ["missing", "L0", "L1"]), ("next", ["L1", "L2", "missing"])])
def test_the_nearest_row_in_time(tmp_path, take, expected):
    lines = [
        {"line_id": f"L{i}", "claim_id": "C1", "charged_at": datetime.fromisoformat(f"2025-03-0{i + 1} 10:00")}
        for i in range(3)
    ]
    for wanted in ("missing", "L0", "L1", "L2"):
        condition = "o IS MISSING" if wanted == "missing" else f"o.line_id = '{wanted}'"
        logic = f"others: {{o: {{same: [person], take: {take}}}}}\nflag: {condition}\n"
        found = judged(tmp_path, logic, lines, ("C1",))
        flagged = [line for line, verdict in sorted(found.items()) if verdict == "flagged"]
        assert flagged == [f"L{i}" for i in range(3) if expected[i] == wanted]


@pytest.mark.parametrize(
    ("take", "order", "expected"),
    [
        ("first", "", "L0"),
        ("last", "", "L2"),
        ("first", ", order: o.line_id DESC", "L2"),
        ("last", ", order: o.line_id", "L2"),
        ("last", ", order: o.line_id DESC", "L0"),
    ],
)
def test_the_first_or_last_of_them(tmp_path, take, order, expected):
    lines = [
        {"line_id": f"L{i}", "claim_id": "C1", "charged_at": datetime.fromisoformat(f"2025-03-0{i + 1} 10:00")}
        for i in range(3)
    ]
    logic = f"others: {{o: {{same: [person], take: {take}, itself: true{order}}}}}\nflag: o.line_id = '{expected}'\n"
    assert set(judged(tmp_path, logic, lines, ("C1",)).values()) == {"flagged"}


@pytest.mark.parametrize(
    ("within", "first_day", "verdict"),
    [
        # claims are whole from 1 March on: who looks back further may miss somebody
        ("3 days before", 4, "clean"),
        ("3 days before", 3, "undecided"),
        ("3 days apart", 4, "clean"),
        ("3 days apart", 3, "undecided"),
        ("3 days after", 1, "clean"),
        ("last 3 days", 3, "clean"),
        ("last 3 days", 2, "undecided"),
        ("1 month before", 28, "undecided"),
        ("6 hours before", 2, "clean"),
        ("month", 9, "clean"),
        ("week", 1, "undecided"),  # Saturday of a week that began in February
        ("week", 3, "clean"),
        ("year", 9, "undecided"),
        ("day", 1, "clean"),
        ("claim", 1, "clean"),
        ("encounter", 1, "clean"),
        ("prescription", 1, "clean"),
        ("before", 9, "undecided"),
        ("after", 1, "clean"),
    ],
)
def test_what_lies_before_the_history(tmp_path, within, first_day, verdict):
    path = tmp_path / "some_rule.yaml"
    path.write_text(HEAD + f"others: {{o: {{same: [person], within: {within}}}}}\nflag: count(o) >= 2\n", encoding="utf-8")
    line = {"claim_id": ["C1"], "line_id": ["a"], "item_code": ["X"], "quantity": ["1"], "amount": ["1"]}
    when = f"2025-03-{first_day:02} 09:00:00"
    lines = pa.table({**line, "charged_at": [when], "prescription_id": ["7"]})
    claims = pa.table({"claim_id": ["C1"], "person_id": ["P1"], "provider_id": ["H1"], "settled_at": [when]})
    result = claimrules.load(path).audit({"claims": claims, "lines": lines}, history_from="2025-03-01")
    [counts] = result.summary.rules.values()
    assert {"clean": counts.clean, "undecided": counts.undecided, "flagged": counts.flagged}[verdict] == 1


@pytest.mark.parametrize(
    ("take", "within"), [("last", "3 days before"), ("first", "3 days before"), ("one", "3 days apart")]
)
def test_the_row_taken_may_lie_before_the_history(tmp_path, take, within):
    path = tmp_path / "some_rule.yaml"
    logic = f"others: {{o: {{same: [person], within: {within}, take: {take}}}}}\nflag: o IS MISSING\n"
    path.write_text(HEAD + logic, encoding="utf-8")
    for day, expected in ((4, (1, 0)), (3, (0, 1))):
        when = f"2025-03-0{day} 09:00:00"
        line = {"claim_id": ["C1"], "line_id": ["a"], "item_code": ["X"], "quantity": ["1"], "amount": ["1"]}
        claims = pa.table({"claim_id": ["C1"], "person_id": ["P1"], "provider_id": ["H1"], "settled_at": [when]})
        given = {"claims": claims, "lines": pa.table({**line, "charged_at": [when]})}
        [counts] = claimrules.load(path).audit(given, history_from="2025-03-01").summary.rules.values()
        assert (counts.flagged, counts.undecided) == expected
