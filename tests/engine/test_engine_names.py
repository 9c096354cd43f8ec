"""What an undecided row is said to lack, and what a doubt is worth where nothing is flagged."""

import pytest
from test_engine_knowledge import HEAD, table

import claimrules
from claimrules.batch import open_claims
from claimrules.catalog import BOOLEAN, INTEGER, TEXT
from claimrules.engine.blame import leaf_name
from claimrules.language.expression import Aggregate, Call, Field, Literal, MatchField, Param


@pytest.mark.parametrize(
    ("leaf", "name"),
    [
        (Field(TEXT, "", "claim", "sex"), "claim.sex"),
        (Field(TEXT, "o", "claim", "sex"), "o.sex"),
        (MatchField(TEXT, "", "m", "class"), "m.class"),
        (MatchField(TEXT, "o", "m", "class"), "o.m.class"),
        (Param(INTEGER, "most"), "param.most"),
        (Aggregate(INTEGER, "sum", ""), "sum(rows)"),
        (Aggregate(INTEGER, "count", "near"), "count(near)"),
        (Call(INTEGER, "coalesce", (Param(INTEGER, "most"), Literal(INTEGER, 0))), "param.most"),
        (Literal(BOOLEAN, value=True), "not known"),
    ],
)
def test_names_of_what_is_lacking(leaf, name):
    assert leaf_name(leaf) == name


@pytest.mark.parametrize(
    ("flag", "verdict", "suspicious", "violating"),
    [("> 1", "clean", False, False), ("> 0", "flagged", True, True)],
)
def test_a_doubt_of_a_clean_row_is_none(tmp_path, flag, verdict, suspicious, violating):
    path = tmp_path / "some_rule.yaml"
    path.write_text(HEAD + f"flag: line.quantity {flag}\ndoubt: {{cheap: line.amount < 2}}\n", encoding="utf-8")
    line = {"claim_id": "C1", "line_id": "a", "item_code": "A", "quantity": "1", "amount": "1"}
    given = {
        "claims": table([{"claim_id": "C1", "person_id": "P1", "provider_id": "H1"}]),
        "lines": table([line, {**line, "line_id": "b", "amount": "3"}]),
    }
    with open_claims(given) as intake:
        [batch] = intake.partitions()
    rows = claimrules.load(path).judge(batch, "some_rule").to_pylist()
    found = {row["line_id"]: (row["verdict"], row["suspicious"], row["violating"]) for row in rows}
    assert found == {"a": (verdict, suspicious, violating), "b": (verdict, False, violating)}
