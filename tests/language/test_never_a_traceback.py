"""Whatever stands in a rule file, reading it gives a rule or a ClaimRulesError that can be printed."""

from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rule_texts import HEAD, read_file, read_text

from claimrules.diagnostics import ClaimRulesError, LanguageError, read_yaml, render_all
from claimrules.language.frame import RuleFrame
from claimrules.language.functions import AGGREGATES, AMOUNTS, SCALARS, WALKS

FEW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WRITTEN = """
line.quantity line.charged_at line.item_code claim.sex encounter.admitted_at limit.sex near.quantity
param.n gap near limit line 'male' '2025-01-31' '' 3 0.5 1e5 1e999999 NULL TRUE
= <> < >= + - * / % || AND OR NOT IN LIKE BETWEEN IS MISSING ( ) ( ) , . * [ { ?
::date ::decimal(99,99) CASE WHEN THEN ELSE END CAST AS date INTERVAL DAY DATE
DISTINCT FILTER WHERE OVER SELECT FROM period
"""
WORDS = [*WRITTEN.split(), "INTERVAL 6 HOUR", *SCALARS, *AGGREGATES, *WALKS, *AMOUNTS]
FRAME = """
params: {n: 3}
match: {limit: {table: drug_sex, key: {code: line.item_code}}}
others: {near: {same: [person], within: day}}
let: {gap: line.quantity}
"""


def tried(text: str) -> None:
    with suppress(ClaimRulesError):
        read_text(text)


@FEW
@given(st.binary(max_size=300))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "t.yaml"
    path.write_bytes(data)
    with pytest.raises(LanguageError) as error:
        read_file(path)
    assert render_all(error.value.diagnostics)


@FEW
@given(st.text(max_size=200))
def test_any_text_as_yaml(text: str) -> None:
    with suppress(ClaimRulesError):
        read_yaml(text, "t.yaml")


KEYS = st.sampled_from([*RuleFrame.model_fields, "table", "key", "same", "within", "take", "when", "zh", "from", "default"])
LEAVES = st.one_of(st.sampled_from(WORDS), st.text(max_size=12), st.none(), st.integers(), st.booleans())
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(KEYS, st.text(max_size=4)), inner, max_size=4)
    ),
    max_leaves=12,
)


@FEW
@given(st.dictionaries(KEYS, TREES, max_size=6))
def test_any_keys_and_values(parts: dict[str, object]) -> None:
    for key in ("id", "title", "category", "verdict", "message"):
        parts.pop(key, None)
    tried(yaml.safe_dump(parts, allow_unicode=True) if parts else "")


@settings(FEW, max_examples=400)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join))
def test_any_words_as_an_expression(expression: str) -> None:
    tried(FRAME + yaml.safe_dump({"flag": expression, "amount": expression, "order": expression}))


@FEW
@given(st.text(min_size=1, max_size=40))
def test_any_text_as_an_expression(text: str) -> None:
    tried(FRAME + yaml.safe_dump({"flag": text}, allow_unicode=True))


@FEW
@given(st.text(min_size=1, max_size=20), st.sampled_from(["within", "of", "take", "where", "rows"]))
def test_any_text_in_others(text: str, key: str) -> None:
    tried(
        yaml.safe_dump({"others": {"near": {"same": ["person"], key: text}}, "flag": "count(near) > 3"}, allow_unicode=True)
    )


@pytest.mark.parametrize("depth", [50, 500, 5000])
@pytest.mark.parametrize(("before", "after"), [("(", ")"), ("NOT ", ""), ("-", ""), ("abs(", ")"), ("1 + ", "")])
def test_any_depth(depth: int, before: str, after: str) -> None:
    inner = "TRUE" if before == "NOT " else "1"
    tried(f"flag: {before.replace('-', '- ') * depth}{inner}{after * depth} = 1\n")


def test_the_head_alone_is_refused() -> None:
    with pytest.raises(LanguageError):
        read_text("")
    assert HEAD
