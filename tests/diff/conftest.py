"""Two versions of a rule base on disk."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import claimrules


@pytest.fixture
def packs(tmp_path: Path) -> Callable[..., tuple[claimrules.RulePack, claimrules.RulePack]]:
    """Writes two versions of a base, files by their paths, and loads both."""

    def write(old: Mapping[str, str], new: Mapping[str, str], **options: Any) -> Any:
        for side, files in (("old", old), ("new", new)):
            for name, text in files.items():
                path = tmp_path / side / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        return claimrules.load(tmp_path / "old", **options), claimrules.load(tmp_path / "new", **options)

    return write
