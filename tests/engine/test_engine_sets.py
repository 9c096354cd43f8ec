"""Aggregates over sets with something unknown in them: the null rules of the language, worked out by hand."""

from decimal import Decimal

import numpy as np
import pytest

from claimrules.catalog import BOOLEAN, DOUBLE, INTEGER, MONEY, NULL, TEXT, decimal, enumeration
from claimrules.engine.aggregate import Members, never_negative, reduce
from claimrules.engine.column import Column
from claimrules.language.expression import Aggregate, Call, Expr, Field, Literal

QUANTITY = Field(decimal(16, 4), "", "line", "quantity")
DAYS = Field(INTEGER, "", "line", "days")
IDS = np.array([0, 0, 1, 1, 2, 2])
K = 4  # the last set is empty
GRADE = enumeration("low", "middle", "high")


def mask(text):
    """`TF?` as a condition."""
    known = np.array([c != "?" for c in text])
    return Column(BOOLEAN, np.array([c == "T" for c in text]), None if known.all() else known)


def numbers(*values, type_=INTEGER):
    known = np.array([v is not None for v in values])
    return Column(type_, np.array([v or 0 for v in values], np.int64), None if known.all() else known)


def reduced(function, argument=None, condition=None, *, node=QUANTITY, distinct=False, sure=None, incomplete=None):
    made = reduce(
        Aggregate(BOOLEAN if argument is None else argument.type, function, "", node, None, distinct),
        argument,
        condition,
        Members(IDS, K, sure, None if incomplete is None else np.array(incomplete)),
    )
    return made, [v if k else None for v, k in zip(made.data.tolist(), known(made), strict=True)]


def known(column):
    return [True] * len(column) if column.known is None else column.known.tolist()


@pytest.mark.parametrize(
    ("function", "values", "expected"),
    [
        ("any", "TFFF??", [True, False, None, False]),
        ("any", "T?F???", [True, None, None, False]),
        ("none", "TFFF??", [False, True, None, True]),
        ("none", "T?F???", [False, None, None, True]),
        ("all", "TTTF??", [True, False, None, True]),
        ("all", "T?F?TT", [None, False, True, True]),
        ("share", "TFTTFF", [0.5, 1.0, 0.0, None]),
        ("share", "T?TTFF", [None, 1.0, 0.0, None]),
    ],
)
def test_conditions_of_sets(function, values, expected):
    assert reduced(function, mask(values))[1] == expected


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        # of TT FF T? where T? holds by the filter TF FT ??: what is left is T, F and perhaps T, perhaps ?
        ("any", [True, False, None, False]),
        ("none", [False, True, None, True]),
        ("all", [True, False, None, True]),
        ("share", [1.0, 0.0, None, None]),
    ],
)
def test_a_filter_that_is_not_known_leaves_open_what_it_may_let_in(function, expected):
    assert reduced(function, mask("TTFFT?"), mask("TFFT??"))[1] == expected


def test_members_that_may_not_be_there():
    sure = np.array([True, False, False, True, True, True])
    assert reduced("any", mask("TFTFFF"), sure=sure)[1] == [True, None, False, False]
    assert reduced("any", mask("FTFTFF"), sure=sure)[1] == [None, True, False, False]
    assert reduced("all", mask("TFTTTT"), sure=sure)[1] == [None, True, True, True]
    assert reduced("count", sure=sure)[1] == [None, None, 2, 0]
    # what the filter keeps out does not matter, whether it is there or not
    assert reduced("count", None, mask("TFFTTT"), sure=sure)[1] == [1, 1, 2, 0]
    assert reduced("count", None, mask("T?FTTT"), sure=sure)[1] == [None, 1, 2, 0]


def test_sets_that_may_have_more_members():
    more = [False, True, True, True]
    assert reduced("any", mask("FFTFFF"), incomplete=more)[1] == [False, True, None, None]
    assert reduced("all", mask("TTTFTT"), incomplete=more)[1] == [True, False, None, None]
    assert reduced("share", mask("TTTFTT"), incomplete=more)[1] == [1.0, None, None, None]
    made, found = reduced("count", incomplete=more)
    assert found == [2, None, None, None]
    assert made.data.tolist() == [2, 2, 2, 0]
    assert made.least is not None
    assert made.least.tolist() == [False, True, True, True]


