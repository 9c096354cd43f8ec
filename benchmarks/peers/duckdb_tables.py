"""The tables that both of DuckDB's forms ask: lines, claims, and one of each rule's knowledge; integers, or texts as read."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from benchmarks.prepared import Prepared, knowledge_columns

THREADS = 2


def connect() -> Any:
    """A database in memory, on two threads."""
    return duckdb.connect(config={"threads": THREADS, "preserve_insertion_order": "false"})


def integer_tables(db: Any, prepared: Prepared, about: list[dict[str, Any]]) -> None:
    """The prepared tables, copied into the database, and the knowledge in the same integers."""
    for name, table in (("lines", prepared.lines), ("claims", prepared.claims)):
        db.register("given", table)
        db.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        db.unregister("given")
    for rule in about:
        if rule["rows"]:
            _create(db, rule, prepared.codes)


def text_tables(db: Any, claims: Path, about: list[dict[str, Any]]) -> None:
    """The files as they are: lines with what the rules need of their claims, codes as texts, money as it stands."""
    db.execute(f"""
        CREATE TABLE claims AS SELECT claim_id AS claim, person_id AS person, provider_id AS provider,
            coalesce(encounter_id, claim_id) AS encounter, nullif(sex, 'unknown') AS sex, care_type, provider_level,
            payment_method, department_code, epoch_ms(birth_date)::BIGINT // 86400000 AS birth,
            date_diff('day', DATE '1970-01-01', admitted_at::DATE) AS admitted,
            date_diff('day', DATE '1970-01-01', discharged_at::DATE) AS discharged
        FROM read_parquet('{claims}/claims/*.parquet')""")
    db.execute(f"""
        CREATE TABLE lines AS SELECT l.claim_id || '/' || l.line_id AS line, l.claim_id AS claim, l.item_code AS item,
            epoch_us(l.charged_at) AS charged, date_diff('day', DATE '1970-01-01', l.charged_at::DATE)::INTEGER AS day,
            (l.quantity * 10000)::BIGINT AS quantity, (l.unit_price * 1000000)::BIGINT AS unit_price,
            (l.amount * 100)::BIGINT AS amount, (l.in_scope_amount * 100)::BIGINT AS in_scope_amount,
            c.person, c.provider, c.encounter
        FROM read_parquet('{claims}/lines/*.parquet') l JOIN claims c ON c.claim = l.claim_id""")
    for rule in about:
        if rule["rows"]:
            _create(db, rule, lambda _, texts: pa.array(texts))


def _create(db: Any, rule: dict[str, Any], coded: Any) -> None:
    db.register("given", pa.table(knowledge_columns(rule, coded)))
    db.execute(f"CREATE TABLE k_{rule['id']} AS SELECT * FROM given")
    db.unregister("given")
