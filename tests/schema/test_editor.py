"""An editor completes and explains the keys of a rule, and underlines what is none: asked of the server that editors ask."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from language_server import NODE, PROGRAM, LanguageServer, Position

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "editors.md"

pytestmark = pytest.mark.skipif(NODE is None or not PROGRAM.exists(), reason="`make editor` installs the language server")


def settings_of_the_page() -> dict[str, object]:
    """The settings that docs/editors.md tells an author to take over, as the server gets them."""
    [block] = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    schemas = json.loads(block)["yaml.schemas"]
    return {"hover": True, "completion": True, "validate": True, "schemas": schemas, "schemaStore": {"enable": False}}


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    with LanguageServer(settings_of_the_page(), ROOT) as running:
        yield running


def at(text: str, mark: str, after: int = 0) -> Position:
    """The position of `mark` in a text, some characters on."""
    before = text[: text.index(mark) + after]
    return {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}


def opened(server: LanguageServer, path: str, text: str | None = None) -> tuple[str, str]:
    """A document at a path of the repository: as it stands there, or with another text."""
    said = (ROOT / path).read_text(encoding="utf-8") if text is None else text
    uri = (ROOT / path).as_uri()
    server.open(uri, said)
    return uri, said


@pytest.mark.parametrize(
    ("mark", "title", "words"),
    [
        ("severity:", "严重程度", "What is at stake"),
        ("national_number:", "国家规则序号", "national rule list"),
        ("others:", "其他行", "Rows that are not this one"),
        ("take: previous", "取行", "the nearest before or after"),
        ("amount: whole", "金额", "How much of each violating row"),
        ("given: two_stays", "基础场景", "The base that the case starts from"),
        ("discharged_at: 2025-07-09", "出院", "Timestamp"),
        ("missing: discharge_way", "缺失", "The column or reason"),
    ],
)
def test_a_key_of_a_rule_is_explained_in_both_languages(server: LanguageServer, mark: str, title: str, words: str) -> None:
    uri, text = opened(server, "rules/management/ipt_split_stay.yaml")
    said = server.hover(uri, at(text, mark, after=1))
    assert title in said
    assert words in said


def test_the_keys_of_a_rule_are_completed(server: LanguageServer) -> None:
    uri, _ = opened(server, "rules/policy/new_rule.yaml", "id: new_rule\n\n")
    offered = server.completion(uri, {"line": 1, "character": 0})
    assert {"title", "category", "verdict", "basis", "match", "others", "flag", "unless", "examples"} <= offered.keys()
    assert "id" not in offered
    assert "zh: " in offered["title"]["insertText"]
    assert "en: " in offered["title"]["insertText"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("category: ", {"policy", "management", "medical", "indicator"}),
        ("status: ", {"draft", "shadow", "active", "retired"}),
        ("of: ", {"line", "claim", "encounter", "day", "diagnosis", "operation", "raw_line"}),
        ("amount: ", {"full_line", "whole_encounter", "excess_money(…)", "none"}),
        ("others:\n  before:\n    take: ", {"previous", "next", "first", "last"}),
        ("examples:\n  - given: ", {"visit", "stay", "two_stays"}),
        ("examples:\n  - claims:\n      c:\n        sex: ", {"male", "female"}),
    ],
)
def test_the_values_of_a_closed_list_are_completed(server: LanguageServer, text: str, values: set[str]) -> None:
    name = re.sub(r"\W+", "_", text).strip("_")
    uri, said = opened(server, f"rules/policy/{name}.yaml", text)
    position = {"line": said.count("\n"), "character": len(said.rpartition("\n")[2])}
    assert values <= server.completion(uri, position).keys()


def test_the_fields_of_a_line_are_completed_in_a_case(server: LanguageServer) -> None:
    text = "id: a\nexamples:\n  - name: 一\n    lines:\n      l1:\n        \n"
    uri, _ = opened(server, "rules/policy/fields.yaml", text)
    assert {"item_code", "quantity", "charged_at"} <= server.completion(uri, {"line": 5, "character": 8}).keys()


def test_rules_of_ours_have_nothing_underlined(server: LanguageServer) -> None:
    for path in ("rules/management/ipt_split_stay.yaml", "rules/medical/drug_sex.yaml", "rules/knowledge/drug_sex.yaml"):
        uri, _ = opened(server, path)
        assert server.problems(uri) == []


def test_a_misspelt_key_and_value_are_underlined(server: LanguageServer) -> None:
    text = (ROOT / "rules/medical/drug_sex.yaml").read_text(encoding="utf-8")
    spoilt = text.replace("\nverdict:", "\nverdikt:").replace("\ncategory: medical", "\ncategory: medicine")
    uri, _ = opened(server, "rules/medical/spoilt.yaml", spoilt)
    said = " ".join(server.problems(uri))
    assert "verdikt" in said
    assert '"medical"' in said


def test_a_table_is_explained_by_the_schema_of_tables(server: LanguageServer) -> None:
    uri, text = opened(server, "rules/knowledge/drug_sex.yaml")
    assert "无条目时" in server.hover(uri, at(text, "absence:", after=1))


def test_a_rule_that_names_its_schema_needs_no_settings(tmp_path: Path) -> None:
    """The line that `claimrules new` writes."""
    text = f"# yaml-language-server: $schema={(ROOT / 'schema' / 'rule.json').as_uri()}\nseverity: low\n"
    settings = {"hover": True, "schemaStore": {"enable": False}}
    with LanguageServer(settings, tmp_path) as alone:
        uri = (tmp_path / "rule.yaml").as_uri()
        alone.open(uri, text)
        assert "严重程度" in alone.hover(uri, at(text, "severity", after=1))
