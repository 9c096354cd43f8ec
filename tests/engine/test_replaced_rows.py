"""A row learnt later stands for the one with the same key, region and first day, also where it ends sooner."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import claimrules

RULE = """
id: limited
title: {zh: 限量, en: Limited}
category: policy
verdict: violation
match: {limit: {table: limits, key: {code: line.item_code}TAKE}}
flag: FLAG
observed: {value: line.quantity, limit: SHOWN}
message: {zh: 多, en: many}
"""
ROWS = """code,most,valid_from,valid_to,region,known_from
A,5,2024-01-01,,,
A,7,2024-01-01,2024-03-31,,2024-06-01
A,9,2024-01-01,,330000,2024-05-01
B,3,2024-01-01,,,
B,4,2024-02-01,,,2024-06-01
"""


def audit(folder: Path, as_of: str | None, many: bool, *lines: tuple[str, str]) -> list[tuple[str, str]]:
    """(code and day, limit) of each line for which there is one."""
    (folder / "knowledge").mkdir(exist_ok=True)
    rule = RULE.replace("TAKE", ", take: all" if many else "")
    rule = rule.replace("FLAG", "count(limit) > 0" if many else "line.quantity > limit.most")
    rule = rule.replace("SHOWN", "max(limit.most)" if many else "limit.most")
    declared = "columns: {code: text, most: integer}\nkey: [code]\n" + ("many: true\n" if many else "")
    files = {"limited.yaml": rule, "knowledge/limits.csv": ROWS, "knowledge/limits.yaml": declared}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    n = len(lines)
    claims: dict[str, Any] = {
        "claims": pa.table({"claim_id": ["C"], "person_id": ["P"], "provider_id": ["H"], "region": ["110000"]}),
        "lines": pa.table(
            {
                "claim_id": ["C"] * n,
                "line_id": [f"{code} {day}" for code, day in lines],
                "item_code": [code for code, _ in lines],
                "quantity": ["100"] * n,
                "amount": ["1"] * n,
                "charged_at": [f"{day} 08:00:00" for _, day in lines],
            }
        ),
    }
    found = claimrules.load(folder, as_of=as_of).audit(claims).findings.to_pylist()
    return sorted((line, row["allowed"]) for row in found for line in row["line_ids"])


LINES = (("A", "2024-03-31"), ("A", "2024-04-01"), ("B", "2024-01-15"))


@pytest.mark.parametrize("as_of", [None, "2024-06-01"])
def test_a_row_that_was_ended_later_holds_no_longer(tmp_path: Path, as_of: str | None) -> None:
    assert audit(tmp_path, as_of, False, *LINES) == [("A 2024-03-31", "7"), ("B 2024-01-15", "3")]


def test_before_that_was_known_the_first_row_stands(tmp_path: Path) -> None:
    assert audit(tmp_path, "2024-05-31", False, *LINES) == [
        ("A 2024-03-31", "5"),
        ("A 2024-04-01", "5"),
        ("B 2024-01-15", "3"),
    ]


def test_where_several_rows_may_hold_one_replaces_only_what_says_the_same(tmp_path: Path) -> None:
    assert audit(tmp_path, None, True, ("A", "2024-03-31"), ("A", "2024-04-01")) == [
        ("A 2024-03-31", "7"),
        ("A 2024-04-01", "5"),
    ]
