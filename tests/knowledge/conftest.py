"""Folders of knowledge tables, and their errors as text."""

import textwrap
from pathlib import Path

import pytest

from claimrules.diagnostics import KnowledgeError, render_all
from claimrules.knowledge import KnowledgeSet

LIMIT_YAML = """\
title: {zh: 数量上限, en: quantity limits}
columns:
  code: text
  level: [3A, 2A]
  max_quantity: decimal(16,4)
  window: window
key: [code, level]
source: {title: made up}
invented: true
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder `k`, named without its path in messages."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "k").mkdir()
    return Path("k")


@pytest.fixture
def write(folder):
    """Write files, `name__ext=text`, into `k` or into another folder."""

    def _write(into: Path = folder, /, **files: str) -> None:
        into.mkdir(exist_ok=True)
        for name, text in files.items():
            stem, _, ext = name.rpartition("__")
            (into / f"{stem}.{ext}").write_text(textwrap.dedent(text), encoding="utf-8")

    return _write


@pytest.fixture
def limit(write, folder):
    """Read a table `limit` of these CSV lines."""

    def _limit(csv: str, yaml: str = LIMIT_YAML) -> KnowledgeSet:
        write(limit__yaml=yaml, limit__csv=csv)
        return KnowledgeSet.read([folder])

    return _limit


def refusal(action) -> str:
    """The printed errors of an action that must be refused."""
    with pytest.raises(KnowledgeError) as caught:
        action()
    return render_all(caught.value.diagnostics)
