"""What rules say is what is read."""

from decimal import Decimal
from pathlib import Path

import pytest
from rule_texts import Reader

import claimrules
from claimrules.catalog import BOOLEAN, DATE, DOUBLE, INTEGER, TEXT, TIMESTAMP, Base, Type, decimal
from claimrules.language.expression import Aggregate, Call, Case, Expr, Field, Literal, Missing, walk
from claimrules.plan.print import show

RULES = Path(__file__).parents[2] / "rules"
SEVEN = {
    "drug_max_supply": (9, "policy", "suspicious"),
    "drug_offlist_claimed": (None, "policy", "violation"),
    "drug_over_price": (None, "policy", "violation"),
    "drug_sex": (67, "medical", "violation"),
    "fee_outside_stay": (42, "management", "violation"),
    "ipt_split_stay": (49, "management", "suspicious"),
    "svc_duplicate": (25, "policy", "violation"),
}


def test_the_rule_base_is_read() -> None:
    rules = claimrules.load(RULES).rules
    read = {r.id: (r.national_number, r.category, r.verdict) for r in rules.values()}
    assert {name: read.get(name) for name in SEVEN} == SEVEN
    assert sorted(read) == sorted(
        path.stem for path in RULES.glob("*/*.yaml") if path.parent.name not in ("knowledge", "bases")
    )


def flag(rule: claimrules.language.Rule) -> Expr:
    return rule.flag[0][1]


def value(read: Reader, text: str) -> Expr:
    """The typed tree of one value, by way of `observed`."""
    rule = read("flag: line.quantity > 3\nobserved:\n  value: >-\n    " + text + "\n")
    assert rule.observed.value is not None
    return rule.observed.value


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("3", INTEGER),
        ("3.50", decimal(38, 2)),
        ("line.item_code", TEXT),
        ("line.quantity", decimal(16, 4)),
        ("line.quantity * line.unit_price", decimal(38, 10)),
        ("line.quantity + 1", decimal(38, 4)),
        ("line.amount / line.quantity", DOUBLE),
        ("7 / 2", DOUBLE),
        ("line.charged_at::date", DATE),
        ("line.charged_at::date + 3", DATE),
        ("line.charged_at::date - claim.admitted_at::date", INTEGER),
        ("line.charged_at + INTERVAL 6 HOUR", TIMESTAMP),
        ("line.quantity > 3", BOOLEAN),
        ("coalesce(line.quantity, 0)", decimal(38, 4)),
        ("CASE WHEN line.quantity > 3 THEN 1 ELSE 2.5 END", decimal(38, 1)),
        ("CAST(line.quantity AS decimal(10, 2))", decimal(10, 2)),
        ("CAST(line.quantity AS integer)", INTEGER),
        ("days_between(claim.admitted_at, claim.discharged_at)", INTEGER),
        ("hours_between(claim.admitted_at, claim.discharged_at)", DOUBLE),
        ("date_trunc('month', line.charged_at)", TIMESTAMP),
    ],
)
def test_types(read: Reader, text: str, type_: Type) -> None:
    assert value(read, text).type == type_


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("line.quantity BETWEEN 1 AND 3", "((line.quantity >= 1) AND (line.quantity <= 3))"),
        ("NOT line.quantity BETWEEN 1 AND 3", "NOT ((line.quantity >= 1) AND (line.quantity <= 3))"),
        ("claim.sex IN ('male')", "(claim.sex = 'male')"),
        ("line.quantity IN (1, 2, 3)", "(((line.quantity = 1) OR (line.quantity = 2)) OR (line.quantity = 3))"),
        ("line.unit_price IS NOT NULL", "NOT line.unit_price IS NULL"),
        ("line.quantity - 1 - 2 * 3 > -4", "(((line.quantity - 1) - (2 * 3)) > -4)"),
        ("claim.is_newborn AND NOT claim.is_internet OR TRUE", "((claim.is_newborn AND NOT claim.is_internet) OR TRUE)"),
        ("line.item_name = '--; （全角）'", "(line.item_name = '--; （全角）')"),
        ("line.item_name LIKE '%''%'", "(line.item_name LIKE '%'%')"),
    ],
)
def test_operators(read: Reader, text: str, shown: str) -> None:
    assert show(value(read, text)) == shown


def test_a_quoted_date_beside_a_date_is_a_date(read: Reader) -> None:
    node = value(read, "line.charged_at >= '1970-01-11'")
    assert isinstance(node, Call)
    assert node.arguments[1] == Literal(DATE, 10)
    late = value(read, "line.charged_at < '1970-01-01 00:00:01.000000'")
    assert isinstance(late, Call)
    assert late.arguments[1] == Literal(TIMESTAMP, 1_000_000)


def test_a_row_sees_the_rows_above_it(read: Reader) -> None:
    rule = read("flag: claim.sex = 'male' AND encounter.care_type = 'inpatient' AND line.quantity > 3\n")
    names = [n for n in _all(flag(rule)) if isinstance(n, Field)]
    assert [(n.kind, n.name) for n in names] == [("claim", "sex"), ("encounter", "care_type"), ("line", "quantity")]


def _all(node: Expr) -> list[Expr]:
    return list(walk(node))


