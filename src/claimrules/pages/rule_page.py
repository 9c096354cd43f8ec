"""The page of one rule."""

import re
from collections.abc import Mapping, Sequence

from claimrules.cases import Case
from claimrules.diagnostics import MappingNode
from claimrules.knowledge import KnowledgeSet
from claimrules.language.rule import Rule
from claimrules.language.sources import Source
from claimrules.pages.case_tables import case_part, first_clean, first_flagged
from claimrules.pages.law import law_table
from claimrules.pages.logic import logic_table
from claimrules.pages.markdown import code, page, plain, section, table, unfolded
from claimrules.pages.tables import local_values, parameters_table, sets_table, tables_section
from claimrules.pages.words import CATEGORIES, SEVERITIES, STATUSES, VERDICTS

_GAPS_ZH = re.compile(r"已知不足[：:]")
_GAPS_EN = re.compile(r"Known gaps?[:：]\s*")


def rule_page(
    rule: Rule, root: MappingNode, cases: Sequence[Case], knowledge: KnowledgeSet, sources: Mapping[str, Source]
) -> str:
    """The page. `root` is the rule's file, `cases` its cases."""
    what_zh, gaps_zh = parted(unfolded(rule.description.zh), _GAPS_ZH)
    what_en, gaps_en = parted(unfolded(rule.description.en), _GAPS_EN)
    flagged, clean = first_flagged(cases), first_clean(cases)
    return page(
        f"{plain(rule.title.zh)} · {plain(rule.title.en)}",
        _facts(rule),
        section("说明 · What it finds", plain(what_zh), plain(what_en)),
        section("法律依据 · Law", law_table(rule, sources)),
        section("判断逻辑 · Logic", logic_table(rule, root, knowledge)),
        section("知识表 · Tables", tables_section(rule, knowledge), sets_table(rule, knowledge)),
        section("参数 · Parameters", parameters_table(rule, sources), local_values(rule, knowledge)),
        section("违规示例 · A flagged case", case_part(flagged, rule) if flagged else ""),
        section("不违规示例 · A clean case", case_part(clean, rule) if clean else ""),
        section(
            "已知不足 · Known gaps",
            plain(gaps_zh) or "未写明。",
            plain(gaps_en[:1].upper() + gaps_en[1:]) or "None is stated.",
        ),
    )


def _facts(rule: Rule) -> str:
    number = "" if rule.national_number is None else f"{rule.national_number} {code(rule.national_code)}".strip()
    until = f" – {rule.effective_to}" if rule.effective_to else ""
    rows = [
        ("规则编号 · id", f"{code(rule.id)} v{rule.version}"),
        ("国家规则 · national rule", number),
        ("类别 · category", CATEGORIES[rule.category]),
        ("认定 · verdict", VERDICTS[rule.verdict]),
        ("严重程度 · severity", SEVERITIES[rule.severity]),
        ("状态 · status", STATUSES[rule.status]),
        ("生效 · effective", f"{rule.effective_from or '不限 · always'}{until}"),
    ]
    return table(["", ""], [row for row in rows if row[1]])


def parted(text: str, mark: re.Pattern[str]) -> tuple[str, str]:
    """A description, and the known gaps at its end."""
    what, *gaps = mark.split(text, maxsplit=1)
    return what.strip(), gaps[0].strip() if gaps else ""
