"""Explanations as they are printed, stored beside this file. CLAIMRULES_WRITE=1 writes them anew, to be read through."""

import os
from pathlib import Path

import pytest
from explained_claims import visit

TEXTS = Path(__file__).parent / "texts"
LIMIT = {"drug_sex": [{"code": "F1", "sex": "female", "knowledge_id": "K1"}]}
MOST = {"drug_supply": [{"code": "A", "max_quantity": "24", "window": "day", "unit": "盒", "knowledge_id": "K2"}]}
F1 = {"line_id": "l1", "item_code": "F1", "item_name": "黄体酮", "charged_at": "2025-06-02 09:00"}
PILLS = [
    {"line_id": "l1", "quantity": 20, "item_name": "阿司匹林", "charged_at": "2025-06-02 09:00"},
    {"line_id": "l2", "quantity": 8, "amount": 40, "item_name": "阿司匹林", "charged_at": "2025-06-02 10:00"},
]
UNTABLED = [{**F1, "item_code": name, "line_id": name} for name in "XY"]
ASKED = {
    "flagged": ("drug_sex", LIMIT, visit(sex="male", lines=[F1])),
    "undecided": ("drug_sex", LIMIT, visit(lines=[F1])),
    "removed": ("drug_sex", LIMIT, visit(sex="male", is_newborn=True, lines=[F1])),
    "not_applicable": (
        "drug_sex",
        LIMIT,
        visit(sex="male", lines=UNTABLED),
    ),
    "group": ("drug_max_supply", MOST, visit(lines=PILLS)),
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ASKED)
def test_the_text_is_the_stored_one(rule_base, name, language):
    rule, knowledge, claim = ASKED[name]
    said = rule_base.with_knowledge(knowledge).explain(claim, rule, history=[]).text(language) + "\n"
    stored = TEXTS / f"{name}.{language}.txt"
    if os.environ.get("CLAIMRULES_WRITE") == "1":
        stored.write_text(said, encoding="utf-8")
    assert said == stored.read_text(encoding="utf-8")


def test_json_reads_back_as_the_same_explanation(rule_base):
    rule, knowledge, claim = ASKED["group"]
    said = rule_base.with_knowledge(knowledge).explain(claim, rule, history=[])
    assert type(said).model_validate_json(said.model_dump_json()) == said
    assert str(said) == said.text("zh")


def test_many_clean_subjects_have_a_line_each(rule_base):
    lines = [{**F1, "line_id": f"l{i}"} for i in range(6)]
    said = rule_base.with_knowledge(LIMIT).explain(visit(sex="female", lines=lines), "drug_sex", nearest=False).text("en")
    assert said.count("verdict: clean") == 3
    assert said.count(": clean — the flag is false") == 6


def test_an_order_of_rows_changes_nothing(rule_base):
    rule, knowledge, claim = ASKED["group"]
    pack = rule_base.with_knowledge(knowledge)
    turned = {**claim, "lines": claim["lines"][::-1]}
    assert pack.explain(claim, rule, history=[]) == pack.explain(turned, rule, history=[])