def test_sums_are_at_least_what_is_known_of_them():
    values = numbers(10, None, 3, 4, -5, None)
    made, found = reduced("sum", values)
    assert found == [None, 7, None, 0]
    assert made.data.tolist() == [10, 7, -5, 0]
    assert made.least is not None
    assert made.least.tolist() == [True, False, False, False]  # -5 shows that it may yet shrink
    nothing = reduced("sum", numbers(0, None, 1, 2, 3, 4))[0].least
    assert nothing is not None
    assert nothing.tolist() == [True, False, False, False]
    assert reduced("sum", values, node=DAYS)[0].least is None  # days are not known to be never negative
    assert reduced("sum", numbers(1, 2, 3, 4, 5, 6))[0].least is None
    assert reduced("sum", values, mask("TTTTTF"))[1] == [None, 7, -5, 0]
    doubles = Column(DOUBLE, np.array([0.5, 0.25, 1, 2, 3, 4.0]), np.array([True] * 5 + [False]))
    assert reduced("sum", doubles)[1] == [0.75, 3.0, None, 0.0]


@pytest.mark.parametrize(("function", "expected"), [("min", [1, 3, None, None]), ("max", [2, 4, None, None])])
def test_extremes(function, expected):
    assert reduced(function, numbers(2, 1, 3, 4, 5, None))[1] == expected
    assert reduced(function, numbers(-2, -1, -3, -4, -5, -6), mask("TTFFTT"))[1][1] is None


def test_extremes_of_an_enumeration_go_by_its_list():
    words = np.array(["high", "low", "middle"], dtype=object)  # as they sort
    column = Column(GRADE, np.array([0, 1, 2, 0, 1, 2]), None, words)
    for function, expected in (("min", ["low", "middle", "low"]), ("max", ["high", "high", "middle"])):
        made, found = reduced(function, column)
        assert [made.words[code] for code in found[:3]] == expected
        assert found[3] is None
    texts = Column(TEXT, np.array([0, 1, 2, 0, 1, 2]), None, words)
    made, found = reduced("max", texts)
    assert [made.words[code] for code in found[:3]] == ["low", "middle", "middle"]


def test_distinct_values_are_counted_once_and_nulls_not():
    assert reduced("count", numbers(5, 5, 5, 6, None, 6), distinct=True)[1] == [1, 2, None, 0]
    assert reduced("count", numbers(5, 5, 5, 6, 7, 6), mask("TTTFTT"), distinct=True)[1] == [1, 1, 2, 0]
    assert reduced("count", numbers(5, 5, 5, 6, 7, 6))[1] == [2, 2, 2, 0]
    doubles = Column(DOUBLE, np.array([0.5, 0.5, 0.25, 0.75, 0.1, 0.1]))
    assert reduced("count", doubles, distinct=True)[1] == [1, 2, 1, 0]
    assert reduced("count", mask("TTTFFF"), distinct=True)[1] == [1, 2, 1, 0]


@pytest.mark.parametrize(
    ("option", "expected"), [(Literal(INTEGER, 1), 2.0), (Literal(NULL, None), None), (Literal(INTEGER, 2), None)]
)
def test_a_quantile_of_no_part_is_not_known(option, expected):
    node = Aggregate(DOUBLE, "quantile", "", DAYS, option=option)
    made = reduce(node, numbers(1, 2, 3, 4, 5, 6), None, Members(IDS, K))
    assert (made.data.tolist()[0] if known(made)[0] else None) == expected


def call(name: str, *arguments: Expr) -> Call:
    return Call(INTEGER, name, arguments)


ZERO, LESS, HALF = Literal(INTEGER, 0), Literal(INTEGER, -1), Literal(decimal(38, 1), Decimal("0.5"))
AMOUNT, RAW = Field(MONEY, "", "line", "amount"), Field(MONEY, "", "raw_line", "amount")


@pytest.mark.parametrize(
    ("node", "never"),
    [
        (QUANTITY, True),
        (AMOUNT, True),
        (RAW, False),  # before refunds are netted
        (DAYS, False),
        (Field(INTEGER, "", "line", "quantity"), False),
        (ZERO, True),
        (HALF, True),
        (LESS, False),
        (Literal(TEXT, "a"), False),
        (Aggregate(INTEGER, "count", "line"), True),
        (Aggregate(INTEGER, "sum", "line", QUANTITY), False),
        (call("abs", DAYS), True),
        (call("+", QUANTITY, AMOUNT), True),
        (call("+", QUANTITY, DAYS), False),
        (call("-", QUANTITY, ZERO), False),
        (call("*", QUANTITY, HALF), True),
        (call("*", QUANTITY, LESS), False),
        (call("coalesce", AMOUNT, ZERO), True),
        (call("least", AMOUNT, DAYS), False),
        (call("greatest", DAYS, ZERO), True),
        (call("greatest", DAYS, LESS), False),
    ],
)
def test_what_is_never_below_zero(node, never):
    assert never_negative(node) is never
