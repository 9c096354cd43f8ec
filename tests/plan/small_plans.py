"""Plans of small rules over a few tables made by hand."""

from collections.abc import Callable

from claimrules.catalog import TEXT, WINDOW, Absence, KeyColumn, Match, TableSchema, decimal, enumeration
from claimrules.plan import RulePlan

HEAD = """id: t
title: {zh: 测试, en: test}
category: policy
verdict: violation
message: {zh: 测试, en: test}
"""
SCHEMAS = {
    schema.name: schema
    for schema in (
        TableSchema("drug_sex", {"code": TEXT, "sex": enumeration("male", "female")}, (KeyColumn("code"),)),
        TableSchema("listed", {"code": TEXT}, (KeyColumn("code"),), Absence.UNKNOWN, complete=True),
        TableSchema("complete", {"code": TEXT}, (KeyColumn("code", Match.PREFIX),), complete=True),
        TableSchema(
            "by_region", {"area": TEXT, "code": TEXT, "most": decimal(16, 4)}, (KeyColumn("area"), KeyColumn("code"))
        ),
        TableSchema("pairs", {"sub": TEXT, "main": TEXT, "window": WINDOW}, (KeyColumn("sub"),)),
    )
}
Planner = Callable[..., RulePlan]
