"""What every operator and function takes and gives, from the tables of docs/language.md."""

from decimal import Decimal

import pytest
from rule_texts import Reader

from claimrules.catalog import BOOLEAN, DATE, DOUBLE, INTEGER, INTERVAL, TEXT, TIMESTAMP, Base, Type, decimal
from claimrules.diagnostics import LanguageError
from claimrules.language.expression import Aggregate, Call, Expr, Field, Literal, Walk
from claimrules.plan.print import show

SECOND = 1_000_000


def value(read: Reader, text: str, head: str = "") -> Expr:
    """The typed tree of one value, by way of `observed`."""
    rule = read(head + "flag: line.quantity > 3\nobserved:\n  value: >-\n    " + text + "\n")
    assert rule.observed.value is not None
    return rule.observed.value


def refused(read: Reader, text: str, head: str = "") -> list[str]:
    with pytest.raises(LanguageError) as error:
        value(read, text, head)
    return [d.message for d in error.value.diagnostics]


@pytest.mark.parametrize(
    ("written", "months", "seconds"),
    [
        ("2 YEAR", 24, 0),
        ("1 QUARTER", 3, 0),
        ("5 MONTHS", 5, 0),
        ("2 WEEK", 0, 14 * 86_400),
        ("3 DAYS", 0, 3 * 86_400),
        ("6 HOUR", 0, 6 * 3_600),
        ("7 MINUTE", 0, 420),
        ("9 SECOND", 0, 9),
        ("'4' DAY", 0, 4 * 86_400),
    ],
)
def test_intervals_are_months_and_microseconds(read: Reader, written: str, months: int, seconds: int) -> None:
    node = value(read, f"line.charged_at + INTERVAL {written}")
    assert isinstance(node, Call)
    assert node.arguments[1] == Literal(INTERVAL, (months, seconds * SECOND))


@pytest.mark.parametrize("written", ["'x' DAY", "-1 DAY", "1.5 DAY", "2 CENTURY"])
def test_an_interval_is_a_whole_number_and_a_unit(read: Reader, written: str) -> None:
    assert any(
        "interval" in said.lower() or "SQL" in said for said in refused(read, f"line.charged_at + INTERVAL {written}")
    )


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("line.quantity - 1", decimal(38, 4)),
        ("1 + 2", INTEGER),
        ("2 * 3", INTEGER),
        ("2 * 1.25", decimal(38, 2)),
        ("1.5 * 1.25", decimal(38, 3)),
        ("2 / 1", DOUBLE),
        ("1.5 + 7 / 2", DOUBLE),
        ("7 / 2 * 1.5", DOUBLE),
        ("line.charged_at::date - 3", DATE),
        ("line.charged_at::date + 3", DATE),
        ("line.charged_at::date - claim.birth_date", INTEGER),
        ("line.charged_at::date - INTERVAL 1 DAY", TIMESTAMP),
        ("line.charged_at - INTERVAL 1 MONTH", TIMESTAMP),
        ("NULL + 1", INTEGER),
        ("1.5 - NULL", decimal(38, 1)),
    ],
)
def test_arithmetic_gives(read: Reader, text: str, type_: Type) -> None:
    assert value(read, text).type == type_


@pytest.mark.parametrize(
    "text",
    [
        "line.item_code + 1",
        "1 + line.item_code",
        "line.charged_at::date + claim.birth_date",
        "line.charged_at::date * 2",
        "line.charged_at::date + 1.5",
        "3 - line.charged_at::date",
        "line.charged_at - claim.admitted_at",
        "line.charged_at + 1",
        "1 + INTERVAL 1 DAY",
        "line.charged_at * INTERVAL 1 DAY",
        "claim.is_newborn + 1",
        "1 - claim.is_newborn",
    ],
)
def test_arithmetic_refuses(read: Reader, text: str) -> None:
    [said] = refused(read, text)
    assert " does not go with " in said


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("coalesce(claim.birth_date, claim.admitted_at)", TIMESTAMP),
        ("coalesce(claim.admitted_at, claim.birth_date)", TIMESTAMP),
        ("coalesce(claim.birth_date, claim.birth_date)", DATE),
        ("coalesce(claim.admitted_at, claim.admitted_at)", TIMESTAMP),
        ("greatest(1, 2.5)", decimal(38, 1)),
        ("greatest(1, 2)", INTEGER),
        ("least(1, 7 / 2)", DOUBLE),
        ("least(1.5, 2.25, NULL)", decimal(38, 2)),
        ("coalesce(NULL, 'x')", TEXT),
        ("nullif(line.quantity, 0)", decimal(16, 4)),
        ("nullif(1, 0.5)", INTEGER),
        ("abs(line.quantity)", decimal(16, 4)),
        ("round(line.quantity, 2)", decimal(16, 4)),
        ("coalesce(claim.is_newborn, FALSE)", BOOLEAN),
    ],
)
def test_values_of_two_types_have_one(read: Reader, text: str, type_: Type) -> None:
    assert value(read, text).type == type_


