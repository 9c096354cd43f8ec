"""The schemas take every file that the readers take, and refuse what is wrong by frame."""

from pathlib import Path
from typing import Any

import pytest
from editor_yaml import as_edited
from jsonschema import Draft7Validator, FormatChecker
from pydantic import ValidationError

from claimrules.cases.from_examples import CASE_KEYS
from claimrules.diagnostics import ClaimRulesError, read_yaml
from claimrules.language.frame import RuleFrame
from claimrules.language.from_yaml import plain
from claimrules.pack import rule_files
from claimrules.schema import FILES, schema_of

ROOT = Path(__file__).parents[2]
CHECK = {name: Draft7Validator(schema_of(name), format_checker=FormatChecker()) for name in FILES}
RULES = [
    *rule_files(ROOT / "rules"),
    *rule_files(ROOT / "tests" / "archetypes"),
    *sorted((ROOT / "src" / "claimrules" / "templates").glob("*.yaml")),
]
BAD = sorted((ROOT / "tests" / "language" / "bad").glob("*.yaml"))


def wrong(name: str, value: Any) -> list[str]:
    return [f"{'/'.join(map(str, error.path))}: {error.message[:120]}" for error in CHECK[name].iter_errors(value)]


@pytest.mark.parametrize("name", FILES)
def test_a_schema_is_one(name: str) -> None:
    Draft7Validator.check_schema(schema_of(name))


def test_every_rule_of_ours_is_taken() -> None:
    assert len(RULES) > 50
    assert {path.name: found for path in RULES if (found := wrong("rule", as_edited(path)))} == {}


def test_every_table_of_ours_is_taken() -> None:
    tables = [*ROOT.glob("rules/knowledge/*.yaml"), *ROOT.glob("src/claimrules/templates/knowledge/*.yaml")]
    tables += [*ROOT.glob("tests/archetypes/knowledge/*.yaml")]
    assert len(tables) > 50
    assert {path.name: found for path in tables if (found := wrong("table", as_edited(path)))} == {}


def test_every_mapping_of_ours_is_taken() -> None:
    mappings = [*ROOT.glob("src/claimrules/batch/mappings/*.yaml"), *ROOT.glob("tests/data/mappings/*.yaml")]
    assert len(mappings) >= 2
    assert {path.name: found for path in mappings if (found := wrong("mapping", as_edited(path)))} == {}


def test_our_sources_are_taken() -> None:
    assert wrong("sources", as_edited(ROOT / "rules" / "sources.yaml")) == []


def by_frame(path: Path) -> bool | None:
    """Whether the frame takes the file; None where it is no YAML of ours."""
    try:
        root = read_yaml(path)
    except ClaimRulesError:
        return None
    try:
        RuleFrame.model_validate(plain(root, skip="examples"))
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("path", [p for p in BAD if by_frame(p) is False], ids=lambda path: path.stem)
def test_what_is_wrong_by_frame_is_refused(path: Path) -> None:
    assert wrong("rule", as_edited(path))


NOT_BY_FRAME = {
    "neither_flag",  # of two keys one must be there: the schema says so as well
    "empty_expression",  # the reader's frame takes an empty key for one that is not there
}


@pytest.mark.parametrize("path", [p for p in BAD if by_frame(p)], ids=lambda path: path.stem)
def test_what_is_wrong_in_its_sql_is_left_to_check(path: Path) -> None:
    found = [error for error in wrong("rule", as_edited(path)) if not error.startswith("examples")]
    assert bool(found) == (path.stem in NOT_BY_FRAME), found


def test_there_are_bad_rules_of_both_sorts() -> None:
    assert sum(by_frame(path) is False for path in BAD) > 10
    assert sum(by_frame(path) is True for path in BAD) > 50


RULE = """
id: a_rule
title: {zh: 一, en: one}
category: policy
verdict: violation
flag: line.quantity > 3
message: {zh: 一, en: one}
"""


@pytest.mark.parametrize(
    "more",
    [
        "version: '2'",
        "flag_rows: 3",
        "params: {a: 15, b: {default: 0.05, unit: day}, c: true}",
        "unless: {a: claim.is_newborn, b: {when: TRUE, because: 因为}}",
        "per: [person, {span: period(limit.window)}]",
        "order: [line.charged_at, line.line_id DESC]",
        "others: {before: {same: [person], take: previous, match: {a: {table: t, key: {code: line.item_code}}}}}",
        "examples: [{name: 一, given: visit, change: {claim.sex: null}, expect: clean}]",
        "examples: [{name: 一, lines: {l1: {item_code: 0011, amount: 86.40}}, expect: {flagged: l1, amount: {l1: 3}}}]",
        "examples: [{name: 一, given: visit, parameters: {a: [{value: 3, from: 2025-01-01}]}, expect: not_applicable}]",
    ],
)
def test_both_forms_of_a_key_are_taken(more: str) -> None:
    assert wrong("rule", as_edited(RULE + more)) == []


@pytest.mark.parametrize(
    "more",
    [
        "params: {Bad: 15}",
        "params: {a: {unit: day}}",
        "unless: {a: {because: 因为}}",
        "national_number: many",
        "severity: middle",
        "effective: {from: 2021/05/01}",
        "others: {before: {take: last_but_one}}",
        "others: {before: {of: bill}}",
        "examples: {name: 一}",
        "examples: [{name: 一}]",
        "examples: [{name: 一, expect: nothing}]",
        "examples: [{name: 一, expect: {found: [l1]}}]",
        "examples: [{name: 一, lines: {l1: {item: A}}, expect: clean}]",
        "examples: [{name: 一, claims: {c: {sex: femal}}, expect: clean}]",
        "examples: [{name: 一, claims: {c: {settled_at: 2025/01/01}}, expect: clean}]",
        "examples: [{name: 一, lines: {l1: {item_code: A, quantity: two}}, expect: clean}]",
    ],
)
def test_what_no_form_allows_is_refused(more: str) -> None:
    assert wrong("rule", as_edited(RULE + more))


def test_a_case_has_the_keys_that_its_reader_knows() -> None:
    assert tuple(schema_of("rule")["properties"]["examples"]["items"]["properties"]) == CASE_KEYS
