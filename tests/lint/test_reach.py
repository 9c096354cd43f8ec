"""Rows of knowledge that no rule can ask for."""

import json
from pathlib import Path

import pytest
from lint_rules import folder_of, found

from claimrules.cli import run

EXACT = "columns: {code: text, kind: text, most: integer}\nkey: [code]\n"
PREFIX = "columns: {code: text, kind: text, most: integer}\nkey: {code: prefix}\n"
ASKS = "match: {limit: {table: limit, key: {code: line.item_code}}}\nflag: line.quantity > limit.most\n"
NEVER = "no rule that looks into `limit` can ask for its row of code="


def said(tmp_path: Path, declared: str, rows: str, **rules: str) -> list[str]:
    return [message for code, message in found(tmp_path, rules, limit=(declared, rows)) if code == "CR234"]


def test_a_code_that_the_rows_rule_out(tmp_path: Path):
    rule = "rules out\nrows: starts_with(line.item_code, 'A')\n".removeprefix("rules out\n") + ASKS
    assert said(tmp_path, EXACT, "code,kind,most\nA1,x,1\nB1,x,1\n", a=rule) == [f"{NEVER}B1"]


def test_a_prefix_is_asked_for_where_the_rows_let_longer_or_shorter_ones_through(tmp_path: Path):
    rule = "rows: starts_with(line.item_code, 'AB')\n" + ASKS
    assert said(tmp_path, PREFIX, "code,kind,most\nA,x,1\nABC,x,1\nAC,x,1\nB,x,1\n", a=rule) == [f"{NEVER}AC", f"{NEVER}B"]


def test_one_rule_that_asks_for_it_is_enough(tmp_path: Path):
    rules = {"a": "rows: line.item_code <> 'B1'\n" + ASKS, "b": "rows: line.item_code <> 'A1'\n" + ASKS}
    assert said(tmp_path, EXACT, "code,kind,most\nA1,x,1\nB1,x,1\n", **rules) == []


def test_a_key_that_fits_all(tmp_path: Path):
    rule = "rows: line.item_code <> 'B1'\n" + ASKS
    assert said(tmp_path, EXACT, "code,kind,most\n,x,1\n", a=rule) == []


def test_what_where_rules_out(tmp_path: Path):
    rule = ASKS.replace("}}}", "}, where: limit.kind = 'x'}}")
    assert said(tmp_path, EXACT, "code,kind,most\nA1,x,1\nB1,y,1\nC1,,1\n", a=rule) == [f"{NEVER}B1", f"{NEVER}C1"]
    rule = ASKS.replace("}}}", "}, where: 'coalesce(limit.most, 0) > 3'}}")
    assert said(tmp_path, EXACT, "code,kind,most\nA1,x,4\nB1,x,3\nC1,x,\n", a=rule) == [f"{NEVER}B1", f"{NEVER}C1"]


def test_a_row_that_ended_before_the_rule_began(tmp_path: Path):
    dated = EXACT + "gaps: allowed\n"
    rows = "code,kind,most,valid_from,valid_to\nA1,x,1,2020-01-01,2024-12-31\nA1,x,1,2025-01-01,\n"
    rule = "effective: {from: 2025-01-01}\n" + ASKS
    assert said(tmp_path, dated, rows, a=rule) == [f"{NEVER}A1, valid_to=2024-12-31"]
    assert said(tmp_path, dated, rows, a=rule.replace("}}}", "}, at: encounter.admitted_at}}")) == []
    assert said(tmp_path, dated, rows, a=rule.replace("2025-01-01", "2024-12-31")) == []


def test_a_pair_may_stand_either_way(tmp_path: Path):
    declared = "columns: {code: text, with: text}\nkey: [code, with]\nsymmetric: true\n"
    rule = (
        "rows: line.item_code = 'A'\nothers: {x: {of: line, same: [claim]}}\n"
        "match: {limit: {table: limit, key: {code: line.item_code, with: claim.invoice_no}}}\nflag: TRUE\n"
    )
    assert said(tmp_path, declared, "code,with\nB,A\n", a=rule) == []


def test_the_place_is_the_row_and_a_comment_in_the_declaration_allows_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    rows = "code,kind,most\nA1,x,1\nB1,x,1\n"
    rule = {"a": "rows: starts_with(line.item_code, 'A')\n" + ASKS}
    folder_of(tmp_path, rule, limit=(EXACT, rows))
    assert run(["check", str(tmp_path), "--select", "CR2", "--json"]) == 0
    [one] = json.loads(capsys.readouterr().out)
    assert (one["code"], one["file"], one["line"]) == ("CR234", str(tmp_path / "knowledge" / "limit.csv"), 3)
    folder_of(tmp_path, rule, limit=(f"# allow CR234: the next rule asks for it\n{EXACT}", rows))
    assert run(["check", str(tmp_path), "--select", "CR2"]) == 0
    assert capsys.readouterr().out == "0 errors, 0 warnings in 1 rule\n"
    assert run(["knowledge", "lint", str(tmp_path), "--strict"]) == 0


def test_of_a_part_of_the_rules_nothing_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    folder_of(tmp_path, {"a": "rows: starts_with(line.item_code, 'A')\n" + ASKS}, limit=(EXACT, "code,kind,most\nB1,x,1\n"))
    assert run(["check", str(tmp_path), "--select", "CR2"]) == 0
    assert "CR234" in capsys.readouterr().out
    comment = "# allow CR233: another rule has the same conditions\n"
    (tmp_path / "a.yaml").write_text(comment + (tmp_path / "a.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    assert run(["check", str(tmp_path / "a.yaml"), "--select", "CR2"]) == 0
    assert capsys.readouterr().out == "0 errors, 0 warnings in 1 rule\n"
