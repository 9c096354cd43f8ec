"""Findings as cards: what a reviewer reads first."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from claimrules.report.results_table import UNKNOWN, Titled, money, title_of

_WORDS = {
    "zh": {
        "violation": "违规",
        "suspicious": "疑似",
        "indicator": "指标",
        "claim": "结算",
        "lines": "违规明细",
        "involved": "涉及明细",
        "related": "关联结算",
        "observed": "实际 / 限额",
        "amount": "违规金额",
        "loss": "基金损失",
        "basis": "依据",
        "knowledge": "知识条目",
    },
    "en": {
        "violation": "violation",
        "suspicious": "suspicious",
        "indicator": "indicator",
        "claim": "claim",
        "lines": "violating lines",
        "involved": "evidence",
        "related": "related claims",
        "observed": "observed / allowed",
        "amount": "amount",
        "loss": "fund loss",
        "basis": "basis",
        "knowledge": "knowledge",
    },
}
_BORDERS = {"violation": "red", "suspicious": "yellow", "indicator": "blue"}


def cards(findings: Any, rules: Mapping[str, Titled], count: int = 3, language: str = "zh") -> Iterator[Panel]:
    """Up to `count` findings, the first of each rule before a rule's second, rules by their id."""
    if count <= 0 or findings.num_rows == 0:
        return
    for row in _spread(findings, count):
        yield card(row, rules, language)


def card(row: Mapping[str, Any], rules: Mapping[str, Titled], language: str = "zh") -> Panel:
    """One row of `findings` as a card."""
    words = _WORDS[language]
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    shown = {
        "claim": row["claim_id"],
        "lines": _listed(row["line_ids"]),
        "involved": _listed(row["involved_line_ids"]),
        "related": _listed(row["related_claim_ids"]),
        "observed": f"{row['observed']} / {row['allowed']}" if row["observed"] is not None else "",
        "amount": f"{money(row['amount'])} ({row['amount_method']})" if row["amount"] is not None else "",
        "loss": UNKNOWN if row["fund_loss"] is None else money(row["fund_loss"]),
        "basis": row["basis"],
        "knowledge": _listed(row["knowledge_ids"]),
    }
    for key, value in shown.items():
        if value:
            facts.add_row(words[key], Text(str(value)))
    rule_id, verdict = row["rule_id"], row["verdict"]
    title = Text(f"{title_of(rules.get(rule_id), language)} {rule_id} · {words.get(verdict, verdict)}".strip())
    message = Text(row["message_zh"] if language == "zh" else row["message_en"], style="bold")
    return Panel(Group(message, Text(), facts), title=title, title_align="left", border_style=_BORDERS.get(verdict, "none"))


def _spread(findings: Any, count: int) -> list[dict[str, Any]]:
    """The first finding of each rule, then the second of each, until there are `count`."""
    encoded = findings["rule_id"].combine_chunks().dictionary_encode()
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    rules = encoded.dictionary.to_pylist()
    by_rule = {rule: np.flatnonzero(codes == code)[:count].tolist() for code, rule in enumerate(rules)}
    turns = sorted((turn, rule_id, index) for rule_id, kept in by_rule.items() for turn, index in enumerate(kept))
    return [findings.slice(index, 1).to_pylist()[0] for _, _, index in turns[:count]]


def _listed(values: list[str] | None, most: int = 6) -> str:
    if not values:
        return ""
    more = f" … (+{len(values) - most})" if len(values) > most else ""
    return ", ".join(values[:most]) + more
