"""What is doubtful in tables that load."""

from fractions import Fraction
from pathlib import Path

import pytest

from claimrules.cli.entry import run
from claimrules.diagnostics import Level
from claimrules.imports import lint_knowledge

CATALOGUE = """\
columns: {code: text, name: text}
key: [code]
"""


@pytest.fixture
def tables(tmp_path):
    """Write tables as `name=(yaml, csv)` and lint the folder."""

    def lint(against=None, share=Fraction(1, 5), catalogues=(), /, **given):
        folder = tmp_path / "knowledge"
        folder.mkdir(exist_ok=True)
        for name, (yaml, rows) in given.items():
            (folder / f"{name}.yaml").write_text(yaml, "utf-8")
            (folder / f"{name}.csv").write_text(rows, "utf-8")
        found = lint_knowledge(tmp_path, against, share, catalogues)
        return [(d.code, d.place.line if d.place else 0, d.message) for d in found]

    return lint


LIMIT = "columns: {code: text, most: integer}\nkey: [code]\n"


def test_codes_that_the_catalogue_does_not_list_in_their_time(tables):
    catalogue = (CATALOGUE, "code,name,valid_from,valid_to\nA1,a,2020-01-01,2024-12-31\nA2,b,,\n")
    limit = (LIMIT, "code,most,valid_from\nA1,1,2024-06-01\nA2,1,2025-01-01\nA3,1,\n,9,\n")
    retired = (LIMIT, "code,most,valid_from\nA1,1,2025-01-01\n")
    assert tables(catalogue=catalogue, limit=limit, retired=retired) == [
        ("CR340", 4, "`A3` is not in `catalogue`"),
        ("CR340", 2, "`A1` is not in `catalogue` in the time of this row"),
    ]


def test_a_catalogue_speaks_only_of_the_codes_that_it_is_complete_for(tables):
    catalogue = (CATALOGUE + "complete: {prefixes: [A]}\n", "code,name\nA1,a\n")
    limit = (LIMIT, "code,most\nB7,1\nA9,1\n")
    assert tables(catalogue=catalogue, limit=limit) == [("CR340", 3, "`A9` is not in `catalogue`")]


def test_a_prefix_is_in_the_catalogue_where_a_code_begins_with_it(tables):
    by_prefix = ("columns: {code: text, most: integer}\nkey: {code: longest_prefix}\n", "code,most\nA,1\nAB,1\nB,1\n")
    assert tables(catalogue=(CATALOGUE, "code,name\nA1,a\n"), limit=by_prefix) == [
        ("CR340", 3, "no code that begins with `AB` is in `catalogue`"),
        ("CR340", 4, "no code that begins with `B` is in `catalogue`"),
    ]


def test_other_tables_list_the_codes_where_they_are_named(tables):
    items, limit = (CATALOGUE, "code,name\nS1,a\n"), (LIMIT, "code,most\nS1,1\nS2,1\n")
    assert tables(items=items, limit=limit) == []
    assert tables(None, Fraction(1), ["items"]) == [("CR340", 3, "`S2` is not in `items`")]
    assert [code for code, _, _ in tables(None, Fraction(1), ["item"])] == ["CR316"]


LEVELS = "columns: {code: text, level: [1A, 2A], most: integer}\nkey: {code: longest_prefix, level: exact}\n"


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ("A,,5\nA,1A,1\nA,2A,2\n", [2]),  # each level has its own
        ("A,,5\nA,1A,1\nB,2A,2\n", []),  # 2A of A has none
        ("A,,5\nA,1A,1\n", []),
    ],
)
def test_a_row_for_all_levels_that_every_level_has_its_own_row_before(tables, rows, lines):
    found = tables(limit=(LEVELS, f"code,level,most\n{rows}"))
    assert [(code, line) for code, line, _ in found] == [("CR341", line) for line in lines]


def test_rows_that_do_not_cover_the_whole_time_leave_something_to_the_one_for_all(tables):
    rows = "A,,5,2024-01-01,2025-12-31\nA,1A,1,,\nA,2A,2,2024-01-01,2024-12-31\n"
    head = "code,level,most,valid_from,valid_to\n"
    assert tables(limit=(LEVELS, head + rows)) == []
    assert [line for _, line, _ in tables(limit=(LEVELS, f"{head}{rows}A,2A,3,2025-01-01,\n"))] == [2]


def test_a_prefix_that_longer_ones_take_all_codes_of(tables):
    catalogue = (CATALOGUE, "code,name\nA11,a\nA12,b\nB11,c\n")
    yaml = "columns: {code: text, most: integer}\nkey: {code: longest_prefix}\n"
    limit = (yaml, "code,most\nA,1\nA11,1\nA12,1\nB,1\n")
    assert [(code, line) for code, line, _ in tables(catalogue=catalogue, limit=limit)] == [("CR341", 2)]
    limit = (yaml, "code,most\nA,1\nA11,1\nB,1\n")
    assert tables(catalogue=catalogue, limit=limit) == []


