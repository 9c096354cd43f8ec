"""Code sets that change with time are asked as of each row's own time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import claimrules
from claimrules.cases import run_pack

Writer = Callable[[dict[str, str]], Path]

DECLARED = "columns: {set_id: text, prefix: text}\nkey: [set_id, prefix]\n"
SETS = """set_id,prefix,valid_from,valid_to,known_from
banned,A,2024-02-01,,
banned,-A1,2024-03-01,2024-03-31,
banned,B,,2024-02-29,
banned,C,2024-02-01,,
banned,C,2024-02-01,2024-02-29,2024-06-01
always,A,,,
"""

BANNED = """
id: banned
title: {zh: 禁用, en: Banned}
category: policy
verdict: violation
flag: in_set(line.item_code, 'banned')
message: {zh: 禁, en: banned}
"""


def world(*lines: tuple[str, str | None], settled: str = "2030-01-01") -> dict[str, pa.Table]:
    """One claim with lines of a code and a date."""
    n = len(lines)
    return {
        "claims": pa.table(
            {
                "claim_id": ["C"],
                "person_id": ["P"],
                "provider_id": ["H"],
                "principal_diagnosis": ["A0"],
                "settled_at": [f"{settled} 10:00:00"],
            }
        ),
        "lines": pa.table(
            {
                "claim_id": ["C"] * n,
                "line_id": [str(i) for i in range(n)],
                "item_code": [code for code, _ in lines],
                "quantity": ["1"] * n,
                "amount": ["1"] * n,
                "charged_at": pa.array([None if day is None else f"{day} 08:00:00" for _, day in lines], pa.string()),
            }
        ),
    }


def flagged(result: Any) -> list[str]:
    """The violating lines."""
    return sorted(line for row in result.findings.to_pylist() for line in row["line_ids"])


def files(rule: str = BANNED, sets: str = SETS, **more: str) -> dict[str, str]:
    """A rule with its code sets."""
    return {"banned.yaml": rule, "knowledge/code_sets.csv": sets, "knowledge/code_sets.yaml": DECLARED, **more}


def test_each_row_is_asked_on_its_own_day(written: Writer) -> None:
    result = claimrules.load(written(files())).audit(
        world(
            ("A1", "2024-01-31"),  # not yet
            ("A1", "2024-02-01"),  # 1: from the first day
            ("A1", "2024-02-29"),  # 2
            ("A1", "2024-03-01"),  # out for a month
            ("A2", "2024-03-01"),  # 4: but for the others
            ("A1", "2024-03-31"),
            ("A1", "2024-04-01"),  # 6
            ("B", "2000-01-01"),  # 7: open to the left
            ("B", "2024-02-29"),  # 8: the last day is in
            ("B", "2024-03-01"),
            ("Z", "2024-02-15"),
        )
    )
    assert flagged(result) == ["1", "2", "4", "6", "7", "8"]


def test_a_row_without_a_date_is_undecided_and_an_undated_set_needs_none(written: Writer) -> None:
    result = claimrules.load(written(files())).audit(world(("A1", None)))
    assert (flagged(result), result.undecided["missing"].to_pylist()) == ([], ["line.charged_at"])
    rule = BANNED.replace("'banned')", "'always')")
    result = claimrules.load(written(files(rule))).audit(world(("A1", None), ("B", None)))
    assert (flagged(result), result.undecided.num_rows) == (["0"], 0)


def test_as_of_asks_what_was_known_then(written: Writer) -> None:
    root = written(files())
    lines = world(("C", "2024-02-10"), ("C", "2024-03-10"))
    assert flagged(claimrules.load(root).audit(lines)) == ["0"]  # since June we know that it ended in February
    assert flagged(claimrules.load(root, as_of="2024-06-01").audit(lines)) == ["0"]
    assert flagged(claimrules.load(root, as_of="2024-05-31").audit(lines)) == ["0", "1"]


def test_a_field_of_the_claim_is_asked_on_the_day_of_the_line(written: Writer) -> None:
    rule = BANNED.replace("line.item_code", "claim.principal_diagnosis")
    result = claimrules.load(written(files(rule))).audit(world(("X", "2024-01-31"), ("X", "2024-02-01")))
    assert flagged(result) == ["1"]


def test_a_set_that_a_table_names(written: Writer) -> None:
    rule = """
