"""docs/results.md says what OUT holds."""

import re
from pathlib import Path
from typing import Any

import pytest

from claimrules.batch import rejects
from claimrules.findings import Summary
from claimrules.findings.schema import FINDINGS, UNDECIDED
from claimrules.report import FILES

PAGE = (Path(__file__).parents[2] / "docs" / "results.md").read_text(encoding="utf-8")
TYPES = {
    "text": "string",
    "date": "date32[day]",
    "list of text": "list<item: string>",
    "decimal(18, 2)": "decimal128(18, 2)",
}


def section(title: str) -> str:
    """What stands under a heading, up to the next of the same rank or a higher one."""
    (body,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return str(body)


def tables(title: str) -> list[list[list[str]]]:
    """The tables of a section, each as rows of cells without its head."""
    blocks = re.findall(r"(?:^\|.*\n)+", section(title), re.MULTILINE)
    return [[[c.strip() for c in line.strip("|\n").split(" | ")] for line in b.splitlines()[2:]] for b in blocks]


def named(rows: list[list[str]]) -> list[str]:
    return [row[0].strip("| `") for row in rows]


@pytest.mark.parametrize(
    ("file", "schema"),
    [("findings.parquet", FINDINGS), ("undecided.parquet", UNDECIDED), ("rejects.parquet", rejects.SCHEMA)],
)
def test_the_columns_are_those_that_are_written_in_their_order_and_type(file: str, schema: Any):
    rows = tables(file)[0]
    said = [(name, TYPES.get(row[1], row[1])) for name, row in zip(named(rows), rows, strict=True)]
    assert said == [(field.name, str(field.type)) for field in schema]


def test_the_files_are_those_that_are_written():
    (files,) = re.findall(r"^\| file \| holds \|\n\|.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert re.findall(r"^\| `(.+?)`", files, re.MULTILINE) == list(FILES)


def test_the_codes_of_rejects_are_all_there():
    codes = [rejects.UNREADABLE, rejects.EMPTY, rejects.RAGGED, rejects.ORPHAN, rejects.DOUBLED, rejects.DOCUMENT]
    assert named(tables("rejects.parquet")[1]) == codes


def test_the_keys_of_the_summary_are_all_there():
    assert named(tables("summary.json")[0]) == list(Summary.model_fields)
