"""Every way to declare a table wrong: the line, the caret and the advice."""

import pytest
from knowledge_folder import refusal

from claimrules.catalog import BOOLEAN, DATE, DOUBLE, INTEGER, TEXT, TIMESTAMP, WINDOW, decimal
from claimrules.knowledge import Completeness, KnowledgeSet

BASE = "columns:\n  code: text\n  price: 'decimal(16,2)'\n"

# The line that is wrong, as line 5 after a sound head; the code; what the caret marks; the message; the advice.
WRONG = [
    ("titel: x", "CR305", "titel", "unknown key `titel`", "did you mean `title`?"),
    ("absence: none", "CR306", "none", "`none` is not allowed here", "write no-limit or unknown"),
    ("gaps: allow", "CR306", "allow", "`allow` is not allowed here", "write allowed or error"),
    ("symmetric: maybe", "CR306", "maybe", "`true` or `false` expected", ""),
    ("invented: [x]", "CR306", "[x]", "`true` or `false` expected", ""),
    ("many: 1", "CR306", "1", "`true` or `false` expected", ""),
    ("symmetric: true", "CR306", "symmetric", "a symmetric table needs two key columns of one type", ""),
    ("complete: {from: 2024-13-01}", "CR306", "2024-13-01", "`2024-13-01` is not a date", "write 2025-01-31"),
    ("complete: {prefixes: X}", "CR306", "X", "a list expected: [X, Z]", ""),
    ("complete: {since: 2024-01-01}", "CR305", "since", "unknown key `since`", "there is `from`, `prefixes`"),
    ("source: {title: x, ulr: y}", "CR305", "ulr", "unknown key `ulr`", "did you mean `url`?"),
    ("source: {url: x}", "CR307", "{", "a source needs a `title`", ""),
    ("source: a law", "CR306", "a law", "keys and values expected here", ""),
    ("title: {zh: [x]}", "CR306", "[x]", "text expected", ""),
]


@pytest.mark.parametrize(("line", "code", "marked", "message", "advice"), WRONG)
def test_a_wrong_line(write, folder, line, code, marked, message, advice):
    write(t__yaml=f"{BASE}key: [code]\n{line}\n", t__csv="code,price\n")
    column = line.index(marked) + 1
    expected = f"error[{code}]: {message}\n  ┌─ k/t.yaml:5:{column}\n5│ {line}\n │ {' ' * (column - 1)}{'^' * len(marked)}"
    expected += f"\n  = help: {advice}" if advice else ""
    assert refusal(lambda: KnowledgeSet.read([folder])) == expected


TYPES = [
    ("txet", "unknown type `txet`", "did you mean `text`?"),
    (
        "'decimal(40,2)'",
        "no such decimal: `decimal(40,2)`",
        "decimal(p,s) has p digits from 1 to 38, s of them after the point",
    ),
    (
        "'decimal(4,5)'",
        "no such decimal: `decimal(4,5)`",
        "decimal(p,s) has p digits from 1 to 38, s of them after the point",
    ),
]


@pytest.mark.parametrize(("written", "message", "advice"), TYPES)
def test_a_wrong_type(write, folder, written, message, advice):
    write(t__yaml=f"columns:\n  code: text\n  x: {written}\nkey: [code]\n", t__csv="code,x\n")
    carets = "^" * len(written)
    expected = f"error[CR306]: {message}\n  ┌─ k/t.yaml:3:6\n3│   x: {written}\n │      {carets}\n  = help: {advice}"
    assert refusal(lambda: KnowledgeSet.read([folder])) == expected


KEYS = [
    ("key: [cod]", "the key column `cod` is not among the columns", "did you mean `code`?"),
    ("key: {code: prefx}", "`prefx` is not allowed here", "write exact or prefix or longest_prefix"),
    ("key: {price: prefix}", "only a text matches by prefix; `price` is none", None),
    ("key: [code, code]", "`code` stands twice in the key", None),
    ("key: []", "a key needs a column", None),
]


