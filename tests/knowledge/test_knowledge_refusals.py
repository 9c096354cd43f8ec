"""Every way to write a table wrong, and what is said about it, to the letter."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from knowledge_folder import LIMIT_YAML, refusal

from claimrules.diagnostics import Place
from claimrules.knowledge import KnowledgeSet

HEAD = "code,level,max_quantity,window"
PLAIN = "columns: {code: text}\nkey: [code]\n"
NUMBER_HELP = "digits only, at most 12 before the point and 4 after it; no `,`, no `%`"

ROWS = {
    "an enumeration": (
        "\nA,3a,1,day",
        """\
error[CR310]: `3a` is not in the column's list
  ┌─ k/limit.csv:2:3
2│ A,3a,1,day
 │   ^^ column `level`
  = help: did you mean `3A`?""",
    ),
    "too many digits": (
        "\nA,3A,1.23456,day",
        f"""\
error[CR310]: `1.23456` is not a number that the column holds
  ┌─ k/limit.csv:2:6
2│ A,3A,1.23456,day
 │      ^^^^^^^ column `max_quantity`
  = help: {NUMBER_HELP}""",
    ),
    "a quoted number with a comma": (
        '\n中文,3A,"1,000",day',
        f"""\
error[CR310]: `1,000` is not a number that the column holds
  ┌─ k/limit.csv:2:7
2│ 中文,3A,"1,000",day
 │         ^^^^^^^ column `max_quantity`
  = help: {NUMBER_HELP}""",
    ),
    "a window": (
        "\nA,3A,1,fortnight",
        """\
error[CR310]: `fortnight` is not a window
  ┌─ k/limit.csv:2:8
2│ A,3A,1,fortnight
 │        ^^^^^^^^^ column `window`
  = help: write one of hour, day, week, month, quarter, year, insurance_year, encounter, claim, prescription, course, \
or `6 hours apart`, `30 days before`, `30 days after`, `last 30 days`""",
    ),
    "a date that is none, and a region": (
        ",region,valid_from\nA,3A,1,day,11,2024-02-30",
        """\
error[CR310]: `11` is not a region
  ┌─ k/limit.csv:2:12
2│ A,3A,1,day,11,2024-02-30
 │            ^^ column `region`
  = help: six digits; 000000, or nothing, is the whole country

error[CR310]: `2024-02-30` is not a date
  ┌─ k/limit.csv:2:15
2│ A,3A,1,day,11,2024-02-30
 │               ^^^^^^^^^^ column `valid_from`
  = help: write 2025-01-31""",
    ),
    "a validity that ends first": (
        ",valid_from,valid_to\nA,3A,1,day,2024-06-01,2024-05-31",
        """\
error[CR311]: valid_from 2024-06-01 is after valid_to 2024-05-31
  ┌─ k/limit.csv:2:12
2│ A,3A,1,day,2024-06-01,2024-05-31
 │            ^^^^^^^^^^
  = help: both dates belong to the validity; leave valid_to empty where it is open""",
    ),
    "a row twice, spelt otherwise": (
        "\nA,3A,1,day\n\nA,2A,1,day\nＡ,3A,1.0,单日",
        """\
error[CR312]: this row stands twice
  ┌─ k/limit.csv:5
5│ Ａ,3A,1.0,单日
 │ the same as line 2
  = help: remove one of them""",
    ),
    "two rows at once": (
        ",valid_from,valid_to,region\nA,3A,1,day,2024-01-01,2024-12-31,110000\nA,3A,2,day,2024-12-31,,110000",
        """\
error[CR313]: two rows hold at once for code=A, level=3A, region=110000
  ┌─ k/limit.csv:3
3│ A,3A,2,day,2024-12-31,,110000
 │ line 2 holds from 2024-01-01 to 2024-12-31, this one from 2024-12-31
  = help: end the earlier one the day before, or write `many: true` where several rows may hold at once""",
    ),
    "a gap of a day": (
        ",valid_from,valid_to\nA,3A,1,day,2024-01-01,2024-06-30\nA,3A,2,day,2024-07-02,",
        """\
error[CR314]: no row holds for code=A, level=3A on 2024-07-01
  ┌─ k/limit.csv:3:12
