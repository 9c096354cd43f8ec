"""Every active rule's SQL, run by DuckDB, says what the engine says: on the planted violations, on claims of the official
tables, and on a hundred thousand generated lines."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

import claimrules
from claimrules.batch import open_claims
from claimrules.generate import claim_tables
from claimrules.sql import SqlError, to_sql

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "sql"))
from sql_world import answers_of_engine, answers_of_sql, database  # noqa: E402

DIRTY = ROOT / "fixtures" / "dirty"
PACK = claimrules.load(ROOT / "rules")
LINES = 100_000
UNSAYABLE = {"card_red", "card_yellow", "drug_over_dose", "idx_rx_quality", "svc_name_mismatch", "svc_swap"}
"""What SQL lacks for each of them: tests/sql/test_sql_of_the_repository.py."""


def sayable(rule):
    try:
        to_sql(rule, PACK.knowledge)
    except SqlError:
        return False
    return True


ACTIVE = sorted(rule.id for rule in PACK.rules.values() if rule.status == "active" and sayable(rule))


def test_all_rules_can_be_said_but_those_that_are_named():
    assert {rule.id for rule in PACK.rules.values() if rule.status == "active"} - set(ACTIVE) == UNSAYABLE


def opened(pack, claims):
    """One batch of all claims, a pack that has the registers which came with them, and both in DuckDB."""
    with open_claims(claims, batch_lines=2**62, registers=pack.knowledge.registers) as intake:
        (batch,) = intake.partitions()
        pack = replace(pack, knowledge=pack.knowledge.with_registers(intake.registers), _shelf=[])
    return pack, batch, database(batch, pack.knowledge)


def agree(world, rule_id):
    pack, batch, con = world
    if not all(pack.knowledge.tables[name].brought for name in pack.rules[rule_id].tables):
        pytest.skip("a register that it asks for is not among these claims")
    assert answers_of_sql(con, pack, rule_id) == answers_of_engine(pack, rule_id, batch)


@pytest.fixture(scope="module")
def dirty():
    return opened(claimrules.load(ROOT / "rules", knowledge=[DIRTY / "knowledge"]), DIRTY)


@pytest.mark.library
@pytest.mark.parametrize("rule_id", ACTIVE)
def test_on_the_planted_violations(dirty, rule_id):
    agree(dirty, rule_id)


@pytest.fixture(scope="module")
def generated():
    tables = claim_tables(LINES, 11)
    del tables["labels"]
    return opened(PACK, tables)


@pytest.mark.library
@pytest.mark.parametrize("rule_id", ACTIVE)
def test_on_a_hundred_thousand_generated_lines(generated, rule_id):
    agree(generated, rule_id)
