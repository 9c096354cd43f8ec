"""docs/check.md says what the linter does."""

import re
from pathlib import Path

import pytest

from claimrules.cli import run
from claimrules.cli.formats import OutputFormat
from claimrules.diagnostics.meanings import MEANINGS
from claimrules.language.frame import RuleFrame
from claimrules.lint import OF_JUDGEMENT

PAGE = (Path(__file__).parents[2] / "docs" / "check.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_the_forms_of_output():
    assert re.findall(r"^\| `(\w+)` \|", section("What is printed"), re.MULTILINE) == list(OutputFormat)


def test_the_errors_of_judgement():
    said = re.search(r"and the errors (.*), which are judgements", section("Allowing a finding"))
    assert said is not None
    assert set(re.findall(r"CR\d{3}", said[1])) == OF_JUDGEMENT


def test_the_order_of_keys():
    said = section("Canonical form").split("in this order:")[1].split(";")[0]
    keys = [field.alias or name for name, field in RuleFrame.model_fields.items()]
    assert re.findall(r"`(\w+)`", said) == keys


def test_every_code_on_the_page_is_one():
    assert set(re.findall(r"CR\d{3}", PAGE)) <= set(MEANINGS)


def test_every_option_on_the_page_is_one(capsys: pytest.CaptureFixture[str]):
    said = ""
    for command in (["check"], ["fmt"], ["knowledge", "lint"]):
        assert run([*command, "--help"]) == 0
        said += capsys.readouterr().out
    assert {option for option in re.findall(r"--[a-z-]+\w", PAGE) if option not in said} == set()
