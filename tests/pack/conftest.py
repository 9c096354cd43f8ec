"""A small pack on disk."""

from collections.abc import Callable
from pathlib import Path

import pytest

Writer = Callable[[dict[str, str]], Path]


@pytest.fixture
def written(tmp_path: Path) -> Writer:
    """Writes files by path into a folder of rules, and gives the folder."""

    def write(files: dict[str, str]) -> Path:
        root = tmp_path / "rules"
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return root

    return write
