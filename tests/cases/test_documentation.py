"""docs/cases.md says what the code does."""

import re
from pathlib import Path

import pytest

from claimrules.cases.bases import base_names
from claimrules.cases.from_examples import CASE_KEYS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "cases.md").read_text(encoding="utf-8")


def test_every_code_of_the_room_is_explained_and_no_other():
    folders = (ROOT / "src" / "claimrules" / room for room in ("cases", "mutants"))
    sources = (path.read_text(encoding="utf-8") for folder in folders for path in folder.glob("*.py"))
    raised = {code for text in sources for code in re.findall(r'"(CR6\d\d)"', text)}
    assert set(re.findall(r"CR6\d\d", PAGE)) == raised


@pytest.mark.parametrize("name", base_names(ROOT / "rules"))
def test_every_base_is_described(name: str):
    assert f"| `{name}` |" in PAGE


@pytest.mark.parametrize("key", CASE_KEYS)
def test_every_key_of_a_case_is_described(key: str):
    assert f"`{key}`" in PAGE.split("## Bases")[0]
