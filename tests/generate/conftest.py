"""An independent judge of the generated claims: DuckDB, from the rules' definitions and the sample tables on disk."""

from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

Label = tuple[str, str, str, str, str | None, int]

FOLDER = Path(__file__).parents[2] / "rules" / "knowledge"
SQL = (Path(__file__).parent / "oracle.sql").read_text(encoding="utf-8")


class Judge:
    """The generated tables and the sample tables in a database, and what the rules find there."""

    knowledge = FOLDER

    def __init__(self, tables: dict[str, Any]) -> None:
        self.db = duckdb.connect()
        for name, table in tables.items():
            self.db.register(name, table)
        for file in sorted(FOLDER.glob("*.csv")):
            self.db.execute(f"CREATE TABLE k_{file.stem} AS FROM read_csv('{file}', all_varchar = true, nullstr = '\\N')")
        self.db.execute(SQL)

    def found(self) -> list[Label]:
        """The findings: rule, person, provider, claim, line, cents."""
        return sorted(self.db.execute("SELECT * FROM found").fetchall(), key=str)

    def planted(self) -> list[Label]:
        """The labels in the same form."""
        sql = "SELECT rule_id, person_id, provider_id, claim_id, line_id, (amount * 100)::BIGINT FROM labels"
        return sorted(self.db.execute(sql).fetchall(), key=str)

    def by_rule(self) -> Counter[str]:
        """How many findings each rule has."""
        return Counter(rule for rule, *_ in self.found())


@pytest.fixture(scope="session")
def judge() -> type[Judge]:
    return Judge
