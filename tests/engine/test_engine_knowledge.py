"""Knowledge rows that replace each other, sets that a column names, exemptions that may apply; worked out by hand."""

from textwrap import dedent

import pyarrow as pa
import pytest

import claimrules
from claimrules.batch import ClaimBatch, open_claims

HEAD = """\
id: some_rule
title: {zh: 规则, en: rule}
category: management
verdict: violation
message: {zh: 违规, en: violation}
"""


def table(rows):
    names = dict.fromkeys(name for row in rows for name in row)
    return pa.table({n: pa.array([row.get(n) for row in rows], pa.string()) for n in names})


def verdicts(folder, logic, lines, claims=({"claim_id": "C1"},), as_of=None, **files):
    """{line_id: verdict}; `files`: knowledge by table name, as (yaml, csv)."""
    (folder / "some_rule.yaml").write_text(HEAD + dedent(logic), encoding="utf-8")
    (folder / "knowledge").mkdir(exist_ok=True)
    for name, (declared, rows) in files.items():
        (folder / "knowledge" / f"{name}.yaml").write_text(declared, encoding="utf-8")
        (folder / "knowledge" / f"{name}.csv").write_text(rows, encoding="utf-8")
    plain = {"claim_id": "C1", "item_code": "A", "quantity": "1", "amount": "1", "charged_at": "2024-05-05 08:00:00"}
    given = {
        "claims": table([{"person_id": "P1", "provider_id": "H1", "region": "110000", **claim} for claim in claims]),
        "lines": table([{**plain, **line} for line in lines]),
    }
    pack = claimrules.load(folder, as_of=as_of)
    with open_claims(given) as intake:
        [batch] = intake.partitions()
    assert isinstance(batch, ClaimBatch)
    return {row["line_id"]: row["verdict"] for row in pack.judge(batch, "some_rule").to_pylist()}


MOST = "match: {m: {table: most, key: {code: line.item_code}}}\nflag: line.quantity > m.most\n"
DECLARED = "columns: {code: text, most: integer}\nkey: [code]\n"


@pytest.mark.parametrize(
    ("rows", "as_of", "expected"),
    [
        # of B the row learnt in June stands, whatever was learnt of A and when
        ("A,1,2024-09-01\nB,9,\nB,3,2024-06-01\n", None, {"a": "flagged", "b": "flagged"}),
        ("A,9,2024-09-01\nB,9,2024-02-01\nB,3,2024-06-01\n", None, {"a": "clean", "b": "flagged"}),
        ("A,9,2024-01-01\nB,3,2024-02-01\nB,9,2024-06-01\n", None, {"a": "clean", "b": "clean"}),
        ("A,9,\nB,9,2024-02-01\nB,3,2024-06-01\n", "2024-05-31", {"a": "clean", "b": "clean"}),
        ("A,9,\nB,9,2024-02-01\nB,3,2024-06-01\n", "2024-06-01", {"a": "clean", "b": "flagged"}),
        ("A,9,\nB,9,\nB,3,2024-06-01\nC,1,2024-06-01\n", "2024-05-01", {"a": "clean", "b": "clean"}),
    ],
)
def test_the_row_learnt_last_stands(tmp_path, rows, as_of, expected):
    lines = [{"line_id": "a", "item_code": "A", "quantity": "5"}, {"line_id": "b", "item_code": "B", "quantity": "5"}]
    assert verdicts(tmp_path, MOST, lines, as_of=as_of, most=(DECLARED, "code,most,known_from\n" + rows)) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("A,9,000000,,\nA,3,110000,,\n", "flagged"),  # the province before the nation
        ("A,3,000000,,\nA,9,110000,,\n", "clean"),
        ("A,9,110000,,\nA,3,110100,,\n", "clean"),  # another city is not its
        ("A,9,000000,2024-05-06,\nA,3,000000,,2024-05-05\n", "flagged"),  # both ends in
        ("A,3,000000,,2024-05-04\nA,9,000000,2024-05-05,\n", "clean"),
        ("A,3,000000,2024-05-05,2024-05-05\n", "flagged"),
        ("A,3,000000,2024-05-06,\n", "not_applicable"),
    ],
)
def test_the_row_of_the_place_and_the_day(tmp_path, rows, expected):
    csv = "code,most,region,valid_from,valid_to\n" + rows
    assert verdicts(tmp_path, MOST, [{"line_id": "a", "quantity": "5"}], most=(DECLARED, csv)) == {"a": expected}


def test_the_longest_prefix_and_the_fullest_row(tmp_path):
    declared = "columns: {code: text, level: text, most: integer}\nkey:\n  code: prefix\n  level: exact\n"
    csv = "code,level,most\nA,,9\nAB,,3\nA,3A,1\n"
    logic = (
        "match: {m: {table: most, key: {code: line.item_code, level: claim.provider_level}}}\nflag: line.quantity > m.most\n"
    )
    lines = [{"line_id": c.lower(), "item_code": c, "quantity": q} for c, q in (("AX", "5"), ("ABX", "5"), ("B", "5"))]
    found = verdicts(tmp_path, logic, lines, ({"claim_id": "C1", "provider_level": "2A"},), most=(declared, csv))
    assert found == {"ax": "clean", "abx": "flagged", "b": "not_applicable"}
    found = verdicts(tmp_path, logic, lines, ({"claim_id": "C1", "provider_level": "3A"},), most=(declared, csv))
    assert found == {"ax": "flagged", "abx": "flagged", "b": "not_applicable"}


