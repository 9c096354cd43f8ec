"""Folders of knowledge tables, and their errors as text."""

import textwrap
from pathlib import Path

import pytest
from knowledge_folder import LIMIT_YAML

from claimrules.knowledge import KnowledgeSet


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
