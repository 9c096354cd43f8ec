"""The navigation of the site: zensical.toml names every page that a person writes, and no page that is not there."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]
MADE = {"index.md", "CONTRIBUTING.md", "rules/index.md", "rules/national.md", "codes/index.md"}
"""Pages that `make docs` makes."""


def pages(entries: object) -> Iterator[str]:
    for entry in entries if isinstance(entries, list) else [entries]:
        if isinstance(entry, str):
            yield entry
        else:
            yield from (page for below in entry.values() for page in pages(below))


def test_the_navigation_names_every_page_once() -> None:
    named = list(pages(CONFIG["nav"]))
    written = {path.relative_to(ROOT / "docs").as_posix() for path in ROOT.glob("docs/**/*.md")}
    assert sorted(named) == sorted(written | MADE)


def test_the_search_is_for_chinese() -> None:
    """It parts texts into words by the theme's language."""
    assert CONFIG["theme"]["language"] == "zh"
