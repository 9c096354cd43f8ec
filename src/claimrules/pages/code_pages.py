"""A page for each diagnostic code, and their list."""

from claimrules.diagnostics.meanings import MEANINGS, Meaning
from claimrules.pages.markdown import code, page, section, table

ROOMS = {
    "1": "结算数据 · claims",
    "2": "规则 · rules",
    "3": "知识 · knowledge",
    "4": "计划 · the plan",
    "5": "引擎 · the engine",
    "6": "用例 · cases",
    "7": "输出 · output",
    "8": "SQL",
    "9": "比较 · comparing",
}
"""What the first digit of a code says."""


def code_page(name: str, meaning: Meaning) -> str:
    """What a code means: the words of `claimrules explain CODE`. They are Markdown already."""
    return page(
        f"{name}: {meaning.title}",
        section("原因 · Why", meaning.cause),
        section("例子 · Example", _example(meaning.example)),
        section("处理 · What to do", meaning.remedy),
        f"{code(f'claimrules explain {name}')} · [全部代码 all codes](index.md)",
    )


def _example(text: str) -> str:
    """One line is Markdown; several are a text of a file."""
    return f"```text\n{text}\n```" if "\n" in text else text


def codes_index() -> str:
    """All codes, by the part of the flow that says them."""
    sections = [
        section(
            room,
            table(
                ["代码 · code", "含义 · what"],
                [(f"[{name}]({name}.md)", meaning.title) for name, meaning in MEANINGS.items() if name[2] == digit],
            ),
        )
        for digit, room in ROOMS.items()
    ]
    return page("诊断代码 · Diagnostic codes", "A code never changes its meaning.", *sections)