@pytest.mark.parametrize(("line", "message", "advice"), KEYS)
def test_a_wrong_key(write, folder, line, message, advice):
    write(t__yaml=f"{BASE}{line}\n", t__csv="code,price\n")
    said = refusal(lambda: KnowledgeSet.read([folder]))
    assert said.startswith(f"error[CR306]: {message}\n  ┌─ k/t.yaml:4:")
    assert said.endswith(f"= help: {advice}") if advice else "help" not in said


def test_all_at_once_and_nothing_said_twice(write, folder):
    yaml = "columns:\n  code: txet\n  sex: [male, male]\n  region: text\n  a b: text\n  note: {zh: 注}\nkey: [code, sex]\n"
    write(t__yaml=yaml, t__csv="code,code\n")
    said = [block.splitlines()[0] for block in refusal(lambda: KnowledgeSet.read([folder])).split("\n\n")]
    assert said == [
        "error[CR308]: the column `code` stands 2 times in the header",
        "error[CR306]: unknown type `txet`",
        "error[CR306]: `male` stands twice in the list",
        "error[CR306]: every table may have `region`: do not declare it",
        "error[CR306]: `a b` cannot be a column's name",
        "error[CR307]: the column `note` has no `type`",
    ]


def test_what_must_be_there(write, folder):
    write(t__yaml="invented: true\n", t__csv="code\n")
    assert refusal(lambda: KnowledgeSet.read([folder])) == (
        "error[CR307]: `columns` is missing\n  ┌─ k/t.yaml:1:1\n1│ invented: true\n │ ^\n\n"
        "error[CR307]: `key` is missing\n  ┌─ k/t.yaml:1:1\n1│ invented: true\n │ ^"
    )


def test_a_decimal_cut_off_in_braces_is_explained(write, folder):
    advice = "= help: inside { } a comma ends the value: write one column a line, or quote the type: 'decimal(16,2)'"
    write(t__yaml="columns: {code: text, a: decimal(16,2)}\nkey: [code]\n", t__csv="code,a\n")
    said = refusal(lambda: KnowledgeSet.read([folder]))
    assert said.startswith("error[CR306]: `decimal(16` is cut off\n  ┌─ k/t.yaml:1:26\n")
    assert said.endswith(advice)
    assert said.count("error[") == 1
    write(t__yaml="columns: {code: text, a: decimal(16,2), b: decimal(9,2)}\nkey: [code]\n")
    said = refusal(lambda: KnowledgeSet.read([folder]))
    assert said.startswith("error[CR203]: a decimal inside { } is cut off at its comma\n")
    assert said.endswith(advice)


def test_broken_yaml_is_an_error_of_the_tables(write, folder):
    write(t__yaml="columns: {code: text\n", t__csv="code\n")
    assert refusal(lambda: KnowledgeSet.read([folder])).startswith("error[CR202]: not valid YAML: ")


def test_every_type(write, folder):
    names = ["text", "boolean", "integer", "double", "date", "timestamp", "window", "decimal(9,3)"]
    columns = "".join(f"  c{i}: {name}\n" for i, name in enumerate(names))
    write(
        t__yaml=f"columns:\n{columns}key: c0\ncomplete: true\n",
        t__csv="c0,c1,c2,c3,c4,c5,c6,c7\nA,是,-12,1.5e3,2024-02-29 00:00:00,2024-02-29T08:30,last 30 days,012.5000\n",
    )
    table = KnowledgeSet.read([folder]).tables["t"]
    assert list(table.schema.columns.values()) == [
        TEXT,
        BOOLEAN,
        INTEGER,
        DOUBLE,
        DATE,
        TIMESTAMP,
        WINDOW,
        decimal(9, 3),
    ]
    row = table.rows.select([f"c{i}" for i in range(8)]).to_pylist()[0]
    assert [str(value) for value in row.values()] == [
        "A",
        "True",
        "-12",
        "1500.0",
        "2024-02-29",
        "2024-02-29 08:30:00",
        "last 30 days",
        "12.500",
    ]
    assert table.complete == Completeness()
