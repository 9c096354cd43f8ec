"""Which other rows are looked at, and by which knowledge rows: at the edges, worked out by hand."""

import pytest
from test_engine_knowledge import DECLARED, HEAD, MOST, TWIN, table, verdicts

import claimrules

PLAIN = "columns: {code: text, twin: text}\nkey: [code]\nabsence: no-limit\n"
HOURS = ("2024-05-05 08:00:00", "2024-05-05 09:00:00", "2024-05-05 10:00:00")


def in_turn(*items):
    """Lines of those items in time, named by their items in small letters."""
    return [{"line_id": c.lower(), "item_code": c, "charged_at": at} for c, at in zip(items, HOURS, strict=False)]


@pytest.mark.parametrize(("closed", "other"), [("B", "A"), ("A", "B")])
def test_a_row_that_is_closed_later_is_replaced_whatever_was_learnt_of_others(tmp_path, closed, other):
    # Learnt in June: what held of `closed` had ended on 4 May. Every row has the day on which it was learnt.
    csv = f"code,most,valid_to,known_from\n{other},1,,2024-09-01\n{closed},3,,2024-02-01\n{closed},3,2024-05-04,2024-06-01\n"
    lines = [{"line_id": c, "item_code": c, "quantity": "5"} for c in "AB"]
    found = verdicts(tmp_path, MOST, lines, most=(DECLARED, csv))
    assert found == {other: "flagged", closed: "not_applicable"}


@pytest.mark.parametrize("test", ["o.item_code = m.twin", "starts_with(o.item_code, m.twin)"])
def test_an_empty_cell_may_relate_rows_that_no_other_cell_relates(tmp_path, test):
    logic = (
        "match: {m: {table: twin, key: {code: line.item_code}}}\n"
        f'others: {{o: {{same: [person], where: "{test}"}}}}\nflag: count(o) > 0\n'
    )
    found = verdicts(tmp_path, logic, in_turn("A", "B"), twin=(PLAIN, "code,twin\nA,Z\nB,\n"))
    assert found == {"a": "clean", "b": "undecided"}


def test_codes_that_begin_with_a_cell_are_looked_at(tmp_path):
    logic = (
        "match: {m: {table: twin, key: {code: line.item_code}}}\n"
        'others: {o: {same: [person], where: "starts_with(o.item_code, m.twin)"}}\nflag: count(o) > 0\n'
    )
    found = verdicts(tmp_path, logic, in_turn("A", "C1"), twin=(PLAIN, "code,twin\nA,C\nC1,X\n"))
    assert found == {"a": "flagged", "c1": "clean"}


NEAREST = """
others: {o: {same: [person], take: previous, match: {k: {table: twin, key: {code: o.item_code}}}}}
flag: o.k.twin = 'X'
"""


def test_the_nearest_of_the_rows_that_have_knowledge(tmp_path):
    csv = "code,twin\nA,X\nC,Y\n"
    found = verdicts(tmp_path, NEAREST, in_turn("A", "B", "C"), twin=(PLAIN, csv))
    assert (found["b"], found["c"]) == ("flagged", "flagged")  # of B nothing is known: it is no neighbour
    found = verdicts(tmp_path, NEAREST, in_turn("A", "C", "B"), twin=(PLAIN, csv))
    assert (found["c"], found["b"]) == ("flagged", "clean")
    found = verdicts(tmp_path, NEAREST, in_turn("B", "A", "C"), twin=(PLAIN, csv))
    assert found["c"] == "flagged"


def test_of_the_last_row_nothing_is_known(tmp_path):
    logic = """
    others: {o: {same: [person], match: {k: {table: twin, key: {code: o.item_code}}}, where: o.k.twin = 'X'}}
    flag: count(o) = 1
    """
    found = verdicts(tmp_path, logic, in_turn("A", "C", "B"), twin=(PLAIN, "code,twin\nA,X\nC,Y\n"))
    assert found == {"a": "clean", "b": "flagged", "c": "flagged"}
    logic = logic.replace("where:", "rows: o.quantity > 0, where:")
    found = verdicts(tmp_path, logic, in_turn("A", "C", "B"), twin=(PLAIN, "code,twin\nA,X\nC,Y\n"))
    assert found == {"a": "clean", "b": "flagged", "c": "flagged"}


@pytest.mark.parametrize("take", ["", ", take: all"])
def test_the_knowledge_of_other_rows_may_be_narrowed(tmp_path, take):
    logic = f"""
    others: {{o: {{same: [person], match: {{k: {{table: twin, key: {{code: o.item_code}}, where: o.k.twin = 'X'{take}}}}}}}}}
    flag: count(o) = 1
    """
    declared = TWIN if take else TWIN.replace("many: true\n", "")
    found = verdicts(tmp_path, logic, in_turn("A", "B", "C"), twin=(declared, "code,twin\nA,X\nB,Y\nC,Z\n"))
    assert found == {"a": "clean", "b": "flagged", "c": "flagged"}


