"""What two versions of a table say differently."""

import json

import pytest

from claimrules.cli.entry import run
from claimrules.diagnostics import KnowledgeError
from claimrules.imports import diff_tables

YAML = "columns: {code: text, most: integer, note: text}\nkey: [code]\n"
OLD = "code,most,note,valid_from,source\nA,1,,2025-01-01,x\nB,2,old,2025-01-01,x\nC,3,,2025-01-01,x\nD,4,,2025-01-01,x\n"
NEW = """\
most,code,note,source,valid_from,valid_to
4,D,,y,2025-01-01,
1,A,,x,2025-01-01,2025-06-30
5,A,,x,2025-07-01,
2,B,new,x,2025-01-01,
"""


@pytest.fixture
def folders(tmp_path):
    for name, rows in (("old", OLD), ("new", NEW)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "limit.yaml").write_text(YAML, "utf-8")
        (tmp_path / name / "limit.csv").write_text(rows, "utf-8")
    return tmp_path / "old", tmp_path / "new"


def test_rows_come_go_and_change_whatever_the_order_of_rows_and_columns_and_the_source(folders):
    (one,) = diff_tables(*folders)
    assert (one.table, one.before, one.after) == ("limit", 4, 4)
    assert one.added == ("code=A, most=5, valid_from=2025-07-01",)
    assert one.removed == ("code=C, most=3, valid_from=2025-01-01",)
    assert [(row.key, row.cells) for row in one.changed] == [
        ("code=A", (("valid_to", "", "2025-06-30"),)),
        ("code=B", (("note", "old", "new"),)),
    ]


def test_the_other_way_round_is_the_mirror(folders):
    (one,), (two,) = diff_tables(*folders), diff_tables(*reversed(folders))
    assert (one.added, one.removed) == (two.removed, two.added)
    assert [(r.key, [(n, b, a) for n, a, b in r.cells]) for r in two.changed] == [
        (r.key, list(r.cells)) for r in one.changed
    ]


def test_a_table_does_not_differ_from_itself(folders):
    assert not diff_tables(folders[0], folders[0])[0].differs


def test_tables_that_come_and_go_are_told(folders):
    old, new = folders
    for ending in ("csv", "yaml"):
        (old / f"limit.{ending}").rename(old / f"other.{ending}")
    found = {one.table: (one.before, one.after) for one in diff_tables(old, new)}
    assert found == {"limit": (None, 4), "other": (4, None)}


def test_a_declaration_that_says_otherwise_is_told(folders):
    old, new = folders
    (new / "limit.yaml").write_text(YAML.replace("most: integer", "most: 'decimal(8,2)'") + "absence: unknown\n", "utf-8")
    (one,) = diff_tables(old / "limit.csv", new / "limit.csv")
    assert one.declaration == ("column most: integer → decimal(8,2)", "absence: no-limit → unknown")


def test_a_folder_that_does_not_load_is_an_error(folders):
    (folders[1] / "limit.csv").write_text("code,most,note\nA,many,\n", "utf-8")
    with pytest.raises(KnowledgeError, match="CR310"):
        diff_tables(*folders)


def test_the_command(folders, capsys):
    old, new = map(str, folders)
    assert run(["knowledge", "diff", old, new]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "limit: 4 rows → 4 rows: 1 added, 1 removed, 2 changed",
        "  - code=C, most=3, valid_from=2025-01-01",
        "  + code=A, most=5, valid_from=2025-07-01",
        "  ~ code=A: valid_to: ∅ → 2025-06-30",
        "  ~ code=B: note: old → new",
        "1 table differs of 1",
    ]
    assert run(["knowledge", "diff", old, new, "--exit-code"]) == 1
    assert run(["knowledge", "diff", old, old, "--exit-code"]) == 0
    capsys.readouterr()
    assert run(["knowledge", "diff", old, new, "--json"]) == 0
    (said,) = json.loads(capsys.readouterr().out)
    assert said["removed"] == ["code=C, most=3, valid_from=2025-01-01"]
