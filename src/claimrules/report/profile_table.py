"""Where the seconds of an audit went, for a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

RULES_SHOWN = 20
_WORDS = {
    "zh": {
        "kernel": "步骤",
        "rule": "规则",
        "seconds": "秒",
        "share": "占比",
        "most": "主要用于",
        "sum": "合计",
        "more": "另有 {} 条规则",
    },
    "en": {
        "kernel": "kernel",
        "rule": "rule",
        "seconds": "seconds",
        "share": "share",
        "most": "most of it in",
        "sum": "sum",
        "more": "{} more rules",
    },
}


def profile_tables(profile: Mapping[str, Any], lang: str) -> Iterator[Table]:
    """Two tables, slowest first: kernels, and the rules that took most. Shares are of the sum over all kernels.

    `profile`: `kernels`, seconds by name, and `rules`, seconds by rule and kernel.
    """
    words = _WORDS[lang]
    kernels: Mapping[str, float] = profile["kernels"]
    total = sum(kernels.values())
    table = _table(words, "kernel")
    for kernel, seconds in kernels.items():
        table.add_row(kernel, *_figures(seconds, total))
    table.add_section()
    table.add_row(words["sum"], *_figures(total, total))
    yield table
    rules: Mapping[str, Mapping[str, float]] = profile["rules"]
    if rules:
        yield _rules(rules, total, words)


def _rules(rules: Mapping[str, Mapping[str, float]], total: float, words: Mapping[str, str]) -> Table:
    table = _table(words, "rule")
    table.add_column(words["most"])
    for number, (rule, spent) in enumerate(rules.items()):
        if number < RULES_SHOWN:
            kernel = max(spent, key=lambda name: spent[name])
            table.add_row(rule, *_figures(sum(spent.values()), total), kernel)
    rest = [sum(spent.values()) for spent in list(rules.values())[RULES_SHOWN:]]
    if rest:
        table.add_row(words["more"].format(len(rest)), *_figures(sum(rest), total))
    return table


def _table(words: Mapping[str, str], first: str) -> Table:
    table = Table()
    table.add_column(words[first])
    table.add_column(words["seconds"], justify="right")
    table.add_column(words["share"], justify="right")
    return table


def _figures(seconds: float, total: float) -> tuple[str, str]:
    return f"{seconds:,.3f}", f"{seconds / total:.1%}" if total else "—"
