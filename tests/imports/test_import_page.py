"""What docs/knowledge-import.md says holds."""

import re
from pathlib import Path

from sheets import csv_text, table_rows

from claimrules.imports import ImportOptions, built_in_names, import_files, load_shape
from claimrules.imports.shape_yaml import _COLUMN, _TOP

PAGE = (Path(__file__).parents[2] / "docs" / "knowledge-import.md").read_text("utf-8")


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_sheet_and_its_ten_lines_make_the_table_that_they_say(tmp_path):
    sheet = next(block for block in blocks("csv") if "敷料" in block)
    (tmp_path / "dressings.yaml").write_text(blocks("yaml")[0], "utf-8")
    file = csv_text(tmp_path, "a.csv", *sheet.splitlines())
    done = import_files([file], ImportOptions(tmp_path / "k", tmp_path / "dressings.yaml"))
    rows = [(r["code"], r["ward"], r["max_quantity"], r["unit"]) for r in table_rows(tmp_path / "k", "dressing_limit")]
    assert rows == [("D01", "外科", "5", "day"), ("D02", "外科", "5", "day"), ("D03", "外科", "10", "week")]
    assert (done.account.rows, done.account.taken, done.account.left) == (6, 2, 4)


def test_the_shapes_on_the_page_are_those_there_are_with_their_tables():
    listed = dict(re.findall(r"^\| `((?:nhsa|cms)_\w+)` \| .* \| `(\w+)` \|$", PAGE, re.MULTILINE))
    assert listed == {name: load_shape(name).table for name in built_in_names()}


def test_every_key_is_on_the_page_and_no_other():
    tables = PAGE.split("| key | says |")
    firsts = [re.findall(r"^\| (`.*?) \| ", table, re.MULTILINE) for table in tables[1:]]
    named = [set(re.findall(r"`(\w+)`", " ".join(first))) for first in firsts]
    shape, column = named[0], named[1] - {"CR340", "CR341", "CR342", "CR343", "CR344"}
    assert shape == set(_TOP)
    assert column == set(_COLUMN)
