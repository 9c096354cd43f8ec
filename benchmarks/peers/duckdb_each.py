"""DuckDB, one query a rule: what people write."""

from pathlib import Path
from typing import Any

from benchmarks.peers.duckdb_tables import connect, integer_tables, text_tables
from benchmarks.prepared import Prepared

DAY = "l.day"
MONTH = "date_trunc('month', DATE '1970-01-01' + l.day)"
YEAR = "date_trunc('year', DATE '1970-01-01' + l.day)"
KEYS = {
    "person": "l.person",
    "claim": "l.claim",
    "encounter": "l.person, l.provider, l.encounter",
    "provider": "l.provider",
    "item": "l.item",
}
KEYS |= {"day": DAY, "month": MONTH, "year": YEAR}


def query(rule: dict[str, Any]) -> str:
    """The lines that a rule flags."""
    k = f"k_{rule['id']}"
    of_claim = "SELECT l.line, l.in_scope_amount FROM lines l JOIN claims c USING (claim)"
    match rule["kind"]:
        case "attribute":
            left = f"c.{rule['column']}" if rule["how"] != "age" else "l.day - c.birth"
            how = {"age": "<"}.get(rule["how"], rule["how"])
            return f"{of_claim} JOIN {k} t ON t.item = l.item WHERE {left} {how} t.value AND l.day IS NOT NULL"
        case "price":
            priced = f"SELECT l.line, l.in_scope_amount FROM lines l JOIN {k} t ON t.item = l.item"
            return f"{priced} WHERE l.unit_price > t.value AND l.day IS NOT NULL"
        case "arithmetic":
            return (
                "SELECT l.line, l.in_scope_amount FROM lines l "
                "WHERE abs(l.quantity::HUGEINT * l.unit_price - l.amount::HUGEINT * 100000000) > 500000000"
            )
        case "before_stay":
            inpatient = "(SELECT claim, admitted FROM claims WHERE is_inpatient)"
            return f"SELECT l.line, l.in_scope_amount FROM lines l JOIN {inpatient} c USING (claim) WHERE l.day < c.admitted"
        case "after_stay":
            inpatient = "(SELECT claim, discharged FROM claims WHERE is_inpatient)"
            return (
                f"SELECT l.line, l.in_scope_amount FROM lines l JOIN {inpatient} c USING (claim) WHERE l.day > c.discharged"
            )
        case "window":
            keys = ", ".join(KEYS[word] for word in rule["per"].strip("[]").split(", "))
            return (
                "SELECT line, in_scope_amount FROM (SELECT l.line, l.in_scope_amount, t.value, "
                f"sum(l.quantity) OVER (PARTITION BY {keys}) AS n "
                f"FROM lines l JOIN {k} t ON t.item = l.item WHERE l.day IS NOT NULL) WHERE n > value"
            )
        case "pair":
            return (
                f"SELECT DISTINCT l.line, l.in_scope_amount FROM lines l JOIN {k} t ON t.sub_code = l.item "
                "JOIN lines m ON m.person = l.person AND m.day = l.day AND m.item = t.main_code AND m.line <> l.line"
            )
        case "duplicate":
            return (
                "SELECT line, in_scope_amount FROM (SELECT l.line, l.in_scope_amount, "
                "count(*) OVER (PARTITION BY l.person, l.item, l.charged) AS n "
                "FROM lines l WHERE l.charged IS NOT NULL) WHERE n > 1"
            )
    raise ValueError(rule["kind"])


def inpatients(db: Any, inpatient: object) -> None:
    """Marks the claims of inpatients."""
    db.execute("ALTER TABLE claims ADD COLUMN is_inpatient BOOLEAN")
    db.execute("UPDATE claims SET is_inpatient = (care_type = ?)", [inpatient])


def prepare(prepared: Prepared, about: list[dict[str, Any]]) -> Any:
    """A database with everything in it."""
    db = connect()
    integer_tables(db, prepared, about)
    inpatients(db, prepared.codes("care_type", ["inpatient"])[0].as_py())
    return db


def run(db: Any, about: list[dict[str, Any]]) -> None:
    """All rules, each into a table of its hits."""
    for rule in about:
        db.execute(f"CREATE OR REPLACE TABLE h_{rule['id']} AS {query(rule)}")


def told(db: Any, about: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """Of each rule how many lines, and how much."""
    out = {}
    for rule in about:
        row = db.execute(f"SELECT count(*), coalesce(sum(in_scope_amount), 0)::BIGINT FROM h_{rule['id']}").fetchone()
        out[rule["id"]] = (row[0], row[1])
    return out


def whole(claims: Path, about: list[dict[str, Any]], out: Path) -> Any:
    """From the files to the files."""
    db = connect()
    text_tables(db, claims, about)
    inpatients(db, "inpatient")
    run(db, about)
    every = " UNION ALL ".join(f"SELECT '{r['id']}' AS rule_id, line, in_scope_amount FROM h_{r['id']}" for r in about)
    db.execute(f"COPY ({every}) TO '{out}/findings.parquet' (FORMAT parquet)")
    return db
