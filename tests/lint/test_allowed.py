"""`# allow CODE: REASON`: what it takes out, and what is said of it."""

from pathlib import Path

import pytest

from claimrules.cli import run
from claimrules.diagnostics import Diagnostic, Level, Place
from claimrules.lint import sift

RULE = """\
id: a_rule
title: {zh: 一, en: one}
category: policy
verdict: violation
basis: []
message: {zh: 一, en: one}
flag: >-
  line.quantity > 3
"""
WARNING = Level.WARNING


def sifted(tmp_path: Path, text: str, *found: tuple[str, int, Level]) -> tuple[list[str], dict[str, str]]:
    """The codes that are left, and those that are allowed with their reasons."""
    file = tmp_path / "a_rule.yaml"
    file.write_text(text, encoding="utf-8")
    result = sift([Diagnostic(code, "m", Place(str(file), line, 1), level=level) for code, line, level in found], [file])
    return [one.code for one in result.found], {one.code: reason for one, reason in result.allowed.items()}


def test_a_comment_on_the_line_above_or_at_its_end(tmp_path: Path):
    above = RULE.replace("basis:", "# allow CR221: for training only\nbasis:")
    assert sifted(tmp_path, above, ("CR221", 6, WARNING)) == ([], {"CR221": "for training only"})
    beside = RULE.replace("basis: []", "basis: []  # allow CR221: for training only")
    assert sifted(tmp_path, beside, ("CR221", 5, WARNING)) == ([], {"CR221": "for training only"})


def test_a_comment_covers_the_whole_value_of_its_key_and_no_more(tmp_path: Path):
    text = RULE.replace("flag:", "# allow CR344: the table is about to change\nflag:")
    assert sifted(tmp_path, text, ("CR344", 9, WARNING))[0] == []
    assert sifted(tmp_path, text, ("CR344", 7, WARNING))[0] == ["CR344", "CR242"]


def test_before_the_id_it_speaks_of_the_rule(tmp_path: Path):
    text = "# allow CR622, CR623: it is retired next month\n" + RULE
    assert sifted(tmp_path, text, ("CR622", 2, Level.ERROR), ("CR623", 2, Level.ERROR))[0] == []


def test_a_hash_in_a_value_allows_nothing(tmp_path: Path):
    text = RULE.replace("  line", "  # allow CR221: in the condition\n  line")
    assert sifted(tmp_path, text, ("CR221", 7, WARNING))[0] == ["CR221"]


@pytest.mark.parametrize("comment", ["allow CR221", "allow CR221:", "allow CR221:  ", "Allow CR221 it is right"])
def test_without_a_reason_it_allows_nothing_and_is_an_error(tmp_path: Path, comment: str):
    assert sifted(tmp_path, f"# {comment}\n{RULE}", ("CR221", 2, WARNING)) == (["CR221", "CR241"], {})


def test_what_allows_nothing_is_a_warning(tmp_path: Path):
    assert sifted(tmp_path, "# allow CR221: once it had none\n" + RULE) == (["CR242"], {})


def test_an_error_of_a_rule_that_cannot_run_is_not_allowed(tmp_path: Path):
    text = RULE.replace("flag:", "# allow CR214: it will be there soon\nflag:")
    assert sifted(tmp_path, text, ("CR214", 9, Level.ERROR)) == (["CR214", "CR243"], {})


def test_a_code_that_there_is_not(tmp_path: Path):
    assert sifted(tmp_path, "# allow CR998: why not\n" + RULE) == (["CR243"], {})


def test_other_comments_are_none_of_this(tmp_path: Path):
    text = "# allow for a margin: see CR221\n# CR221 is allowed: no\n" + RULE
    assert sifted(tmp_path, text, ("CR221", 3, WARNING))[0] == ["CR221"]


def test_check_counts_what_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    reasons = "# allow CR621: a rule to try things out\n# allow CR221: the same\n"
    (tmp_path / "a_rule.yaml").write_text(reasons + RULE, encoding="utf-8")
    assert run(["check", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "0 errors, 0 warnings in 1 rule\n"


def test_check_says_nothing_of_idle_comments_where_rules_do_not_load(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    text = "# allow CR221: why\n" + RULE.replace("quantity", "qty")
    (tmp_path / "a_rule.yaml").write_text(text, encoding="utf-8")
    assert run(["check", str(tmp_path)]) == 1
    assert capsys.readouterr().out.endswith("1 error, 0 warnings in 1 rule\n")


def test_a_comment_in_a_declaration_speaks_of_all_rows_of_its_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "catalogue.yaml").write_text("columns: {code: text}\nkey: [code]\n", encoding="utf-8")
    (tmp_path / "catalogue.csv").write_text("code\nA1\n", encoding="utf-8")
    limit = "columns: {code: text, most: integer}\n# allow CR340: the catalogue has no herbs\nkey: [code]\n"
    (tmp_path / "limit.yaml").write_text(limit, encoding="utf-8")
    (tmp_path / "limit.csv").write_text("code,most\nB1,1\nB2,2\n", encoding="utf-8")
    assert run(["knowledge", "lint", str(tmp_path), "--strict"]) == 0
    assert capsys.readouterr().out == "0 errors, 0 warnings\n"
    (tmp_path / "limit.csv").write_text("code,most\nA1,1\n", encoding="utf-8")
    assert run(["knowledge", "lint", str(tmp_path), "--strict"]) == 1
    assert "CR242" in capsys.readouterr().out
