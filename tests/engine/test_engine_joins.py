"""Which rows are joined by which keys, and what a key that is not known does; worked out by hand."""

from datetime import date, datetime
from decimal import Decimal
from textwrap import dedent

import numpy as np
import pyarrow as pa
import pytest

import claimrules
from claimrules.batch import ClaimBatch
from claimrules.engine import join
from claimrules.engine.join import by_key, chunks

HEAD = """\
id: some_rule
title: {zh: 规则, en: rule}
category: management
verdict: violation
message: {zh: 违规, en: violation}
"""
CLAIM = pa.schema(
    [
        ("claim_id", pa.string()),
        ("person_id", pa.string()),
        ("provider_id", pa.string()),
        ("sex", pa.string()),
        ("is_newborn", pa.bool_()),
        ("birth_date", pa.date32()),
        ("physician_id", pa.string()),
        ("principal_diagnosis", pa.string()),
        ("total_amount", pa.decimal128(16, 2)),
        ("fund_amount", pa.decimal128(16, 2)),
        ("settled_at", pa.timestamp("us")),
    ]
)


def claims(*rows):
    made = []
    for i, row in enumerate(rows):
        when = datetime(2025, 3, i + 1, 9)  # noqa: DTZ001
        made.append({"claim_id": f"C{i}", "person_id": f"P{i}", "provider_id": "H1", "settled_at": when, **row})
    return pa.Table.from_pylist(made, CLAIM)


def verdicts(folder, logic, *rows):
    (folder / "some_rule.yaml").write_text(HEAD + dedent(logic), encoding="utf-8")
    batch = ClaimBatch.from_tables({"claims": claims(*rows)})
    found = claimrules.load(folder).judge(batch, "some_rule").to_pylist()
    return [row["verdict"] for row in sorted(found, key=lambda row: row["claim_id"])]


A, B = "flagged", "clean"


@pytest.mark.parametrize(
    ("key", "column", "values", "expected"),
    [
        ("physician", "physician_id", ["x", "y", "x", "z"], [A, B, A, B]),
        ("physician", "physician_id", ["x", None, "y", None], [B, B, B, B]),  # what is not known joins nothing
        ("physician", "physician_id", [None, "a", "b", "c"], [B, B, B, B]),
        ("claim.sex", "sex", ["male", "female", "male", None], [A, B, A, B]),
        ("claim.is_newborn", "is_newborn", [True, False, True, None], [A, B, A, B]),
        ("claim.is_newborn", "is_newborn", [True, None, None, False], [B, B, B, B]),
        ("claim.birth_date", "birth_date", [date(2000, 1, 1), date(2000, 1, 2), None, date(2000, 1, 1)], [A, B, B, A]),
        ("claim.total_amount", "total_amount", [Decimal("1.10"), Decimal("1.11"), Decimal("1.10"), None], [A, B, A, B]),
        ("claim.total_amount / 3", "total_amount", [Decimal(1), Decimal(2), Decimal(1), None], [A, B, A, B]),
        ("left(claim.principal_diagnosis, 1)", "principal_diagnosis", ["K35", "J18", "K40", None], [A, B, A, B]),
    ],
)
def test_rows_are_joined_by_equal_keys(tmp_path, key, column, values, expected):
    logic = f'of: claim\nothers: {{o: {{same: [provider, "{key}"]}}}}\nflag: count(o) > 0\n'
    found = verdicts(tmp_path, logic, *({column: value} for value in values))
    known = [verdict if value is not None else None for verdict, value in zip(found, values, strict=True)]
    wanted = [verdict if value is not None else None for verdict, value in zip(expected, values, strict=True)]
    assert known == wanted
    assert A not in [verdict for verdict, value in zip(found, values, strict=True) if value is None]


