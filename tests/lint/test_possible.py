"""What is called impossible is impossible: against every value that a few fields can have, by an evaluator of its own."""

import itertools
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from claimrules.catalog import BOOLEAN, INTEGER, TEXT, Type, decimal, enumeration
from claimrules.language import read_rule
from claimrules.language.expression import Call, Expr, Field, Literal
from claimrules.lint.possible import Possible

RULE = """\
id: a
title: {zh: 一, en: one}
category: policy
verdict: violation
message: {zh: 一, en: one}
flag: TRUE
"""
POSSIBLE = Possible(read_rule(RULE, {}, file="a.yaml"))
GRADES = ("low", "mid", "high")


def field(name: str, kind: Type) -> Field:
    return Field(kind, "", "line", name)


N, X, G, T, B = (
    field("n", INTEGER),
    field("x", decimal(16, 2)),
    field("g", enumeration(*GRADES)),
    field("t", TEXT),
    field("b", BOOLEAN),
)
VALUES: dict[Expr, list[Any]] = {
    N: [None, -1, 0, 1, 2, 3, 4],
    X: [None, *(Fraction(n, 2) for n in range(-1, 8))],
    G: [None, *GRADES],
    T: [None, "", "A", "AB", "ABC", "B", "BA"],
    B: [None, True, False],
}
OPERATORS = ("=", "<>", "<", "<=", ">", ">=")


def call(function: str, *arguments: Expr, kind: Type = BOOLEAN) -> Call:
    return Call(kind, function, arguments)


numbers = st.integers(0, 3).map(lambda n: Literal(INTEGER, n))
texts = st.sampled_from(["A", "AB", "B"]).map(lambda s: Literal(TEXT, s))
grades = st.sampled_from(GRADES).map(lambda s: Literal(TEXT, s))
number_terms = st.one_of(
    st.sampled_from([N, X]),
    st.builds(lambda f, n: call("coalesce", f, n, kind=f.type), st.sampled_from([N, X]), numbers),
    st.builds(lambda f, n: call("nullif", f, n, kind=f.type), st.sampled_from([N, X]), numbers),
)
text_terms = st.one_of(st.just(T), st.builds(lambda n: call("left", T, Literal(INTEGER, n), kind=TEXT), st.integers(1, 3)))
atoms = st.one_of(
    st.builds(call, st.sampled_from(OPERATORS), number_terms, numbers),
    st.builds(call, st.sampled_from(OPERATORS), numbers, number_terms),
    st.builds(call, st.sampled_from(OPERATORS), number_terms, number_terms),
    st.builds(call, st.sampled_from(OPERATORS), st.just(G), grades),
    st.builds(call, st.sampled_from(("=", "<>")), text_terms, texts),
    st.builds(lambda s: call("starts_with", T, s), texts),
    st.sampled_from([B, call("=", B, Literal(BOOLEAN, True)), call("<>", B, Literal(BOOLEAN, True))]),
    st.builds(lambda f: call("is_null", f), st.sampled_from([N, X, G, T, B])),
    st.builds(lambda v: call("coalesce", B, Literal(BOOLEAN, v)), st.booleans()),
)
conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(call, st.sampled_from(("and", "or")), inner, inner),
        st.builds(lambda c: call("not", c), inner),
        st.builds(lambda c, f: call(f, c), inner, st.sampled_from(("is_true", "is_false"))),
    ),
    max_leaves=8,
)


def value(node: Expr, row: dict[Expr, Any]) -> Any:
    """What a condition gives for a row: three-valued, the simple way."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Field):
        return row[node]
    assert isinstance(node, Call)
    given = [value(one, row) for one in node.arguments]
    match node.function:
        case "and":
            return False if False in given else None if None in given else True
        case "or":
            return True if True in given else None if None in given else False
        case "is_null":
            return given[0] is None
        case "is_true" | "is_false":
            return given[0] is (node.function == "is_true")
        case "coalesce":
            return next((one for one in given if one is not None), None)
    return None if None in given else known_value(node, given)


def known_value(node: Call, given: list[Any]) -> Any:
    """What a function gives that gives NULL of a NULL."""
    match node.function:
        case "not":
            return not given[0]
        case "nullif":
            return None if given[0] == given[1] else given[0]
        case "left":
            return given[0][: given[1]]
        case "starts_with":
            return given[0].startswith(given[1])
    a, b = (GRADES.index(one) for one in given) if node.arguments[0] == G else given
    return {"=": a == b, "<>": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[node.function]


def fields_of(node: Expr) -> set[Expr]:
    if isinstance(node, Call):
        return set().union(*(fields_of(one) for one in node.arguments))
    return {node} if isinstance(node, Field) else set()


def outcomes(node: Expr) -> set[Any]:
    names = sorted(fields_of(node), key=repr)
    rows = itertools.product(*(VALUES[name] for name in names))
    return {value(node, dict(zip(names, row, strict=True))) for row in rows}


@settings(max_examples=400)
@given(conditions)
def test_what_is_called_impossible_never_happens(node: Expr) -> None:
    seen = outcomes(node)
    for wanted in (True, False):
        assert POSSIBLE((node, wanted)) or wanted not in seen


@settings(max_examples=400)
@given(st.lists(st.builds(call, st.sampled_from(OPERATORS), st.sampled_from([N]), numbers), min_size=1, max_size=4))
def test_of_comparisons_with_constants_alone_what_is_called_possible_happens(parts: list[Call]) -> None:
    node: Expr = parts[0]
    for part in parts[1:]:
        node = call("and", node, part)
    assert POSSIBLE((node, True)) is (True in outcomes(node))
