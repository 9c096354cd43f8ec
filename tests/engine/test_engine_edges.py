"""What lies at the edges of the engine's own numbers: wide decimals, many rules at once, members that are not sure."""

from datetime import datetime
from decimal import Decimal
from textwrap import dedent

import numpy as np
import pyarrow as pa
import pytest

import claimrules
from claimrules.batch import ClaimBatch
from claimrules.catalog import TIMESTAMP, decimal
from claimrules.engine.column import Column
from claimrules.engine.kernels import segments
from claimrules.engine.kernels.scan import supply_left
from claimrules.engine.listed import distinct_list
from claimrules.engine.prepare.arrays import column_of, take, type_of
from claimrules.engine.values.times import DAY
from claimrules.engine.values.units import converted

HEAD = """\
id: {name}
title: {{zh: 规则, en: rule}}
category: management
verdict: violation
message: {{zh: 违规, en: violation}}
"""
LINE = pa.schema(
    [
        ("line_id", pa.string()),
        ("claim_id", pa.string()),
        ("item_code", pa.string()),
        ("provider_item_code", pa.string()),
        ("quantity", pa.decimal128(16, 4)),
        ("amount", pa.decimal128(16, 2)),
        ("charged_at", pa.timestamp("us")),
    ]
)


@pytest.mark.parametrize(
    "value", [2**63, -(2**63) - 1, 2**64, -(2**64), 2**64 + 1, 10**30 + 7, -(10**30) - 7, 2**63 - 1, -(2**63), 0, -1]
)
def test_decimals_that_64_bits_do_not_hold_are_exact(value):
    column = column_of(pa.array([Decimal(value), Decimal(5), None], pa.decimal128(38, 0)), decimal(38, 0))
    assert [int(v) for v in column.data[:2]] == [value, 5]
    assert column.known is not None
    assert column.known.tolist() == [True, True, False]
    assert (column.data.dtype == object) == (not -(2**63) <= value < 2**63)


@pytest.mark.parametrize(
    ("values", "equal"),
    [
        (np.array([0.0, -0.0, 1.5, 1.5]), [(0, 1), (2, 3)]),
        (np.array([10**30, 10**30, 10**30 + 1, 10**30 + 1], dtype=object), [(0, 1), (2, 3)]),
        (np.array([True, True, False, False]), [(0, 1), (2, 3)]),
    ],
)
def test_equal_values_have_equal_codes(values, equal):
    ids, k = segments.group_ids([segments.equal_codes(values)], len(values))
    assert k == 2
    assert [ids[a] == ids[b] for a, b in equal] == [True, True]


def test_a_column_of_nothing_known():
    for type_ in (pa.int64(), pa.bool_(), pa.date32(), pa.decimal128(10, 2)):
        column = column_of(pa.nulls(3, type_), type_of(type_))
        assert column.known is not None
        assert column.known.tolist() == [False] * 3
        assert len(column) == 3


def test_taking_rows_forgets_a_mask_that_is_full():
    column = Column(decimal(5, 2), np.arange(3), np.array([True, False, True]), None, np.array([False, True, False]))
    assert take(column, np.array([0, 2])).known is None
    some = take(column, np.array([1, 2]))
    assert some.known is not None
    assert some.known.tolist() == [False, True]
    assert some.least is not None
    assert some.least.tolist() == [True, False]


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("1ug", "kg"),
        ("0." + "1" * 60 + "g", "mg"),
        ("0.0000001g", "g"),
        ("1g", "次"),
        ("g", "g"),
        ("1 2g", "g"),
        ("-1g", "g"),
    ],
)
def test_numbers_that_millionths_do_not_hold_are_none(text, unit):
    assert converted(text, unit) is None


