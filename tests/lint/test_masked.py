"""A rule of which another flags everything."""

from pathlib import Path

import pytest
from lint_rules import folder_of, found

import claimrules
from claimrules.lint import lint_rules

LIMIT = ("columns: {code: text, most: integer}\nkey: [code]\n", "code,most\nA,3\n")
OTHER = ("columns: {code: text, most: integer}\nkey: [code]\n", "code,most\nA,4\n")


def said(tmp_path: Path, **rules: str) -> list[str]:
    return [message for code, message in found(tmp_path, rules, limit=LIMIT, other=OTHER) if code == "CR233"]


def test_the_same_conditions_under_other_names(tmp_path: Path):
    a = "match: {x: {table: limit, key: {code: line.item_code}}}\nlet: {n: line.quantity}\nflag: n > x.most\n"
    b = "match: {y: {table: limit, key: {code: line.item_code}}}\nflag: line.quantity > y.most\n"
    assert said(tmp_path, a=a, b=b) == ["`a` flags everything that `b` flags"]


def test_narrower_rows_and_a_narrower_flag(tmp_path: Path):
    wide = "rows: line.quantity > 0\nflag: line.amount > 3\n"
    narrow = "rows: line.quantity > 5 AND claim.sex = 'male'\nflag: line.amount > 4 AND line.item_type = 'drug'\n"
    assert said(tmp_path, a=narrow, b=wide) == ["`b` flags everything that `a` flags"]


def test_any_reason_of_the_one_is_covered_by_a_reason_of_the_other(tmp_path: Path):
    wide = "flag:\n  many: line.quantity > 3\n  dear: line.amount > 100\n"
    assert said(tmp_path, a=wide, b="flag: {dearest: line.amount > 200, more: line.quantity > 9}\n") == [
        "`a` flags everything that `b` flags"
    ]
    assert said(tmp_path, a=wide, b="flag: {dearest: line.amount > 200, few: line.quantity < 1}\n") == []


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param("flag: line.quantity > 3\n", "flag: line.amount > 3\n", id="another field"),
        pytest.param("of: claim\nflag: TRUE\n", "flag: TRUE\n", id="another kind"),
        pytest.param(
            "flag: line.quantity > 3\nunless: {x: line.amount > 3}\n", "flag: line.quantity > 9\n", id="an exception"
        ),
        pytest.param(
            "flag: line.quantity > 3\neffective: {from: 2025-01-01}\n", "flag: line.quantity > 9\n", id="another begin"
        ),
        pytest.param("rows: line.quantity > 0\nflag: TRUE\n", "flag: line.amount > 3\n", id="rows that may be unknown"),
        pytest.param(
            "match: {x: {table: limit, key: {code: line.item_code}}}\nflag: line.quantity > x.most\n",
            "match: {x: {table: other, key: {code: line.item_code}}}\nflag: line.quantity > x.most\n",
            id="another table",
        ),
        pytest.param(
            "match: {x: {table: limit, key: {code: line.item_code}}}\nflag: line.quantity > 3\n",
            "flag: line.quantity > 3 AND line.amount > 1\n",
            id="a table without which nothing is said",
        ),
        pytest.param(
            "params: {n: 3}\nflag: line.quantity > param.n\n",
            "params: {n: 4}\nflag: line.quantity > param.n\n",
            id="another default",
        ),
        pytest.param(
            "per: [claim]\nrows: line.amount > 0\nflag: sum(line.quantity) < 3\n",
            "per: [claim]\nrows: line.amount > 9\nflag: sum(line.quantity) < 3\n",
            id="sums of other rows",
        ),
        pytest.param(
            "per: [claim]\nflag: sum(line.quantity) < 3\n",
            "per: [person]\nflag: sum(line.quantity) < 3\n",
            id="other subjects",
        ),
        pytest.param(
            "others: {x: {of: line, same: [claim]}}\nflag: count(x) > 3\n",
            "others: {x: {of: line, same: [person]}}\nflag: count(x) > 3\n",
            id="others of another kind",
        ),
    ],
)
def test_rules_that_say_different_things(tmp_path: Path, a: str, b: str):
    assert said(tmp_path, a=a, b=b) == []


def test_the_same_others_and_subjects(tmp_path: Path):
    text = "others: {{{0}: {{of: line, same: [claim], where: {0}.quantity > 3}}}}\nflag: count({0}) > 3\n"
    assert said(tmp_path, a=text.format("x"), b=text.format("y")) == ["`a` flags everything that `b` flags"]
    text = "per: [claim, {0}: line.item_code]\nflag: sum(line.quantity) > {1}\n"
    assert said(tmp_path, a=text.format("x", 3), b=text.format("y", 9)) == ["`a` flags everything that `b` flags"]


def test_a_draft_masks_no_rule_that_runs(tmp_path: Path):
    folder_of(tmp_path, {"a": "flag: line.quantity > 3\n", "b": "flag: line.quantity > 9\n"})
    running = tmp_path / "b.yaml"
    running.write_text(running.read_text(encoding="utf-8").replace("draft", "active"), encoding="utf-8")
    assert lint_rules(claimrules.load(tmp_path)) == []
