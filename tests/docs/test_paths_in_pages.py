"""Files that the pages and the messages name are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))]
SOURCES = sorted(ROOT.glob("src/**/*.py"))
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
DOC = re.compile(r"(?<![\w/])docs/[\w./-]*\w")
RULE = re.compile(r"(?<![\w/])rules/[\w/-]+\.yaml\b")
NOT_OURS = {"rules/bases/NAME.yaml", "rules/columns.yaml", "rules/exemptions.yaml", "rules/parameters.yaml"}
"""What a rule base may have, and ours has not."""
WRITTEN = re.compile(r'^```\w+ title="([^"]+)"$', re.MULTILINE)
"""A file that a page has its reader write."""


def named(path: Path) -> set[str]:
    """The paths from the root that a file names."""
    text = path.read_text(encoding="utf-8")
    return {*DOC.findall(text), *RULE.findall(text)} - NOT_OURS - {*WRITTEN.findall(text)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_on_a_page_is_there(page: Path) -> None:
    assert [name for name in sorted(named(page)) if not (ROOT / name).exists()] == []


def test_every_path_in_the_sources_is_there() -> None:
    found = {name for path in SOURCES for name in named(path)}
    assert {name for name in found if name.startswith("docs/")} >= {"docs/language.md", "docs/cases.md"}
    assert [name for name in sorted(found) if not (ROOT / name).exists()] == []


def test_the_readme_leads_to_every_page() -> None:
    links = LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert [page.name for page in PAGES[2:] if f"docs/{page.name}" not in links] == []


def test_a_rule_is_found_by_its_path() -> None:
    """The pattern sees what it is there for."""
    assert RULE.findall("like `rules/medical/drug_sex.yaml`;") == ["rules/medical/drug_sex.yaml"]
    assert "rules/medical/drug_sex.yaml" in named(ROOT / "CONTRIBUTING.md")
