"""Packs that explanations are asked about."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import claimrules
from claimrules import RulePack

sys.path.insert(0, str(Path(__file__).parent))
RULES = Path(__file__).parents[2] / "rules"


@pytest.fixture(scope="session")
def rule_base() -> RulePack:
    """The rules of the repository."""
    return claimrules.load(RULES)


HEAD = """\
id: some_rule
title: {zh: 规则, en: A rule}
category: management
verdict: violation
message: {zh: 违规, en: violation}
"""


@pytest.fixture
def pack_of(tmp_path: Path) -> Callable[..., RulePack]:
    """A pack of one rule, from what it asks."""

    def make(logic: str, *, exemptions: str = "") -> RulePack:
        (tmp_path / "some_rule.yaml").write_text(HEAD + logic, encoding="utf-8")
        if exemptions:
            (tmp_path / "exemptions.yaml").write_text(exemptions, encoding="utf-8")
        return claimrules.load(tmp_path)

    return make
