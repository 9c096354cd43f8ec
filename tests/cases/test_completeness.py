from dataclasses import dataclass
from datetime import date
from textwrap import dedent
from typing import Any

from claimrules.cases import case_problems
from claimrules.diagnostics import Level, MappingNode, Node, Place, read_yaml


@dataclass(frozen=True)
class Checked:
    examples: Node | None
    id: str = "some_rule"
    kind: str = "line"
    file: str = "some_rule.yaml"
    status: str = "active"
    place: Place | None = None
    effective_from: date | None = date(2021, 5, 1)


FLAGGED = """
  - {name: flagged, given: visit, lines: {l1: {item_code: A}}, change: {claim.sex: male}, expect: {flagged: [l1]}}
"""
CLEAN = """
  - {name: clean, given: visit, lines: {l1: {item_code: A}}, change: {claim.sex: female}, expect: clean}
"""
OTHER = """
  - {name: another, given: visit, lines: {l1: {item_code: B}}, change: {claim.sex: female}, expect: clean}
"""
MORE = """
  - {name: more, given: visit, lines: {l1: {item_code: A}, l2: {item_code: B}}, expect: {clean: [l1]}}
"""
EARLY = """
  - name: early
    given: visit
    lines: {l1: {item_code: A, charged_at: 2021-04-30}}
    expect: not_applicable
"""


def codes(text: str, **more: Any) -> list[tuple[str, Level]]:
    node = read_yaml(dedent("examples:" + text), "some_rule.yaml")
    assert isinstance(node, MappingNode)
    found = case_problems({"some_rule": Checked(node.get("examples"), place=Place("some_rule.yaml", 1), **more)})
    return [(one.code, one.level) for one in found]


def test_a_rule_with_all_it_needs_has_no_problem():
    assert codes(FLAGGED + CLEAN + EARLY) == []


def test_a_row_more_is_one_fact():
    assert codes(FLAGGED + MORE + EARLY) == []


def test_what_is_missing_is_an_error_of_an_active_rule():
    assert codes(CLEAN + EARLY) == [("CR621", Level.ERROR)]
    assert codes(FLAGGED + EARLY) == [("CR622", Level.ERROR)]
    assert codes(FLAGGED + OTHER + EARLY) == [("CR622", Level.ERROR)]
    assert codes(FLAGGED + CLEAN) == [("CR623", Level.ERROR)]


def test_what_is_missing_is_a_warning_before_that():
    assert codes(FLAGGED, status="draft") == [("CR622", Level.WARNING), ("CR623", Level.WARNING)]
    assert codes(FLAGGED, status="retired") == []


def test_a_rule_without_a_date_needs_no_case_before_it():
    assert codes(FLAGGED + CLEAN, effective_from=None) == []


def test_no_examples_at_all():
    assert [one.code for one in case_problems({"some_rule": Checked(None, place=Place("some_rule.yaml", 1))})] == ["CR621"]


def test_cases_that_cannot_be_read_are_told():
    assert codes("\n  - {name: a, given: nothing, expect: clean}") == [("CR605", Level.ERROR)]
