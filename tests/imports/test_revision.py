"""A later edition laid over a table: what was known, and what held, is found as of its day."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from sheets import DRUGS, table_rows, workbook

import claimrules
from claimrules import Claim
from claimrules.diagnostics import KnowledgeError
from claimrules.imports import ImportOptions, import_files

RULES = Path(__file__).parents[2] / "rules"


def edition(path, name, *limits):
    """A workbook in the official form: each limit is a name, its sex and its codes."""
    names = [
        [f"药品区分性别使用知识点 {name}", None, None, None],
        ["序号", "药品通用名", "限定类型", "限定对象"],
        *([i, drug, "限定性别对象", sex] for i, (drug, sex, _) in enumerate(limits, 1)),
        ["合计", len(limits), None, None],
        ["备注：替代前期知识点。", None, None, None],
    ]
    codes = [["药品通用名", "国标代码"], *([drug, code] for drug, _, codes in limits for code in codes)]
    return workbook(path / f"{name}.xlsx", {"知识点": names, "代码": codes}, {"知识点": ["A1:D1"]})


@pytest.fixture
def revised(tmp_path):
    """A and B for women since 2025; since 2026 A for men, C new, as was learnt on 20 January 2026."""
    into = tmp_path / "k"
    import_files(
        [edition(tmp_path, "第一批", ("甲", "女", [DRUGS["A"], DRUGS["B"]]))], ImportOptions(into, since=date(2025, 1, 1))
    )
    later = edition(tmp_path, "修订", ("甲新", "男", [DRUGS["A"]]), ("丙", "女", [DRUGS["C"]]))
    options = ImportOptions(into, since=date(2026, 1, 1), known_from=date(2026, 1, 20))
    return into, import_files([later], options), later, options


def test_the_old_row_stays_and_a_copy_of_it_ends_the_day_before(revised):
    into, done, _, _ = revised
    rows = [(r["code"], r["sex"], r["valid_from"], r["valid_to"], r["known_from"]) for r in table_rows(into, "drug_sex")]
    assert rows == [
        (DRUGS["A"], "female", "2025-01-01", "", ""),
        (DRUGS["A"], "female", "2025-01-01", "2025-12-31", "2026-01-20"),
        (DRUGS["A"], "male", "2026-01-01", "", "2026-01-20"),
        (DRUGS["B"], "female", "2025-01-01", "", ""),
        (DRUGS["C"], "female", "2026-01-01", "", "2026-01-20"),
    ]
    account = done.account
    assert (account.added, account.ended, account.unchanged, account.before, account.after) == (2, 1, 0, 2, 5)
    assert account.samples[0].startswith("ended on 2025-12-31: ")


def flagged(into, code, sex, day, as_of=None):
    """Whether a line of a person of that sex on that day is flagged by the rule on sex, with these tables."""
    rules = into.parent / "rules"
    if not rules.exists():  # the one rule, without the tables that the rules of this repository come with
        rules.mkdir()
        for path in (RULES / "medical" / "drug_sex.yaml", RULES / "sources.yaml"):
            shutil.copy(path, rules)
    pack = claimrules.load(rules, knowledge=[into], as_of=as_of)
    line = {"line_id": "1", "item_code": code, "quantity": "1", "amount": "10.00", "charged_at": f"{day} 09:00"}
    claim = {"claim_id": "C", "person_id": "P", "provider_id": "H", "sex": sex, "lines": [line]}
    found = pack.check(Claim.model_validate(claim), history=[]).findings
    return "drug_sex" in [one.rule_id for one in found]


@pytest.mark.parametrize(
    ("sex", "day", "as_of", "expected"),
    [
        ("male", "2025-06-01", None, True),  # then for women only
        ("female", "2025-06-01", None, False),
        ("male", "2026-06-01", None, False),  # by now for men only
        ("female", "2026-06-01", None, True),
        ("male", "2026-06-01", date(2026, 1, 19), True),  # the revision was not known yet
        ("female", "2026-06-01", date(2026, 1, 19), False),
        ("male", "2025-12-31", date(2026, 1, 20), True),
        ("male", "2026-01-01", date(2026, 1, 20), False),
    ],
)
def test_a_line_is_judged_by_the_row_of_its_day_as_it_was_known(revised, sex, day, as_of, expected):
    assert flagged(revised[0], DRUGS["A"], sex, day, as_of) is expected


def test_what_the_revision_does_not_name_holds_on(revised):
    assert flagged(revised[0], DRUGS["B"], "male", "2026-06-01")


def test_the_revision_again_changes_nothing_whatever_the_day(revised):
    into, _, later, _ = revised
    before = (into / "drug_sex.csv").read_bytes()
    again = import_files([later], ImportOptions(into, since=date(2026, 1, 1), today=date(2027, 5, 5)))
    assert (again.written, again.account.unchanged) == ((), 2)
    assert (into / "drug_sex.csv").read_bytes() == before


def test_the_first_edition_again_does_not_bring_back_what_has_ended(revised, tmp_path):
    into = revised[0]
    before = (into / "drug_sex.csv").read_bytes()
    first = tmp_path / "第一批.xlsx"
    assert import_files([first], ImportOptions(into, since=date(2025, 1, 1))).written == ()
    assert (into / "drug_sex.csv").read_bytes() == before


def test_an_edition_that_replaces_ends_what_it_does_not_name(revised, tmp_path):
    into = revised[0]
    whole = edition(tmp_path, "全量", ("丙", "女", [DRUGS["C"]]))
    options = ImportOptions(into, since=date(2026, 7, 1), known_from=date(2026, 7, 1), edition="replaces")
    account = import_files([whole], options).account
    assert (account.added, account.ended, account.unchanged) == (0, 2, 1)
    assert not flagged(into, DRUGS["B"], "male", "2026-07-01")
    assert flagged(into, DRUGS["B"], "male", "2026-06-30")
    assert flagged(into, DRUGS["B"], "male", "2026-07-01", date(2026, 6, 30))


def test_a_change_without_a_day_is_refused(revised, tmp_path):
    into = revised[0]
    before = (into / "drug_sex.csv").read_bytes()
    with pytest.raises(KnowledgeError) as error:
        import_files([edition(tmp_path, "无日期", ("甲", "男", [DRUGS["B"]]))], ImportOptions(into))
    (one,) = error.value.diagnostics
    assert one.code == "CR334"
    assert "--from" in one.help
    assert (into / "drug_sex.csv").read_bytes() == before


def test_an_edition_cannot_be_known_before_what_is_there(revised, tmp_path):
    options = ImportOptions(revised[0], since=date(2026, 3, 1), known_from=date(2025, 1, 1))
    with pytest.raises(KnowledgeError, match="CR334"):
        import_files([edition(tmp_path, "早知", ("甲", "男", [DRUGS["B"]]))], options)


def test_an_edition_of_the_same_day_corrects_and_the_error_is_still_known(tmp_path):
    into = tmp_path / "k"
    import_files([edition(tmp_path, "一", ("甲", "女", [DRUGS["A"]]))], ImportOptions(into, since=date(2025, 1, 1)))
    options = ImportOptions(into, since=date(2025, 1, 1), known_from=date(2025, 3, 1))
    account = import_files([edition(tmp_path, "二", ("甲", "男", [DRUGS["A"]]))], options).account
    assert (account.added, account.corrected, account.ended) == (1, 1, 0)
    assert flagged(into, DRUGS["A"], "female", "2025-02-01")
    assert flagged(into, DRUGS["A"], "male", "2025-02-01", date(2025, 2, 28))


def test_a_province_lays_its_rows_over_the_nation_and_ends_none_of_them(revised, tmp_path):
    into = revised[0]
    options = ImportOptions(into, since=date(2026, 2, 1), known_from=date(2026, 2, 1), region="330000", edition="replaces")
    account = import_files([edition(tmp_path, "浙江", ("甲", "男", [DRUGS["B"]]))], options).account
    assert (account.added, account.ended) == (1, 0)
    rows = [r for r in table_rows(into, "drug_sex") if r["region"] == "330000"]
    assert [(r["code"], r["sex"], r["valid_from"]) for r in rows] == [(DRUGS["B"], "male", "2026-02-01")]


def test_a_column_of_ones_own_keeps_what_is_written_in_it(revised, tmp_path):
    into = revised[0]
    yaml = into / "drug_sex.yaml"
    yaml.write_text(yaml.read_text("utf-8").replace("columns:\n", "columns:\n  note: text\n"), "utf-8")
    csv = into / "drug_sex.csv"
    head, *rest = csv.read_text("utf-8").splitlines()
    csv.write_text("\n".join([f"{head},note", *(f"{line},asked the ward" for line in rest), ""]), "utf-8")
    options = ImportOptions(into, since=date(2026, 9, 1), known_from=date(2026, 9, 1))
    import_files([edition(tmp_path, "三", ("甲", "女", [DRUGS["A"]]), ("新", "女", [DRUGS["D"]]))], options)
    notes = {(r["code"], r["valid_from"]): r["note"] for r in table_rows(into, "drug_sex")}
    assert notes[DRUGS["A"], "2026-09-01"] == "asked the ward"
    assert notes[DRUGS["D"], "2026-09-01"] == ""
