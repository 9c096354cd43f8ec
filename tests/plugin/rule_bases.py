"""Rule files that are written for pytest to be run on, by pytest inside pytest."""

from pathlib import Path

import pytest

import claimrules.cases  # noqa: F401 - pytester forgets what a run imports, and numpy is imported once a process

RULE = """\
id: {id}
title: {{zh: 限性别用药, en: Drug for one sex}}
category: medical
verdict: violation
status: active
basis: [{{source: law}}]
of: line
match:
  limit: {{table: for_one_sex, key: {{code: line.item_code}}}}
flag: claim.sex <> limit.sex
amount: full_line
message: {{zh: "{{line.item_code}}", en: "{{line.item_code}}"}}
examples:
  - name: a man gets a drug for women
    given: visit
    lines: {{l1: {{item_code: F1, amount: 86.40}}}}
    knowledge: {{for_one_sex: [{{code: F1, sex: female}}]}}
    expect: {{flagged: [l1], amount: "{amount}"}}
  - name: a woman gets a drug for women
    given: visit
    lines: {{l1: {{item_code: F1}}}}
    change: {{claim.sex: female}}
    knowledge: {{for_one_sex: [{{code: F1, sex: female}}]}}
    expect: clean
"""


def add(root: Path, name: str, amount: str) -> Path:
    file = root / "medical" / f"{name}.yaml"
    file.write_text(RULE.format(id=name, amount=amount), encoding="utf-8")
    return file


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", "rules", *arguments)
