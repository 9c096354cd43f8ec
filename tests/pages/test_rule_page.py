"""The page of a rule says what its files say."""

import re
from pathlib import Path

import pytest

import claimrules
from claimrules.pages import pages_of


@pytest.fixture
def text(base: Path) -> str:
    return dict(pages_of(claimrules.load(base)))["rules/too_dear.md"]


def part(text: str, title: str) -> str:
    return text.split(f"\n## {title}\n")[1].split("\n## ", maxsplit=1)[0]


def cells(text: str, first: str) -> list[str]:
    """The cells of the row that begins so."""
    [row] = [line for line in text.splitlines() if line.startswith(f"| {first} |")]
    return [cell.strip() for cell in row.strip("|").split(" | ")]


def test_the_heading_and_the_facts(text: str) -> None:
    assert text.startswith("# 单价过高 · Too dear\n")
    facts = text.split("\n## ", maxsplit=1)[0]
    assert cells(facts, "规则编号 · id")[1] == "`too_dear` v1"
    assert cells(facts, "国家规则 · national rule")[1] == "14 `GZ10000102001000`"
    assert cells(facts, "认定 · verdict")[1] == "违规 · violation"
    assert cells(facts, "生效 · effective")[1] == "2021-05-01"


def test_the_known_gaps_stand_apart_from_what_it_finds(text: str) -> None:
    assert part(text, "说明 · What it finds").strip() == "单价高于限价。\n\nThe price is above the ceiling."
    assert part(text, "已知不足 · Known gaps").strip() == "打包项目看不到。\n\nBundles are not seen."


def test_the_law_with_its_words_and_whether_they_were_checked(text: str) -> None:
    law = part(text, "法律依据 · Law")
    assert "《某条例》" in law
    assert "| 第一条 | 不得超标准收费 | 2021-05-01 | 已与原文核对 · checked against the original |" in law


def test_each_condition_as_it_is_written_and_in_words(text: str) -> None:
    logic = part(text, "判断逻辑 · Logic")
    assert cells(logic, "适用范围 · only those with")[1:] == [
        "`claim.care_type IN ('inpatient', 'day_surgery') AND NOT coalesce(claim.is_newborn, FALSE)`",
        (
            "就诊类型为“住院”、“日间手术”之一，且并非（新生儿标志（未知时取否））<br>"
            "care type is one of “inpatient”, “day surgery” and not (is newborn (where not known: no))"
        ),
    ]
    assert cells(logic, "违规 · it violates if")[2] == (
        "单价 \\> price 的最高限价 + 参数 tolerance（0.05 元）<br>"
        "unit price \\> highest price of price + the parameter tolerance (0.05 元)"
    )
    assert cells(logic, "例外 · except: approved")[1:] == [
        "`line.hospital_approval = 'approved'`",
        "医院审批标志 = “approved”（已审批。）<br>hospital approval = “approved”",
    ]
    assert cells(logic, "金额 · amount")[1] == "`excess_price(price.ceiling)`"


def test_the_table_with_its_columns_and_its_source(text: str) -> None:
    tables = part(text, "知识表 · Tables")
    assert "### `ceiling` 限价表 · ceilings" in tables
    assert "| `code` | 项目编码 · item code | `text` | 最长前缀 · longest prefix |" in tables
    assert "来源 · source: 价格文件（已与原文核对 · checked against the original）" in tables
    assert "无条目时规则不适用" in tables


def test_the_parameter_and_its_values_elsewhere(text: str) -> None:
    own = part(text, "参数 · Parameters")
    assert "| `tolerance` | `0.05` | 元 |  | 《某条例》（已与原文核对 · checked against the original） |" in own
    assert re.search(r"\| `tolerance` \| 0\.10? \| 330000 \|  \|  \| 2024-01-01 \|  \| law \|", own)
    assert "340000" not in own, "that row is another rule's"


def test_the_first_flagged_case(text: str) -> None:
    case = part(text, "违规示例 · A flagged case")
    assert "*a price of four is flagged*" in case
    assert "| `l1` | A | 2 | 4 |" in case
    assert "| 住院 `inpatient` |" in case
    assert "**预期 · expected**: 违规 · flagged `l1`; 金额 · amount 2.00" in case


def test_the_first_clean_case(text: str) -> None:
    case = part(text, "不违规示例 · A clean case")
    assert "*a price of three is clean*" in case
    assert case.strip().endswith("**预期 · expected**: 不违规 · clean")


def test_without_known_gaps_the_page_says_that_none_is_stated(base: Path) -> None:
    file = base / "too_dear.yaml"
    said = (
        file.read_text(encoding="utf-8")
        .replace("已知\n    不足：打包项目看不到。", "")
        .replace(" Known gap: bundles are not seen.", "")
    )
    file.write_text(said, encoding="utf-8")
    text = dict(pages_of(claimrules.load(base)))["rules/too_dear.md"]
    assert part(text, "已知不足 · Known gaps").strip() == "未写明。\n\nNone is stated."
