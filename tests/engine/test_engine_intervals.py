"""Times moved by intervals, and codes that are not known among others; worked out by hand."""

import pytest
from test_engine_knowledge import verdicts

SETS = ("columns: {set_id: text, prefix: text}\nkey: [set_id, prefix]\n", "set_id,prefix\ns,A\n")


@pytest.mark.parametrize(
    ("moved", "expected"),
    [
        ("+ INTERVAL 2 DAY = '2024-02-02 08:00:00'", "flagged"),
        ("- INTERVAL 2 DAY = '2024-01-29 08:00:00'", "flagged"),
        ("+ INTERVAL 1 MONTH = '2024-02-29 08:00:00'", "flagged"),
        ("- INTERVAL 2 MONTH = '2023-11-30 08:00:00'", "flagged"),
        ("- INTERVAL 1 YEAR = '2023-01-31 08:00:00'", "flagged"),
        ("+ INTERVAL 90 MINUTE = '2024-01-31 09:30:00'", "flagged"),
        ("- INTERVAL 90 SECOND = '2024-01-31 07:58:30'", "flagged"),
        ("- INTERVAL 9 HOUR >= '2024-01-31'", "clean"),
    ],
)
def test_a_time_and_an_interval(tmp_path, moved, expected):
    logic = f'flag: "line.charged_at {moved}"\n'
    lines = [{"line_id": "a", "charged_at": "2024-01-31 08:00:00"}, {"line_id": "b", "charged_at": None}]
    assert verdicts(tmp_path, logic, lines, code_sets=SETS) == {"a": expected, "b": "undecided"}


@pytest.mark.parametrize("test", ["o.fee_category = m.twin", "starts_with(o.fee_category, m.twin)"])
def test_an_other_code_that_is_not_known_may_be_the_one(tmp_path, test):
    logic = f"""
    match: {{m: {{table: twin, key: {{code: line.item_code}}}}}}
    others: {{o: {{of: line, same: [person], where: "{test}"}}}}
    flag: count(o) > 0
    """
    declared = "columns: {code: text, twin: text}\nkey: [code]\nabsence: no-limit\n"
    lines = [{"line_id": "a", "fee_category": "A"}, {"line_id": "x", "item_code": "X", "fee_category": "X"}]
    given = {"twin": (declared, "code,twin\nA,C\n")}
    assert verdicts(tmp_path, logic, lines, **given)["a"] == "clean"
    assert (
        verdicts(tmp_path, logic, [*lines, {"line_id": "n", "item_code": "X", "fee_category": None}], **given)["a"]
        == "undecided"
    )
    assert (
        verdicts(tmp_path, logic, [*lines, {"line_id": "c", "item_code": "X", "fee_category": "C"}], **given)["a"]
        == "flagged"
    )
