"""`check --fix`: each fix that there is, what it leaves alone, and files that are not made worse."""

from dataclasses import replace
from pathlib import Path

import pytest

from claimrules.cli import run
from claimrules.diagnostics import Diagnostic, Place, certain
from claimrules.diagnostics.sarif import as_sarif
from claimrules.lint import fix_files

RULE = """\
id: a_rule
title: {zh: 一, en: one}
category: policy
verdict: violation
status: draft
message: {zh: 一, en: one}
params: {tolerance: 1}
let:
  over: line.quantity - param.tolerance
flag: over > 3 AND coalesce(claim.sex, 'male') = 'male'
"""


def fixed(tmp_path: Path, old: str, new: str) -> str:
    """RULE with `old` spoilt to `new`, after `check --fix`."""
    assert old in RULE
    path = tmp_path / "a_rule.yaml"
    path.write_text(RULE.replace(old, new), encoding="utf-8")
    run(["check", str(tmp_path), "--fix"])
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("category", "categroy", id="a key"),
        pytest.param("verdict: violation", "verdict: violaton", id="a word of a key"),
        pytest.param("line.quantity", "line.quantitiy", id="a field"),
        pytest.param("line.quantity", "lien.quantity", id="a kind"),
        pytest.param("param.tolerance", "param.tolerence", id="a parameter"),
        pytest.param("over > 3", "ovre > 3", id="a name of let"),
        pytest.param("coalesce(", "coalese(", id="a function"),
        pytest.param("over > 3", "over == 3", id="two signs of equality"),
        pytest.param("> 3", "＞ 3", id="a full-width sign"),
        pytest.param("> 3", "> ３", id="a full-width digit"),
        pytest.param("coalesce(claim.sex", "coalesce（claim.sex", id="a full-width parenthesis"),
    ],
)
def test_a_slip_is_mended(tmp_path: Path, old: str, new: str):
    assert fixed(tmp_path, old, new) == RULE.replace("over > 3", "over = 3" if "==" in new else "over > 3")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("line.quantity", "line.qty", id="too far away"),
        pytest.param("line.quantity", "claim.quantity", id="a field of another kind"),
        pytest.param("'male'", "'mael'", id="a value is the writer's business"),
        pytest.param("'male') =", "‘male’) =", id="quotes"),
    ],
)
def test_what_is_not_beyond_doubt_is_left(tmp_path: Path, old: str, new: str):
    assert fixed(tmp_path, old, new) == RULE.replace(old, new)


def test_one_mistake_behind_another_is_found_in_the_next_round(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "a_rule.yaml"
    spoilt = RULE.replace("category", "catgory").replace("line.quantity", "line.quantitty").replace("> 3", "＞ 3")
    path.write_text(spoilt, encoding="utf-8")
    assert run(["check", str(tmp_path), "--fix", "--ignore", "CR6"]) == 0
    assert path.read_text(encoding="utf-8") == RULE
    printed = capsys.readouterr()
    assert printed.err == f"fixed 3 mistakes in {path}\n"
    assert printed.out == "0 errors, 0 warnings in 1 rule\n"


def test_several_fixes_of_one_line(tmp_path: Path):
    assert fixed(tmp_path, "line.quantity - param.tolerance", "line.quantiyt - param.tolerane") == RULE


def test_a_key_that_is_there_already_is_not_doubled(tmp_path: Path):
    path = tmp_path / "a_rule.yaml"
    spoilt = RULE + "mesage: {zh: 二, en: two}\n"
    path.write_text(spoilt, encoding="utf-8")
    assert run(["check", str(tmp_path), "--fix"]) == 1
    assert path.read_text(encoding="utf-8") == spoilt


@pytest.mark.parametrize("then", [Diagnostic("CR214", "m"), Diagnostic("CR202", "no YAML")])
def test_a_fix_that_does_not_help_or_makes_it_worse_is_taken_back(tmp_path: Path, then: Diagnostic):
    path = tmp_path / "a.yaml"
    path.write_text("abc\n", encoding="utf-8")

    def errors() -> list[Diagnostic]:
        place = Place(str(path), 1, 1, 3)
        if path.read_text(encoding="utf-8") == "abc\n":
            return [Diagnostic("CR214", "m", place, instead="abd")]
        return [replace(then, place=place)]

    done = fix_files([path], errors)
    assert (dict(done.fixes), done.taken_back) == ({}, {path})
    assert path.read_text(encoding="utf-8") == "abc\n"


def test_only_rule_files_are_written(tmp_path: Path):
    table = tmp_path / "t.csv"
    table.write_text("abc\n", encoding="utf-8")
    fix_files([tmp_path / "a.yaml"], lambda: [Diagnostic("CR310", "m", Place(str(table), 1, 1, 3), instead="x")])
    assert table.read_text(encoding="utf-8") == "abc\n"


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("quantiy", ["quantity", "amount"], "quantity"),  # one letter too few
        ("quantitiy", ["quantity", "amount"], "quantity"),  # one too many
        ("quanitty", ["quantity", "amount"], "quantity"),  # two swapped
        ("quanityt", ["quantity"], "quantity"),  # two swaps in a long name
        ("amout", ["quantity", "amount"], "amount"),
        ("amt", ["amount"], ""),  # too short to be sure
        ("max_day", ["max_days", "max_pay"], ""),  # two are near
        ("sexx", ["sex"], "sex"),
        ("level", [], ""),
    ],
)
def test_a_slip_of_the_pen(name: str, known: list[str], meant: str):
    assert certain(name, known) == meant


def test_sarif_has_the_fix():
    [result] = as_sarif([Diagnostic("CR214", "m", Place("a.yaml", 2, 5, 3), instead="abc")])["runs"][0]["results"]
    [fix] = result["fixes"]
    [replacement] = fix["artifactChanges"][0]["replacements"]
    assert replacement == {
        "deletedRegion": {"startLine": 2, "startColumn": 5, "endColumn": 8},
        "insertedContent": {"text": "abc"},
    }
