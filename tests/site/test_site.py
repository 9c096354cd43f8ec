"""The built documentation: what it has, and what its own search finds. `make site-test` builds it and runs this."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import claimrules
from claimrules.diagnostics.meanings import MEANINGS

ROOT = Path(__file__).parents[2]
SITE = ROOT / "site"
NODE = shutil.which("node")

BUILT = (SITE / "search.json").exists()

pytestmark = [pytest.mark.site, pytest.mark.skipif(not BUILT, reason="`make docs` builds the site")]


@pytest.fixture(scope="module")
def index() -> dict[str, object]:
    return dict(json.loads((SITE / "search.json").read_text(encoding="utf-8")))


def found(*words: str) -> dict[str, list[str]]:
    """The pages that the site's search gives for each word, in its order."""
    done = subprocess.run(
        [str(NODE), str(Path(__file__).parent / "search.mjs"), str(SITE), *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return dict(json.loads(done.stdout))


def test_there_is_a_page_for_each_rule_and_each_code() -> None:
    pages = {path.parent.relative_to(SITE).as_posix() for path in SITE.rglob("index.html")}
    assert {f"rules/{name}" for name in claimrules.load(ROOT / "rules").rules} <= pages
    assert {f"codes/{name}" for name in MEANINGS} <= pages
    assert {"language", "rules", "rules/national", "decisions", "CONTRIBUTING"} <= pages


def test_the_index_parts_chinese_into_words(index: dict[str, dict[str, object]]) -> None:
    assert index["config"]["lang"] == ["zh"]


@pytest.mark.skipif(NODE is None, reason="the site's search runs in node here")
def test_chinese_words_are_found() -> None:
    pages = found("分解住院", "重复收费", "药品相互作用", "住院", "限性别")
    assert pages["分解住院"][0] == "rules/ipt_split_stay/"
    assert pages["重复收费"][0] == "rules/svc_duplicate/"
    assert pages["药品相互作用"][0] == "rules/drug_interaction/"
    assert "rules/ipt_split_stay/" in pages["住院"], "a word within a longer one"
    assert "rules/drug_sex/" in pages["限性别"]


@pytest.mark.skipif(NODE is None, reason="the site's search runs in node here")
def test_ids_codes_and_english_words_are_found() -> None:
    pages = found("ipt_split_stay", "CR214", "hospitalisation", "吧嗒吧嗒")
    assert "rules/ipt_split_stay/" in pages["ipt_split_stay"], "an id is parted at its `_` as well"
    assert pages["CR214"][0] == "codes/CR214/"
    assert "rules/ipt_split_stay/" in pages["hospitalisation"]
    assert pages["吧嗒吧嗒"] == []


def test_nothing_is_fetched_from_elsewhere() -> None:
    page = (SITE / "rules" / "ipt_split_stay" / "index.html").read_text(encoding="utf-8")
    assert 'src="http' not in page
    assert 'rel="stylesheet" href="http' not in page
    assert "fonts.g" not in page


def test_a_link_that_leads_nowhere_fails_the_build(tmp_path: Path) -> None:
    def build(text: str) -> int:
        (tmp_path / "docs" / "index.md").write_text(text, encoding="utf-8")
        command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False).returncode

    (tmp_path / "docs").mkdir()
    (tmp_path / "zensical.toml").write_text('[project]\nsite_name = "one page"\n', encoding="utf-8")
    assert build("# One\n\n[itself](index.md)\n") == 0
    assert build("# One\n\n[nowhere](nowhere.md)\n") != 0
