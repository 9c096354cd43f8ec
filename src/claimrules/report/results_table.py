"""The results by rule, for a terminal."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from rich.table import Table
from rich.text import Text

_WORDS = {
    "zh": {
        "rule": "规则",
        "verdict": "结论",
        "flagged": "标记",
        "undecided": "不能判断",
        "amount": "金额（元）",
        "loss": "基金损失（元）",
        "total": "合计（每条明细只计一次）",
        "violation": "违规",
        "suspicious": "疑似",
        "indicator": "指标",
        "skipped": "未运行",
        "not_run": "另有 {} 条规则未运行（{}）",
        "failed": "出错",
    },
    "en": {
        "rule": "rule",
        "verdict": "verdict",
        "flagged": "flagged",
        "undecided": "undecided",
        "amount": "amount",
        "loss": "fund loss",
        "total": "total, each line once",
        "skipped": "not run",
        "not_run": "{} more rules not run ({})",
    },
}

NOT_ASKED = "not asked for"
"""The reason, in the summary, of rules that `only` leaves out."""
ASLEEP = "its status is "
"""How the reason begins of rules that their status keeps from running."""
UNKNOWN = "—"
"""Money that is not known."""


class Titled(Protocol):
    """What the table shows of a rule."""

    @property
    def title(self) -> Any:
        """`.zh` and `.en`."""

    @property
    def verdict(self) -> str:
        """violation, suspicious or indicator."""


def results_table(summary: Any, rules: Mapping[str, Titled], language: str = "zh", *, findings: Any | None = None) -> Table:
    """One row a rule, most money first, and the totals. `summary` is `AuditResult.summary`.

    Rules that were not asked for are left out; those that their status keeps from running are counted in one line. With
    `findings` (`AuditResult.findings`), money that no finding of a rule knows is shown as `—`: the summary's 0.00 is the
    sum of what is known.
    """
    asleep = Counter(
        one.reason.removeprefix(ASLEEP) for one in summary.rules.values() if (one.reason or "").startswith(ASLEEP)
    )
    shown = {
        rule_id: one
        for rule_id, one in summary.rules.items()
        if one.reason != NOT_ASKED and not (one.reason or "").startswith(ASLEEP)
    }
    blank = {name: _unknown(findings, name) for name in ("amount", "fund_loss")}
    words = _WORDS[language]
    table = Table(show_footer=True, header_style="bold", footer_style="bold")
    table.add_column(words["rule"], words["total"], overflow="fold", ratio=1)
    table.add_column(words["verdict"], no_wrap=True)
    table.add_column(words["flagged"], _count(sum(r.flagged for r in summary.rules.values())), justify="right")
    table.add_column(words["undecided"], _count(sum(r.undecided for r in summary.rules.values())), justify="right")
    for word, total, column in (("amount", summary.total_amount, "amount"), ("loss", summary.total_fund_loss, "fund_loss")):
        unknown = UNKNOWN if _all_unknown(findings, column) else money(total)
        table.add_column(words[word], unknown, justify="right", no_wrap=True)
    for rule_id, figures in sorted(shown.items(), key=lambda item: (-(item[1].amount or 0), item[0])):
        rule = rules.get(rule_id)
        name = Text(title_of(rule, language) or rule_id)
        name.append(f"\n{rule_id}", style="dim")
        verdict = rule.verdict if rule else ""
        if figures.status != "ran":
            reason = f"{words.get(figures.status, figures.status)}: {figures.reason or ''}".rstrip(": ")
            name.append(f"\n{reason}", style="yellow")
        style = {"violation": "red", "suspicious": "yellow"}.get(verdict, "") if figures.flagged else "dim"
        table.add_row(
            name,
            Text(words.get(verdict, verdict), style=style),
            Text(_count(figures.flagged), style=style),
            _count(figures.undecided),
            UNKNOWN if rule_id in blank["amount"] else money(figures.amount),
            UNKNOWN if rule_id in blank["fund_loss"] else money(figures.fund_loss),
        )
    if asleep:
        kinds = ", ".join(f"{status}: {n}" for status, n in sorted(asleep.items()))
        table.add_row(Text(words["not_run"].format(asleep.total(), kinds), style="dim"))
    return table


def _unknown(findings: Any | None, name: str) -> set[str]:
    """The rules that have findings, of which none knows the money `name`."""
    if findings is None:
        return set()
    known = findings["rule_id"].filter(findings[name].is_valid())
    return set(findings["rule_id"].unique().to_pylist()) - set(known.unique().to_pylist())


def _all_unknown(findings: Any | None, name: str) -> bool:
    return findings is not None and 0 < findings.num_rows == findings[name].null_count


def title_of(rule: Titled | None, language: str) -> str:
    """The rule's title in "zh" or "en"."""
    if rule is None:
        return ""
    return str(rule.title.zh if language == "zh" else rule.title.en)


def money(value: Decimal | None) -> str:
    """`1,234.50`; empty where there is none."""
    return "" if value is None else f"{value:,.2f}"


def _count(value: int) -> str:
    return f"{value:,}"
