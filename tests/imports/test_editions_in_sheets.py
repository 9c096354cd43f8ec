"""What a later sheet may say of earlier rows, and what it may not leave out."""

from datetime import date

import pytest
from sheets import csv_text, item, table_rows

from claimrules.diagnostics import KnowledgeError
from claimrules.imports import ImportOptions, import_files

DESCRIPTION = """\
table: daily
columns:
  code: {from: 编码, must: '\\d{15}'}
  most: {from: 上限, type: integer}
key: [code]
ended: {状态: 废止|删除}
"""
HEADER = "编码,上限,状态"


@pytest.fixture
def lay(tmp_path):
    """Import lines under the header, since a day."""
    shape = tmp_path / "daily.yaml"
    shape.write_text(DESCRIPTION, "utf-8")

    def _lay(day: date, *lines: str, **more):
        file = csv_text(tmp_path, f"{day}.csv", HEADER, *lines)
        return import_files([file], ImportOptions(tmp_path / "k", shape, since=day, known_from=day, **more)).account

    return _lay


def rows(tmp_path):
    return [(r["code"][-1], r["most"], r["valid_from"], r["valid_to"]) for r in table_rows(tmp_path / "k", "daily")]


def test_a_row_that_is_revoked_ends_the_day_before_and_needs_no_limit(lay, tmp_path):
    lay(date(2025, 1, 1), f"{item(1)},3,", f"{item(2)},4,")
    account = lay(date(2026, 1, 1), f"{item(1)},,废止", f"{item(3)},5,")
    assert (account.added, account.ended, account.taken) == (1, 1, 2)
    assert rows(tmp_path) == [
        ("1", "3", "2025-01-01", ""),
        ("1", "3", "2025-01-01", "2025-12-31"),
        ("2", "4", "2025-01-01", ""),
        ("3", "5", "2026-01-01", ""),
    ]
    assert not lay(date(2026, 1, 1), f"{item(1)},,废止", f"{item(3)},5,").changed


def test_a_revoked_row_may_come_back(lay, tmp_path):
    lay(date(2025, 1, 1), f"{item(1)},3,")
    lay(date(2026, 1, 1), f"{item(1)},,删除")
    lay(date(2027, 1, 1), f"{item(1)},3,")
    assert [(start, end) for _, _, start, end in rows(tmp_path)] == [
        ("2025-01-01", ""),
        ("2025-01-01", "2025-12-31"),
        ("2027-01-01", ""),
    ]


def test_an_edition_that_replaces_cannot_leave_an_unreadable_row(lay, tmp_path):
    lay(date(2025, 1, 1), f"{item(1)},3,", f"{item(2)},4,")
    before = rows(tmp_path)
    with pytest.raises(KnowledgeError, match="would end what they say"):
        lay(date(2026, 1, 1), f"{item(1)},三,", f"{item(2)},4,", edition="replaces", leave_faulty=True)
    assert rows(tmp_path) == before
    account = lay(date(2026, 1, 1), f"{item(1)},三,", f"{item(2)},5,", leave_faulty=True)
    assert (account.added, account.ended, account.left) == (1, 1, 2)


def test_an_older_edition_again_is_no_change_though_it_was_known_before(lay, tmp_path):
    lay(date(2025, 1, 1), f"{item(1)},3,")
    lay(date(2026, 1, 1), f"{item(1)},4,")
    before = rows(tmp_path)
    assert not lay(date(2025, 1, 1), f"{item(1)},3,").changed
    with pytest.raises(KnowledgeError, match="CR334"):
        lay(date(2025, 1, 1), f"{item(1)},9,")
    assert rows(tmp_path) == before


def test_an_empty_sheet_ends_nothing(lay):
    lay(date(2025, 1, 1), f"{item(1)},3,")
    with pytest.raises(KnowledgeError, match="no row of the shape `daily` is in it"):
        lay(date(2026, 1, 1), edition="replaces")


def test_a_row_that_does_not_say_of_which_kind_it_is_is_a_fault(tmp_path):
    lines = ("项目名称,国标代码,限定类型,限定对象", f"甲,{item(1)},限定年龄对象,儿童", f"乙,{item(2)},,儿童")
    with pytest.raises(KnowledgeError) as error:
        import_files([csv_text(tmp_path, "a.csv", *lines)], ImportOptions(tmp_path / "k"))
    (one,) = error.value.diagnostics
    assert (one.place.line, one.message) == (3, "`限定类型` is empty")


def test_rows_of_another_kind_in_one_sheet_are_left_for_their_own_shape(tmp_path):
    lines = ("项目名称,国标代码,限定类型,限定对象", f"甲,{item(1)},限定年龄对象,儿童", f"乙,{item(2)},限定性别对象,女")
    file = csv_text(tmp_path, "a.csv", *lines)
    with pytest.raises(KnowledgeError, match="may be of several shapes: `nhsa_item_age`, `nhsa_item_sex`"):
        import_files([file], ImportOptions(tmp_path / "k"))
    for shape, code in (("nhsa_item_age", 1), ("nhsa_item_sex", 2)):
        account = import_files([file], ImportOptions(tmp_path / "k", shape)).account
        assert (account.taken, account.sheets[0].reasons()["another kind of row by `限定类型`"]) == (1, 1)
        assert [row["code"] for row in table_rows(tmp_path / "k", account.table)] == [item(code)]


def test_a_text_of_a_spreadsheet_program_is_read(tmp_path):
    lines = ("项目名称\t国标代码\t限定类型\t限定对象", f"甲\t{item(1)}\t限定年龄对象\t新生儿")
    account = import_files([csv_text(tmp_path, "a.txt", *lines, encoding="utf-16")], ImportOptions(tmp_path / "k")).account
    assert (account.shape, account.taken) == ("nhsa_item_age", 1)
