"""The rule's SQL, run by DuckDB over the same tables: what it says of every subject."""

from collections import Counter

import duckdb
import pyarrow as pa

from claimrules.catalog import TABLES, Base
from claimrules.sql import SqlError, to_sql

_NUMERIC = {Base.BOOLEAN: pa.bool_(), Base.INTEGER: pa.int64(), Base.DATE: pa.date32(), Base.TIMESTAMP: pa.timestamp("us")}
MOST_QUERIES = 400
_last: list = [None, None, None]


def duck(pack, world, only):
    """By rule the Counter of (subject, verdict, suspicious, amount, violating rows).

    NotImplementedError where SQL cannot say it.
    """
    out = {}
    for rule_id in only:
        rule = pack.rules[rule_id]
        if away := sorted(name for name in rule.tables if not pack.knowledge.tables[name].brought):
            raise NotImplementedError(f"a query has no word for a register that did not come: {away[0]}")
        try:
            query = query_of(rule, pack.knowledge)
        except SqlError as error:
            raise NotImplementedError(f"{error.diagnostics[0].message}") from error
        found = Counter()
        runs = any(getattr(key.value, "function", "") == "run" for key in rule.per)
        for subject, verdict, doubted, amount, rows in database(pack, world).execute(query).fetchall():
            ids = tuple(sorted(rows.split(", "))) if rows else ()
            answer = subject, verdict, bool(doubted), amount, ids if rule.kind in ("line", "raw_line") else len(ids)
            if verdict == "undecided" and runs and "=?" not in subject:
                found[answer] = 1  # rows that stand in no run go by their own x, several by one name
            else:
                found[answer] += 1
        out[rule_id] = found
    return out


_queries: dict = {}


def query_of(rule, knowledge):
    """The rule's query: it depends on what its tables declare, not on their rows, and the last ones are kept."""
    key = id(rule), bool(knowledge.changes)
    if key not in _queries:
        if len(_queries) > MOST_QUERIES:
            _queries.clear()
        _queries[key] = rule, to_sql(rule, knowledge)
    return _queries[key][1]


def database(pack, world):
    """The world and the pack's knowledge in memory; the last one is kept for the next rule."""
    if _last[0] is not pack.knowledge or _last[1] is not world:
        _last[:] = [pack.knowledge, world, _filled(pack, world)]
    return _last[2]


def _filled(pack, world):
    connection = duckdb.connect(config={"threads": 1})
    tables = world.batch().tables()
    for name, fields in TABLES.items():
        given = tables[name]
        columns = {f.name: _column(given, f) for f in fields}
        _put(connection, name, pa.table(columns))
    for name, table in pack.knowledge.tables.items():
        _put(connection, name, table.rows)
    if "code_sets" not in pack.knowledge.tables:
        nothing = pa.array([], pa.string())
        _put(connection, "code_sets", pa.table({"set_id": nothing, "prefix": nothing}))
    return connection


def _column(given, field):
    type_ = field.type
    arrow = (
        pa.decimal128(type_.precision, type_.scale) if type_.base is Base.DECIMAL else _NUMERIC.get(type_.base, pa.string())
    )
    return given[field.name].cast(arrow) if field.name in given.column_names else pa.nulls(given.num_rows, arrow)


def _put(connection, name, rows):
    connection.register("given", rows)
    connection.execute(f'CREATE TABLE "{name}" AS SELECT * FROM given')  # noqa: S608  our own names
    connection.unregister("given")
