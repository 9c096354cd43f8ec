"""A plan as it is printed, the sets that change with time, and plans of several rules; all worked out by hand."""

from textwrap import dedent

import pytest
from small_plans import HEAD, SCHEMAS, Planner

from claimrules.catalog import BOOLEAN, DATE, INTEGER, TEXT, decimal
from claimrules.diagnostics import PlanError
from claimrules.language import read_rule
from claimrules.language.expression import Aggregate, Case, Key, Let, Literal, MatchField, OfSubject, Param, Walk
from claimrules.language.expression import Field as Column
from claimrules.language.rule import WindowSpec
from claimrules.plan import make_plan
from claimrules.plan.plan import Plan
from claimrules.plan.print import _window, print_plan, show
from claimrules.plan.rewrite import expressions
from claimrules.plan.sets import phase

EVERYTHING = """
version: 2
rows: claim.sex = 'male' AND line.quantity > 1
match:
  m: {table: drug_sex, key: {code: line.item_code}}
  p: {table: pairs, key: {sub: line.item_code}, take: all}
per: [person, d: "line.charged_at::date"]
others:
  near: {of: diagnosis, same: [person], within: 30 days before, where: near.diagnosis_code <> p.main}
  last: {same: [person], take: previous}
  peer: {of: subject, same: [d]}
flag:
  first: sum(line.quantity) > 3
  second: count(DISTINCT line.item_code) FILTER (WHERE line.amount > 0) > 1
unless: {known: max(line.amount) > 1}
doubt: {odd: any(last IS MISSING)}
amount: excess_money(1.50)
"""


def test_a_plan_is_printed_in_the_order_in_which_it_happens(plan: Planner) -> None:
    text = """\
    t v2: every line, within one all
      screen  m: line.item_code is in drug_sex
      screen  p: line.item_code is in pairs
      coarse  (claim.sex = 'male')
      fine    (line.quantity > 1)
      match   m: one of drug_sex by code = line.item_code
      match   p: all of pairs by sub = line.item_code
      per     person = encounter.person_id, d = line.charged_at::date
      others  near: all diagnosis by encounter.person_id = near.person_id within 30 days before where (NOT_YET)
      others  last: previous line by encounter.person_id = last.person_id
      others  peer: all subject by d = peer.d
      flag      [first] (sum(line.quantity) > 3)
      flag      [second] (count(DISTINCT line.item_code) FILTER (WHERE (line.amount > 0)) > 1)
      unless  [known] (max(line.amount) > 1)
      doubt   [odd] any(last IS MISSING)
      amount  excess_money(1.50)"""
    expected = dedent(text).replace("(NOT_YET)", "(near.diagnosis_code <> p.main)")
    assert print_plan(Plan((plan(EVERYTHING),))) == expected


def test_rows_that_are_flagged_one_by_one_are_said_so(plan: Planner) -> None:
    assert "  flag_rows (line.quantity > 3)" in print_plan(Plan((plan("per: [person]\nflag_rows: line.quantity > 3\n"),)))
    assert "  flag      (line.quantity > 3)" in print_plan(Plan((plan("flag: line.quantity > 3\n"),)))


THIRTY = Literal(INTEGER, 30)


@pytest.mark.parametrize(
    ("window", "text"),
    [
        (WindowSpec(period="day"), "day"),
        (WindowSpec(direction="before"), "before"),
        (WindowSpec(unit="day", direction="last", n=THIRTY), "last 30 days"),
        (WindowSpec(unit="hour", direction="apart", n=THIRTY), "30 hours apart"),
        (WindowSpec(column=MatchField(TEXT, "", "m", "window")), "m.window"),
    ],
)
def test_windows(window: WindowSpec, text: str) -> None:
    assert _window(window) == text


X = Column(INTEGER, "", "line", "x")


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (Literal(INTEGER, None), "NULL"),
        (Literal(BOOLEAN, value=True), "TRUE"),
        (Literal(BOOLEAN, value=False), "FALSE"),
        (Literal(TEXT, "a"), "'a'"),
        (Literal(DATE, 31), "DATE '1970-02-01'"),
        (Literal(INTEGER, 31), "31"),
        (Column(INTEGER, "o", "line", "x"), "o.x"),
        (MatchField(TEXT, "o", "m", "c"), "o.m.c"),
        (OfSubject(INTEGER, "o", Key(INTEGER, "k")), "o.k"),
        (OfSubject(INTEGER, "o", Let(INTEGER, "k")), "o.(k)"),
        (Aggregate(INTEGER, "count", ""), "count(*)"),
        (Aggregate(INTEGER, "quantile", "o", X, None, option=Literal(decimal(38, 1), 0)), "quantile(line.x, 0)"),
        (Aggregate(TEXT, "cluster", "o", option=Literal(INTEGER, 2)), "cluster(o, 2)"),
        (Walk(INTEGER, "upto", (X, THIRTY)), "upto(line.x, 30)"),
        (Case(INTEGER, ((Literal(BOOLEAN, value=True), X),), THIRTY), "CASE WHEN TRUE THEN line.x ELSE 30 END"),
    ],
)
def test_expressions(node: Literal, text: str) -> None:
    assert show(node) == text