@pytest.mark.parametrize("rows", ["k1,A,G,2\nk2,A,G,1\n", "k2,A,G,1\nk1,A,G,2\n"])
def test_a_row_joins_a_subject_by_the_first_knowledge_row_by_its_id(tmp_path, rows):
    logic = """
    match: {m: {table: kin, key: {code: line.item_code}, take: all}}
    per: [person, g: m.family]
    flag: sum(m.points) = 2
    """
    declared = "columns: {code: text, family: text, points: integer}\nkey: [code]\nmany: true\nabsence: no-limit\n"
    found = verdicts(tmp_path, logic, in_turn("A"), kin=(declared, "knowledge_id,code,family,points\n" + rows))
    assert found == {"a": "flagged"}


def test_a_line_without_a_code_is_not_screened_out(tmp_path):
    logic = "match: {m: {table: twin, key: {code: line.physician_id}}}\nflag: m.twin = 'X'\n"
    lines = [{"line_id": "a", "physician_id": None}, {"line_id": "z", "physician_id": "Z"}]
    found = verdicts(tmp_path, logic, lines, twin=(PLAIN, "code,twin\nA,X\n"))
    assert found == {"a": "undecided", "z": "not_applicable"}


def test_an_exemption_that_may_apply_where_all_else_is_known(tmp_path):
    (tmp_path / "exemptions.yaml").write_text("- {id: e, rules: all, because: agreed, region: '330100'}\n", encoding="utf-8")
    claims = [{"claim_id": "C1", "region": "330100"}, {"claim_id": "C2", "region": None}, {"claim_id": "C3"}]
    lines = [{"line_id": c, "claim_id": c} for c in ("C1", "C2", "C3")]
    found = verdicts(
        tmp_path, "rows: line.quantity < 5\nflag: line.amount > 0\n", lines, claims, twin=(PLAIN, "code,twin\n")
    )
    assert found == {"C1": "not_applicable", "C2": "undecided", "C3": "flagged"}


def test_neither_the_code_nor_the_set_may_be_known(tmp_path):
    sets = ("columns: {set_id: text, prefix: text}\nkey: [set_id, prefix]\n", "set_id,prefix\ns,A\nt,B\n")
    given = [("1", "A1", "s"), ("2", "A1", "t"), ("3", None, "s"), ("4", "A1", None), ("5", None, None)]
    lines = [{"line_id": i, "physician_id": code, "fee_category": name} for i, code, name in given]
    found = verdicts(tmp_path, "flag: in_set(line.physician_id, line.fee_category)\n", lines, code_sets=sets)
    assert found == {"1": "flagged", "2": "clean", "3": "undecided", "4": "undecided", "5": "undecided"}


def test_the_first_row_of_a_table_is_named_as_any_other(tmp_path):
    (tmp_path / "some_rule.yaml").write_text(HEAD + MOST, encoding="utf-8")
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "most.yaml").write_text(DECLARED, encoding="utf-8")
    (tmp_path / "knowledge" / "most.csv").write_text("knowledge_id,code,most\nk1,A,1\nk2,B,1\n", encoding="utf-8")
    plain = {"claim_id": "C1", "quantity": "5", "amount": "1"}
    given = {
        "claims": table([{"claim_id": "C1", "person_id": "P1", "provider_id": "H1"}]),
        "lines": table([{**plain, **line} for line in in_turn("A", "B")]),
    }
    found = claimrules.load(tmp_path).audit(given).findings.to_pylist()
    assert sorted(name for row in found for name in row["knowledge_ids"]) == ["k1", "k2"]


def test_a_line_whose_knowledge_row_is_not_known_is_of_no_subject_by_it(tmp_path):
    declared = "columns: {code: text, twin: text}\nkey: [code]\nabsence: unknown\n"
    logic = "match: {m: {table: twin, key: {code: line.item_code}}}\nper: [person, m]\nflag: count(*) >= 2\n"
    csv = "code,twin\nA,X\nC,Y\n"
    found = verdicts(tmp_path, logic, in_turn("A", "B", "C"), twin=(declared, csv))
    assert found["b"] == "undecided"
    assert "flagged" not in found.values()


def test_a_line_without_a_knowledge_row_is_of_no_other_line_s_subject(tmp_path):
    logic = """
    match: {m: {table: twin, key: {code: line.item_code}}}
    per: [person, m]
    flag_rows: count(*) >= 2 AND (m IS MISSING OR m.twin = 'X')
    """
    declared = PLAIN + "complete: true\n"
    found = verdicts(tmp_path, logic, in_turn("A", "B"), twin=(declared, "code,twin\nA,X\n"))
    assert "flagged" not in found.values()


def test_what_a_subject_lacks_is_a_matter_of_history(tmp_path):
    logic = "per: [provider, item]\nothers: {o: {of: line, same: [provider]}}\nflag: count(o) = 5\n"
    (tmp_path / "some_rule.yaml").write_text(HEAD + logic, encoding="utf-8")
    plain = {"quantity": "5", "amount": "1.00", "unit_price": None}
    lines = [{**plain, "line_id": str(i), "item_code": code} for i, code in enumerate("AAB")]
    own = {"claim_id": "C1", "person_id": "P1", "provider_id": "H1", "settled_at": "2025-06-01T10:00:00", "lines": lines}
    answer = claimrules.load(tmp_path).check(claimrules.Claim.model_validate(own), [])
    # other persons of the hospital may be beside both of its subjects, that of A and that of B
    assert [(one.subject, one.missing) for one in answer.undecided] == [
        ("provider=H1; item=A", "history"),
        ("provider=H1; item=B", "history"),
    ]