def test_empty_groups_are_zero_unless_it_is_said_otherwise():
    ids, values = np.array([0, 2]), np.array([5, -5])
    assert segments.segment_min(values, ids, 4).tolist() == [5, 0, -5, 0]
    assert segments.segment_max(values, ids, 4).tolist() == [5, 0, -5, 0]
    assert segments.segment_min(values, ids, 4, -1).tolist() == [5, -1, -5, -1]
    assert segments.segment_sum(np.array([0.5, 0.25, 1.0]), np.array([1, 1, 2]), 4).tolist() == [0.0, 0.75, 1.0, 0.0]


def test_times_are_listed_by_the_second():
    column = Column(TIMESTAMP, np.array([DAY, DAY + 400_000, DAY + 1_000_000, 0]))
    made = distinct_list(column, np.array([0, 0, 0, 1]), 2, None)
    assert made.words is not None
    assert [made.words[code] for code in made.data] == ["1970-01-02, 1970-01-02 00:00:01", "1970-01-01"]


# ------------------------------------------------------------------ rules


def lines(*rows):
    names = ("line_id", "item_code", "quantity", "day", "other")
    given = [dict(zip(names, row, strict=False)) for row in rows]
    made = [
        {
            "line_id": row["line_id"],
            "claim_id": "C1",
            "item_code": row["item_code"],
            "provider_item_code": row.get("other"),
            "quantity": Decimal(row.get("quantity", "1")),
            "amount": Decimal(1),
            "charged_at": None if row.get("day", 1) is None else datetime(2025, 3, row.get("day", 1)),  # noqa: DTZ001
        }
        for row in given
    ]
    claims = [{"claim_id": "C1", "person_id": "P1", "provider_id": "H1"}]
    return {"claims": pa.Table.from_pylist(claims), "lines": pa.Table.from_pylist(made, LINE)}


def rules(folder, **logic):
    for name, text in logic.items():
        (folder / f"{name}.yaml").write_text(HEAD.format(name=name) + dedent(text), encoding="utf-8")


def knowledge(folder, name, columns, key, rows):
    (folder / "knowledge").mkdir(exist_ok=True)
    (folder / "knowledge" / f"{name}.yaml").write_text(f"columns: {columns}\nkey: {key}\n", encoding="utf-8")
    (folder / "knowledge" / f"{name}.csv").write_text(rows, encoding="utf-8")


def test_seventy_rules_each_find_their_own_code(tmp_path):
    # more than fit into one word of 64 bits
    knowledge(
        tmp_path,
        "listed",
        "{code: text, rule: text}",
        "[code]",
        "code,rule\n" + "".join(f"A{i},r{i:02}\n" for i in range(70)),
    )
    body = "match: {{m: {{table: listed, key: {{code: line.item_code}}}}}}\nflag: m.rule = 'r{0:02}'\n"
    rules(tmp_path, **{f"r{i:02}": body.format(i) for i in range(70)})
    found = claimrules.load(tmp_path).audit(lines(*((f"l{i}", f"A{i}") for i in range(0, 72, 3)))).findings.to_pylist()
    assert sorted((row["rule_id"], row["line_ids"]) for row in found) == [(f"r{i:02}", [f"l{i}"]) for i in range(0, 70, 3)]


def test_two_screens_of_one_rule(tmp_path):
    for name in ("first", "second"):
        codes = {"first": "A\nB\n", "second": "B\nC\n"}[name]
        knowledge(tmp_path, name, "{code: text}", "[code]", "code\n" + codes)
    rules(
        tmp_path,
        some_rule="""
        match:
          a: {table: first, key: {code: line.item_code}}
          b: {table: second, key: {code: line.provider_item_code}}
        flag: line.quantity > 0
        """,
    )
    given = lines(
        ("1", "A", "1", 1, "A"),
        ("2", "A", "1", 1, "B"),
        ("3", "C", "1", 1, "C"),
        ("5", "B", "1", 1, "C"),
    )
    pack = claimrules.load(tmp_path)
    found = {row["line_id"]: row["verdict"] for row in pack.judge(ClaimBatch.from_tables(given), "some_rule").to_pylist()}
    assert found == {"1": "not_applicable", "2": "flagged", "3": "not_applicable", "5": "flagged"}


