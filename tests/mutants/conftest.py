"""Small rules in files of their own, with one table."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

import pytest

import claimrules
from claimrules.pack import RulePack

FRAME = """\
id: small
title: {zh: 小, en: Small}
category: policy
verdict: violation
status: draft
message: {zh: "量 {line.quantity}", en: "quantity {line.quantity}"}
"""
LIMITS = "title: {zh: 限, en: limits}\ncolumns: {code: text, most: integer, level: text}\nkey: [code]\nabsence: no-limit\n"
ROWS = "code,most,level\nA,3,3A\n"

Load = Callable[..., RulePack]


@pytest.fixture
def rule_pack(tmp_path: Path) -> Load:
    """The pack of one rule, whose body and examples are given; the frame above stands before them."""

    def load(body: str, examples: str = "") -> RulePack:
        (tmp_path / "knowledge").mkdir(exist_ok=True)
        (tmp_path / "knowledge" / "limits.yaml").write_text(LIMITS, encoding="utf-8")
        (tmp_path / "knowledge" / "limits.csv").write_text(ROWS, encoding="utf-8")
        text = FRAME + dedent(body).strip("\n") + "\n"
        if examples:
            text += "examples:\n" + indent(dedent(examples).strip("\n"), "  ") + "\n"
        (tmp_path / "small.yaml").write_text(text, encoding="utf-8")
        return claimrules.load(tmp_path)

    return load
