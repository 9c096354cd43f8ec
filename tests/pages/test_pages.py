"""All pages of a rule base: what there is, and that every link leads somewhere."""

import posixpath
import re
from pathlib import Path

import pytest

import claimrules
from claimrules.cli.entry import run
from claimrules.diagnostics.meanings import MEANINGS
from claimrules.pages import pages_of

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def pack() -> claimrules.RulePack:
    return claimrules.load(ROOT / "rules")


@pytest.fixture(scope="module")
def pages(pack: claimrules.RulePack) -> dict[str, str]:
    return dict(pages_of(pack))


def test_there_is_a_page_for_each_rule_and_each_code(pack: claimrules.RulePack, pages: dict[str, str]) -> None:
    assert {f"rules/{name}.md" for name in pack.rules} | {"rules/index.md", "rules/national.md"} == {
        path for path in pages if path.startswith("rules/")
    }
    assert {f"codes/{name}.md" for name in MEANINGS} | {"codes/index.md"} == {
        path for path in pages if path.startswith("codes/")
    }


def test_every_link_leads_to_a_page(pages: dict[str, str]) -> None:
    links = [(path, link) for path, text in pages.items() for link in LINK.findall(text) if "://" not in link]
    assert len(links) > 200
    assert [(path, link) for path, link in links if posixpath.join(posixpath.dirname(path), link) not in pages] == []


def test_every_rule_has_every_part(pages: dict[str, str]) -> None:
    wanted = ["说明", "法律依据", "判断逻辑", "违规示例", "不违规示例", "已知不足"]
    short = {
        path: missing
        for path, text in pages.items()
        if re.fullmatch(r"rules/(?!index|national)\w+\.md", path)
        and (missing := [name for name in wanted if f"\n## {name} · " not in text])
    }
    assert short == {}


def test_every_row_of_a_table_has_the_cells_of_its_head(pages: dict[str, str]) -> None:
    for path, text in pages.items():
        for block in re.findall(r"(?:^\|.*\n)+", text, flags=re.MULTILINE):
            counts = {len(re.findall(r"(?<!\\)\|", re.sub(r"`[^`]*`", "", row))) for row in block.splitlines()}
            assert len(counts) == 1, (path, block)


def test_the_index_counts_what_there_is(pack: claimrules.RulePack, pages: dict[str, str]) -> None:
    rules = pack.rules
    assert f"| 规则 · rules | {len(rules)} |" in pages["rules/index.md"]
    numbered = {rule.national_number for rule in rules.values() if rule.national_number}
    assert f"| 国家规则（88 条）中已覆盖 · of the 88 national rules | {len(numbered)} |" in pages["rules/index.md"]
    assert all(f"({name}.md)" in pages["rules/index.md"] for name in rules)


def test_the_national_list_has_all_its_numbers(pages: dict[str, str]) -> None:
    rows = re.findall(r"^\| (\d+) \| (.*?) \|", pages["rules/national.md"], flags=re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 89))
    assert dict(rows)["49"].startswith("[分解住院](ipt_split_stay.md)")


def test_the_page_of_a_code_says_what_explain_says(pages: dict[str, str]) -> None:
    for name, meaning in MEANINGS.items():
        text = pages[f"codes/{name}.md"]
        assert text.startswith(f"# {name}: {meaning.title}\n")
        assert meaning.cause in text
        assert meaning.example in text
        assert meaning.remedy in text
        assert f"[{name}]({name}.md)" in pages["codes/index.md"]


def test_the_command_writes_them(base: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert run(["docs", str(base), "--out", str(out)]) == 0
    written = sorted(path.relative_to(out).as_posix() for path in out.rglob("*.md"))
    assert written == sorted(dict(pages_of(claimrules.load(base))))
    assert capsys.readouterr().out == f"{len(written)} pages on 2 rules in {out}\n"


def test_a_place_that_cannot_be_written_is_misuse(base: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["docs", str(base), "--out", str(base / "sources.yaml")]) == 2
    assert "--out" in capsys.readouterr().err
