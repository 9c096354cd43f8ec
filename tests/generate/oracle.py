"""An independent judge of the generated claims: DuckDB, from the rules' definitions and the sample tables on disk."""

from pathlib import Path
from typing import Any

import duckdb

KNOWLEDGE = Path(__file__).parents[2] / "rules" / "knowledge"
SQL = (Path(__file__).parent / "oracle.sql").read_text(encoding="utf-8")

Label = tuple[str, str, str, str, str | None, int]


def connect(tables: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """A database with the tables and the knowledge, and what the rules find in them as `found`."""
    db = duckdb.connect()
    for name, table in tables.items():
        db.register(name, table)
    for file in sorted(KNOWLEDGE.glob("*.csv")):
        db.execute(f"CREATE TABLE k_{file.stem} AS FROM read_csv('{file}', all_varchar = true, nullstr = '\\N')")
    db.execute(SQL)
    return db


def found(db: duckdb.DuckDBPyConnection) -> list[Label]:
    """The findings: rule, person, provider, claim, line, cents."""
    return sorted(db.execute("SELECT * FROM found").fetchall(), key=str)


def planted(db: duckdb.DuckDBPyConnection) -> list[Label]:
    """The labels in the same form."""
    sql = "SELECT rule_id, person_id, provider_id, claim_id, line_id, (amount * 100)::BIGINT FROM labels"
    return sorted(db.execute(sql).fetchall(), key=str)