def test_an_aggregate_ranges_over_one_set(read: Reader) -> None:
    rule = read(
        "of: claim\nothers:\n  near: {same: [person], within: day}\n"
        "flag: >-\n  sum(line.quantity) FILTER (WHERE line.item_code = 'A') > 3 OR count(near) > 1\n"
        "  OR count(DISTINCT near.sex) > 1\n"
    )
    sets = [(n.function, n.over, n.distinct) for n in _all(flag(rule)) if isinstance(n, Aggregate)]
    assert sets == [("sum", "line", False), ("count", "near", False), ("count", "near", True)]


def test_lets_stand_in_any_order(read: Reader) -> None:
    rule = read("let:\n  twice: once * 2\n  once: line.quantity\nflag: twice > 3\n")
    assert [let.name for let in rule.lets] == ["twice", "once"]


def test_a_let_is_of_the_row_if_it_names_one(read: Reader) -> None:
    rule = read("per: [person]\nlet:\n  total: sum(line.quantity)\n  one: line.quantity\nflag: total > 3\n")
    assert {let.name: let.of_subject for let in rule.lets} == {"total": True, "one": False}


def test_missing_is_asked_of_a_complete_table(read: Reader) -> None:
    rule = read("match: {m: {table: catalogue, key: {code: line.item_code}}}\nflag: m IS MISSING\n")
    assert flag(rule) == Missing("m")
    other = read("others: {o: {same: [person], take: previous}}\nflag: o IS NOT MISSING\n")
    assert flag(other) == Call(BOOLEAN, "not", (Missing("o"),))


def test_reasons_are_kept_in_order(read: Reader) -> None:
    rule = read("flag:\n  多: line.quantity > 3\n  贵: line.unit_price > 9\n")
    assert [name for name, _ in rule.flag] == ["多", "贵"]
    assert not rule.flags_rows


@pytest.mark.parametrize(
    ("within", "unit", "direction", "n"),
    [
        ("30 days before", "day", "before", 30),
        ("6 hours apart", "hour", "apart", 6),
        ("1 month after", "month", "after", 1),
        ("last 90 days", "day", "last", 90),
        ("6 hours", "hour", "apart", 6),
        ("6小时", "hour", "apart", 6),
        ("3 days", "day", "apart", 3),
    ],
)
def test_windows(read: Reader, within: str, unit: str, direction: str, n: int) -> None:
    window = read(f"others: {{o: {{same: [person], within: {within}}}}}\nflag: count(o) > 3\n").others[0].within
    assert window is not None
    assert (window.unit, window.direction, window.n) == (unit, direction, Literal(INTEGER, n))


@pytest.mark.parametrize(
    ("within", "period"), [("day", "day"), ("单日", "day"), ("同一小时", "hour"), ("单次就诊", "encounter")]
)
def test_windows_that_mean_the_same_one(read: Reader, within: str, period: str) -> None:
    window = read(f"others: {{o: {{same: [person], within: {within}}}}}\nflag: count(o) > 3\n").others[0].within
    assert window is not None
    assert (window.period, window.unit, window.direction, window.n) == (period, "", "", None)


def test_a_window_of_a_parameter_or_a_column(read: Reader) -> None:
    body = "params: {n: 30}\nothers: {o: {same: [person], within: param.n days before}}\nflag: count(o) > 3\n"
    window = read(body).others[0].within
    assert window is not None
    assert window.n is not None
    assert show(window.n) == "n"
    body = (
        "match: {limit: {table: drug_supply, key: {code: line.item_code}}}\n"
        "others: {o: {same: [person], within: limit.window}}\nflag: count(o) > 3\n"
    )
    window = read(body).others[0].within
    assert window is not None
    assert window.column is not None
    assert window.column.type.base is Base.WINDOW


def test_amounts(read: Reader) -> None:
    assert read("flag: line.quantity > 3\n").amount.method == "full_line"
    given = read("flag: line.quantity > 3\namount: excess_quantity(line.quantity - 3)\n").amount
    assert (given.method, [show(a) for a in given.arguments]) == ("excess_quantity", ["(line.quantity - 3)"])
    free = read("flag: line.quantity > 3\namount: line.amount * 0.5\n").amount
    assert (free.method, [show(a) for a in free.arguments]) == ("expression", ["(line.amount * 0.5)"])


def test_a_message_is_texts_and_values_by_turns(read: Reader) -> None:
    text = "flag: line.quantity > 3\n"
    rule = read(text)
    assert rule.message[0].parts == ("测试",)
    assert rule.message[1].parts == ("test",)


def test_case_keeps_its_branches(read: Reader) -> None:
    node = value(read, "CASE claim.sex WHEN 'male' THEN 1 WHEN 'female' THEN 2 END")
    assert isinstance(node, Case)
    assert [(show(when), show(then)) for when, then in node.branches] == [
        ("(claim.sex = 'male')", "1"),
        ("(claim.sex = 'female')", "2"),
    ]
    assert node.otherwise.type.base is Base.NULL


def test_a_list_of_a_thousand_codes_is_not_a_thousand_deep(read: Reader) -> None:
    codes = ", ".join(f"'{n}'" for n in range(1000))
    node = flag(read(f"flag: line.item_code IN ({codes})\n"))
    depth, level = 0, [node]
    while level:
        depth, level = depth + 1, [a for n in level if isinstance(n, Call) for a in n.arguments]
    assert depth == 12  # ten halvings, the comparison, its sides


def test_numbers_are_exact(read: Reader) -> None:
    assert value(read, "0.1") == Literal(decimal(38, 1), Decimal("0.1"))
    assert value(read, "-0.10") == Literal(decimal(38, 2), Decimal("-0.10"))
