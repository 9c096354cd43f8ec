"""A base of two rules, to be locked and changed."""

from pathlib import Path

import pytest

RULE = """\
id: {name}
version: 1
title: {{zh: 规则, en: rule}}
category: management
verdict: violation
status: active
params: {{most: {{default: 3, unit: day, source: law}}}}
flag: {{too many: line.quantity > param.most, too dear: line.unit_price > 9.50}}
message: {{zh: 违规, en: violation}}
"""


class Base:
    """A rule base on disk."""

    def __init__(self, root: Path) -> None:
        self.root, self.lock = root, root / "rules.lock"
        root.mkdir()
        (root / "sources.yaml").write_text("law: {title: {zh: 法, en: law}}\n", encoding="utf-8")
        for name in ("first", "second"):
            self.write(name)

    def path(self, name: str) -> Path:
        return self.root / f"{name}.yaml"

    def write(self, name: str) -> None:
        self.path(name).write_text(RULE.format(name=name), encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        text = self.path(name).read_text(encoding="utf-8")
        assert old in text
        self.path(name).write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def base(tmp_path: Path) -> Base:
    return Base(tmp_path / "rules")
