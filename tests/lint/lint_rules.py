"""Rules to be linted, made of a few lines."""

from collections.abc import Mapping
from pathlib import Path

import claimrules
from claimrules.lint import lint_rules

HEAD = """\
id: {id}
title: {{zh: 一, en: one}}
category: policy
verdict: violation
status: draft
message: {{zh: 一, en: one}}
"""


def folder_of(folder: Path, rules: Mapping[str, str], **tables: tuple[str, str]) -> Path:
    """Write rules by id, without what all have, and tables as `name=(yaml, csv)`."""
    for name, text in rules.items():
        (folder / f"{name}.yaml").write_text(HEAD.format(id=name) + text, encoding="utf-8")
    for name, (declared, rows) in tables.items():
        (folder / "knowledge").mkdir(exist_ok=True)
        (folder / "knowledge" / f"{name}.yaml").write_text(declared, encoding="utf-8")
        (folder / "knowledge" / f"{name}.csv").write_text(rows, encoding="utf-8")
    return folder


def found(folder: Path, rules: Mapping[str, str], **tables: tuple[str, str]) -> list[tuple[str, str]]:
    """What is said of the rules: codes and messages."""
    pack = claimrules.load(folder_of(folder, rules, **tables))
    return [(one.code, one.message) for one in lint_rules(pack)]
