"""The agency's seven batches and the CMS table come in whole: every row is taken, or left with a reason.

Counts are those that were published with the sheets, and counted beside this project.
"""

import csv
from datetime import date

import pytest
from openpyxl import Workbook

from claimrules.imports import ImportOptions, diff_tables, import_files
from claimrules.knowledge import KnowledgeSet

pytestmark = pytest.mark.data

BATCHES = [  # file, rows of names or items, rows of codes, the column that limits, how often it says what
    ("b01_drug_sex", 481, 6472, "sex", {"male": 1940, "female": 4532}),
    ("b01_drug_age", 282, 4398, "age_group", {"child": 4398}),
    ("b01_item_sex", 390, None, "sex", {"male": 133, "female": 257}),
    ("b01_item_age", 30, None, "age_group", {"newborn": 18, "child": 10, "infant": 2}),
    (
        "b02_item_primary_secondary",
        378,
        None,
        "group_id",
        {
            "肝胆手术组": 89,
            "胃肠手术组": 87,
            "膀胱尿道手术组": 65,
            "女性生殖系统手术组": 44,
            "直肠肛门手术组": 43,
            "经腹直肠手术组": 28,
            "男性生殖系统手术组": 22,
        },
    ),
    ("b03_drug_insurance_type", 12, 112, "insurance", {"work_injury": 85, "maternity": 27}),
    ("b04_drug_visit_type", 35, 736, "setting", {"inpatient": 736}),
    ("b05_drug_hospital_level", 61, 962, "min_level", {"2C": 952, "3C": 10}),
    ("b06_drug_course_days", 30, 1147, "days", None),
    ("b08_1_item_daily_freq", 67, None, "unit", {"hour": 33, "day": 34}),
    ("b08_2_item_age", 1, None, "text", {"参保人年龄超出法定就业年龄限制": 1}),
    ("b08_3_item_course", 11, None, "days", {"90": 7, "30": 3, "365": 1}),
    ("b08_4_item_period_freq", 14, None, "cycle_days", {"7": 2, "14": 9, "15": 3}),
]


@pytest.fixture
def nhsa(real_data):
    return real_data("nhsa")


def files_of(folder, name):
    return [path for path in (folder / f"{name}.csv", folder / f"{name}_codes.csv") if path.exists()]


def counts(table, column):
    values = table.rows[column].to_pylist()
    return {str(value): values.count(value) for value in set(values)}


@pytest.mark.parametrize(("name", "rows", "codes", "column", "said"), BATCHES, ids=[batch[0] for batch in BATCHES])
def test_a_batch_comes_in_whole_and_once(nhsa, tmp_path, name, rows, codes, column, said):
    into = tmp_path / "k"
    done = import_files(files_of(nhsa, name), ImportOptions(into, since=date(2025, 5, 23)))
    account = done.account
    first, *second = account.sheets
    footers = 2 if name.startswith("b08_1") else 0
    assert (first.taken, len(first.left)) == (rows, 1 + footers)
    assert [(sheet.taken, len(sheet.left)) for sheet in second] == ([] if codes is None else [(codes, 1)])
    assert account.rows == account.taken + account.left
    assert all(sheet.unread == () for sheet in account.sheets)
    table = KnowledgeSet.read([into]).tables[account.table]
    assert table.rows.num_rows == (codes or rows)
    if said is not None:
        assert counts(table, column) == said
    before = {path.name: path.read_bytes() for path in into.iterdir()}
    again = import_files(files_of(nhsa, name), ImportOptions(into, since=date(2025, 5, 23)))
    assert (again.written, again.account.unchanged) == ((), codes or rows)
    assert {path.name: path.read_bytes() for path in into.iterdir()} == before


def test_days_of_a_course_are_those_of_the_value_column(nhsa, tmp_path):
    import_files(files_of(nhsa, "b06_drug_course_days"), ImportOptions(tmp_path / "k"))
    rows = KnowledgeSet.read([tmp_path / "k"]).tables["course_days"].rows.to_pylist()
    names = {(row["name"], row["days"]) for row in rows}
    days = [days for _, days in names]
    assert {n: days.count(n) for n in set(days)} == {14: 24, 3: 1, 10: 1, 15: 1, 20: 1, 21: 1, 365: 1}
    assert ("注射用益气复脉(冻干)", 15) in names  # its text says 14


def test_operations_of_several_groups_are_in_each(nhsa, tmp_path):
    import_files(files_of(nhsa, "b02_item_primary_secondary"), ImportOptions(tmp_path / "k"))
    codes = KnowledgeSet.read([tmp_path / "k"]).tables["surgery_group"].rows["code"].to_pylist()
    assert len(set(codes)) == 368
    assert sum(codes.count(code) > 1 for code in set(codes)) == 8
    assert codes.count("003310030080000") == 4


def test_a_batch_is_the_same_as_a_workbook_with_titles_footers_and_merged_names(nhsa, tmp_path):
    """The form in which it was published: the tables that both forms make differ in their sources only."""
    book = Workbook()
    names, codes = book.active, book.create_sheet("代码")
    names.append(["附件6"])
    names.append(["药品限支付疗程知识点"])
    names.merge_cells("A2:D2")
    for row in read_csv(nhsa / "b06_drug_course_days.csv"):
        names.append(row)
    names.append(["合计", 30])
    names.append(["备注：各省可细化。"])
    names.merge_cells(start_row=names.max_row, end_row=names.max_row, start_column=1, end_column=4)
    before, first = "", 0
    for number, row in enumerate(read_csv(nhsa / "b06_drug_course_days_codes.csv"), 1):
        codes.append(row if row[0] != before else [None, *row[1:]])
        if row[0] != before:
            if number - 1 > first > 1:
                codes.merge_cells(start_row=first, end_row=number - 1, start_column=1, end_column=1)
            before, first = row[0], number
    if codes.max_row > first:
        codes.merge_cells(start_row=first, end_row=codes.max_row, start_column=1, end_column=1)
    book.save(tmp_path / "a.xlsx")
    account = import_files([tmp_path / "a.xlsx"], ImportOptions(tmp_path / "xlsx")).account
    import_files(files_of(nhsa, "b06_drug_course_days"), ImportOptions(tmp_path / "csv"))
    assert (account.taken, account.written) == (30 + 1147, 1147)
    assert account.rows == account.taken + account.left
    assert diff_tables(tmp_path / "csv" / "course_days.csv", tmp_path / "xlsx" / "course_days.csv")[0].differs is False


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize(("name", "rows", "never"), [("prac", 14677, 2667), ("out", 14628, 1435)])
def test_medically_unlikely_edits(real_data, tmp_path, name, rows, never):
    file = real_data("ncci_mue") / f"ncci_mue_{name}_2024q3.csv"
    options = ImportOptions(tmp_path / "k", since=date(2024, 7, 1))
    account = import_files([file], options).account
    assert (account.shape, account.taken, account.left) == ("cms_mue", rows, 1)
    table = KnowledgeSet.read([tmp_path / "k"]).tables["mue"]
    assert table.rows.num_rows == rows
    assert counts(table, "max_quantity")["0.0000"] == never
    assert import_files([file], options).written == ()
