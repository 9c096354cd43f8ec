"""Conditions read aloud."""

from pathlib import Path

import pytest

import claimrules
from claimrules.explain.spelling import spelled
from claimrules.language.functions import AGGREGATES as LANGUAGE_AGGREGATES
from claimrules.language.functions import AMOUNTS as LANGUAGE_AMOUNTS
from claimrules.language.functions import SCALARS as LANGUAGE_SCALARS
from claimrules.language.functions import WALKS as LANGUAGE_WALKS
from claimrules.pages.phrases import AGGREGATES, AMOUNTS, OF_MANY, OF_TWO, SCALARS, WALKS
from claimrules.pages.reading import reader_of

RULE = """
id: read_aloud
title: {{zh: 一, en: one}}
category: policy
verdict: violation
flag: >-
  {flag}
per: [person]
others:
  visit: {{of: claim, same: [person]}}
message: {{zh: 一, en: one}}
"""


def read(tmp_path: Path, flag: str, language: str) -> str:
    (tmp_path / "read_aloud.yaml").write_text(RULE.format(flag=flag).lstrip(), encoding="utf-8")
    pack = claimrules.load(tmp_path / "read_aloud.yaml")
    rule = pack.rules["read_aloud"]
    return reader_of(rule, pack.knowledge, language).read(rule.flag[0][1])


@pytest.mark.parametrize(
    ("flag", "zh", "en"),
    [
        ("sum(line.quantity) > 3", "本组各行的数量之和 > 3", "the sum of quantity over the subject's rows > 3"),
        ("count(visit) >= 2", "visit 的行数 ≥ 2", "the number of visit ≥ 2"),
        (
            "sum(visit.fund_amount) FILTER (WHERE visit.care_type = 'pharmacy') > 5",
            "visit 的基金支付总额之和（只计 visit 的就诊类型 = “药店购药”的） > 5",
            "the sum of fund amount over visit (of those with care type of visit = “pharmacy”) > 5",
        ),
        (
            "count(DISTINCT line.item_code) > 1",
            "本组各行的不同医保目录编码的个数 > 1",
            "the number of distinct item code of the subject's rows > 1",
        ),
        (
            "(min(line.quantity) + 1) * 2 - (3 - max(line.quantity)) <> 0",
            "（本组各行的数量的最小值 + 1） × 2 − （3 − 本组各行的数量的最大值） ≠ 0",
            "(the smallest quantity of the subject's rows + 1) × 2 − (3 − the largest quantity of the subject's rows) ≠ 0",
        ),
        (
            "(any(line.quantity > 1) OR none(line.is_restricted)) AND count(*) BETWEEN 1 AND 9",
            "（本组各行中有数量 > 1 的，或本组各行中没有限制使用标志的），且本组各行的行数在 1 至 9 之间",
            (
                "(of the subject's rows, one at least: quantity > 1 or of the subject's rows, none: is restricted) and "
                "the number of the subject's rows is between 1 and 9"
            ),
        ),
        (
            "max(line.unit_price) IS NOT NULL",
            "本组各行的单价的最大值已知",
            "the largest unit price of the subject's rows is known",
        ),
        (
            "greatest(count(visit), 1, 2) = 2",
            "visit 的行数、1、2 中最大的 = 2",
            "the largest of the number of visit, 1, 2 = 2",
        ),
        (
            "CASE WHEN count(*) > 1 THEN 3 ELSE 4 END = 3",
            "（本组各行的行数 > 1 时 3、否则 4） = 3",
            "(3 if the number of the subject's rows > 1, else 4) = 3",
        ),
    ],
)
def test_a_condition_in_words(tmp_path: Path, flag: str, zh: str, en: str) -> None:
    assert read(tmp_path, flag, "zh") == zh
    assert read(tmp_path, flag, "en") == en


def test_a_text_that_is_no_value_of_a_closed_list_is_read_as_it_is(tmp_path: Path) -> None:
    """`A` is the first class of the catalogue, where a class is meant, and the beginning of a code where a code is."""
    assert read(tmp_path, "any(line.item_code = 'A')", "zh") == "本组各行中有医保目录编码 = “A”的"
    assert read(tmp_path, "any(line.catalogue_class = 'A')", "zh") == "本组各行中有收费项目等级 = “甲类”的"


@pytest.mark.parametrize("index", [0, 1])
def test_every_function_of_the_language_has_words(index: int) -> None:
    told = {**SCALARS, **OF_TWO, **OF_MANY}
    assert set(LANGUAGE_SCALARS) <= set(told)
    assert set(LANGUAGE_AGGREGATES) <= set(AGGREGATES)
    assert set(LANGUAGE_WALKS) <= set(WALKS)
    assert set(LANGUAGE_AMOUNTS) == set(AMOUNTS)
    assert all(phrase[index] for phrase in (*told.values(), *AGGREGATES.values(), *WALKS.values(), *AMOUNTS.values()))


def test_every_condition_of_our_rules_can_be_read() -> None:
    pack = claimrules.load(Path(__file__).parents[1] / "archetypes")
    for rule in pack.rules.values():
        for _, condition in rule.flag:
            zh = reader_of(rule, pack.knowledge, "zh").read(condition)
            assert zh
            assert "Call(" not in zh + spelled(condition)
