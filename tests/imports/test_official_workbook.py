"""A workbook as the agency publishes it: two sheets, titles, totals, remarks, merged cells, several codes in a cell."""

import zipfile

import pytest
from sheets import DRUGS, official_drug_sex, table_rows, workbook

from claimrules.diagnostics import KnowledgeError
from claimrules.imports import ImportOptions, import_files
from claimrules.knowledge import KnowledgeSet


@pytest.fixture
def faulty(tmp_path):
    return official_drug_sex(tmp_path)


def test_rows_that_cannot_be_read_are_all_told_and_nothing_is_written(faulty, tmp_path):
    with pytest.raises(KnowledgeError) as error:
        import_files([faulty], ImportOptions(tmp_path / "k"))
    said = [str(d) for d in error.value.diagnostics]
    assert len(said) == 3
    assert any("row 7 of `知识点`: `sex` is empty" in line for line in said)
    assert any("row 7 of `代码`: no sheet says what is limited of this name" in line for line in said)
    assert any("row 6 of `代码`: no sheet says what is limited of this name" in line for line in said)
    assert {d.code for d in error.value.diagnostics} == {"CR333"}
    assert not (tmp_path / "k").exists()


def test_every_row_of_both_sheets_has_one_outcome(faulty, tmp_path):
    done = import_files([faulty], ImportOptions(tmp_path / "k", leave_faulty=True))
    names, codes = done.account.sheets
    assert (names.sheet, names.rows, names.taken) == ("知识点", 12, 3)
    assert [(one.line, one.reason, one.fault) for one in names.left] == [
        (1, "above the header", False),
        (2, "above the header", False),
        (3, "above the header", False),
        (4, "header", False),
        (7, "`sex` is empty", True),
        (8, "blank", False),
        (10, "total or remark", False),
        (11, "total or remark", False),
        (12, "below the table", False),
    ]
    assert (codes.sheet, codes.rows, codes.taken) == ("代码", 8, 4)
    assert [(one.line, one.reason) for one in codes.left] == [
        (1, "above the header"),
        (2, "header"),
        (6, "no sheet says what is limited of this name"),
        (7, "no sheet says what is limited of this name"),
    ]
    assert done.account.rows == 20
    assert done.account.taken + done.account.left == 20


def test_one_row_a_code_with_the_limit_of_its_name(faulty, tmp_path):
    into = tmp_path / "k"
    import_files([faulty], ImportOptions(into, leave_faulty=True))
    rows = [(row["code"], row["sex"], row["name"], row["source_row"]) for row in table_rows(into, "drug_sex")]
    assert rows == [
        (DRUGS["A"], "female", "甲片（缓释）", "代码!3"),
        (DRUGS["B"], "female", "甲片（缓释）", "代码!4"),  # its name is merged over two rows
        (DRUGS["C"], "male", "乙丸", "代码!5"),
        (DRUGS["D"], "male", "乙丸", "代码!5"),
        (DRUGS["G"], "female", "丁膏", "代码!8"),
        (DRUGS["H"], "female", "丁膏", "代码!8"),
    ]
    assert KnowledgeSet.read([into]).tables["drug_sex"].rows.num_rows == 6


def test_a_full_width_code_becomes_a_plain_one(tmp_path):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in DRUGS["E"])
    names = [["药品通用名", "限定类型", "限定对象"], ["丙散", "限定性别对象", "女"]]
    codes = [["药品通用名", "药品代码"], ["丙散", wide]]
    book = workbook(tmp_path / "a.xlsx", {"一": names, "二": codes})
    import_files([book], ImportOptions(tmp_path / "k"))
    assert [row["code"] for row in table_rows(tmp_path / "k", "drug_sex")] == [DRUGS["E"]]


def test_the_same_workbook_again_changes_no_byte(faulty, tmp_path):
    into = tmp_path / "k"
    import_files([faulty], ImportOptions(into, leave_faulty=True))
    before = {path.name: path.read_bytes() for path in into.iterdir()}
    again = import_files([faulty], ImportOptions(into, leave_faulty=True))
    assert {path.name: path.read_bytes() for path in into.iterdir()} == before
    assert (again.written, again.account.changed, again.account.unchanged) == ((), False, 6)


