"""docs/language.md says what the code does."""

import re
import shutil
from pathlib import Path
from typing import get_args

import pytest

import claimrules
from claimrules.cases import run_pack
from claimrules.catalog import KINDS
from claimrules.catalog.window import PERIODS
from claimrules.language.frame import ExceptionFrame, MatchFrame, OtherFrame, RuleFrame
from claimrules.language.functions import AGGREGATES, AMOUNTS, SCALARS, WALKS
from claimrules.language.scope import KEY_WORDS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def first_cells(text: str, heading: str) -> str:
    rows = text.split(heading)[1].split("\n\n", maxsplit=1)[0].split("\n")
    return "\n".join(row.split("|")[1] for row in rows if row.startswith("| `"))


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("| scalar | gives |", {*SCALARS, "period"}),
        ("| aggregate | gives |", set(AGGREGATES)),
        ("| walk, over a subject's rows in `order`, this row included | gives |", set(WALKS)),
    ],
)
def test_the_tables_have_every_function_and_no_other(heading: str, names: set[str]) -> None:
    cells = first_cells(section("Expressions"), heading)
    assert set(re.findall(r"([a-z_]+)\(", cells)) == names


def test_every_amount_and_no_other() -> None:
    cells = first_cells(section("Amounts"), "| `amount` | is |")
    assert set(re.findall(r"`([a-z_]+)", cells)) == set(AMOUNTS)
    for name, takes in AMOUNTS.items():
        assert (f"`{name}(" in cells) == bool(takes)


@pytest.mark.parametrize("key", [key for key in RuleFrame.model_fields if key != "examples"])
def test_every_key_of_the_frame_is_described(key: str) -> None:
    assert f"`{key}`" in section("The frame, key by key")


@pytest.mark.parametrize("key", ["category", "verdict", "severity", "status"])
def test_every_choice_is_named(key: str) -> None:
    row = next(line for line in section("The frame, key by key").split("\n") if line.startswith(f"| `{key}`"))
    assert all(f"`{value}`" in row for value in get_args(RuleFrame.model_fields[key].annotation))


def test_every_key_of_a_match_of_others_and_of_an_exception_is_described() -> None:
    match, others = section("Knowledge: `match`"), section("Other rows: `others`")
    assert all(f"{key}:" in match for key in MatchFrame.model_fields)
    assert all(f"`{key}`" in others for key in OtherFrame.model_fields if key != "order")
    assert all(f"`{take}`" in others for take in get_args(OtherFrame.model_fields["take"].annotation))
    assert all(f"{key}:" in section("The frame, key by key") for key in ExceptionFrame.model_fields)


def test_every_kind_key_and_window_is_named() -> None:
    assert all(f"`{kind}`" in section("Kinds of row") for kind in KINDS)
    assert all(f"`{word}`" in section("Keys").replace("\n", " ") for word in KEY_WORDS)
    assert all(f"`{period}`" in section("Other rows: `others`") for period in PERIODS)


def test_the_example_runs(tmp_path: Path) -> None:
    [rule] = re.findall(r"```yaml\n(id: .*?)```", PAGE, flags=re.DOTALL)
    shutil.copytree(ROOT / "rules" / "knowledge", tmp_path / "knowledge")
    shutil.copy(ROOT / "rules" / "sources.yaml", tmp_path)
    (tmp_path / "too_much_in_a_day.yaml").write_text(rule, encoding="utf-8")
    outcomes = list(run_pack(claimrules.load(tmp_path)))
    assert [(one.name, one.text) for one in outcomes if not one.passed] == []
    assert len(outcomes) == 3
