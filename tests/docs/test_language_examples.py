"""Every example of docs/language-examples.md is what the engine says, and every entry of the language has one."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest
from language_examples import PAGE, Example, read_page, write_base

import claimrules
from claimrules.cases import read_cases, run_pack
from claimrules.cases.documents import placed
from claimrules.catalog import KINDS
from claimrules.catalog.window import DISTANCES, PERIODS
from claimrules.language.checker import ARITHMETIC, CASTS, COMPARISONS
from claimrules.language.frame import (
    EffectiveFrame,
    ExceptionFrame,
    MatchFrame,
    ObservedFrame,
    OtherFrame,
    ParamFrame,
    RuleFrame,
)
from claimrules.language.functions import AGGREGATES, AMOUNTS, SCALARS, WALKS
from claimrules.language.keys import KEY_FUNCTIONS
from claimrules.language.scope import KEY_WORDS

EXAMPLES = list(read_page())
RULES = "\n".join(one.text for one in EXAMPLES if one.head == "rule")
LANGUAGE = (Path(__file__).parents[2] / "docs" / "language.md").read_text(encoding="utf-8")
AT_ONCE = 64
"""Rules in one pack: a case's own knowledge means a new plan for all of them."""
COMPLETE = re.findall(r"```yaml\n(id: .*?)```", LANGUAGE, flags=re.DOTALL)[0]
"""The complete example, which tests/language/test_language_page.py runs."""


def subjects(*heads: str) -> str:
    return "\n".join(one.subject if one.head != "rule" else one.text for one in EXAMPLES if one.head in heads)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """What is wrong with each example, by the id of its rule; nothing of those that hold."""
    out: dict[str, list[str]] = {}
    for start in range(0, len(EXAMPLES), AT_ONCE):
        root = tmp_path_factory.mktemp("examples")
        ids = write_base(EXAMPLES[start : start + AT_ONCE], root, start)
        found: dict[str, list[str]] = {}
        for one in run_pack(claimrules.load(root)):
            found.setdefault(one.rule_id, []).extend([] if one.passed else [f"{one.name}: {one.text}"])
        assert set(found) == set(ids)
        out |= found
    return out


@pytest.mark.parametrize(("number", "one"), list(enumerate(EXAMPLES)), ids=[f"{e.head}-{e.subject}" for e in EXAMPLES])
def test_the_example_holds(number: int, one: Example, outcomes: Mapping[str, list[str]]) -> None:
    assert outcomes[f"e{number:03}"] == [], one.text


def test_the_finding_says_what_the_page_says(tmp_path: Path) -> None:
    """The last rule of the page, audited with the claims of its case."""
    write_base([EXAMPLES[-1]], tmp_path, 0)
    pack = claimrules.load(tmp_path)
    [[placed_case]] = placed(read_cases(pack.rules["e000"]))
    pack = pack.with_knowledge({name: [dict(row) for row in rows] for name, rows in placed_case.case.knowledge})
    result = pack.audit([claimrules.Claim.model_validate(one) for one in placed_case.documents()])
    [finding] = result.findings.to_pylist()
    said = re.findall(
        r"^\| `(\w+)` \| (.*) \|$", PAGE.read_text(encoding="utf-8").split("| finding | is |")[1], re.MULTILINE
    )
    assert len(said) == 8
    for column, text in said:
        value = finding[column]
        assert (", ".join(value) if isinstance(value, list) else str(value)) == text


def test_there_are_examples_of_every_form() -> None:
    count = {head: sum(one.head == head for one in EXAMPLES) for head in ("expression", "key", "within", "amount", "rule")}
    assert count["expression"] > 120
    assert all(number >= 10 for number in count.values())


@pytest.mark.parametrize("name", [*SCALARS, "period", *AGGREGATES, *WALKS, *KEY_FUNCTIONS])
def test_every_function_has_an_example(name: str) -> None:
    assert re.search(rf"(?<![a-z_.]){name}\(", subjects("expression", "key", "rule"))


@pytest.mark.parametrize("name", AMOUNTS)
def test_every_amount_has_an_example(name: str) -> None:
    stated = subjects("amount") + "\n" + "\n".join(re.findall(r"^amount: (.*)$", RULES, re.MULTILINE))
    assert re.search(rf"^{name}(\(|$)", stated, re.MULTILINE)


@pytest.mark.parametrize("word", KEY_WORDS)
def test_every_key_word_has_an_example(word: str) -> None:
    assert word in [one.subject for one in EXAMPLES if one.head == "key"]


@pytest.mark.parametrize("window", [*PERIODS, "before", "after"])
def test_every_window_has_an_example(window: str) -> None:
    assert window in [one.subject for one in EXAMPLES if one.head == "within"]


@pytest.mark.parametrize("unit", DISTANCES)
@pytest.mark.parametrize("form", [r"\S+ {}s? (apart)?$", r"\S+ {}s? before$", r"\S+ {}s? after$", r"last \S+ {}s?$"])
def test_every_distance_has_an_example(unit: str, form: str) -> None:
    assert re.search("^" + form.format(unit), subjects("within"), re.MULTILINE)


@pytest.mark.parametrize("key", RuleFrame.model_fields)
def test_every_key_of_the_frame_has_an_example(key: str) -> None:
    assert re.search(rf"^{key}:", RULES + COMPLETE, re.MULTILINE)


@pytest.mark.parametrize("frame", [MatchFrame, OtherFrame, ParamFrame, ExceptionFrame, ObservedFrame, EffectiveFrame])
def test_every_key_below_has_an_example(frame: type) -> None:
    names = [field.alias or name for name, field in frame.model_fields.items()]  # type: ignore[attr-defined]
    assert [name for name in names if not re.search(rf"(?<![a-z_]){name}:[ \n]", RULES + COMPLETE)] == []


@pytest.mark.parametrize("take", get_args(OtherFrame.model_fields["take"].annotation))
def test_every_take_has_an_example(take: str) -> None:
    default = OtherFrame.model_fields["take"].default
    assert f"take: {take}" in RULES or take == default


@pytest.mark.parametrize("kind", [*KINDS, "subject", "rows"])
def test_every_kind_has_an_example(kind: str) -> None:
    assert re.search(rf"of: {kind}\b", RULES + COMPLETE + "".join(one.text for one in EXAMPLES))


WORDS = ["AND", "OR", "NOT", "BETWEEN", "NOT BETWEEN", "IN (", "NOT IN (", "LIKE", "IS NULL", "IS NOT NULL", "IS TRUE"]
MORE = [
    "IS FALSE",
    "IS MISSING",
    "IS NOT MISSING",
    "CASE",
    "WHEN",
    "ELSE",
    "CAST(",
    "::",
    "FILTER (WHERE",
    "DISTINCT",
    "INTERVAL",
]


@pytest.mark.parametrize("operator", [*COMPARISONS.values(), *ARITHMETIC.values(), *WORDS, *MORE, "DISTINCT"])
def test_every_operator_has_an_example(operator: str) -> None:
    assert operator in subjects("expression", "rule")


@pytest.mark.parametrize("unit", ["SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"])
def test_every_unit_of_an_interval_has_an_example(unit: str) -> None:
    assert re.search(rf"INTERVAL \d+ {unit}\b", subjects("expression"))


@pytest.mark.parametrize("type_", sorted({str(type_) for type_ in CASTS.values()}))
def test_every_cast_has_an_example(type_: str) -> None:
    assert re.search(rf"(::|AS ){type_}\b", subjects("expression"))