def test_a_choice_among_the_values_of_one_field_keeps_its_values(read: Reader) -> None:
    assert value(read, "coalesce(claim.sex, claim.sex)").type.values == ("male", "female")
    assert value(read, "coalesce(claim.sex, 'x')").type == TEXT


def test_is_true_and_is_false(read: Reader) -> None:
    for word, function in (("TRUE", "is_true"), ("FALSE", "is_false")):
        node = value(read, f"claim.is_newborn IS {word}")
        assert isinstance(node, Call)
        assert (node.type, node.function, show(node.arguments[0])) == (BOOLEAN, function, "claim.is_newborn")
    node = value(read, "claim.is_newborn IS NOT TRUE")
    assert isinstance(node, Call)
    assert (node.function, node.arguments[0]) == ("not", value(read, "claim.is_newborn IS TRUE"))
    assert refused(read, "line.quantity IS TRUE") == ["after IS stands NULL, TRUE, FALSE or MISSING"]


def test_a_sign_before_a_value(read: Reader) -> None:
    assert value(read, "-3") == Literal(INTEGER, -3)
    node = value(read, "-line.quantity")
    assert isinstance(node, Call)
    assert (node.type, node.function) == (decimal(16, 4), "negate")


@pytest.mark.parametrize(
    ("text", "type_", "read_as"),
    [
        ("123456789012345678", INTEGER, 123456789012345678),
        ("0.12345678901234567", decimal(38, 17), Decimal("0.12345678901234567")),
        ("2.50", decimal(38, 2), Decimal("2.50")),
        ("2.", decimal(38, 0), Decimal(2)),
        (".5", decimal(38, 1), Decimal("0.5")),
    ],
)
def test_numbers_of_up_to_eighteen_digits(read: Reader, text: str, type_: Type, read_as: object) -> None:
    assert value(read, text) == Literal(type_, read_as)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["1234567890123456789", "0.123456789012345678", "1e5"])
def test_longer_ones_are_refused(read: Reader, text: str) -> None:
    assert refused(read, text) == ["a number is written out, in at most 18 digits"]


@pytest.mark.parametrize(
    ("text", "type_", "read_as"),
    [
        ("1970-01-02", DATE, 1),
        ("1969-12-31", DATE, -1),
        ("1970-01-01 00:01", TIMESTAMP, 60 * SECOND),
        ("1970-01-01T00:00:02", TIMESTAMP, 2 * SECOND),
        ("1970-01-02 00:00:00.5", TIMESTAMP, 86_400 * SECOND + 500_000),
    ],
)
def test_moments(read: Reader, text: str, type_: Type, read_as: int) -> None:
    for node in (value(read, f"line.charged_at > '{text}'"), value(read, f"'{text}' > line.charged_at")):
        assert isinstance(node, Call)
        assert Literal(type_, read_as) in node.arguments


def test_casts(read: Reader) -> None:
    for text, type_ in (
        ("line.charged_at::date", DATE),
        ("claim.birth_date::timestamp", TIMESTAMP),
        ("line.item_code::integer", INTEGER),
        ("line.quantity::text", TEXT),
        ("line.quantity::double", DOUBLE),
        ("CAST(line.quantity AS decimal(38, 38))", decimal(38, 38)),
        ("CAST(line.quantity AS decimal(5))", decimal(5, 0)),
        ("CAST('1970-01-02' AS date)", DATE),
    ):
        assert value(read, text).type == type_
    inner = value(read, "CAST('1970-01-02' AS date)")
    assert isinstance(inner, Call)
    assert inner.arguments == (Literal(DATE, 1),)


