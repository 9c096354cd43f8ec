"""The frames that are written for editors have the keys that the readers know, no more and no fewer."""

import pytest

from claimrules.batch import mapping_columns, mapping_yaml
from claimrules.cases import expectation, found_before
from claimrules.knowledge import exemptions, from_yaml, parameters
from claimrules.schema import FILES, schema_of
from claimrules.schema.from_model import Schema

TABLE, MAPPING = schema_of("table")["properties"], schema_of("mapping")
CASE = schema_of("rule")["properties"]["examples"]["items"]["properties"]
CLAIMS = MAPPING["properties"]["tables"]["properties"]["claims"]["properties"]


@pytest.mark.parametrize(
    ("ours", "readers"),
    [
        (TABLE, from_yaml._KEYS),
        (schema_of("parameters")["additionalProperties"]["items"]["properties"], parameters._KEYS),
        (schema_of("exemptions")["items"]["properties"], exemptions._KEYS),
        (MAPPING["properties"], mapping_yaml._TOP),
        (CLAIMS, mapping_yaml._TABLE),
        (MAPPING["definitions"]["column"]["properties"], mapping_columns._COLUMN),
        (CASE["expect"]["properties"], expectation._KEYS),
        (CASE["findings"]["items"]["properties"], found_before.KEYS),
    ],
    ids=["table", "parameters", "exemptions", "mapping", "table of a mapping", "column", "expect", "findings"],
)
def test_the_keys_are_those_of_the_reader(ours: Schema, readers: tuple[str, ...]) -> None:
    assert set(ours) == set(readers)


def test_a_condition_of_a_mapping_takes_the_words_of_its_reader() -> None:
    assert set(CLAIMS["where"]["additionalProperties"]["properties"]) == {"in", "not", "filled"}


def keys(node: object, path: str = "") -> list[tuple[str, Schema]]:
    """Every key that an editor completes, with its schema."""
    out: list[tuple[str, Schema]] = []
    for name, member in node.items() if isinstance(node, dict) else ():
        if name == "properties":
            out += [(f"{path}.{key}", value) for key, value in member.items()]
            out += [found for key, value in member.items() for found in keys(value, f"{path}.{key}")]
        elif name not in ("enum", "examples"):
            out += keys(member, path)
    return out


@pytest.mark.parametrize("name", FILES)
def test_every_key_says_something_in_both_languages(name: str) -> None:
    found = keys(schema_of(name))
    assert found
    chinese = {path for path, key in found if any("一" <= sign <= "鿿" for sign in key.get("title", ""))}
    english = {path for path, key in found if key.get("description", "").endswith((".", "…"))}
    assert sorted({path for path, _ in found} - chinese) == []
    assert sorted({path for path, _ in found} - english) == []


def test_the_walk_over_the_keys_finds_them_at_every_depth() -> None:
    paths = {path for path, _ in keys(schema_of("rule"))}
    assert {".id", ".others.match.table", ".examples.lines.item_code", ".params.default"} <= paths
