"""A sheet of one's own, described in ten lines; and sheets of no shape that is known."""

import pytest
from sheets import csv_text, table_rows, workbook

from claimrules.cli.entry import run
from claimrules.diagnostics import KnowledgeError
from claimrules.imports import ImportOptions, built_in_names, import_files, load_shape
from claimrules.imports.declare import declaration_text
from claimrules.knowledge import KnowledgeSet

TEN_LINES = """\
table: dressing_limit
columns:
  code: {from: [院内编码, 编码], split: 、}
  max_quantity: {from: 上限, type: 'decimal(16,4)', read: '(\\d+)'}
  unit: {from: 上限, values: {5个/日: day, 10个/周: week}}
  ward: {from: 病区, fill: true}
key: [code, ward]
where: {状态: 启用}
ends: [制表人]
valid_from: 2026-01-01
"""

SHEET = (
    "某院敷料限量表,,,",
    "病区,编码,上限,状态",
    "外科,D01、D02,5个/日,启用",
    ",D03,10个/周,启用",
    "内科,D01,10个/周,停用",
    ",D02,5个/日,启用",
    "制表人：张三,,,",
)


def described(folder, text):
    path = folder / "dressings.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_ten_lines_make_a_table(tmp_path):
    shape = described(tmp_path, TEN_LINES)
    done = import_files([csv_text(tmp_path, "a.csv", *SHEET)], ImportOptions(tmp_path / "k", shape))
    names = ("code", "ward", "max_quantity", "unit", "valid_from")
    assert [tuple(row[name] for name in names) for row in table_rows(tmp_path / "k", "dressing_limit")] == [
        ("D01", "外科", "5", "day", "2026-01-01"),
        ("D02", "内科", "5", "day", "2026-01-01"),
        ("D02", "外科", "5", "day", "2026-01-01"),
        ("D03", "外科", "10", "week", "2026-01-01"),
    ]
    (sheet,) = done.account.sheets
    assert sheet.reasons() == {
        "above the header": 1,
        "header": 1,
        "another kind of row by `状态`": 1,
        "total or remark": 1,
    }
    table = KnowledgeSet.read([tmp_path / "k"]).tables["dressing_limit"]
    assert [column.name for column in table.schema.key] == ["code", "ward"]


def test_a_word_that_is_not_translated_is_a_fault_with_the_words_that_are(tmp_path):
    shape = described(tmp_path, TEN_LINES)
    with pytest.raises(KnowledgeError) as error:
        import_files([csv_text(tmp_path, "a.csv", *SHEET[:2], "外科,D01,7个/月,启用")], ImportOptions(tmp_path / "k", shape))
    (one,) = error.value.diagnostics
    assert (one.code, one.place.line) == ("CR333", 3)
    assert "`7个/月` is none of the words of `unit`: 5个/日, 10个/周" in one.message


def test_chinese_encodings_are_read(tmp_path):
    shape = described(tmp_path, TEN_LINES)
    import_files([csv_text(tmp_path, "a.csv", *SHEET, encoding="gb18030")], ImportOptions(tmp_path / "k", shape))
    assert {row["ward"] for row in table_rows(tmp_path / "k", "dressing_limit")} == {"外科", "内科"}


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("ends: [制表人]", "end: [制表人]", "unknown key `end`"),
        ("key: [code, ward]", "key: [code, wards]", "the key names `wards`"),
        ("type: 'decimal(16,4)'", "type: number", "unknown type `number`"),
        ("read: '(\\d+)'", "read: '(\\d+'", "is no pattern"),
        ("read: '(\\d+)'", "read: [{match: '\\d+', value: '\\1'}]", "that `match` does not have"),
        ("table: dressing_limit", "table: 敷料", "`table` names the table"),
        ("valid_from: 2026-01-01", "valid_from: 2026-13-01", "is not a date"),
        ("{from: 病区, fill: true}", "{fill: true}", "says `from`, a header of the sheet, or `value`"),
        ("valid_from: 2026-01-01", "edition: replace", "`replace` is not allowed here"),
        ("valid_from: 2026-01-01", "identity: [name]", "`identity` names `name`"),
    ],
)
def test_what_is_wrong_with_a_description_is_said_at_its_place(tmp_path, was, now, said):
    assert was in TEN_LINES
    path = described(tmp_path, TEN_LINES.replace(was, now))
    with pytest.raises(KnowledgeError) as error:
        load_shape(path)
    found = [d for d in error.value.diagnostics if said in d.message]
    assert found
    assert all(d.place and d.place.file == str(path) and d.place.line for d in found)


def test_an_unknown_shape_is_an_error_that_shows_the_sheet(tmp_path):
    book = workbook(tmp_path / "a.xlsx", {"一": [["名单"], ["姓名", "工号"], ["甲", 1]]})
    with pytest.raises(KnowledgeError) as error:
        import_files([book], ImportOptions(tmp_path / "k"))
    (one,) = error.value.diagnostics
    assert one.code == "CR331"
    assert "row 1: 名单; row 2: 姓名 | 工号; row 3: 甲 | 1" in one.label
    assert "is of no shape that is known; nearest are" in one.message


