"""Every column of a finding, and what an undecided subject lacks; worked out by hand."""

from datetime import date
from textwrap import dedent

import pyarrow as pa
import pytest
from small_audit import load, table, tables

import claimrules
from claimrules.findings.identity import finding_ids

CLAIMS = [
    {"claim_id": "C1", "encounter_id": "E1", "admitted_at": "2025-03-01", "discharged_at": "2025-03-09", "sex": "male"},
    {"claim_id": "C2", "encounter_id": "E1", "admitted_at": "2025-03-01", "discharged_at": "2025-03-09", "sex": "male"},
    {"claim_id": "C3", "person_id": "P2", "region": "330100", "sex": None},
]
LINES = [
    {"line_id": "b", "amount": "30.00", "charged_at": "2025-03-03 09:00:00", "quantity": "2"},
    {"line_id": "a", "amount": "20.00", "charged_at": "2025-03-02 09:00:00", "quantity": "3"},
    {"line_id": "z", "amount": "5.00", "charged_at": "2025-03-01 09:00:00", "item_code": "B"},
    {"line_id": "c", "claim_id": "C2", "amount": "7.00", "charged_at": "2025-03-04 09:00:00", "quantity": "1.5"},
    {"line_id": "d", "claim_id": "C3", "amount": "9.00", "charged_at": None, "quantity": "4"},
]


def found(folder, body, claims=CLAIMS, lines=LINES, **more):
    result = load(folder / "rules", some_rule=body, **more).audit(tables(claims, lines))
    return result.findings.to_pylist(), result


def column(rows, name):
    return [row[name] for row in rows]


def rule(folder, text):
    """A rule given with its head."""
    path = folder / "some_rule.yaml"
    path.write_text("id: some_rule\ntitle: {zh: 规则, en: rule}\n" + text, encoding="utf-8")
    return claimrules.load(folder)


GROUPED = """
per: [person, item]
flag_rows: line.item_code = 'A' AND sum(line.quantity) > 3 AND line.quantity > 1.9
"""


def test_a_subject_with_rows_in_two_claims(tmp_path):
    rows, _ = found(tmp_path, "per: [person, item]\nflag: sum(line.quantity) > 3\n")
    assert column(rows, "claim_id") == ["C1", "C2", "C3"]
    assert column(rows, "line_ids") == [["a", "b"], ["c"], ["d"]]
    assert column(rows, "involved_line_ids") == [[], [], []]
    assert column(rows, "related_claim_ids") == [["C2"], ["C1"], []]
    assert column(rows, "event_date") == [date(2025, 3, 2), date(2025, 3, 4), None]
    assert [str(v) for v in column(rows, "amount")] == ["50.00", "7.00", "9.00"]
    assert column(rows, "person_id") == ["P1", "P1", "P2"]
    assert column(rows, "provider_id") == ["H1"] * 3
    assert column(rows, "region") == [None, None, "330100"]
    assert len(set(column(rows, "subject"))) == 2
    assert len(set(column(rows, "finding_id"))) == 2
    assert [len(v) for v in column(rows, "finding_id")] == [24] * 3
    assert column(rows, "rule_version") == [1] * 3
    assert column(rows, "amount_method") == ["full_line"] * 3
    assert column(rows, "knowledge_ids") == [[]] * 3
    assert column(rows, "observed") == [None] * 3
    assert column(rows, "allowed") == [None] * 3


def test_rows_of_the_subject_that_do_not_violate_are_involved(tmp_path):
    rows, _ = found(tmp_path, GROUPED)
    assert column(rows, "claim_id") == ["C1", "C3"]
    assert column(rows, "line_ids") == [["a", "b"], ["d"]]
    assert column(rows, "involved_line_ids") == [["C2/c"], []]  # of another claim: with its claim
    assert column(rows, "related_claim_ids") == [["C2"], []]


def test_other_rows_that_took_part_are_involved(tmp_path):
    body = (
        "others: {o: {same: [person], where: o.item_code <> line.item_code}}\nflag: count(o) > 0 AND line.item_code = 'B'\n"
    )
    [row], _ = found(tmp_path, body)
    assert (row["claim_id"], row["line_ids"]) == ("C1", ["z"])
    assert row["involved_line_ids"] == ["C2/c", "a", "b"]
    assert row["related_claim_ids"] == ["C2"]


def test_a_stay_is_a_finding_in_each_of_its_claims(tmp_path):
    body = "of: encounter\nflag: sum(line.amount) > 50\namount: none\n"
    rows, _ = found(tmp_path, body)
    assert column(rows, "claim_id") == ["C1", "C2"]
    assert column(rows, "line_ids") == [[], []]
    assert column(rows, "related_claim_ids") == [["C2"], ["C1"]]
    assert column(rows, "event_date") == [date(2025, 3, 1)] * 2
    assert [str(v) for v in column(rows, "amount")] == ["0.00", "0.00"]
    assert [str(v) for v in column(rows, "fund_loss")] == ["0.00", "0.00"]
    assert set(column(rows, "subject")) == {"person=P1; provider=H1; encounter=E1"}