@pytest.mark.parametrize(("take", "expected"), [("previous", [B, B, A, A]), ("next", [A, A, B, B])])
def test_the_nearest_of_equal_keys(tmp_path, take, expected):
    rows = [{"physician_id": name} for name in ("x", "y", "x", "y")]
    pair = "o.physician_id = claim.physician_id"
    logic = f"of: claim\nothers: {{o: {{same: [provider, physician], take: {take}}}}}\nflag: {pair}\n"
    assert verdicts(tmp_path, logic, *rows) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("o.total_amount > claim.total_amount", [A, A, B]),
        ("o.total_amount < claim.total_amount", [B, A, A]),
        ("o.total_amount <> claim.total_amount AND o.sex = 'male'", [A, A, A]),
        ("o.sex = 'male' AND claim.sex = 'male'", [A, B, A]),
        ("FALSE", [B, B, B]),
    ],
)
def test_conditions_on_pairs(tmp_path, where, expected):
    rows = [{"total_amount": Decimal(i + 1), "sex": sex} for i, sex in enumerate(("male", "female", "male"))]
    logic = f'of: claim\nothers: {{o: {{same: [provider], where: "{where}"}}}}\nflag: count(o) > 0\n'
    assert verdicts(tmp_path, logic, *rows) == expected


def test_a_row_is_not_beside_itself_unless_it_is_said_so(tmp_path):
    rows = [{"sex": "male"}, {"sex": "female"}]
    logic = "of: claim\nothers: {o: {same: [provider], itself: %s}}\nflag: count(o) = %s\n"
    assert verdicts(tmp_path, logic % ("false", 1), *rows) == [A, A]
    assert verdicts(tmp_path, logic % ("true", 2), *rows) == [A, A]


def test_others_beside_a_subject_leave_its_own_rows_out(tmp_path):
    rows = [{"physician_id": name} for name in ("x", "x", "y")]
    logic = "of: claim\nper: [provider, physician]\nothers: {o: {same: [provider]%s}}\nflag: count(o) = %s\n"
    assert verdicts(tmp_path, logic % ("", 1), *rows) == [A, A, B]
    assert verdicts(tmp_path, logic % ("", 2), *rows) == [B, B, A]
    assert verdicts(tmp_path, logic % (", itself: true", 3), *rows) == [A, A, A]


def test_other_subjects(tmp_path):
    rows = [
        {"physician_id": name, "total_amount": Decimal(money)} for name, money in (("x", 1), ("x", 2), ("y", 5), ("z", 3))
    ]
    logic = (
        "of: claim\nper: [provider, physician]\nothers: {o: {of: subject, same: [provider]}}\n"
        "let: {total: sum(claim.total_amount)}\nflag: %s\n"
    )
    assert verdicts(tmp_path, logic % "total > avg(o.total)", *rows) == [B, B, A, B]  # 3, 5 and 3: beside 4, 3 and 4
    assert verdicts(tmp_path, logic % "count(o) = 2", *rows) == [A, A, A, A]
    assert verdicts(tmp_path, logic % "max(o.total) > total", *rows) == [A, A, B, A]
    same = logic.replace("same: [provider]", "same: [provider, total]")
    assert verdicts(tmp_path, same % "count(o) = 1", *rows) == [A, A, B, A]
    where = logic.replace("same: [provider]", "same: [provider], where: o.total > total")
    assert verdicts(tmp_path, where % "count(o) = 1", *rows) == [A, A, B, A]
    itself = logic.replace("same: [provider]", "same: [provider], itself: true")
    assert verdicts(tmp_path, itself % "count(o) = 3", *rows) == [A, A, A, A]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pairs_looked_at_in_parts_are_the_same(tmp_path, monkeypatch, size):
    monkeypatch.setattr(join, "CHUNK", size)
    rows = [{"physician_id": name} for name in ("x", "y", "x", "y", "x")]
    logic = "of: claim\nothers: {o: {same: [provider, physician]}}\nflag: count(o) = 2\n"
    assert verdicts(tmp_path, logic, *rows) == [A, B, A, B, A]
    sizes = np.array([2, 1, 3, 0, 5, 1])
    parts = chunks(sizes)
    assert [i for part in parts for i in range(part.start, part.stop)] == list(range(6))
    assert all(sizes[part].sum() <= size or part.stop - part.start == 1 for part in parts)


def test_each_row_s_range_of_others():
    order, starts, stops = by_key(np.array([5, -1, 3, 5]), np.array([3, 5, 4]))
    assert [order[a:b].tolist() for a, b in zip(starts, stops, strict=True)] == [[2], [0, 3], []]
