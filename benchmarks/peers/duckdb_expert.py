"""DuckDB as an expert writes it: rules as data, one join a family, integer keys, lines in the order of person and time."""

from pathlib import Path
from typing import Any

from benchmarks.peers.duckdb_each import inpatients
from benchmarks.peers.duckdb_tables import connect, integer_tables, text_tables
from benchmarks.prepared import Prepared

WINDOWS = {
    "day": "l.day",
    "month": "year(DATE '1970-01-01' + l.day) * 12 + month(DATE '1970-01-01' + l.day)",
    "year": "year(DATE '1970-01-01' + l.day)",
}
PARTS = ("claim", "encounter", "provider")
COLUMNS = ("sex", "care_type", "provider_level", "payment_method", "department_code")


def families(db: Any, about: list[dict[str, Any]]) -> None:
    """The knowledge of all rules of one family in one table."""

    def gathered(kind: str, select: str) -> str:
        rules = [(place, rule) for place, rule in enumerate(about) if rule["kind"] == kind]
        return " UNION ALL ".join(select.format(place=place, name=f"k_{rule['id']}", **_of(rule)) for place, rule in rules)

    db.execute("CREATE TABLE limits AS " + gathered("attribute", "SELECT {place} AS rule, item, {cells} FROM {name}"))
    db.execute(
        "CREATE TABLE quantities AS " + gathered("window", "SELECT {place} AS rule, item, value, {window} FROM {name}")
    )
    db.execute("CREATE TABLE pairs AS " + gathered("pair", "SELECT {place} AS rule, sub_code, main_code FROM {name}"))
    db.execute("CREATE TABLE prices AS " + gathered("price", "SELECT {place} AS rule, item, value FROM {name}"))


def _of(rule: dict[str, Any]) -> dict[str, str]:
    """What the family's table has of a rule besides its place: a column for each attribute; the parts of the window."""
    if rule["kind"] == "attribute":
        age = rule["how"] == "age"
        cells = [("value" if name == rule["column"] else "NULL") + f" AS {name}" for name in COLUMNS]
        return {"cells": ", ".join([("value" if age else "NULL") + " AS days", *cells])}
    if rule["kind"] == "window":
        words = rule["per"].strip("[]").split(", ")
        span = next((w for w in words if w in WINDOWS), "all")
        parts = ", ".join(f"{part in words} AS of_{part}" for part in PARTS)
        return {"window": f"'{span}' AS span, {parts}"}
    return {}


def statements(about: list[dict[str, Any]]) -> list[str]:
    """One statement a family: each gives rule, line and money."""
    place = {rule["kind"]: at for at, rule in enumerate(about) if rule["kind"] not in ("attribute", "window", "pair")}
    equal = " OR ".join(f"t.{name} = c.{name}" for name in COLUMNS if name != "sex")
    attributes = (
        "SELECT t.rule, l.line, l.in_scope_amount FROM lines l JOIN limits t USING (item) JOIN claims c USING (claim) "
        f"WHERE l.day IS NOT NULL AND (t.sex <> c.sex OR {equal} OR l.day - c.birth < t.days)"
    )
    key = "CASE t.span " + " ".join(f"WHEN '{w}' THEN {e}" for w, e in WINDOWS.items()) + " ELSE 0 END"
    parts = ", ".join(f"CASE WHEN t.of_{part} THEN l.{part} ELSE 0 END" for part in PARTS)
    windows = (
        "SELECT rule, line, in_scope_amount FROM (SELECT t.rule, l.line, l.in_scope_amount, t.value, "
        f"sum(l.quantity) OVER (PARTITION BY t.rule, l.item, l.person, {key}, {parts}) AS n "
        "FROM lines l JOIN quantities t USING (item) WHERE l.day IS NOT NULL) WHERE n > value"
    )
    pairs = (
        "SELECT DISTINCT t.rule, l.line, l.in_scope_amount FROM lines l JOIN pairs t ON t.sub_code = l.item "
        "JOIN lines m ON m.person = l.person AND m.day = l.day AND m.item = t.main_code AND m.line <> l.line"
    )
    prices = (
        "SELECT t.rule, l.line, l.in_scope_amount FROM lines l JOIN prices t USING (item) "
        "WHERE l.unit_price > t.value AND l.day IS NOT NULL"
    )
    arithmetic = (
        f"SELECT {place['arithmetic']} AS rule, line, in_scope_amount FROM lines "
        "WHERE abs(quantity * unit_price - amount * 100000000) > 500000000"
    )
    stays = (
        f"SELECT unnest(CASE WHEN l.day < c.admitted THEN [{place['before_stay']}] ELSE [] END "
        f"|| CASE WHEN l.day > c.discharged THEN [{place['after_stay']}] ELSE [] END) AS rule, l.line, l.in_scope_amount "
        "FROM lines l JOIN claims c USING (claim) WHERE c.is_inpatient AND (l.day < c.admitted OR l.day > c.discharged)"
    )
    duplicates = (
        f"SELECT {place['duplicate']} AS rule, l.line, l.in_scope_amount FROM lines l JOIN ("
        "SELECT person, item, charged FROM lines WHERE charged IS NOT NULL GROUP BY ALL HAVING count(*) > 1) d "
        "USING (person, item, charged)"
    )
    return [attributes, windows, pairs, prices, arithmetic, stays, duplicates]


