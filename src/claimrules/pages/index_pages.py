"""The lists of rules: by category, and by the numbers of the national list."""

from collections.abc import Collection, Sequence

from claimrules.language.rule import Rule
from claimrules.pages.markdown import code, page, plain, section, table
from claimrules.pages.words import CATEGORIES, SEVERITIES, STATUSES, VERDICTS, both

NATIONAL = range(1, 89)
"""The numbers of the national rule list."""


def rules_index(rules: Collection[Rule], tables: int) -> str:
    """All rules by category, and how many there are."""
    numbers = {rule.national_number for rule in rules} & {*NATIONAL}
    counts = [
        (both("规则", "rules"), str(len(rules))),
        *((CATEGORIES[key], str(sum(rule.category == key for rule in rules))) for key in CATEGORIES),
        (both("国家规则（88 条）中已覆盖", "of the 88 national rules"), str(len(numbers))),
        (both("知识表和登记表", "tables and registers"), str(tables)),
    ]
    return page(
        "规则 · Rules",
        table(["", ""], counts),
        "按国家规则序号见[国家规则对照](national.md)。By the national list's numbers: [national rules](national.md).",
        *(section(CATEGORIES[key], _table([rule for rule in rules if rule.category == key])) for key in CATEGORIES),
    )


def _table(rules: Sequence[Rule]) -> str:
    heads = ["规则 · rule", "English", "编号 · id", "认定 · verdict", "严重程度 · severity", "状态 · status"]
    return table(
        heads,
        [
            (
                linked(rule),
                plain(rule.title.en),
                code(rule.id),
                VERDICTS[rule.verdict],
                SEVERITIES[rule.severity],
                STATUSES[rule.status],
            )
            for rule in rules
        ],
    )


def linked(rule: Rule) -> str:
    """The rule's Chinese title, leading to its page."""
    return f"[{plain(rule.title.zh)}]({rule.id}.md)"


def national_index(rules: Collection[Rule]) -> str:
    """A row for each number of the national list, with the rules that say they are of it."""
    rows = []
    for number in NATIONAL:
        own = [rule for rule in rules if rule.national_number == number]
        said = "<br>".join(f"{linked(rule)} {code(rule.national_code)}".strip() for rule in own)
        rows.append((str(number), said or "—", "<br>".join(plain(rule.title.en) for rule in own)))
    return page(
        "国家规则对照 · National rules",
        "国家规则序号 1–88，与本库的规则。— 表示本库没有。\n\n"
        "The numbers of the national rule list and the rules of this library. — : the library has none.",
        table(["序号 · number", "规则 · rule", "English"], rows),
    )
