"""Verdicts have three values: rows AND flag AND NOT unless, of a group's rows by OR. The unknown is never a finding."""

import pytest

T, F, U = "true", "false", None
FLAGGED, CLEAN, NOT_APPLICABLE, UNDECIDED = (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)

RULE = """
    rows: line.is_restricted
    flag: line.is_maternity
    unless: {taken home: line.is_discharge_medication}
"""


def line(rows, flag, unless, line_id="l1"):
    values = {"is_restricted": rows, "is_maternity": flag, "is_discharge_medication": unless}
    return {"line_id": line_id, "item_code": "A", "amount": "10.00", **values}


@pytest.mark.parametrize(
    ("rows", "flag", "unless", "counts"),
    [
        (T, T, F, FLAGGED),
        (T, T, T, CLEAN),
        (T, T, U, UNDECIDED),
        (T, F, F, CLEAN),
        (T, F, T, CLEAN),
        (T, F, U, CLEAN),
        (T, U, F, UNDECIDED),
        (T, U, T, CLEAN),
        (T, U, U, UNDECIDED),
        (F, T, F, NOT_APPLICABLE),
        (F, U, U, NOT_APPLICABLE),
        (U, T, F, UNDECIDED),
        (U, T, T, CLEAN),
        (U, F, U, CLEAN),
        (U, U, F, UNDECIDED),
    ],
)
def test_of_one_row(said, rows, flag, unless, counts):
    outcome = said(RULE, [{}], [line(rows, flag, unless)])
    assert outcome.counts == counts
    assert len(outcome.findings) == counts[0]


@pytest.mark.parametrize(
    ("flags", "counts"),
    [
        ((T, F), FLAGGED),
        ((T, U), FLAGGED),  # one that is sure is enough
        ((F, U), UNDECIDED),
        ((U, U), UNDECIDED),
        ((F, F), CLEAN),
    ],
)
def test_of_a_group_by_or(said, flags, counts):
    lines = [line(T, flag, F, f"l{n}") for n, flag in enumerate(flags, 1)]
    outcome = said("per: [person]\nflag_rows: line.is_maternity", [{}], lines)
    assert outcome.counts == counts
    assert outcome.findings == ([(("l1",), "10.00")] if counts == FLAGGED else [])


@pytest.mark.parametrize(("doubt", "verdict"), [(F, "violation"), (T, "suspicious"), (U, "suspicious")])
def test_a_doubt_that_is_not_known_is_a_doubt(said, doubt, verdict):
    rule = "flag: line.is_maternity\ndoubt: {taken home: line.is_discharge_medication}"
    assert said(rule, [{}], [line(T, T, doubt)]).all("verdict") == [verdict]


@pytest.mark.parametrize(
    ("quantities", "counts"),
    [
        (("2", "2"), FLAGGED),  # 4 is above 3
        (("4", None), FLAGGED),  # the known part is above 3 already
        (("2", None), UNDECIDED),
        (("1", "1"), CLEAN),
    ],
)
def test_a_sum_is_at_least_what_is_known_of_it(said, quantities, counts):
    lines = [line(T, T, F, f"l{n}") | {"supply_days": days} for n, days in enumerate(quantities)]
    assert said("per: [person]\nflag: sum(line.supply_days) > 3", [{}], lines).counts == counts


@pytest.mark.parametrize("unsaid", [None, "unknown"])
def test_unknown_is_not_known_and_never_equal_or_unequal(said, unsaid):
    claims = [{"sex": unsaid}]
    for flag in ("claim.sex = 'male'", "claim.sex <> 'male'", "NOT claim.sex = 'male'"):
        outcome = said(f"of: claim\nflag: {flag}\namount: none", claims)
        assert outcome.counts == UNDECIDED
        assert outcome.undecided == [("claim=C1", "claim.sex", 1)]
    assert said("of: claim\nflag: claim.sex IS NULL\namount: none", claims).counts == FLAGGED


def test_a_column_that_is_not_there_is_counted_once_a_rule(said):
    lines = [{"line_id": f"l{n}", "item_code": "A", "amount": "10.00"} for n in range(3)]
    outcome = said("flag: line.is_maternity", [{}], lines)
    assert outcome.counts == (0, 0, 0, 3)
    assert outcome.undecided == [(None, "line.is_maternity", 3)]