id: banned
title: {zh: 禁用, en: Banned}
category: policy
verdict: violation
match: {limit: {table: limits, key: {code: line.item_code}}}
flag: in_set(line.item_code, limit.codes)
message: {zh: 禁, en: banned}
"""
    table = {
        "knowledge/limits.csv": "code,codes\nA1,banned\nA2,always\nB,\n",
        "knowledge/limits.yaml": "columns: {code: text, codes: text}\nkey: [code]\n",
    }
    result = claimrules.load(written(files(rule, **table))).audit(
        world(("A1", "2024-01-31"), ("A1", "2024-02-01"), ("A2", "2024-01-31"), ("A2", None), ("B", "2024-02-01"))
    )
    assert flagged(result) == ["1", "2"]


def test_inside_others_the_other_rows_own_day_counts(written: Writer) -> None:
    rule = """
id: banned
title: {zh: 禁用, en: Banned}
category: policy
verdict: violation
rows: line.item_code = 'X'
others:
  before: {of: line, same: [person], within: 60 days before, where: "in_set(before.item_code, 'banned')"}
flag: count(before) > 0
message: {zh: 禁, en: banned}
"""
    pack = claimrules.load(written(files(rule)))
    assert flagged(pack.audit(world(("X", "2024-02-20"), ("A", "2024-01-31")))) == []
    assert flagged(pack.audit(world(("X", "2024-02-20"), ("A", "2024-02-01")))) == ["0"]


def test_check_and_cases_say_what_audit_says(written: Writer) -> None:
    cases = """
examples:
  - name: before
    given: visit
    lines: {l1: {item_code: A, charged_at: 2024-01-31 08:00}}
    expect: clean
  - name: from then on
    given: visit
    lines: {l1: {item_code: A, charged_at: 2024-02-01 08:00}}
    expect: {flagged: [l1]}
  - name: with sets of its own
    given: visit
    lines: {l1: {item_code: A, charged_at: 2024-02-01 08:00}}
    knowledge: {code_sets: [{set_id: banned, prefix: A, valid_from: 2024-02-02}]}
    expect: clean
"""
    pack = claimrules.load(written(files(BANNED + cases)))
    assert [outcome.text for outcome in run_pack(pack)] == ["", "", ""]
    line = {"line_id": "a", "item_code": "A", "quantity": "1", "amount": "1"}
    for day, hits in (("2024-01-31", 0), ("2024-02-01", 1)):
        lines = [{**line, "charged_at": f"{day} 08:00:00"}]
        claim = {"claim_id": "C", "person_id": "P", "provider_id": "H", "lines": lines}
        assert len(pack.check(claim).findings) == hits


def test_a_set_without_dates_stays_on_the_cheap_path(written: Writer) -> None:
    undated = "set_id,prefix\nbanned,A\n"
    pack = claimrules.load(written(files(sets=undated)))
    assert dict(pack.knowledge.changes) == {}
    ((_, flag),) = pack.plan.rules[0].rule.flag
    assert (flag.function, flag.arguments[1].value) == ("in_set", "banned")


@pytest.mark.parametrize(
    "rows",
    [
        "banned,A,2024-01-01,2024-02-01,\nbanned,A,2024-02-01,,",
        "banned,A,2024-01-01,,\nbanned,-A,2024-02-01,,",
        "banned,A,,,\nbanned,A,,,",
    ],
)
def test_a_prefix_stands_once_on_any_day(written: Writer, rows: str) -> None:
    header = "set_id,prefix,valid_from,valid_to,known_from\n"
    with pytest.raises(claimrules.ClaimRulesError, match="stands twice in the set") as error:
        claimrules.load(written(files(sets=header + rows + "\n")))
    assert len(error.value.diagnostics) == 1
