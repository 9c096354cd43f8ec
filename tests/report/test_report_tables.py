import re
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
from rich.console import Console

from claimrules.report import cards, results_table


@dataclass
class Rule:
    zh: str
    en: str
    verdict: str

    @property
    def title(self) -> Any:
        return SimpleNamespace(zh=self.zh, en=self.en)


RULES = {
    "drug_sex": Rule("限性别用药", "Drug for one sex", "violation"),
    "stay": Rule("分解住院", "Split stay", "suspicious"),
}


def figures(flagged: int, undecided: int, amount: str | None, status: str = "ran", reason: str = "") -> Any:
    money = Decimal(amount) if amount else None
    return SimpleNamespace(flagged=flagged, undecided=undecided, amount=money, fund_loss=money, status=status, reason=reason)


def printed(*things: Any) -> str:
    console = Console(file=StringIO(), width=110, color_system=None)
    console.print(*things)
    return console.file.getvalue()  # type: ignore[attr-defined]


SUMMARY = SimpleNamespace(
    rules={
        "drug_sex": figures(2, 12944, "86.40"),
        "stay": figures(113, 0, "1234567.80"),
        "late": figures(0, 0, None, "skipped", "no table"),
    },
    total_amount=Decimal("1234600.00"),
    total_fund_loss=Decimal("1000000.00"),
)


def test_the_table_has_a_row_a_rule_most_money_first_and_the_totals():
    text = printed(results_table(SUMMARY, RULES, "zh"))
    assert text.index("分解住院") < text.index("限性别用药") < text.index("late")
    for shown in ("疑似", "违规", "113", "12,944", "1,234,567.80", "86.40", "1,234,600.00", "1,000,000.00", "115"):
        assert shown in text
    assert "未运行: no table" in text


def test_the_table_speaks_english():
    text = printed(results_table(SUMMARY, RULES, "en"))
    assert "Split stay" in text
    assert "suspicious" in text
    assert "not run: no table" in text


def test_rules_that_were_not_asked_for_are_left_out_and_drafts_are_counted_in_one_line():
    rules = SUMMARY.rules | {
        "other": figures(0, 0, None, "skipped", "not asked for"),
        "early": figures(0, 0, None, "skipped", "its status is draft"),
        "later": figures(0, 0, None, "skipped", "its status is draft"),
        "old": figures(0, 0, None, "skipped", "its status is retired"),
    }
    summary = SimpleNamespace(rules=rules, total_amount=Decimal("1.00"), total_fund_loss=Decimal("1.00"))
    text = printed(results_table(summary, RULES, "en"))
    assert "other" not in text
    assert not any(name in text for name in ("early", "later", "old "))
    assert "3 more rules not run (draft: 2, retired:" in text


def test_money_that_no_finding_knows_is_a_dash_and_not_nought():
    zero = SimpleNamespace(
        amount=Decimal("86.40"), fund_loss=Decimal("0.00"), flagged=2, undecided=0, status="ran", reason=""
    )
    cell = pa.decimal128(18, 2)

    def lines(*losses: str | None, of: str = "drug_sex") -> str:
        findings = pa.table(
            {
                "rule_id": [of] * len(losses),
                "amount": pa.array([Decimal("43.20")] * len(losses), cell),
                "fund_loss": pa.array([None if one is None else Decimal(one) for one in losses], cell),
            }
        )
        summary = SimpleNamespace(rules={"drug_sex": zero}, total_amount=Decimal("86.40"), total_fund_loss=Decimal("0.00"))
        return printed(results_table(summary, RULES, "en", findings=findings))

    assert lines(None, None).count("—") == 2  # the rule's and the total's
    assert "0.00" not in lines(None, None)
    assert "86.40" in lines(None, None)
    for known in (lines("0.00", None), lines("0.00", "0.00"), lines()):
        assert "—" not in known
        assert known.count("0.00") == 2
    other = lines(None, of="another")
    assert (other.count("—"), other.count("0.00")) == (1, 1)


def row(rule_id: str, number: int, verdict: str = "violation") -> dict[str, Any]:
    return {
        "rule_id": rule_id,
        "verdict": verdict,
        "claim_id": f"C{number}",
        "line_ids": [f"L{n}" for n in range(number)],
        "involved_line_ids": [],
        "related_claim_ids": None,
        "observed": "9 天",
        "allowed": "15 天",
        "amount": Decimal("1234.50"),
        "amount_method": "full_line",
        "fund_loss": None,
        "message_zh": f"第{number}条",
        "message_en": f"number {number}",
        "basis": "条例 第三十八条",
        "knowledge_ids": ["K1"],
    }


def test_cards_show_each_rule_before_a_second_of_one():
    table = pa.Table.from_pylist([row("drug_sex", 1), row("drug_sex", 2), row("stay", 3, "suspicious")])
    shown = [printed(card) for card in cards(table, RULES, 2)]
    assert [("第1条" in text, "第3条" in text) for text in shown] == [(True, False), (False, True)]
    for part in (
        "限性别用药 drug_sex · 违规",
        "C1",
        "L0",
        "9 天 / 15 天",
        "1,234.50 (full_line)",
        "条例 第三十八条",
        "K1",
    ):
        assert part in shown[0]
    assert re.search("基金损失 +— ", shown[0])
    assert "[" not in shown[0]


def test_a_long_list_of_lines_is_cut_and_says_so():
    (card,) = cards(pa.Table.from_pylist([row("drug_sex", 9)]), RULES, 1, "en")
    assert "L0, L1, L2, L3, L4, L5 … (+3)" in printed(card)
    assert "number 9" in printed(card)


def test_no_findings_no_cards():
    assert list(cards(pa.Table.from_pylist([row("drug_sex", 1)]).slice(0, 0), RULES, 3)) == []