3│ A,3A,2,day,2024-07-02,
 │            ^^^^^^^^^^ line 2 ends on 2024-06-30
  = help: close the gap, or write `gaps: allowed` where there was no rule in between""",
    ),
}


@pytest.mark.parametrize("case", ROWS)
def test_rows(limit, case):
    text, said = ROWS[case]
    assert refusal(lambda: limit(HEAD + text + "\n")) == said


HARMLESS = {
    "another region": ("", ",region\nA,3A,1,day,\nA,3A,2,day,110000"),
    "another level": ("", "\nA,3A,1,day\nA,,2,day"),
    "the next day": ("", ",valid_from,valid_to\nA,3A,1,day,,2024-06-30\nA,3A,2,day,2024-07-01,"),
    "learnt later": ("", ",valid_from,known_from\nA,3A,1,day,2024-01-01,\nA,3A,2,day,2024-01-01,2024-05-01"),
    "many": ("many: true\n", "\nA,3A,1,day\nA,3A,2,day"),
    "gaps allowed": ("gaps: allowed\n", ",valid_from,valid_to\nA,,1,day,,2024-06-30\nA,,2,day,2024-08-01,"),
}


@pytest.mark.parametrize("case", HARMLESS)
def test_what_looks_alike_and_is_right(limit, case):
    yaml, text = HARMLESS[case]
    assert limit(HEAD + text + "\n", LIMIT_YAML + yaml).tables["limit"].rows.num_rows == 2


def test_a_gap_shows_where_the_row_that_filled_it_is_superseded(limit):
    csv = f"{HEAD},valid_from,valid_to,known_from\nA,,1,day,2024-01-01,,\n"
    csv += "A,,1,day,2024-01-01,2024-05-31,2024-05-01\nA,,2,day,2024-07-01,,2024-05-01\n"
    assert "no row holds for code=A from 2024-06-01 to 2024-06-30" in refusal(lambda: limit(csv))


def test_many_rows_may_still_not_say_the_same_twice(limit):
    said = refusal(lambda: limit(HEAD + "\nA,3A,1,day\nA,3A,1,day\n", LIMIT_YAML + "many: true\n"))
    assert said.startswith("error[CR312]: this row stands twice")


def test_a_symmetric_pair_written_both_ways(write, folder):
    write(t__yaml="columns: {a: text, b: text}\nkey: [a, b]\nsymmetric: true\n", t__csv="a,b\nX,Y\nY,X\n")
    assert "k/t.csv:3\n3│ Y,X\n │ the same as line 2" in refusal(lambda: KnowledgeSet.read([folder]))


def test_columns(limit):
    assert refusal(lambda: limit("code,levl,max_quantity,window\nA,3A,x,day\n")) == (
        """\
error[CR308]: the key column `level` is missing
  ┌─ k/limit.csv:1
1│ code,levl,max_quantity,window
  = help: it is declared in k/limit.yaml

error[CR309]: unknown column `levl`
  ┌─ k/limit.csv:1:6
1│ code,levl,max_quantity,window
 │      ^^^^
  = help: did you mean `level`?

error[CR310]: `x` is not a number that the column holds
  ┌─ k/limit.csv:2:6
2│ A,3A,x,day
 │      ^ column `max_quantity`
  = help: """
        + NUMBER_HELP
    )


QUOTE_HELP = '\n  = help: write a cell with a quote, a comma or a line break as "…", and a quote in it as ""'
FILES = {
    "never closed": (
        b'code\nA\n"B\nC\n',
        'error[CR302]: a quote that is never closed\n  ┌─ k/t.csv:3:1\n3│ "B\n │ ^' + QUOTE_HELP,
    ),
    "inside": (
        'code\n中A"B\n'.encode(),
        'error[CR302]: a quote inside a cell that does not begin with one\n  ┌─ k/t.csv:2:3\n2│ 中A"B\n │    ^' + QUOTE_HELP,
    ),
    "after": (
        b'code\n"A"B\n',
        'error[CR302]: text after a closing quote\n  ┌─ k/t.csv:2:3\n2│ "A"B\n │   ^' + QUOTE_HELP,
    ),
    "ragged": (
        b'code\n\n"A\nA"\nB,C\n',
        """\