PERIOD = 'match: {m: {table: win, key: {code: line.item_code}}}\nper: [region, w: "period(m.window)"]\nflag: count(*) >= 2\n'
WINDOW = ("columns: {code: text, window: window}\nkey: [code]\n", "code,window\nA,encounter\nB,claim\n")


def test_two_hospitals_may_number_their_stays_alike(tmp_path):
    claims = [
        {"claim_id": "C1", "encounter_id": "E1"},
        {"claim_id": "C2", "encounter_id": "E1", "provider_id": "H2"},
        {"claim_id": "C3", "encounter_id": "E1", "person_id": "P2"},
        {"claim_id": "C4", "encounter_id": "E1"},
    ]
    lines = [{"line_id": c, "claim_id": c} for c in ("C1", "C2", "C3", "C4")]
    lines += [{"line_id": f"{c}b", "claim_id": c, "item_code": "B"} for c in ("C1", "C4")]
    found = verdicts(tmp_path, PERIOD, lines, claims, win=WINDOW)
    assert found == {"C1": "flagged", "C4": "flagged", "C2": "clean", "C3": "clean", "C1b": "clean", "C4b": "clean"}


SETS = ("columns: {set_id: text, prefix: text}\nkey: [set_id, prefix]\n", "set_id,prefix\ns,A\nt,B\n")


def test_a_set_that_a_column_names(tmp_path):
    logic = "flag: in_set(line.item_code, line.fee_category)\n"
    lines = [
        {"line_id": "1", "item_code": "A1", "fee_category": "s"},
        {"line_id": "2", "item_code": "A1", "fee_category": "t"},
        {"line_id": "3", "item_code": "B", "fee_category": "t"},
        {"line_id": "4", "item_code": "B", "fee_category": None},
    ]
    found = verdicts(tmp_path, logic, lines, code_sets=SETS)
    assert found == {"1": "flagged", "2": "clean", "3": "flagged", "4": "undecided"}


def test_an_exemption_that_may_apply_leaves_rows_in_doubt(tmp_path):
    (tmp_path / "exemptions.yaml").write_text("- {id: e, rules: all, because: agreed, region: '330100'}\n", encoding="utf-8")
    claims = [{"claim_id": "C1", "region": "330100"}, {"claim_id": "C2", "region": None}, {"claim_id": "C3"}]
    lines = [{"line_id": c, "claim_id": c} for c in ("C1", "C2", "C3")]
    lines += [{"line_id": f"{c}n", "claim_id": c, "quantity": "9"} for c in ("C1", "C2", "C3")]
    lines += [{"line_id": "C3t", "claim_id": "C3", "charged_at": None}]
    logic = "rows: line.quantity < 5 AND line.charged_at < '2025-01-01'\nflag: line.amount > 0\n"
    found = verdicts(tmp_path, logic, lines, claims, code_sets=SETS)
    assert found == {
        "C1": "not_applicable",
        "C2": "undecided",
        "C3": "flagged",
        "C3t": "undecided",
        **{f"{c}n": "not_applicable" for c in ("C1", "C2", "C3")},
    }


TWIN = "columns: {code: text, twin: text}\nkey: [code]\nmany: true\nabsence: no-limit\n"


def test_a_cell_that_is_empty_relates_nobody_knows_whom(tmp_path):
    logic = """
    match: {m: {table: twin, key: {code: line.item_code}}}
    others: {o: {of: line, same: [person], where: "o.item_code = m.twin"}}
    flag: count(o) > 0
    """
    declared = "columns: {code: text, twin: text}\nkey: [code]\nabsence: no-limit\n"
    lines = [{"line_id": c.lower(), "item_code": c} for c in "ABC"]
    found = verdicts(tmp_path, logic, lines, twin=(declared, "code,twin\nA,C\nB,\n"))
    assert found == {"a": "flagged", "b": "undecided", "c": "not_applicable"}
    found = verdicts(tmp_path, logic, lines, twin=(declared, "code,twin\nA,C\nB,Z\n"))
    assert found == {"a": "flagged", "b": "clean", "c": "not_applicable"}
    starts = logic.replace("o.item_code = m.twin", "starts_with(o.item_code, m.twin)")
    found = verdicts(tmp_path, starts, lines, twin=(declared, "code,twin\nA,C\nB,\n"))
    assert found == {"a": "flagged", "b": "undecided", "c": "not_applicable"}


