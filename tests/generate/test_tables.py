"""What the tables look like: types, identities, order, exact size, the same for the same seed."""

# ruff: noqa: S608 - the queries are made of this file's own words

from collections import Counter
from datetime import date
from itertools import pairwise
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from claimrules.generate import claim_tables
from claimrules.generate.arrow import arrow_type

TABLES = ("claims", "lines", "diagnoses", "operations")


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    return claim_tables(100_000, 2)


def ask(sql: str, **tables: Any) -> Any:
    db = duckdb.connect()
    for name, table in tables.items():
        db.register(name, table)
    return db.execute(sql).fetchall()


@pytest.mark.parametrize("lines", [1, 2, 17, 150, 999, 2499, 2500, 3001, 7777, 49_999, 50_001])
@pytest.mark.parametrize("seed", [0, 3])
def test_there_are_exactly_as_many_lines_as_asked_for(lines: int, seed: int) -> None:
    tables = claim_tables(lines, seed)
    assert tables["lines"].num_rows == lines
    assert ask("SELECT count(*) FROM claims ANTI JOIN lines USING (claim_id)", **tables) == [(0,)]


def test_the_seed_decides_everything() -> None:
    one, same, other = claim_tables(5_000, 1), claim_tables(5_000, 1), claim_tables(5_000, 2)
    assert all(one[name].equals(same[name]) for name in one)
    assert not one["lines"].equals(other["lines"])


def test_columns_are_the_catalogs(tables: dict[str, Any]) -> None:
    for name in TABLES:
        for field in tables[name].schema:
            assert field.type == arrow_type(name, field.name), f"{name}.{field.name}"
        tables[name].validate(full=True)
    assert tables["labels"].schema.field("amount").type == pa.decimal128(18, 2)


def test_keys_are_unique_and_lead_somewhere(tables: dict[str, Any]) -> None:
    assert ask("SELECT count(*) - count(DISTINCT claim_id) FROM claims", **tables) == [(0,)]
    assert ask("SELECT count(*) - count(DISTINCT line_id) FROM lines", **tables) == [(0,)]
    for name in ("lines", "diagnoses", "operations", "labels"):
        assert ask(f"SELECT count(*) FROM {name} ANTI JOIN claims USING (claim_id)", **tables) == [(0,)]
    orphans = "SELECT count(*) FROM lines r LEFT JOIN lines t ON t.line_id = r.reverses_line_id AND t.claim_id = r.claim_id"
    assert ask(f"{orphans} WHERE r.reverses_line_id IS NOT NULL AND t.line_id IS NULL", **tables) == [(0,)]


def test_amounts_satisfy_the_four_part_identity(tables: dict[str, Any]) -> None:
    parts = "fully_self_paid_amount + coalesce(over_limit_amount, 0) + copay_first_amount + in_scope_amount"
    assert ask(f"SELECT count(*) FROM lines WHERE amount <> {parts}", **tables) == [(0,)]
    off = "SELECT count(*) FROM lines WHERE unit_price IS NOT NULL AND quantity > 0 AND "
    off += "abs(amount - quantity * unit_price) > 0.005"
    assert ask(off, **tables) == [(0,)]
    sums = "SELECT claim_id, sum(amount) AS a, sum(in_scope_amount) AS s FROM lines GROUP BY ALL"
    wrong = f"SELECT count(*) FROM claims JOIN ({sums}) USING (claim_id) WHERE a <> total_amount OR s <> in_scope_amount"
    assert ask(wrong, **tables) == [(0,)]
    assert ask("SELECT count(*) FROM claims WHERE fund_amount < 0 OR fund_amount > in_scope_amount", **tables) == [(0,)]


def test_a_refund_never_takes_more_than_was_charged(tables: dict[str, Any]) -> None:
    sums = "SELECT claim_id, item_code, sum(quantity) q, sum(amount) a, sum(in_scope_amount) s FROM lines GROUP BY ALL"
    assert ask(f"SELECT count(*) FROM ({sums}) WHERE q < 0 OR a < 0 OR s < 0", **tables) == [(0,)]


def test_claims_stand_in_order_of_settlement_and_not_of_person(tables: dict[str, Any]) -> None:
    settled = tables["claims"]["settled_at"].to_pylist()
    assert settled == sorted(settled)
    persons = tables["claims"]["person_id"].to_pylist()
    neighbours = sum(a == b for a, b in pairwise(persons))
    assert neighbours < len(persons) / 50
    months = ask(
        "SELECT count(DISTINCT month(settled_at)) FROM claims GROUP BY person_id ORDER BY count(*) DESC LIMIT 20",
        **tables,
    )
    assert all(n > 5 for (n,) in months)


def test_the_mix_is_as_wanted(tables: dict[str, Any]) -> None:
    n = tables["lines"].num_rows
    refunds = ask("SELECT count(*), count(reverses_line_id) FROM lines WHERE quantity < 0", **tables)[0]
    assert 0.01 < refunds[0] / n < 0.02
    assert 0.1 < refunds[1] / refunds[0] < 0.95
    assert 0.002 < tables["labels"].num_rows / n < 0.005
    reversed_, unknown, claims = ask(
        "SELECT count(*) FILTER (is_reversed), count(*) FILTER (coalesce(sex, '') NOT IN ('male', 'female')), count(*) "
        "FROM claims",
        **tables,
    )[0]
    assert 0.002 < reversed_ / claims < 0.01
    assert 0.001 < unknown / claims < 0.006
    care = Counter(tables["claims"]["care_type"].to_pylist())
    assert set(care) == {"outpatient", "emergency", "chronic_outpatient", "pharmacy", "inpatient"}
    stay = ask(
        "SELECT min(n), max(n) FROM (SELECT count(*) n FROM lines JOIN claims USING (claim_id) "
        "WHERE care_type = 'inpatient' GROUP BY person_id, provider_id, encounter_id)",
        **tables,
    )[0]
    assert stay[0] >= 50
    assert stay[1] <= 330
    assert ask(
        "SELECT count(*) FROM (SELECT encounter_id FROM claims WHERE care_type = 'inpatient' "
        "GROUP BY 1 HAVING count(*) > 1)",
        **tables,
    ) > [(5,)]


def test_about_half_of_the_lines_carry_a_restricted_code(tables: dict[str, Any], judge: Any) -> None:
    restricted = (
        judge(tables)
        .db.execute(
            "SELECT count(*) FROM lines l WHERE "
            "item_code IN (SELECT code FROM k_catalogue UNION SELECT code FROM k_price) "
            "OR EXISTS (SELECT 1 FROM k_charge_conflict k WHERE starts_with(l.item_code, k.sub_code) "
            "OR l.item_code = k.main_code)"
        )
        .fetchone()
    )
    assert restricted is not None
    assert 0.45 < restricted[0] / tables["lines"].num_rows < 0.6


def test_other_spans_of_time(judge: Any) -> None:
    tables = claim_tables(20_000, 6, start=date(2024, 11, 15), months=3)
    low, high = ask("SELECT min(settled_at), max(settled_at) FROM claims", **tables)[0]
    assert date(2024, 11, 15) <= low.date() <= high.date() <= date(2025, 2, 16)
    case = judge(tables)
    assert case.found() == case.planted() != []
