"""Why a row has its verdict, in a clause: the conditions that decide it and no others."""

import pytest

from claimrules.explain.because import because
from claimrules.explain.explanation import Condition, ProvisoFact, RowFacts, SubjectExplanation, Value

BILLED = Value(text="billed", value="3", kind="number", definition=(Value(text="sum(line.quantity)", value="3"),))
LIMIT = Value(text="limit", value="2", kind="number")
MORE = Condition(truth="true", text="billed > limit", pieces=(BILLED, " > ", LIMIT))
PAID = Condition(truth="false", text="paid", pieces=(Value(text="line.paid", value="false"),))
AGE = Condition(truth="unknown", text="age > 5", pieces=(Value(text="age"), " > 5"))


def said(*conditions: Condition, verdict: str = "flagged", row: RowFacts | None = None, **more) -> str:
    return because(SubjectExplanation(subject="s", verdict=verdict, step="flag", conditions=conditions, **more), row)


def joined(operator: str, truth: str, *parts: Condition) -> Condition:
    return Condition(truth=truth, text="", operator=operator, conditions=parts)


def test_values_stand_in_brackets_and_names_are_explained():
    assert said(MORE) == "billed (3) > limit (2), where billed = sum(line.quantity)"


def test_what_an_aggregate_ranges_over_is_shown_with_the_rows_value():
    row = RowFacts(row="l1", claim_id="C", line_id="l1", violating=True, values=(Value(text="line.quantity", value="3"),))
    assert said(MORE, row=row).endswith("where billed = sum(line.quantity) of line.quantity (3)")


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (joined("and", "false", MORE, PAID), "line.paid (false) is false"),
        (joined("or", "true", AGE, PAID, MORE), "billed (3) > limit (2), where billed = sum(line.quantity)"),
        (joined("and", "unknown", MORE, AGE), "age (not known) > 5 is not known"),
        (joined("not", "true", PAID), "line.paid (false) is false"),
    ],
)
def test_only_what_decides_is_named(condition, text):
    assert said(condition) == text


def test_of_several_reasons_those_that_hold_speak():
    assert said(PAID, MORE).startswith("billed (3)")


def test_an_exception_that_applied_is_named():
    applied = ProvisoFact(kind="unless", name="emergency", truth="true", applied=True)
    assert said(PAID, verdict="clean", exceptions=(applied,)) == "line.paid (false) is false, but emergency"


def test_without_conditions_the_step_speaks():
    gone = SubjectExplanation(subject="s", verdict="not_applicable", step="knowledge")
    assert because(gone) == "the table has no row for it"
    assert because(gone, language="zh") == "知识表中没有对应条目"
