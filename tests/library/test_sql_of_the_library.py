"""Every active rule's SQL, run by DuckDB, says what the engine says: on the planted violations, on claims of the official
tables, and on a hundred thousand generated lines."""

import os
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

import claimrules
from claimrules.batch import open_claims
from claimrules.generate import claim_tables
from claimrules.imports import ImportOptions, import_files
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


OFFICIAL = ("b01_drug_sex", "b01_drug_age", "b01_item_sex", "b02_item_primary_secondary", "b03_drug_insurance_type")
OFFICIAL += (
    "b04_drug_visit_type",
    "b05_drug_hospital_level",
    "b06_drug_course_days",
    "b08_1_item_daily_freq",
    "b08_4_item_period_freq",
)
TABLES = {
    "drug_sex",
    "drug_age",
    "service_sex",
    "surgery_group",
    "drug_insurance",
    "drug_setting",
    "drug_level",
    "course_days",
}
TABLES |= {"service_frequency", "service_cycle"}
NOT_MET = {"drug_newborn_only": "the sheet names children alone", "svc_surgery_discount": "the sheet has no prices"}
ON_OFFICIAL = [rule_id for rule_id in ACTIVE if PACK.rules[rule_id].tables & TABLES]


def two_claims(codes):
    """Each code on a man's visit and on a newborn girl's stay, twice a day, in blocks of a hundred codes a claim."""
    claims, lines = [], []
    for n, block in enumerate(codes[i : i + 100] for i in range(0, len(codes), 100)):
        man = {
            "claim_id": f"M{n}",
            "person_id": f"PM{n}",
            "sex": "male",
            "birth_date": "1980-01-01",
            "care_type": "outpatient",
        }
        girl = {
            "claim_id": f"G{n}",
            "person_id": f"PG{n}",
            "sex": "female",
            "birth_date": "2025-06-01",
            "care_type": "inpatient",
        }
        for claim, level in ((man, "1A"), (girl, "3A")):
            claims.append(
                {
                    **claim,
                    "provider_id": "H1",
                    "provider_level": level,
                    "insurance_type": "310",
                    "settled_at": "2025-06-03 10:00:00",
                }
            )
            for m, code in enumerate(block):
                for k, hour in enumerate((9, 15)):
                    line = {
                        "claim_id": claim["claim_id"],
                        "line_id": f"{m}-{k}",
                        "item_code": code,
                        "quantity": "2",
                        "amount": "20.00",
                    }
                    line |= {
                        "item_type": "service" if code[0] == "0" else "drug",
                        "unit_price": "10.00",
                        "in_scope_amount": "20.00",
                    }
                    lines.append({**line, "charged_at": f"2025-06-0{1 + k} {hour:02d}:00:00"})
    return {"claims": pa.Table.from_pylist(claims), "lines": pa.Table.from_pylist(lines)}


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    folder = os.environ.get("CLAIMRULES_DATA")
    if not folder:
        pytest.skip("CLAIMRULES_DATA does not name the folder of the official sheets")
    into = tmp_path_factory.mktemp("official")
    for name in OFFICIAL:
        sheets = [
            path
            for path in (Path(folder) / "nhsa" / f"{name}.csv", Path(folder) / "nhsa" / f"{name}_codes.csv")
            if path.exists()
        ]
        import_files(sheets, ImportOptions(into, since=date(2021, 5, 1)))
    pack = claimrules.load(ROOT / "rules", knowledge=[into])
    codes = sorted({code for name in TABLES for code in pack.knowledge.tables[name].rows["code"].to_pylist()})
    assert len(codes) > 12_000
    return opened(pack, two_claims(codes))


@pytest.mark.data
@pytest.mark.library
@pytest.mark.parametrize("rule_id", ON_OFFICIAL)
def test_on_the_codes_of_the_official_tables(official, rule_id):
    agree(official, rule_id)
    pack, batch, _ = official
    met = set(pack.judge(batch, rule_id)["verdict"].to_pylist()) - {"not_applicable"}
    assert bool(met) == (rule_id not in NOT_MET)