# sets that change


def test_a_set_is_asked_for_as_it_was_on_the_day() -> None:
    day = Column(DATE, "", "day", "date")
    named = phase(Literal(TEXT, "s"), day, {"s": (0, 31), "other": (5,)})
    assert show(named) == (
        "CASE WHEN day.date IS NULL THEN NULL WHEN (day.date < DATE '1970-01-01') THEN 's@0'"
        " WHEN (day.date < DATE '1970-02-01') THEN 's@1' WHEN (day.date >= DATE '1970-02-01') THEN 's@2' ELSE 's' END"
    )
    assert phase(Literal(TEXT, "plain"), day, {"s": (0,)}) == Literal(TEXT, "plain")


def test_a_name_that_is_not_written_out_may_be_of_any_set() -> None:
    day, name = Column(DATE, "", "day", "date"), MatchField(TEXT, "", "m", "set")
    assert show(phase(name, day, {"s": (0,)})) == (
        "CASE WHEN ((m.set = 's') AND day.date IS NULL) THEN NULL WHEN ((m.set = 's') AND (day.date < DATE '1970-01-01'))"
        " THEN 's@0' WHEN ((m.set = 's') AND (day.date >= DATE '1970-01-01')) THEN 's@1' ELSE m.set END"
    )


def dated(body: str) -> list[str]:
    """The names that `in_set` is asked for, where the set `s` changes on 2 January 1970."""
    rule = read_rule(HEAD + body, SCHEMAS, sets=frozenset({"s"}), file="t.yaml")
    made = make_plan([rule], SCHEMAS, {}, dated={"s": (1,)}).rules[0]
    return [show(node) for node in expressions(made.rule) if "in_set" in show(node)]


def test_the_day_is_that_of_the_row_whose_code_is_asked_about() -> None:
    [own] = dated("flag: in_set(line.item_code, 's')\n")
    assert "line.charged_at::date < DATE '1970-01-02'" in own
    [theirs] = dated("others: {o: {of: operation, same: [person]}}\nflag: any(in_set(o.operation_code, 's'))\n")
    assert "o.operated_at::date >= DATE '1970-01-02'" in theirs
    assert "line.charged_at" not in theirs


# plans of several rules


def several(plan: Planner) -> Plan:
    one = plan("flag: line.quantity > 3\n")
    text = HEAD.replace("policy", "indicator").replace("id: t", "id: late")
    body = "others: {bad: {of: finding, same: [claim]}}\nflag: count(bad) > 3\n"
    late = make_plan([read_rule(text + body, SCHEMAS, file="late.yaml")], SCHEMAS, {}).rules[0]
    return Plan((late, one))


def test_early_and_late(plan: Planner) -> None:
    both = several(plan)
    assert [r.rule.id for r in both.early.rules] == ["t"]
    assert [r.rule.id for r in both.late.rules] == ["late"]
    assert [r.rule.id for r in both.only(frozenset({"late", "x"})).rules] == ["late"]
    assert ("lines", "quantity") in both.columns
    assert not both.whole
    assert Plan((plan("per: [item]\nflag: count(*) > 3\n"),)).whole


def test_beside_has_each_rule_once_in_the_order_of_ids(plan: Planner) -> None:
    both = several(plan)
    assert [r.rule.id for r in both.early.beside(both).rules] == ["late", "t"]


# parameters with rows of their own


VARIED = "params: {most: 3, course_gap_days: 30}\n"


def varied(body: str, *names: str) -> list[str]:
    rule = read_rule(HEAD + VARIED + body, SCHEMAS, file="t.yaml")
    made = make_plan([rule], SCHEMAS, {}, varies=lambda name, _type, _rule: name in names).rules[0]
    assert made.course_gap == 30
    return [show(node) for node in expressions(made.rule)]


def test_a_parameter_with_rows_stays_and_keeps_its_default() -> None:
    rule = read_rule(HEAD + VARIED + "flag: line.quantity > param.most\n", SCHEMAS, file="t.yaml")
    made = make_plan([rule], SCHEMAS, {}, varies=lambda name, _type, _rule: name == "most").rules[0]
    [node] = [p for p in made.rule.flag[0][1].arguments if isinstance(p, Param)]  # type: ignore[attr-defined]
    assert (node.name, node.rule, node.default) == ("most", "t", 3)
    made = make_plan([rule], SCHEMAS, {"most": (INTEGER, 5)}, varies=lambda name, _type, _rule: name == "most").rules[0]
    assert show(made.rule.flag[0][1]) == "(line.quantity > 5)"  # what is given by name holds everywhere


def test_rows_of_others_that_name_it_become_a_condition_on_pairs() -> None:
    body = "others: {o: {same: [person], rows: o.quantity > param.most, where: o.amount > 1}}\nflag: count(o) > 3\n"
    assert "((o.quantity > most) AND (o.amount > 1))" in varied(body, "most")
    assert "(o.quantity > 3)" in varied(body)


def test_the_gap_of_a_course_has_no_rows_of_its_own() -> None:
    with pytest.raises(PlanError, match="chains the encounters"):
        varied("flag: line.quantity > 3\n", "course_gap_days")
