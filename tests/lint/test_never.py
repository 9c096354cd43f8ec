"""Conditions that can never hold or never fail, and the many that look so and are not."""

from pathlib import Path

import pytest
from lint_rules import folder_of, found

import claimrules
from claimrules.diagnostics.examples import EXAMPLES
from claimrules.lint import lint_rules

NEVER, ALWAYS = "CR231", "CR232"


@pytest.mark.parametrize(
    "flag",
    [
        "line.quantity > 5 AND line.quantity < 3",
        "line.quantity > 5 AND line.quantity <= 5",
        "line.quantity = 5 AND line.quantity <> 5",
        "line.quantity BETWEEN 5 AND 3",
        "NOT (line.quantity <= 5 OR line.quantity >= 3)",
        "3 < hour(line.charged_at) AND hour(line.charged_at) < 4",  # whole numbers
        "hour(line.charged_at) BETWEEN 1 AND 2 AND hour(line.charged_at) NOT IN (1, 2)",
        "claim.sex = 'male' AND claim.sex = 'female'",
        "claim.sex = 'male' AND claim.sex IS NULL",
        "claim.sex NOT IN ('male', 'female')",  # these are all that is known
        "claim.provider_level > '3B' AND claim.provider_level < '2A'",
        "claim.provider_level < '3_special' AND claim.provider_level = '3_special'",
        "line.item_code = 'A1' AND starts_with(line.item_code, 'B')",
        "starts_with(line.item_code, 'A') AND starts_with(line.item_code, 'B')",
        "starts_with(line.item_code, 'AB') AND NOT starts_with(line.item_code, 'A')",
        "line.item_code LIKE 'A%' AND line.item_code = 'B1'",
        "left(line.item_code, 2) = 'ABC'",
        "left(line.item_code, 2) = 'AB' AND left(line.item_code, 1) = 'C'",
        "substr(line.item_code, 1, 2) = 'AB' AND line.item_code IN ('AC', 'B')",
        "line.item_code IN ('A', 'B') AND line.item_code NOT IN ('A', 'B', 'C')",
        "line.charged_at < '2025-01-01' AND line.charged_at >= '2025-01-01 00:00:00'",
        "line.quantity > line.amount AND line.quantity < line.amount",
        "line.quantity <> line.quantity",
        "line.is_restricted AND NOT line.is_restricted",
        "line.is_restricted = TRUE AND line.is_restricted = FALSE",
        "coalesce(line.is_restricted, FALSE) AND line.is_restricted IS NULL",
        "coalesce(line.quantity, 0) > 3 AND line.quantity IS NULL",
        "nullif(line.quantity, 3) = 3",
        "count(diagnosis) < 0",
        "any(diagnosis.is_principal AND NOT diagnosis.is_principal)",
        "NOT none(diagnosis.sequence > 3 AND diagnosis.sequence < 2)",
        "hour(line.charged_at) >= 24",
        "param.least > line.quantity AND param.least < line.quantity",
        "param.which = 'some'",
        "many AND line.quantity < 10",
        "CASE WHEN line.quantity > 3 THEN line.quantity < 2 ELSE FALSE END",
    ],
)
def test_what_can_never_hold(tmp_path: Path, flag: str):
    text = "params: {least: 3, which: {default: few, values: [few, all]}}\n"
    text += f'let:\n  many: line.quantity > 10\nflag: "{flag}"\n'
    assert found(tmp_path, {"a": text}) == [(NEVER, "`flag` can never hold")]


@pytest.mark.parametrize(
    "flag",
    [
        "line.quantity > 3 AND line.quantity < 5",
        "line.quantity > 3 AND line.quantity < 4",  # 3.5
        "line.quantity >= 5 AND line.quantity <= 5",
        "line.quantity > 5 OR line.quantity < 3",
        "line.quantity > 5 AND line.amount < 3",
        "claim.sex <> 'male'",
        "claim.provider_level >= '3C' AND claim.provider_level <= '3A'",
        "starts_with(line.item_code, 'A') AND starts_with(line.item_code, 'AB')",
        "starts_with(line.item_code, 'A') AND NOT starts_with(line.item_code, 'AB')",
        "line.item_code <> 'A' AND line.item_code <> 'B'",
        "line.item_code > 'B' AND line.item_code < 'A'",  # how texts are ordered is not looked into
        "left(line.item_code, 3) = 'AB'",
        "line.quantity > line.amount AND line.quantity <> line.amount",
        "line.quantity > param.least AND param.least > 10",
        "coalesce(line.quantity, 5) > 3 AND line.quantity IS NULL",
        "coalesce(line.is_restricted, TRUE) AND line.is_restricted IS NULL",
        "any(diagnosis.sequence > 3) AND any(diagnosis.sequence < 2)",
        "any(diagnosis.is_principal) AND any(NOT diagnosis.is_principal)",
        "nullif(count(diagnosis), 0) >= 1 AND line.quantity > 3",  # not known where there are none
        "line.charged_at::date = '2025-01-01' AND line.charged_at > '2025-01-01'",
        "line.quantity IS NOT NULL AND line.amount > 1",
        "TRUE",
    ],
)
def test_what_may_hold_and_may_fail(tmp_path: Path, flag: str):
    assert found(tmp_path, {"a": f'params: {{least: 3}}\nflag: "{flag}"\n'}) == []


