"""Every rule in every dialect parses back; what a dialect cannot say is refused, and nothing else is."""

import pytest
import sqlglot
from oracle_rules import RULES, write

import claimrules
from claimrules.sql import DIALECTS, SqlError, to_sql


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    return claimrules.load(write(tmp_path_factory.mktemp("pack") / "rules"))


PARSED = ("spark", "postgres", "oracle")


@pytest.mark.parametrize("dialect", PARSED)
def test_a_third_of_the_rules_parses_back_in_each_dialect(pack, dialect):
    assert dialect in DIALECTS
    refused = set()
    for rule_id in sorted(RULES)[PARSED.index(dialect) :: len(PARSED)]:
        try:
            text = to_sql(pack.rules[rule_id], pack.knowledge, dialect=dialect)
        except SqlError:
            refused.add(rule_id)
            continue
        trees = sqlglot.parse(text, read=dialect)
        assert len(trees) == 1, rule_id
        assert trees[0].ctes[-1].alias == "answers"
    assert refused <= {"units", "interval", "pass_rate", "quality", "findings"}, refused


def test_a_misspelt_dialect_is_named_with_advice(pack):
    with pytest.raises(SqlError, match="did you mean `postgres`"):
        to_sql(pack.rules["sex"], pack.knowledge, dialect="postgre")


def test_the_query_is_one_statement_and_says_which_rule_it_is(pack):
    text = to_sql(pack.rules["sex"], pack.knowledge)
    assert text.startswith("-- sex, version 1: rule\nWITH ")
    assert len(sqlglot.parse(text, read="duckdb")) == 1
    assert "unless newborn; doubt: unread" in text