def test_a_regional_row_that_says_what_the_nations_says(tables):
    head = "code,most,region,valid_from,valid_to\n"
    rows = "A,1,,2024-01-01,\nA,1,330000,2025-01-01,\nA,2,110000,2025-01-01,\nA,1,340000,2023-01-01,\n"
    assert [(c, line) for c, line, _ in tables(limit=(LIMIT, head + rows))] == [("CR344", 3)]
    restored = "A,1,,,\nA,2,330000,,\nA,1,330100,,\n"  # a city that keeps the nation's where its province does not
    assert tables(limit=(LIMIT, head + restored)) == []


def test_a_least_that_is_more_than_the_most(tables):
    yaml = "columns: {code: text, min_age: integer, max_age: integer}\nkey: [code]\n"
    assert tables(ages=(yaml, "code,min_age,max_age\nA,18,60\nB,60,18\nC,18,\nD,18,18\n")) == [
        ("CR342", 3, "`min_age` 60 is more than `max_age` 18")
    ]


def test_two_limits_of_one_thing_at_once_where_several_rows_may_hold(tables):
    yaml = "columns: {code: text, most: integer, why: text}\nkey: [code]\nmany: true\n"
    head = "code,most,why,valid_from,valid_to\n"
    assert [(c, line) for c, line, _ in tables(t=(yaml, f"{head}A,1,,,\nA,2,,,\nB,1,x,,\nB,2,y,,\n"))] == [("CR342", 3)]
    assert tables(t=(yaml, f"{head}A,1,,,2024-12-31\nA,2,,2025-01-01,\n")) == []


def test_a_list_of_what_is_allowed_contradicts_nothing(tables):
    yaml = "columns: {code: text, setting: [inpatient, emergency]}\nkey: [code]\nmany: true\n"
    assert tables(t=(yaml, "code,setting\nA,inpatient\nA,emergency\n")) == []


def test_a_pair_that_stands_both_ways(tables):
    yaml = "columns: {main_code: text, sub_code: text}\nkey: [sub_code]\nmany: true\n"
    found = tables(pairs=(yaml, "main_code,sub_code\nA,B\nC,A\nB,A\nD,D\n"))
    assert [(code, line, message) for code, line, message in found] == [
        ("CR342", 4, "the pair B and A stands both ways"),
        ("CR342", 5, "`main_code` and `sub_code` are both D"),
    ]


def sized(tmp_path, name, rows):
    folder = tmp_path / name
    folder.mkdir()
    (folder / "limit.yaml").write_text(LIMIT, "utf-8")
    (folder / "limit.csv").write_text("code,most\n" + "".join(f"A{i},1\n" for i in range(rows)), "utf-8")
    return folder


@pytest.mark.parametrize(("before", "after", "said"), [(10, 12, False), (10, 13, True), (10, 8, False), (10, 7, True)])
def test_tables_that_grow_or_shrink_by_more_than_a_share(tmp_path, before, after, said):
    old, new = sized(tmp_path, "old", before), sized(tmp_path, "new", after)
    found = lint_knowledge(new, old, Fraction(1, 5))
    assert [d.code for d in found] == (["CR343"] if said else [])
    if said:
        assert f"from 10 rows to {after}, by 30%" in found[0].message


def test_a_table_that_is_gone(tmp_path):
    old, new = sized(tmp_path, "old", 3), sized(tmp_path, "new", 3)
    for ending in ("csv", "yaml"):
        (new / f"limit.{ending}").rename(new / f"other.{ending}")
    assert [d.message for d in lint_knowledge(new, old)] == ["the table `limit` is gone"]


def test_what_a_table_is_refused_for_is_passed_on_once(tables):
    assert [(c, line) for c, line, _ in tables(limit=(LIMIT, "code,most\nA,1\nA,2\n"))] == [("CR313", 3)]


def test_the_tables_of_this_repository_contradict_nothing():
    found = lint_knowledge(Path(__file__).parents[2] / "rules")
    assert [str(one) for one in found if one.level is Level.ERROR] == []


def test_the_command(tmp_path, capsys):
    old, new = str(sized(tmp_path, "old", 10)), str(sized(tmp_path, "new", 20))
    assert run(["knowledge", "lint", new]) == 0
    assert capsys.readouterr().out.endswith("0 errors, 0 warnings\n")
    assert run(["knowledge", "lint", new, "--against", old]) == 1
    assert "error[CR343]: `limit` has grown from 10 rows to 20, by 100%" in capsys.readouterr().out
    assert run(["knowledge", "lint", new, "--against", old, "--share", "100%"]) == 0
    assert run(["knowledge", "lint", new, "--share", "much"]) == 2