@pytest.mark.parametrize(
    "flag",
    [
        "line.quantity > 3 OR line.quantity <= 3",
        "count(diagnosis) >= 0",
        "claim.sex IN ('male', 'female')",
        "NOT (line.quantity > 5 AND line.quantity < 3)",
    ],
)
def test_what_can_never_be_false(tmp_path: Path, flag: str):
    assert found(tmp_path, {"a": f'flag: "{flag}"\n'})[0] == (ALWAYS, "`flag` can never be false")


def test_a_flag_that_contradicts_the_rows(tmp_path: Path):
    text = "rows: line.item_type = 'drug' AND line.quantity > 1\nflag: line.amount > 3 AND line.item_type = 'service'\n"
    pack = claimrules.load(folder_of(tmp_path, {"a": text}))
    [one] = lint_rules(pack)
    assert (one.code, one.message) == (NEVER, "`flag` can never hold with what is asked before it")
    assert one.label == "`line.item_type = 'drug'` and `line.item_type = 'service'` exclude each other"
    assert one.place is not None
    assert (one.place.line, one.place.column) == (8, 7)


def test_a_flag_that_the_rows_have_said_already(tmp_path: Path):
    text = "rows: line.quantity > 3\nflag: line.quantity > 2\n"
    assert found(tmp_path, {"a": text}) == [(ALWAYS, "`flag` can never be false with what is asked before it")]


def test_where_no_row_counts_nothing_else_is_said(tmp_path: Path):
    text = "rows: line.quantity > 3 AND line.quantity < 2\nflag: line.quantity > 9 AND line.quantity < 3\n"
    assert found(tmp_path, {"a": text}) == [(NEVER, "`rows` can never hold")]


@pytest.mark.parametrize("part", ["unless", "doubt"])
def test_an_exception_that_can_never_apply(tmp_path: Path, part: str):
    word = {"unless": "exception", "doubt": "doubt"}[part]
    text = "rows: claim.sex = 'male'\nflag: line.quantity > 3\n"
    text += f"{part}:\n  a woman: claim.sex = 'female'\n  few: line.quantity < 9\n"
    message = f"the {word} `a woman` can never hold with what is asked before it"
    assert found(tmp_path, {"a": text}) == [(NEVER, message)]
    text = f"flag: line.quantity > 3\n{part}:\n  few:\n    when: line.quantity <= 3\n    because: few\n"
    message = f"the {word} `few` can never hold with what is asked before it"
    assert found(tmp_path, {"a": text}) == [(NEVER, message)]


def test_an_exception_is_asked_of_what_any_reason_flags(tmp_path: Path):
    text = "flag:\n  many: line.quantity > 30\n  none: line.quantity < 3\nunless:\n  one: line.quantity = 1\n"
    assert found(tmp_path, {"a": text}) == []


def test_a_part_of_a_condition(tmp_path: Path):
    text = "flag: line.amount > 3 OR (line.quantity > 5 AND line.quantity < 3)\n"
    assert found(tmp_path, {"a": text}) == [(NEVER, "`(line.quantity > 5) AND (line.quantity < 3)` can never hold")]
    text = "flag: line.amount > 3 AND (line.quantity > 5 OR line.quantity <= 5)\n"
    assert found(tmp_path, {"a": text}) == [(ALWAYS, "`(line.quantity > 5) OR (line.quantity <= 5)` can never be false")]
    text = "let:\n  n: count(diagnosis) FILTER (WHERE diagnosis.sequence > 5 AND diagnosis.sequence < 3)\nflag: n = 0\n"
    [(code, message)] = found(tmp_path, {"a": text})
    assert (code, message) == (NEVER, "`(diagnosis.sequence > 5) AND (diagnosis.sequence < 3)` can never hold")


def test_an_aggregate_over_the_rows_that_pass(tmp_path: Path):
    text = "rows: line.item_type = 'drug'\nper: [claim]\nflag: any(line.item_type = 'service')\n"
    assert found(tmp_path, {"a": text}) == [(NEVER, "`flag` can never hold")]


def test_conditions_on_other_rows(tmp_path: Path):
    text = (
        "rows: line.item_type = 'drug'\nothers:\n  near:\n    of: line\n    same: [claim]\n"
        "    where: near.quantity > 3 AND near.quantity < 2\nflag: count(near) > 0\n"
    )
    assert found(tmp_path, {"a": text}) == [(NEVER, "`where` of `near` can never hold")]


def test_thousands_of_values_are_no_trouble(tmp_path: Path):
    codes = ", ".join(f"'C{number}'" for number in range(2000))
    assert found(tmp_path, {"a": f'flag: "line.item_code IN ({codes}) AND line.quantity > 3"\n'}) == []
    assert found(tmp_path, {"a": f"flag: \"line.item_code IN ({codes}) AND starts_with(line.item_code, 'D')\"\n"}) == [
        (NEVER, "`flag` can never hold")
    ]


def test_our_own_rules_have_nothing_of_this():
    root = Path(__file__).parents[2]
    assert lint_rules(claimrules.load(root / "rules")) == []
    assert lint_rules(claimrules.load(root / "tests" / "archetypes")) == []


@pytest.mark.parametrize("code", ["CR231", "CR232"])
def test_the_example_of_the_code_shows_it(tmp_path: Path, code: str):
    assert code in [one for one, _ in found(tmp_path, {"a": EXAMPLES[code] + "\n"})]