@pytest.mark.parametrize(
    "text",
    [
        "line.charged_at::integer",
        "line.quantity::date",
        "claim.is_newborn::integer",
        "line.item_code::date",
        "CAST(line.quantity AS decimal(39, 2))",
        "CAST(line.quantity AS decimal(2, 3))",
    ],
)
def test_casts_that_are_refused(read: Reader, text: str) -> None:
    [said] = refused(read, text)
    assert "cannot become" in said or "there is no decimal" in said


SAMPLE = {"number": "line.quantity", "text": "line.item_code", "time": "line.charged_at", "condition": "claim.is_newborn"}
N, W, T, C = "number", "text", "time", "condition"


@pytest.mark.parametrize(
    ("name", "takes", "least", "type_"),
    [
        ("abs", [N], 1, decimal(16, 4)),
        ("round", [N, N], 1, decimal(16, 4)),
        ("floor", [N], 1, INTEGER),
        ("ceil", [N], 1, INTEGER),
        ("left", [W, N], 2, TEXT),
        ("substr", [W, N, N], 2, TEXT),
        ("length", [W], 1, INTEGER),
        ("starts_with", [W, W], 2, BOOLEAN),
        ("year", [T], 1, INTEGER),
        ("month", [T], 1, INTEGER),
        ("day", [T], 1, INTEGER),
        ("hour", [T], 1, INTEGER),
        ("weekday", [T], 1, INTEGER),
        ("year_end", [T], 1, DATE),
        ("days_between", [T, T], 2, INTEGER),
        ("hours_between", [T, T], 2, DOUBLE),
        ("age_years", [T, T], 2, INTEGER),
        ("age_days", [T, T], 2, INTEGER),
        ("has_time", [T], 1, BOOLEAN),
        ("in_unit", [W, W], 2, decimal(38, 6)),
        ("similarity", [W, W], 2, DOUBLE),
        ("km", [N, N, N, N], 4, DOUBLE),
        ("nullif", [N, N], 2, decimal(16, 4)),
        ("excess", [N, N], 2, decimal(16, 4)),
        ("upto", [N, N], 2, decimal(16, 4)),
        ("running", [N], 1, decimal(16, 4)),
        ("nth", [W], 1, INTEGER),
        ("place", [], 0, INTEGER),
        ("excess_within", [N, N, N], 3, decimal(16, 4)),
        ("supply_left", [N], 1, decimal(16, 4)),
    ],
)
def test_how_many_arguments_of_which_kind(read: Reader, name: str, takes: list[str], least: int, type_: Type) -> None:
    def call(kinds: list[str]) -> str:
        return f"{name}({', '.join(SAMPLE[kind] for kind in kinds)})"

    for n in range(least, len(takes) + 1):
        assert value(read, call(takes[:n])).type.base is type_.base
    assert value(read, call(takes)).type.scale == type_.scale
    for wrong in {max(least - 1, 0), len(takes) + 1} - {least}:
        [said] = refused(read, call([*takes, *takes, N][:wrong] or [N][:wrong]))
        assert f"`{name}` takes " in said
    for i, kind in enumerate(takes):
        if name in ("nth", "nullif"):
            break
        odd = [*takes[:i], C, *takes[i + 1 :]]
        [said] = refused(read, call(odd))
        assert said.startswith(f"`{name}` takes "), kind


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("count(*)", INTEGER),
        ("count()", INTEGER),
        ("count(line.item_code)", INTEGER),
        ("sum(line.quantity)", decimal(38, 4)),
        ("sum(line.quantity / 2)", DOUBLE),
        ("sum(day(line.charged_at))", INTEGER),
        ("min(line.charged_at)", TIMESTAMP),
        ("max(line.item_code)", TEXT),
        ("avg(line.quantity)", DOUBLE),
        ("median(line.quantity)", DOUBLE),
        ("quantile(line.quantity, 0)", DOUBLE),
        ("quantile(line.quantity, 1)", DOUBLE),
        ("stddev(line.quantity)", DOUBLE),
        ("distinct_list(line.item_code)", TEXT),
        ("any(claim.is_newborn)", BOOLEAN),
        ("all(claim.is_newborn)", BOOLEAN),
        ("none(claim.is_newborn)", BOOLEAN),
        ("share(claim.is_newborn)", DOUBLE),
    ],
)
def test_aggregates_give(read: Reader, text: str, type_: Type) -> None:
    node = value(read, text)
    assert isinstance(node, Aggregate)
    assert (node.type.base, node.type.scale, node.over) == (type_.base, type_.scale, "")


