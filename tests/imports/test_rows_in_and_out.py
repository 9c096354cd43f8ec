"""Nothing is lost: rows in = rows taken + rows left with a reason, whatever a sheet looks like."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import DRUGS, csv_text, item, table_rows, workbook

from claimrules.diagnostics import KnowledgeError
from claimrules.imports import ImportOptions, import_files

HEADER = ["序号", "项目名称", "限制数量", "数量单位", "项目编码"]

cells = st.one_of(
    st.none(),
    st.sampled_from(["", "1", "２", "日", "小时", "天", "合计", "备注：某", "注射", "甲・乙", "x", item(5), item(7)]),
)
good = st.builds(
    lambda n, limit, unit: [n, f"项目{n}", limit, unit, item(n)],
    st.integers(1, 12),
    st.sampled_from(["1", "24", "２"]),
    st.sampled_from(["日", "天", "小时"]),
)
several = st.builds(lambda a, b: [1, "多", "1", "日", f"{item(a)}、{item(b)}"], st.integers(20, 25), st.integers(20, 25))
noise = st.lists(cells, min_size=0, max_size=6)
blank = st.just([None] * 5)
bodies = st.lists(st.one_of(good, good, several, noise, blank, st.just(HEADER)), max_size=14)


def outcome(rows, ending):
    """The import of these rows below two titles and a header; each row's outcome."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sheet = [["附件", None], ["医疗服务项目限定频次"], HEADER, *rows]
        if ending == "xlsx":
            book = workbook(folder / "a.xlsx", {"一": sheet})
        else:
            book = csv_text(folder, "a.csv", *(",".join("" if c is None else str(c) for c in row) for row in sheet))
        done = import_files([book], ImportOptions(folder / "k", "nhsa_item_daily", leave_faulty=True))
        again = import_files([book], ImportOptions(folder / "k", "nhsa_item_daily", leave_faulty=True))
        assert again.written == ()
        return done.account, table_rows(folder / "k", "service_frequency")


@settings(max_examples=60, deadline=None)
@given(bodies, st.sampled_from(["csv", "xlsx"]))
def test_every_row_has_one_outcome(rows, ending):
    account, written = outcome([["0", "首", "1", "日", item(99)], *rows], ending)
    (sheet,) = account.sheets
    lines = [left.line for left in sheet.left]
    assert len(lines) == len(set(lines))
    assert sheet.rows == sheet.taken + len(lines)
    assert all(left.reason for left in sheet.left)
    reach = max([4, *(i for i, row in enumerate(rows, 5) if any(c not in (None, "") for c in row))])
    assert reach <= sheet.rows <= 4 + len(rows)  # blank rows at the end of a workbook are no rows of it
    assert account.written == account.added == len(written) == account.after


@settings(max_examples=40, deadline=None)
@given(st.lists(good, min_size=1, max_size=10))
def test_good_rows_are_all_taken_and_repeated_ones_left_with_the_row_they_repeat(rows):
    account, written = outcome(rows, "csv")
    first: dict[str, list[object]] = {}
    same = contrary = 0
    for row in rows:
        said = [str(row[2]).replace("２", "2"), {"日": "day", "天": "day", "小时": "hour"}[row[3]]]
        if row[4] not in first:
            first[row[4]] = said
        elif first[row[4]] == said:
            same += 1
        else:
            contrary += 1
    assert {row["code"]: [row["max_quantity"], row["unit"]] for row in written} == first
    reasons = account.sheets[0].reasons()
    assert sum(n for reason, n in reasons.items() if reason.startswith("the same as row")) == same
    assert sum(n for reason, n in reasons.items() if reason.startswith("says something else of")) == contrary


def test_a_row_that_only_lacks_its_code_is_a_fault_wherever_it_stands(tmp_path):
    rows = [
        ["1", "首", "1", "日", ""],
        ["2", "中", "1", "日", item(1)],
        ["3", "缺", "1", "日", ""],
        ["4", "末", "1", "日", item(2)],
    ]
    rows += [["5", "尾", "1", "日", ""], ["合计", "", "", "", ""]]
    book = csv_text(tmp_path, "a.csv", *(",".join(row) for row in [HEADER, *rows]))
    try:
        import_files([book], ImportOptions(tmp_path / "k"))
    except KnowledgeError as error:
        assert [d.place.line for d in error.diagnostics] == [2, 4, 6]  # noqa: PT017
        assert all("no `项目编码`" in d.message for d in error.diagnostics)  # noqa: PT017
    else:
        raise AssertionError("nothing was said")


def test_below_a_sheet_whose_first_column_is_the_name_a_signature_is_no_row_and_within_it_a_bare_name_is_a_fault(tmp_path):
    names = [
        "药品通用名,限定类型,限定对象",
        "甲,限定性别对象,女",
        "乙,,",
        "丙,限定性别对象,男",
        "备注：某",
        "国家医疗保障局,,",
    ]
    codes = ["药品通用名,国标代码", *(f"{name},{DRUGS[letter]}" for name, letter in zip("甲乙丙", "ABC", strict=True))]
    files = [csv_text(tmp_path, "a.csv", *names), csv_text(tmp_path, "b.csv", *codes)]
    account = import_files(files, ImportOptions(tmp_path / "k", leave_faulty=True)).account
    left = [(one.line, one.reason, one.fault) for one in account.sheets[0].left]
    assert left == [
        (1, "header", False),
        (3, "`限定类型` is empty", True),
        (5, "total or remark", False),
        (6, "below the table", False),
    ]


def test_headings_between_the_rows_are_no_rows(tmp_path):
    rows = [
        ["一、护理", "", "", "", ""],
        ["1", "甲", "1", "日", item(1)],
        ["二、监测", "", "", "", ""],
        ["2", "乙", "1", "日", item(2)],
    ]
    book = csv_text(tmp_path, "a.csv", *(",".join(row) for row in [HEADER, *rows]))
    sheet = import_files([book], ImportOptions(tmp_path / "k")).account.sheets[0]
    assert sheet.reasons() == {"header": 1, "header, continued": 1, "heading": 1}
    assert sheet.taken == 2