def test_a_dry_run_writes_nothing_and_says_what_would_be(faulty, tmp_path):
    done = import_files([faulty], ImportOptions(tmp_path / "k", leave_faulty=True, dry_run=True))
    assert done.account.added == 6
    assert done.written == ()
    assert not (tmp_path / "k").exists()


def test_names_without_the_sheet_of_codes_are_an_error_that_says_what_is_wanted(tmp_path):
    book = workbook(tmp_path / "a.xlsx", {"一": [["药品通用名", "限定类型", "限定对象"], ["丙散", "限定性别对象", "女"]]})
    with pytest.raises(KnowledgeError) as error:
        import_files([book], ImportOptions(tmp_path / "k"))
    (one,) = error.value.diagnostics
    assert one.code == "CR331"
    assert "`药品通用名`" in one.help
    assert "`国标代码`" in one.help


def test_codes_beside_the_names_need_no_second_sheet(tmp_path):
    rows = [["药品名称", "药品代码", "限定类型", "限定对象"], ["丙散", f"{DRUGS['A']}、{DRUGS['B']}", "限定性别对象", "女"]]
    done = import_files([workbook(tmp_path / "a.xlsx", {"一": rows})], ImportOptions(tmp_path / "k"))
    assert [row["code"] for row in table_rows(tmp_path / "k", "drug_sex")] == [DRUGS["A"], DRUGS["B"]]
    assert (done.account.taken, done.account.written) == (1, 2)


def test_empty_rows_and_columns_before_the_table_do_not_shift_it(tmp_path):
    rows = [[], [], [None, "药品名称", "药品代码", "限定类型", "限定对象"]]
    rows += [[None, "丙散", DRUGS["A"], "限定性别对象", "女"], [None, None, DRUGS["B"], "限定性别对象", "女"]]
    book = workbook(tmp_path / "a.xlsx", {"一": rows}, {"一": ["B4:B5"]})
    done = import_files([book], ImportOptions(tmp_path / "k"))
    said = [(row["code"], row["name"], row["source_row"]) for row in table_rows(tmp_path / "k", "drug_sex")]
    assert said == [(DRUGS["A"], "丙散", "一!4"), (DRUGS["B"], "丙散", "一!5")]
    assert done.account.sheets[0].reasons() == {"blank": 2, "header": 1}


def test_a_damaged_workbook_is_an_error(tmp_path):
    book = workbook(tmp_path / "a.xlsx", {"一": [["药品名称"]]})
    with zipfile.ZipFile(book) as good, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as bad:
        for name in good.namelist():
            bad.writestr(name, b"<worksheet><oops" if name.endswith("sheet1.xml") else good.read(name))
    with pytest.raises(KnowledgeError, match="CR330"):
        import_files([tmp_path / "b.xlsx"], ImportOptions(tmp_path / "k"))


def test_a_header_of_two_rows_is_read_with_its_groups(tmp_path):
    rows = [
        ["医疗服务项目重复收费知识点", None, None, None, None, None],
        ["频度", "主项", None, "从项", None, "备注"],
        [None, "编码", "名称", "编码", "名称", None],
        ["单日", "009990000010000", "甲术", "009990000020000", "乙术", "内涵包含"],
        ["6小时", "009990000010000", "甲术", "009990000030000", "丙术", None],
    ]
    merged = {"一": ["A1:F1", "A2:A3", "B2:C2", "D2:E2", "F2:F3"]}
    book = workbook(tmp_path / "a.xlsx", {"一": rows}, merged)
    done = import_files([book], ImportOptions(tmp_path / "k"))
    assert done.account.shape == "nhsa_item_conflict"
    assert [(r["main_code"], r["sub_code"], r["window"]) for r in table_rows(tmp_path / "k", "charge_conflict")] == [
        ("009990000010000", "009990000020000", "day"),
        ("009990000010000", "009990000030000", "6 hours apart"),
    ]
