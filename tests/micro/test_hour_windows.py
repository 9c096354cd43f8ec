"""Hour windows know when a feed has only 00:00:00: then the same date decides, and the finding is a suspicion."""

import pytest

RULE = """
    others:
      main: {of: line, same: [person], within: 6 hours apart, where: main.item_code = 'A'}
    flag: line.item_code = 'B' AND count(main) > 0
"""


def line(line_id, code, at, claim_id="C1"):
    return {"line_id": line_id, "claim_id": claim_id, "item_code": code, "amount": "10.00", "charged_at": at}


SURE, DOUBTFUL, NOT = ["violation"], ["suspicious"], []


@pytest.mark.parametrize(
    ("main", "sub", "third", "verdict"),
    [
        # with clock times hours decide, over midnight too
        ("2025-06-02 08:00", "2025-06-02 14:00", None, SURE),
        ("2025-06-02 08:00", "2025-06-02 14:01", None, NOT),
        ("2025-06-02 23:00", "2025-06-03 01:00", None, SURE),
        # nothing but midnights: the date decides, and not surely
        ("2025-06-02 00:00:00", "2025-06-02 00:00:00", None, DOUBTFUL),
        ("2025-06-02 00:00:00", "2025-06-03 00:00:00", None, NOT),
        # one line with a clock time, and the claim's midnights are midnights
        ("2025-06-02 00:00:00", "2025-06-02 00:00:00", "2025-06-05 09:30", SURE),
        ("2025-06-02 00:00:00", "2025-06-02 05:59", None, SURE),
        ("2025-06-02 00:00:00", "2025-06-02 06:01", None, NOT),
    ],
)
def test_within_six_hours_in_one_claim(said, main, sub, third, verdict):
    lines = [line("a", "A", main), line("b", "B", sub)]
    lines += [line("x", "X", third)] if third else []
    outcome = said(RULE, [{}], lines)
    assert outcome.all("verdict") == verdict
    assert outcome.undecided == []


@pytest.mark.parametrize(("sub", "verdict"), [("2025-06-02 23:00", DOUBTFUL), ("2025-06-03 01:00", NOT)])
def test_a_clock_on_one_side_alone_does_not_help(said, sub, verdict):
    claims = [{}, {"claim_id": "C2"}]
    lines = [line("a", "A", "2025-06-02 00:00:00"), line("b", "B", sub, "C2")]
    assert said(RULE, claims, lines).all("verdict") == verdict


@pytest.mark.parametrize(
    ("window", "sub", "verdict"), [("hour", "08:59", SURE), ("hour", "09:00", NOT), ("30 minutes", "08:30", SURE)]
)
def test_the_same_hour_and_minutes(said, window, sub, verdict):
    lines = [line("a", "A", "2025-06-02 08:00"), line("b", "B", f"2025-06-02 {sub}")]
    assert said(RULE.replace("6 hours apart", window), [{}], lines).all("verdict") == verdict


@pytest.mark.parametrize("window", ["hour", "30 minutes"])
def test_without_a_clock_they_are_the_same_date(said, window):
    lines = [line("a", "A", "2025-06-02 00:00:00"), line("b", "B", "2025-06-02 00:00:00")]
    assert said(RULE.replace("6 hours apart", window), [{}], lines).all("verdict") == DOUBTFUL


def test_days_need_no_clock(said):
    lines = [line("a", "A", "2025-06-02 00:00:00"), line("b", "B", "2025-06-03 00:00:00")]
    assert said(RULE.replace("6 hours apart", "1 days apart"), [{}], lines).all("verdict") == SURE


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ("02:00", "05:00", ["violation"]),
        ("02:00", "08:01", []),
        # either may have been the earlier of one date
        ("00:00:00", "00:00:00", ["suspicious", "suspicious"]),
        ("00:00:00", "05:00", ["suspicious", "suspicious"]),
    ],
)
def test_a_settlement_at_midnight_has_no_clock(said, first, second, verdict):
    rule = """
        of: claim
        others: {earlier: {same: [person], within: 6 hours before}}
        flag: count(earlier) > 0
        amount: none
    """
    claims = [{"settled_at": f"2025-06-02 {first}"}, {"claim_id": "C2", "settled_at": f"2025-06-02 {second}"}]
    assert said(rule, claims).all("verdict") == verdict


def test_whether_a_time_has_a_clock_can_be_asked(said):
    lines = [line("a", "A", "2025-06-02 00:00:00"), line("b", "B", "2025-06-02 00:00:01")]
    assert said("flag: has_time(line.charged_at)", [{}], lines).findings == [(("b",), "10.00")]