error[CR302]: 2 cells where the header has 1
  ┌─ k/t.csv:5
5│ B,C
  = help: a cell that holds a comma is written in quotes: "a, b\"""",
    ),
    "semicolons": (
        b'code;title\n"A";1,5\n"B;C;D"\n',
        """\
error[CR302]: the cells of this file are separated by `;`, and not by commas
  ┌─ k/t.csv:1
1│ code;title
  = help: save it as CSV with commas, in UTF-8""",
    ),
    "tabs": (
        b"\ncode\tregion\nA\t1\n",
        """\
error[CR302]: the cells of this file are separated by tabs, and not by commas
  ┌─ k/t.csv:2
2│ code region
  = help: save it as CSV with commas, in UTF-8""",
    ),
    "empty": (
        b"\n",
        "error[CR301]: the file is empty\n  ┌─ k/t.csv\n  = help: write at least the header: the columns' names",
    ),
    "not UTF-8": (
        "code\nA\n中\n".encode("gb18030"),
        """\
error[CR301]: the file is not UTF-8
  ┌─ k/t.csv:3
3│ \ufffd\ufffd
  = help: save it as UTF-8 (in a spreadsheet: “CSV UTF-8”)""",
    ),
    "names": (
        b"code,code,\nA,B,C\n",
        """\
error[CR308]: column 3 of the header has no name
  ┌─ k/t.csv:1
1│ code,code,

error[CR308]: the column `code` stands 2 times in the header
  ┌─ k/t.csv:1
1│ code,code,""",
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_files(write, folder, case):
    data, said = FILES[case]
    write(t__yaml=PLAIN)
    Path("k/t.csv").write_bytes(data)
    assert refusal(lambda: KnowledgeSet.read([folder])) == said


def test_parquet(write, folder):
    write(t__yaml="columns: {code: text, n: 'decimal(5,2)'}\nkey: [code]\n", u__yaml=PLAIN, u__parquet="PAR?")
    pq.write_table(pa.table({"code": ["A"], "n": [0.1]}), "k/t.parquet")
    said = refusal(lambda: KnowledgeSet.read([folder])).split("\n\n")
    assert said[0] == (
        "error[CR310]: the column `n` is stored as double, which is not exact\n  ┌─ k/t.parquet\n"
        "  = help: store it as a decimal, an integer or text"
    )
    assert said[1].startswith("error[CR301]: not a Parquet file: ")
    pq.write_table(pa.table({"code": ["A", "B"], "n": ["1", "x"]}), "k/t.parquet")
    assert "error[CR310]: row 2 of `t`: `x` is not a number" in refusal(lambda: KnowledgeSet.read([folder]))


def test_files_that_do_not_pair(write, folder):
    write(a__yaml=PLAIN, b__csv="code\n", c__yaml=PLAIN, c__csv="code\n", c__parquet="", d__yml="")
    write(**{"E f__csv": "code\n"})
    assert (
        refusal(lambda: KnowledgeSet.read([folder]))
        == """\
error[CR304]: `E f` cannot be a table's name
  ┌─ k/E f.csv
  = help: small letters, digits and `_`, so that a rule can name it

error[CR303]: `a` is declared and has no rows
  ┌─ k/a.yaml
  = help: write a.csv or a.parquet beside it

error[CR303]: `b` is not declared
  ┌─ k/b.csv
  = help: write b.yaml beside it: columns, key, source

error[CR303]: `c` has rows in two files: c.csv and c.parquet
  ┌─ k/c.parquet
  = help: keep one

error[CR304]: a declaration ends in `.yaml`
  ┌─ k/d.yml
  = help: rename it"""
    )


def test_a_row_with_too_few_cells_does_not_hide_other_errors(limit):
    csv = f"{HEAD},valid_from,valid_to\nA,3A,1,day,2024-01-01,2024-05-31\nA,3A\nA,3A,x,day,2024-07-01,\n"
    assert refusal(lambda: limit(csv)) == (
        f"""\
error[CR302]: 2 cells where the header has 6
  ┌─ k/limit.csv:3
3│ A,3A
  = help: a cell that holds a comma is written in quotes: "a, b"

error[CR310]: `x` is not a number that the column holds
  ┌─ k/limit.csv:4:6
4│ A,3A,x,day,2024-07-01,
 │      ^ column `max_quantity`
  = help: {NUMBER_HELP}"""
    )


def test_a_row_that_was_not_read_makes_no_gap(limit):
    csv = f"{HEAD},valid_from,valid_to\nA,3A,1,day,2024-01-01,2024-05-31\nA,3A,1\nA,3A,2,day,2024-07-01,\n"
    said = refusal(lambda: limit(csv))
    assert said.startswith("error[CR302]: 3 cells where the header has 6")
    assert said.count("error[") == 1


def test_a_folder_without_tables(folder, write):
    Path("k/readme.txt").write_text("notes", encoding="utf-8")
    said = "error[CR303]: no tables in `k`\n  ┌─ k\n  = help: it needs <name>.csv with <name>.yaml"
    assert refusal(lambda: KnowledgeSet.read([folder])) == said
    write(Path("rules"), t__yaml=PLAIN, t__csv="code\nA\n")
    assert refusal(lambda: KnowledgeSet.read([Path("rules"), folder])) == said
    write(Path("k/knowledge"), t__csv="code\nB\n")
    assert refusal(lambda: KnowledgeSet.read([Path("rules"), folder])) == said + "; did you mean `k/knowledge`?"
    assert sorted(KnowledgeSet.read([Path("rules"), Path("k/knowledge")]).tables) == ["t"]
    assert not KnowledgeSet.read([]).tables


def test_a_folder_that_is_not_there():
    assert refusal(lambda: KnowledgeSet.read([Path("nowhere")])) == (
        "error[CR301]: cannot read the folder of knowledge tables: No such file or directory\n  ┌─ nowhere"
    )


def test_code_sets(write, folder):
    write(
        code_sets__yaml="columns: {set_id: text, prefix: text}\nkey: [set_id, prefix]\n",
        code_sets__csv="set_id,prefix,region\ns,-A,\ns,A,\ns,-,\nt,B,330000\n",
    )
    assert (
        refusal(lambda: KnowledgeSet.read([folder]))
        == """\
error[CR315]: `A` stands twice in the set `s`
  ┌─ k/code_sets.csv:3:3
3│ s,A,
 │   ^ first on line 2

error[CR315]: a code set needs a `set_id` and a `prefix`
  ┌─ k/code_sets.csv:4:3
4│ s,-,
 │   ^
  = help: an empty prefix would take in every code

error[CR315]: a code set has no region
  ┌─ k/code_sets.csv:5
5│ t,B,330000
  = help: write a second set and name it in the table whose rows have regions"""
    )


def test_rows_of_a_case_are_refused_at_its_place(limit):
    k = limit(HEAD + "\nA,3A,1,day\n")
    at = Place("r.yaml", 7, 3)
    assert refusal(lambda: k.with_rows({"limits": []}, at)) == (
        "error[CR316]: there is no knowledge table `limits`\n  ┌─ r.yaml:7:3\n  = help: did you mean `limit`?"
    )
    said = refusal(lambda: k.with_rows({"limit": [{"code": "A"}, {"code": "B", "max_quantity": "x"}]}, at))
    assert said.startswith("error[CR310]: row 2 of `limit`: `x` is not a number that the column holds\n  ┌─ r.yaml:7:3")
    assert "CR309" in refusal(lambda: k.with_rows({"limit": [{"cod": "A"}]}))


def test_the_first_twenty_are_shown_and_the_rest_counted(write, folder):
    write(t__yaml=PLAIN, t__csv="code,region\n" + "".join(f"A{i},x\n" for i in range(23)))
    said = refusal(lambda: KnowledgeSet.read([folder])).split("\n\n")
    assert len(said) == 21
    assert said[19].startswith("error[CR310]: `x` is not a region\n   ┌─ k/t.csv:21:5")
    assert said[20] == "error[CR399]: … and 3 more errors in this file\n   ┌─ k/t.csv:22\n22│ A20,x"