def test_a_sheet_that_is_not_of_the_shape_it_was_said_to_have(tmp_path):
    file = csv_text(tmp_path, "a.csv", "编码,上限,状态", "D01,5个/日,启用")
    with pytest.raises(KnowledgeError) as error:
        import_files([file], ImportOptions(tmp_path / "k", described(tmp_path, TEN_LINES)))
    (one,) = error.value.diagnostics
    assert "no column `病区` for `ward`" in one.message
    assert "row 1: 编码 | 上限 | 状态" in one.label


def test_a_table_of_another_kind_is_not_written_over(tmp_path):
    into = tmp_path / "k"
    into.mkdir()
    (into / "dressing_limit.yaml").write_text("columns: {code: text, max_quantity: integer}\nkey: [code]\n", "utf-8")
    (into / "dressing_limit.csv").write_text("code,max_quantity\nD09,4\n", "utf-8")
    with pytest.raises(KnowledgeError) as error:
        import_files([csv_text(tmp_path, "a.csv", *SHEET)], ImportOptions(into, described(tmp_path, TEN_LINES)))
    (one,) = error.value.diagnostics
    assert one.code == "CR336"
    assert "`dressing_limit` has no column `ward`, `unit`" in one.message
    assert (into / "dressing_limit.csv").read_text("utf-8") == "code,max_quantity\nD09,4\n"


def test_official_rows_do_not_go_among_invented_ones(tmp_path):
    into = tmp_path / "k"
    shape = described(tmp_path, TEN_LINES)
    file = csv_text(tmp_path, "a.csv", *SHEET)
    import_files([file], ImportOptions(into, shape))
    yaml = into / "dressing_limit.yaml"
    yaml.write_text(f"invented: true\n{yaml.read_text('utf-8')}", "utf-8")
    with pytest.raises(KnowledgeError, match="the rows of `dressing_limit` are invented"):
        import_files([file], ImportOptions(into, shape))


@pytest.mark.parametrize("name", built_in_names())
def test_every_shape_that_is_shipped_is_sound_and_its_table_loads(name, tmp_path):
    shape = load_shape(name)
    (tmp_path / f"{shape.table}.yaml").write_text(declaration_text(shape, ""), "utf-8")
    header = ",".join(column.name for column in shape.declared)
    (tmp_path / f"{shape.table}.csv").write_text(f"{header}\n", "utf-8")
    table = KnowledgeSet.read([tmp_path]).tables[shape.table]
    assert list(table.schema.columns) == [column.name for column in shape.declared]
    assert set(shape.identity) <= set(table.schema.columns)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.xls", b"x", "a file of the kind `.xls` is not read"),
        ("a.xlsx", b"no zip at all", "not a workbook that can be read"),
        ("a.csv", b"", "there is nothing in it"),
        ("a.csv", b"\xff\x81\x80", "the file is not in utf-8 or gb18030"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, data, said):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(KnowledgeError) as error:
        import_files([tmp_path / name], ImportOptions(tmp_path / "k"))
    assert said in error.value.diagnostics[0].message


def test_a_formula_without_its_value_is_an_error_and_not_an_empty_cell(tmp_path):
    rows = [["编码", "上限", "病区", "状态"], ["D01", "5个/日", "外科", '="启"&"用"']]
    with pytest.raises(KnowledgeError, match="the formula in D2 of `一` has no stored value"):
        import_files(
            [workbook(tmp_path / "a.xlsx", {"一": rows})], ImportOptions(tmp_path / "k", described(tmp_path, TEN_LINES))
        )


def test_the_command_imports_and_accounts(tmp_path, capsys):
    shape, file, into = described(tmp_path, TEN_LINES), csv_text(tmp_path, "a.csv", *SHEET), tmp_path / "k"
    assert run(["knowledge", "import", str(file), "--as", str(shape), "--into", str(into)]) == 0
    said = capsys.readouterr().out
    assert "7 rows = 3 taken + 4 left; shape dressings" in said
    assert "dressing_limit: 4 rows by code: 4 added; 0 before, 4 now" in said
    assert "row 7: total or remark: 制表人：张三" in said
    assert run(["knowledge", "import", str(file), "--as", str(shape), "--into", str(into)]) == 0
    assert "nothing to write: the table says all of this already" in capsys.readouterr().out
    assert run(["knowledge", "import", str(file), "--into", str(into)]) == 2
    assert "CR331" in capsys.readouterr().err


def test_the_command_prints_the_shapes(capsys):
    assert run(["knowledge", "shapes"]) == 0
    said = capsys.readouterr().out
    assert len(said.splitlines()) == len(built_in_names())
    assert run(["knowledge", "shapes", "cms_mue"]) == 0
    assert "table: mue\n" in capsys.readouterr().out
    assert run(["knowledge", "shapes", "cms_mu"]) == 2
    assert "did you mean `cms_mue`?" in capsys.readouterr().err