def test_the_order_of_a_walk(tmp_path):
    given = lines(("a", "X", "3", 3), ("b", "X", "1", 1), ("c", "X", "2", 2), ("d", "X", "2", 2))
    pack = claimrules.load
    for order, expected in (
        ("", ["a"]),  # by time: 1, 2, 2 and 3 are 8 with the last, a
        ("order: line.quantity DESC\n", ["b"]),  # 3 2 2 1
        ("order: [line.quantity DESC, line.line_id DESC]\n", ["b"]),
        ("order: line.line_id DESC\n", ["a"]),
        ("order: line.line_id\n", ["d"]),
    ):
        rules(tmp_path, some_rule=f"per: [person]\n{order}flag_rows: running(line.quantity) > 7\n")
        found = pack(tmp_path).judge(ClaimBatch.from_tables(given), "some_rule").to_pylist()
        assert sorted(row["line_id"] for row in found if row["violating"]) == expected, order


def test_a_walk_over_rows_whose_place_is_not_known(tmp_path):
    given = lines(("a", "X", "3", None), ("b", "X", "3", 1))
    rules(tmp_path, some_rule="per: [person]\nflag_rows: running(line.quantity) > 5\n")
    found = claimrules.load(tmp_path).judge(ClaimBatch.from_tables(given), "some_rule").to_pylist()
    assert {row["verdict"] for row in found} == {"undecided"}


def test_walks_by_hand(tmp_path):
    given = lines(("a", "X", "3", 1), ("b", "Y", "2", 2), ("c", "X", "4", 3), ("d", "Z", "1", 4))
    expected = {
        "place()": [1, 2, 3, 4],
        "running(line.quantity)": [3, 5, 9, 10],
        "excess(line.quantity, 4)": [0, 1, 4, 1],
        "upto(line.quantity, 4)": [3, 1, 0, 0],
        "nth(line.item_code)": [1, 2, 1, 3],
    }
    for walk, values in expected.items():
        for value in sorted(set(values)):
            rules(tmp_path, some_rule=f"per: [person]\nflag_rows: {walk} = {value}\n")
            found = claimrules.load(tmp_path).judge(ClaimBatch.from_tables(given), "some_rule").to_pylist()
            flagged = sorted(row["line_id"] for row in found if row["violating"])
            assert flagged == [name for name, own in zip("abcd", values, strict=True) if own == value], (walk, value)


def test_others_with_knowledge_of_their_own(tmp_path):
    knowledge(tmp_path, "twin", "{code: text, of: text}", "[code]", "code,of\nA,X\nB,Y\n")
    rules(
        tmp_path,
        some_rule="""
        others: {o: {same: [person], match: {k: {table: twin, key: {code: o.item_code}}}, where: o.k.of = line.item_code}}
        flag: count(o) > 0
        """,
    )
    given = lines(("a", "A"), ("b", "B"), ("x", "X"), ("z", "Z"))
    found = claimrules.load(tmp_path).judge(ClaimBatch.from_tables(given), "some_rule").to_pylist()
    assert {row["line_id"]: row["verdict"] for row in found} == {"a": "clean", "b": "clean", "x": "flagged", "z": "clean"}


def test_supplies_that_64_bits_do_not_hold_together_are_exact():
    big = 2**62
    left = supply_left(np.array([big, big, 5, 7]), np.array([0, 0, 0, 0]), np.array([0, 0, 0, 1]))
    assert left.tolist() == [0, big, 2 * big, 0]
    left = supply_left(np.array([1, 2, 3]), np.array([-(2**62), 2**62, 2**62 + 1]), np.array([0, 0, 0]))
    assert left.tolist() == [0, 0, 1]