@pytest.mark.parametrize(
    ("kind", "flag", "subjects"),
    [
        ("line", "line.quantity > 3", ["claim=C3; line=d"]),
        ("claim", "claim.claim_id = 'C2'", ["claim=C2"]),
        ("encounter", "encounter.claim_id = 'C3'", ["person=P2; provider=H1; encounter=C3"]),
        ("day", "day.date = '2025-03-04'", ["person=P1; provider=H1; encounter=E1; day=2025-03-04"]),
        ("diagnosis", "diagnosis.sequence = 2", ["claim=C1; diagnosis=K35@2"]),
        ("operation", "operation.operation_code = '47.0'", ["claim=C2; operation=47.0@2025-03-02 08:00:00"]),
        ("raw_line", "line.line_id = 'a'", ["claim=C1; line=a"]),
    ],
)
def test_rows_go_by_their_ids(tmp_path, kind, flag, subjects):
    pack = load(tmp_path / "rules", some_rule=f"of: {kind}\nflag: {flag}\namount: none\n")
    more = {
        "diagnoses": table([{"claim_id": "C1", "diagnosis_code": "K35", "sequence": n} for n in ("1", "2")]),
        "operations": table([{"claim_id": "C2", "operation_code": "47.0", "operated_at": "2025-03-02 08:00:00"}]),
    }
    result = pack.audit({**tables(CLAIMS, LINES), **more})
    assert sorted(set(result.findings["subject"].to_pylist())) == subjects


def test_a_finding_s_id_depends_on_rule_and_subject_alone():
    one = finding_ids("r", pa.array(["s", "t", "s"])).to_pylist()
    assert one[0] == one[2] != one[1]
    assert one[0] != finding_ids("s", pa.array(["r"])).to_pylist()[0]
    assert one[0] != finding_ids("r2", pa.array(["s"])).to_pylist()[0]
    assert all(len(text) == 24 and int(text, 16) >= 0 for text in one)


HEAD = """
category: policy
verdict: violation
severity: high
basis: [{source: law, article: 第三条}, {source: list}, {source: lost, article: 第一条}]
"""


def test_sentences_fill_in_what_was_seen(tmp_path):
    (tmp_path / "sources.yaml").write_text(
        "law: {title: {zh: 条例, en: Law}, number: 国令一号, verified: true}\n"
        "list: {title: {zh: 清单, en: List}}\nlost: {title: {zh: 失, en: lost}, number: 二号}\n",
        encoding="utf-8",
    )
    pack = rule(
        tmp_path,
        HEAD
        + dedent("""
        of: line
        flag: {多: line.quantity > 2, 贵: line.amount > 8}
        observed: {value: line.quantity, limit: "2.50", unit: 盒}
        message:
          zh: "{line.line_id}：{observed}过{limit}，{claim.sex}，{reasons}"
          en: "{line.line_id} has {observed}, {claim.sex}"
        """),
    )
    rows = sorted(pack.audit(tables(CLAIMS, LINES)).findings.to_pylist(), key=lambda row: row["line_ids"])
    assert [(r["message_zh"], r["message_en"]) for r in rows] == [
        ("a：3过2.50，男，多、贵", "a has 3, male"),
        ("b：2过2.50，男，贵", "b has 2, male"),
        ("d：4过2.50，?，多、贵", "d has 4, ?"),
    ]
    assert [(r["observed"], r["allowed"]) for r in rows] == [("3 盒", "2.50 盒"), ("2 盒", "2.50 盒"), ("4 盒", "2.50 盒")]
    assert rows[0]["basis"] == "《条例》（国令一号）第三条；《清单》（条文未核对）；《失》（二号）第一条（条文未核对）"
    assert (rows[0]["severity"], rows[0]["category"], rows[0]["verdict"]) == ("high", "policy", "violation")


def test_a_unit_may_be_a_column_and_a_limit_may_be_missing(tmp_path):
    body = "flag: line.quantity > 3\nobserved: {value: line.quantity, unit: line.item_code}\n"
    [row], _ = found(tmp_path, body)
    assert (row["observed"], row["allowed"]) == ("4 A", None)
    (tmp_path / "two").mkdir()
    [row], _ = found(tmp_path / "two", "flag: line.quantity > 3\nobserved: {limit: 3}\n")
    assert (row["observed"], row["allowed"]) == (None, "3")


