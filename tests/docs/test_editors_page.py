"""The settings on docs/editors.md name a schema for every file of ours that has one."""

import json
import re
from pathlib import Path

from claimrules.pack import rule_files

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "editors.md").read_text(encoding="utf-8")
[SETTINGS] = re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)
SCHEMAS: dict[str, list[str]] = json.loads(SETTINGS)["yaml.schemas"]


def schemas_of(path: Path) -> list[str]:
    """The schemas whose patterns fit a file of ours."""
    name = path.relative_to(ROOT)
    return [schema for schema, patterns in SCHEMAS.items() if any(name.match(pattern) for pattern in patterns)]


def test_every_schema_that_is_named_is_published() -> None:
    assert [schema for schema in SCHEMAS if not (ROOT / schema).is_file()] == []


def test_every_rule_has_the_schema_of_rules() -> None:
    assert {
        path.name: found for path in rule_files(ROOT / "rules") if (found := schemas_of(path)) != ["schema/rule.json"]
    } == {}


def test_every_other_file_has_its_own() -> None:
    tables = [*ROOT.glob("rules/knowledge/*.yaml")]
    assert {path.name: found for path in tables if (found := schemas_of(path)) != ["schema/table.json"]} == {}
    assert schemas_of(ROOT / "rules" / "sources.yaml") == ["schema/sources.json"]
    assert schemas_of(ROOT / "rules" / "parameters.yaml") == ["schema/parameters.json"]
    assert schemas_of(ROOT / "rules" / "exemptions.yaml") == ["schema/exemptions.json"]