@pytest.mark.parametrize(
    "text", ["sum(line.item_code)", "avg(claim.is_newborn)", "any(line.quantity)", "share(line.item_code)"]
)
def test_aggregates_refuse(read: Reader, text: str) -> None:
    [said] = refused(read, text)
    assert " takes " in said


@pytest.mark.parametrize(
    ("part", "advice"),
    [
        ("75", "write 0.75 for 75 %"),
        ("100", "write 1 for 100 %"),
        ("101", "0.75 is the upper quartile"),
        ("1.5", "write 0.015 for 1.5 %"),
    ],
)
def test_a_quantile_in_per_cent_is_put_right(read: Reader, part: str, advice: str) -> None:
    with pytest.raises(LanguageError) as error:
        value(read, f"quantile(line.quantity, {part})")
    assert [d.help for d in error.value.diagnostics] == [advice]


def seen(read: Reader, text: str, head: str, flag: str = "flag: count(*) > 3\n") -> Expr:
    """The value of a rule that is not of lines, or that has subjects."""
    found = read(f"{head}{flag}observed: {{value: '{text}'}}\n").observed.value
    assert found is not None
    return found


@pytest.mark.parametrize(("text", "over"), [("count(line)", "line"), ("sum(line.amount)", "line"), ("count(claim.sex)", "")])
def test_an_aggregate_ranges_over_what_it_names(read: Reader, text: str, over: str) -> None:
    node = seen(read, text, "of: claim\n")
    assert isinstance(node, Aggregate)
    assert node.over == over
    assert (node.argument is None) == (text == "count(line)")


def test_walks_count_by_the_row_s_own_day(read: Reader) -> None:
    rows = "flag_rows: line.quantity > 3\n"
    for text in ("excess_within(line.quantity, 30, 30)", "supply_left(line.supply_days)"):
        node = seen(read, text, "per: [person]\n", rows)
        assert isinstance(node, Walk)
        assert show(node.arguments[-1]) == "line.charged_at::date"
    node = seen(read, "supply_left(3)", "of: day\nper: [person]\n", "flag_rows: day.date IS NULL\n")
    assert isinstance(node, Walk)
    assert isinstance(node.arguments[-1], Field)
    assert (node.arguments[-1].name, node.arguments[-1].type.base) == ("date", Base.DATE)


def test_comparisons_are_of_like_with_like(read: Reader) -> None:
    for text in (
        "line.quantity > 3.5",
        "line.charged_at > claim.birth_date",
        "line.item_code < 'B'",
        "claim.is_newborn = TRUE",
    ):
        assert value(read, text).type == BOOLEAN
    for text in (
        "line.quantity > 'x'",
        "line.item_code = 3",
        "claim.is_newborn = 1",
        "line.charged_at > 3",
        "3 < claim.birth_date",
    ):
        [said] = refused(read, text)
        assert "cannot be compared" in said


@pytest.mark.parametrize(
    ("kind", "beside"),
    [("claim", "line"), ("encounter", "claim"), ("day", "operation"), ("diagnosis", "line"), ("operation", "diagnosis")],
)
def test_rows_beside_this_one_are_counted(read: Reader, kind: str, beside: str) -> None:
    rule = read(f"of: {kind}\nflag: count({beside}) > 3\n")
    found = rule.flag[0][1]
    assert isinstance(found, Call)
    assert isinstance(found.arguments[0], Aggregate)
    assert found.arguments[0].over == beside