def test_doubts_stand_behind_the_sentence_and_make_a_suspicion(tmp_path):
    body = "flag: line.quantity > 2\ndoubt: {大: line.quantity > 3, 久: line.amount > 15, 奇: line.amount < 0}\n"
    rows, _ = found(tmp_path, body)
    assert [(r["line_ids"], r["verdict"], r["message_zh"], r["message_en"]) for r in rows] == [
        (["a"], "suspicious", "违规（存疑：久）", "violation (in doubt: 久)"),
        (["d"], "suspicious", "违规（存疑：大）", "violation (in doubt: 大)"),
    ]
    (tmp_path / "two").mkdir()
    rows, _ = found(
        tmp_path / "two",
        "flag: line.quantity > 2\ndoubt: {大: line.quantity > 3, 高: line.amount > 8, 低: line.amount < 10}\n",
    )
    assert [(r["verdict"], r["message_zh"], r["message_en"]) for r in rows] == [
        ("suspicious", "违规（存疑：高）", "violation (in doubt: 高)"),
        ("suspicious", "违规（存疑：大、高、低）", "violation (in doubt: 大; 高; 低)"),
    ]
    (tmp_path / "three").mkdir()
    rows, _ = found(tmp_path / "three", "flag: line.quantity > 2\ndoubt: {大: line.quantity > 3}\n")
    assert [(r["verdict"], r["message_zh"]) for r in rows] == [("violation", "违规"), ("suspicious", "违规（存疑：大）")]


def test_lines_that_violate_are_not_involved_whichever_subject_they_are_of(tmp_path):
    body = """
    per: [person, item]
    others: {o: {same: [person, item], within: day}}
    flag_rows: count(o) > 0 AND line.quantity < 5
    """
    claims = [{"claim_id": f"C{i}", "person_id": f"P{i}"} for i in (1, 2, 3)]
    lines = [
        {"line_id": f"{name}{i}", "claim_id": f"C{i}", "amount": "1", "charged_at": "2025-03-01 09:00:00", "quantity": many}
        for i in (1, 2, 3)
        for name, many in (("a", "1"), ("b", "2"), ("x", "9"))
    ]
    rows, _ = found(tmp_path, body, claims, lines)
    assert column(rows, "line_ids") == [["a1", "b1"], ["a2", "b2"], ["a3", "b3"]]
    assert column(rows, "involved_line_ids") == [["x1"], ["x2"], ["x3"]]


def test_a_parameter_in_a_message(tmp_path):
    pack = rule(
        tmp_path,
        "category: management\nverdict: violation\nparams: {most: {default: 1.5}}\nflag: line.quantity > param.most\n"
        'message: {zh: "超过{param.most}", en: "more than {param.most}"}\n',
    )
    rows = pack.audit(tables([{"claim_id": "C1"}], [{"line_id": "a", "amount": "1", "quantity": "2"}])).findings.to_pylist()
    assert [(row["message_zh"], row["message_en"]) for row in rows] == [("超过1.5", "more than 1.5")]


def test_a_key_that_is_a_row_stands_in_a_message_by_its_id(tmp_path):
    pack = rule(
        tmp_path,
        "category: management\nverdict: violation\nper: [encounter]\nflag: count(*) > 1\n"
        'message: {zh: "{encounter}", en: "{encounter} of {claim.claim_id}"}\n',
    )
    lines = [{"line_id": name, "claim_id": "C2", "amount": "1", "quantity": "2"} for name in "ab"]
    claims = [{"claim_id": "C1"}, {"claim_id": "C2", "encounter_id": "E7"}]
    rows = pack.audit(tables(claims, lines)).findings.to_pylist()
    assert [(row["message_zh"], row["message_en"]) for row in rows] == [("E7", "E7 of C2")]


# what an undecided subject lacks


def lacking(folder, body, claims=CLAIMS, lines=LINES):
    result = load(folder / "rules", some_rule=body).audit(tables(claims, lines))
    rows = result.undecided.to_pylist()
    return sorted((row["subject"], row["claim_id"], row["missing"]) for row in rows)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("flag: claim.sex = 'female'\n", [("claim=C3; line=d", "C3", "claim.sex")]),
        ("of: claim\nflag: claim.sex = 'female'\n", [("claim=C3", "C3", "claim.sex")]),
        ("rows: claim.sex = 'male'\nflag: line.quantity > 3\n", [("claim=C3; line=d", "C3", "claim.sex")]),
        ("flag: line.charged_at > '2026-01-01'\n", [("claim=C3; line=d", "C3", "line.charged_at")]),
        ("others: {o: {same: [person], within: day}}\nflag: count(o) > 5\n", []),
        (
            "of: claim\nflag: any(line.charged_at > '2026-01-01')\n",
            [("claim=C3", "C3", "any(line)")],
        ),
    ],
)
def test_what_is_to_blame(tmp_path, body, expected):
    assert lacking(tmp_path, body) == expected
