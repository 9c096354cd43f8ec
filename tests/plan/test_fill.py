"""Parameters become numbers and `let`s their definitions."""

from decimal import Decimal

import pytest
from small_plans import Planner

from claimrules import RulePack
from claimrules.catalog import BOOLEAN, INTEGER, TEXT, decimal
from claimrules.diagnostics import PlanError
from claimrules.language.expression import Call, Let, Literal, Param, walk
from claimrules.plan.print import show
from claimrules.plan.rewrite import expressions

COUNTED = """
params: {most: 3, price: 0.50, variant: {default: loose, values: [loose, strict]}, on: true}
let:
  over: line.quantity - param.most
  twice: over * 2 + over
flag: twice > param.price AND param.on
amount: excess_quantity(over)
observed: {value: twice, limit: param.most}
"""


def test_defaults_are_typed_by_how_they_are_written(plan: Planner) -> None:
    params = {p.name: (p.type, p.default) for p in plan(COUNTED).rule.params}
    assert params == {
        "most": (INTEGER, 3),
        "price": (decimal(38, 2), Decimal("0.50")),
        "variant": (TEXT, "loose"),
        "on": (BOOLEAN, True),
    }


def test_nothing_named_is_left(plan: Planner) -> None:
    made = plan(COUNTED)
    assert not [part for node in expressions(made.rule) for part in walk(node) if isinstance(part, Let | Param)]
    assert show(made.rule.flag[0][1]) == ("(((((line.quantity - 3) * 2) + (line.quantity - 3)) > 0.50) AND TRUE)")
    assert show(made.rule.amount.arguments[0]) == "(line.quantity - 3)"
    assert made.rule.observed.limit == Literal(INTEGER, 3)


def test_given_parameters_go_before_defaults(plan: Planner) -> None:
    made = plan(COUNTED, {"most": "5", "price": "1"})
    assert show(made.rule.flag[0][1]) == "(((((line.quantity - 5) * 2) + (line.quantity - 5)) > 1) AND TRUE)"


@pytest.mark.parametrize(("variant", "decided"), [("loose", True), ("strict", False)])
def test_a_variant_is_decided_before_the_run(plan: Planner, variant: str, decided: bool) -> None:
    body = (
        "params: {variant: {default: loose, values: [loose, strict]}}\nflag: param.variant = 'loose' OR line.quantity > 3\n"
    )
    node = plan(body, {"variant": variant}).rule.flag[0][1]
    assert isinstance(node, Call)
    assert node.arguments[0] == Literal(BOOLEAN, decided)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("split_stay_days", "fifteen", "CR404"),
        ("split_stay_days", "true", "CR404"),
        ("dependent_quantity", "some", "CR404"),
        ("dependent_quantity", "3", "CR404"),
        ("split_stay_day", "7", "CR403"),
    ],
)
def test_a_parameter_of_another_kind_or_name_is_refused(pack: RulePack, name: str, value: str, code: str) -> None:
    with pytest.raises(PlanError) as error:
        pack.with_params({name: value})
    assert [d.code for d in error.value.diagnostics] == [code]


def test_all_wrong_parameters_are_reported_at_once(pack: RulePack) -> None:
    with pytest.raises(PlanError) as error:
        pack.with_params({"split_stay_days": "x", "tolerence": "1"})
    assert [d.code for d in error.value.diagnostics] == ["CR403", "CR404"]
    assert error.value.diagnostics[0].help == "did you mean `tolerance`?"


def test_a_whole_number_may_stand_for_a_decimal_and_the_other_way(pack: RulePack) -> None:
    assert pack.with_params({"tolerance": "1", "tolerance_days": "1.5"}).parameters == {
        "tolerance": "1",
        "tolerance_days": "1.5",
    }