def test_all_rows_of_a_set_that_were_asked_are_named(tmp_path):
    (tmp_path / "some_rule.yaml").write_text(
        HEAD + "match: {m: {table: twin, key: {code: line.item_code}, take: all}}\nflag: any(m.twin = 'Y')\n",
        encoding="utf-8",
    )
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "twin.yaml").write_text(TWIN, encoding="utf-8")
    (tmp_path / "knowledge" / "twin.csv").write_text(
        "knowledge_id,code,twin\nk3,A,X\nk1,A,Y\nk2,B,Y\nk4,C,X\n", encoding="utf-8"
    )
    plain = {"claim_id": "C1", "quantity": "1", "amount": "1", "charged_at": "2024-05-05 08:00:00"}
    given = {
        "claims": table([{"claim_id": "C1", "person_id": "P1", "provider_id": "H1"}]),
        "lines": table([{**plain, "line_id": c.lower(), "item_code": c} for c in "ABCD"]),
    }
    found = claimrules.load(tmp_path).audit(given).findings.to_pylist()
    assert sorted((row["line_ids"], row["knowledge_ids"]) for row in found) == [(["a"], ["k1", "k3"]), (["b"], ["k2"])]


def test_a_row_without_a_date_is_no_neighbour_of_another_key(tmp_path):
    # The last day of one physician's lines, and a line of the next one without a date.
    logic = "others: {o: {same: [person, physician], within: 3 days apart}}\nflag: count(o) > 0\n"
    lines = [
        {"line_id": "a", "physician_id": "x"},
        {"line_id": "b", "physician_id": "y", "charged_at": None},
        {"line_id": "c", "physician_id": "z"},
        {"line_id": "d", "physician_id": "z", "charged_at": "2024-05-01 08:00:00"},
    ]
    found = verdicts(tmp_path, logic, lines, code_sets=SETS)
    assert found == {"a": "clean", "b": "clean", "c": "clean", "d": "clean"}
    found = verdicts(tmp_path, logic.replace("3 days", "4 days"), lines, code_sets=SETS)
    assert found == {"a": "clean", "b": "clean", "c": "flagged", "d": "flagged"}


@pytest.mark.parametrize(("rows", "expected"), [("A,X\nA,Y\n", {"a": "clean"}), ("A,X\nA,Z\n", {"a": "flagged"})])
def test_others_may_have_several_knowledge_rows_each(tmp_path, rows, expected):
    logic = """
    others: {o: {same: [person], match: {k: {table: twin, key: {code: o.item_code}, take: all}}, where: o.k.twin = 'Z'}}
    flag: count(o) > 0
    """
    lines = [{"line_id": "a", "item_code": "B"}, {"line_id": "b", "item_code": "A"}]
    found = verdicts(tmp_path, logic, lines, twin=(TWIN, "code,twin\n" + rows))
    assert {"a": found["a"]} == expected
    assert found["b"] == "clean"
    silent = TWIN.replace("no-limit", "unknown")
    found = verdicts(tmp_path, logic, lines, twin=(silent, "code,twin\n" + rows))
    # of B, which the table does not name, nothing is known: it may be that Z is its twin
    assert found == {**expected, "b": "undecided"}


def test_an_other_row_that_two_knowledge_rows_relate_counts_once(tmp_path):
    logic = """
    match: {m: {table: twin, key: {code: line.item_code}, take: all}}
    others: {o: {of: line, same: [person], where: "starts_with(o.item_code, m.twin)"}}
    flag: count(o) = %s AND sum(o.quantity) = %s
    """
    declared = "columns: {code: text, twin: text}\nkey: [code, twin]\nabsence: no-limit\n"
    lines = [
        {"line_id": c.lower(), "item_code": c, "quantity": q} for c, q in (("A", "1"), ("B", "2"), ("C1", "4"), ("C2", "8"))
    ]
    csv = "code,twin\nA,C\nA,C1\nB,C1\nB,C2\nB,Z\n"
    found = verdicts(tmp_path, logic % (2, 12), lines, twin=(declared, csv))
    assert found == {"a": "flagged", "b": "flagged", "c1": "not_applicable", "c2": "not_applicable"}
    csv = "code,twin\nA,C1\nA,C\nA,C2\nB,C2\nB,Z\n"
    found = verdicts(tmp_path, logic % (2, 12), lines, twin=(declared, csv))
    assert (found["a"], found["b"]) == ("flagged", "clean")


def test_others_that_are_subjects_do_not_hide_those_that_are_rows(tmp_path):
    (tmp_path / "some_rule.yaml").write_text(
        HEAD
        + "per: [person, item]\nothers:\n  a_peer: {of: subject, same: [person]}\n"
        + "  b_row: {of: line, same: [person], within: day}\n"
        + "flag_rows: line.item_code = 'A' AND count(b_row) > 0 AND count(a_peer) > 0\n",
        encoding="utf-8",
    )
    plain = {"claim_id": "C1", "quantity": "1", "amount": "1", "charged_at": "2024-05-05 08:00:00"}
    given = {
        "claims": table([{"claim_id": "C1", "person_id": "P1", "provider_id": "H1"}]),
        "lines": table([{**plain, "line_id": c.lower(), "item_code": c} for c in "ABC"]),
    }
    [row] = claimrules.load(tmp_path).audit(given).findings.to_pylist()
    assert (row["line_ids"], row["involved_line_ids"]) == (["a"], ["b", "c"])