def prepare(prepared: Prepared, about: list[dict[str, Any]]) -> Any:
    """A database with everything in it."""
    db = connect()
    integer_tables(db, prepared, about)
    inpatients(db, prepared.codes("care_type", ["inpatient"])[0].as_py())
    families(db, about)
    return db


def run(db: Any, about: list[dict[str, Any]]) -> None:
    """All families, into one table of hits."""
    db.execute("CREATE OR REPLACE TABLE hits (rule INTEGER, line VARCHAR, in_scope_amount BIGINT)")
    first, *others = statements(about)
    db.execute(f"CREATE OR REPLACE TABLE hits AS {first}")
    for statement in others:
        db.execute(f"INSERT INTO hits {statement}")


def told(db: Any, about: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """Of each rule how many lines, and how much."""
    rows = db.execute("SELECT rule, count(*), sum(in_scope_amount)::BIGINT FROM hits GROUP BY rule").fetchall()
    found = {rule: (lines, cents) for rule, lines, cents in rows}
    return {rule["id"]: found.get(place, (0, 0)) for place, rule in enumerate(about)}


def whole(claims: Path, about: list[dict[str, Any]], out: Path) -> Any:
    """From the files to the files: codes become integers and lines stand in order before anything is asked."""
    db = connect()
    text_tables(db, claims, about)
    numbered = ("claim", "person", "provider", "encounter")
    for name in numbered:
        db.execute(
            f"CREATE TABLE n_{name} AS SELECT {name}, row_number() OVER ()::INTEGER AS n FROM (SELECT DISTINCT {name} FROM claims)"
        )
    joins = " ".join(f"JOIN n_{name} USING ({name})" for name in numbered)
    ids = ", ".join(f"n_{name}.n AS {name}" for name in numbered)
    db.execute(
        "CREATE TABLE n_item AS SELECT item, row_number() OVER ()::INTEGER AS n FROM (SELECT DISTINCT item FROM lines)"
    )
    db.execute(f"CREATE TABLE coded AS SELECT * EXCLUDE (claim, person, provider, encounter), {ids} FROM claims {joins}")
    db.execute(
        "CREATE TABLE sorted AS SELECT l.line AS name, row_number() OVER ()::INTEGER AS line, "
        f"i.n AS item, charged, day, quantity, unit_price, amount, in_scope_amount, {ids} FROM lines l "
        f"{joins} JOIN n_item i ON i.item = l.item ORDER BY n_person.n, charged"
    )
    db.execute("DROP TABLE lines; DROP TABLE claims; ALTER TABLE sorted RENAME TO lines; ALTER TABLE coded RENAME TO claims")
    for rule in about:
        for column in ("item", "sub_code", "main_code"):
            if rule["rows"] and (column == "item") == ("code" in rule["columns"]):
                k = f"k_{rule['id']}"
                db.execute(
                    f"CREATE OR REPLACE TABLE {k} AS SELECT k.* REPLACE (coalesce(i.n, -1) AS {column}) "
                    f"FROM {k} k LEFT JOIN n_item i ON i.item = k.{column}"
                )
    inpatients(db, "inpatient")
    families(db, about)
    run(db, about)
    names = ", ".join(f"'{rule['id']}'" for rule in about)
    db.execute(
        f"COPY (SELECT [{names}][h.rule + 1] AS rule_id, l.name AS line, h.in_scope_amount FROM hits h JOIN lines l "
        f"ON l.line = h.line) TO '{out}/findings.parquet' (FORMAT parquet)"
    )
    return db
