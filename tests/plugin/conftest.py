"""A rule base of one rule."""

from pathlib import Path
from textwrap import dedent

import pytest
from rule_bases import add


@pytest.fixture
def rules(pytester: pytest.Pytester) -> Path:
    root = pytester.mkdir("rules")
    (root / "sources.yaml").write_text("law:\n  title: {zh: 法, en: Law}\n", encoding="utf-8")
    (root / "knowledge").mkdir()
    (root / "knowledge" / "for_one_sex.yaml").write_text(
        dedent("""\
            title: {zh: 限性别, en: for one sex}
            columns:
              code: text
              sex: [male, female]
            key: [code]
            source: {title: made up for this test, verified: false}
            invented: true
        """),
        encoding="utf-8",
    )
    (root / "knowledge" / "for_one_sex.csv").write_text("code,sex\nF1,female\n", encoding="utf-8")
    (root / "medical").mkdir()
    add(root, "one_sex", "86.40")
    return root
