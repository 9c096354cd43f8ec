"""`check` in every form of output, and by code."""

import json
from pathlib import Path

import pytest

from claimrules.cli import run

WRONG = """\
id: wrong
title: {zh: 一, en: one}
category: policy
verdict: violation
message: {zh: 一, en: one}
flag: line.qty > 3
"""


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one rule that has one mistake; commands run where the folder lies."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return folder


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = run(["check", "rules", *arguments])
    return code, capsys.readouterr().out


@pytest.mark.usefixtures("rules")
def test_github_prints_one_command_and_nothing_else(capsys: pytest.CaptureFixture[str]):
    code, out = said(capsys, "--output-format", "github")
    assert code == 1
    assert out.startswith("::error file=rules/wrong.yaml,line=6,col=7,endColumn=15,title=CR214::unknown field `line.qty`%0A")
    assert out.count("\n") == 1


@pytest.mark.usefixtures("rules")
def test_sarif_is_one_document(capsys: pytest.CaptureFixture[str]):
    code, out = said(capsys, "--output-format", "sarif")
    assert code == 1
    [result] = json.loads(out)["runs"][0]["results"]
    assert result["ruleId"] == "CR214"


@pytest.mark.usefixtures("rules")
def test_json_is_what_the_short_option_prints(capsys: pytest.CaptureFixture[str]):
    assert said(capsys, "--output-format", "json") == said(capsys, "--json")


def test_the_exit_code_does_not_depend_on_the_form(rules: Path, capsys: pytest.CaptureFixture[str]):
    (rules / "wrong.yaml").write_text(WRONG.replace("qty", "quantity") + "status: draft\n", encoding="utf-8")
    for form in ("text", "json", "github", "sarif"):
        code, out = said(capsys, "--output-format", form, "--ignore", "CR621")
        assert code == 0
        assert "CR221" not in out  # a draft needs no ground


@pytest.mark.usefixtures("rules")
def test_codes_are_selected_and_ignored_by_how_they_begin(capsys: pytest.CaptureFixture[str]):
    assert said(capsys, "--ignore", "CR214")[0] == 0
    assert said(capsys, "--ignore", "cr2")[0] == 0
    assert said(capsys, "--select", "CR6")[0] == 0
    assert said(capsys, "--select", "CR6,CR214")[0] == 1


@pytest.mark.usefixtures("rules")
def test_an_unknown_code_is_misuse(capsys: pytest.CaptureFixture[str]):
    assert run(["check", "rules", "--ignore", "CR998"]) == 2
    assert "there is no diagnostic `CR998`" in capsys.readouterr().err
