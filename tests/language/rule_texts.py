"""Reading rule files and rule texts against a few tables made by hand."""

from collections.abc import Callable
from pathlib import Path

from claimrules.catalog import INTEGER, TEXT, WINDOW, KeyColumn, Match, TableSchema, decimal, enumeration
from claimrules.language import Rule, Source, read_rule
from claimrules.language.frame import Bilingual

SCHEMAS = {
    schema.name: schema
    for schema in (
        TableSchema("drug_sex", {"code": TEXT, "sex": enumeration("male", "female")}, (KeyColumn("code"),)),
        TableSchema(
            "catalogue",
            {"code": TEXT, "class": enumeration("A", "B", "C"), "days": INTEGER},
            (KeyColumn("code", Match.PREFIX),),
            complete=True,
        ),
        TableSchema(
            "drug_supply",
            {"code": TEXT, "max_quantity": decimal(16, 4), "window": WINDOW, "unit": TEXT},
            (KeyColumn("code"),),
        ),
    )
}
SETS = frozenset({"planned readmission"})
SOURCES = {
    "fund-regulation-2021": Source(
        title=Bilingual(zh="条例", en="Regulation"),
        articles=dict.fromkeys(("第三十八条", "第三十八条第二项", "第三十八条第三项"), "…"),
    ),
    "problem-list-2025": Source(title=Bilingual(zh="清单", en="List")),
}

HEAD = """id: t
title: {zh: 测试, en: test}
category: policy
verdict: violation
message: {zh: 测试, en: test}
"""

Reader = Callable[[str], Rule]


def read_file(path: Path) -> Rule:
    """The rule in a file."""
    return read_rule(path, SCHEMAS, sets=SETS, sources=SOURCES)


def read_text(body: str) -> Rule:
    """The rule of `HEAD` and `body`."""
    return read_rule(HEAD + body, SCHEMAS, sets=SETS, sources=SOURCES, file="t.yaml")
