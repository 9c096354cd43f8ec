"""A batch of claims and knowledge tables in DuckDB, and the answers of a rule there and by the engine, as multisets."""

from collections import Counter, defaultdict
from decimal import Decimal

import duckdb
import pyarrow as pa

from claimrules.catalog import TABLES, Base
from claimrules.sql import to_sql


def arrow(kind):
    if kind.base is Base.DECIMAL:
        return pa.decimal128(kind.precision, kind.scale)
    return {
        Base.BOOLEAN: pa.bool_(),
        Base.INTEGER: pa.int64(),
        Base.DATE: pa.date32(),
        Base.TIMESTAMP: pa.timestamp("us"),
        Base.DOUBLE: pa.float64(),
    }.get(kind.base, pa.string())


def database(batch, knowledge, only=None):
    """In memory the contract's tables with all their columns, and the knowledge tables: `only` these, and the code sets."""
    con = duckdb.connect(config={"threads": 1})
    for name, fields in TABLES.items():
        given = getattr(batch, name)
        columns = {}
        for field in fields:
            if field.name in given.column_names:
                columns[field.name] = given[field.name].cast(arrow(field.type))
            else:
                columns[field.name] = pa.nulls(given.num_rows, arrow(field.type))
        put(con, name, pa.table(columns))
    for name, table in knowledge.tables.items():
        if only is None or name in only or name == "code_sets":
            put(con, name, table.rows)
    if "code_sets" not in knowledge.tables:
        put(con, "code_sets", pa.table({"set_id": pa.array([], pa.string()), "prefix": pa.array([], pa.string())}))
    return con


def put(con, name, rows):
    con.register("given", rows)
    con.execute(f'CREATE TABLE "{name}" AS SELECT * FROM given')  # noqa: S608 - the names are ours
    con.unregister("given")


def answers_of_sql(con, pack, rule_id, **options):
    """(subject, verdict, suspicious, amount, violating rows) of every subject."""
    query = _query(pack, rule_id, options)
    of_lines = pack.rules[rule_id].kind in ("line", "raw_line")
    out = Counter()
    for subject, verdict, doubted, amount, rows in con.execute(query).fetchall():
        ids = tuple(sorted(rows.split(", "))) if rows else ()
        out[subject, verdict, bool(doubted), amount, ids if of_lines else _count(rows)] += 1
    return out


_QUERIES = {}


def _query(pack, rule_id, options):
    """The rule's query; it depends on what its tables declare and not on their rows, and is made once."""
    rule = pack.rules[rule_id]
    key = (id(rule), repr(options))
    if key not in _QUERIES:
        _QUERIES[key] = rule, to_sql(rule, pack.knowledge, **options)
    return _QUERIES[key][1]


def _count(rows):
    """How many rows of a kind above the line: each names itself by `claim=…` or `person=…`."""
    return len([part for part in (rows or "").split(", ") if part])


def answers_of_engine(pack, rule_id, batch):
    """The same by the engine: rows of one subject put together."""
    rule = pack.rules[rule_id]
    groups, out = defaultdict(list), Counter()
    for i, row in enumerate(pack.judge(batch, rule_id).to_pylist()):
        alone = row["verdict"] == "not_applicable" or not rule.per or "=?" in row["subject"]
        groups[i if alone else ("subject", row["subject"])].append(row)
    for rows in groups.values():
        first = rows[0]
        hits = [row for row in rows if row["violating"]]
        flagged = first["verdict"] == "flagged"
        amount = None
        if flagged:
            amount = None if any(r["amount"] is None for r in hits) else sum((r["amount"] for r in hits), Decimal("0.00"))
        of_lines = rule.kind in ("line", "raw_line")
        ids = tuple(sorted(f"{r['claim_id']}/{r['line_id']}" for r in hits)) if of_lines else len(hits)
        out[first["subject"], first["verdict"], bool(first["suspicious"]), amount, ids] += 1
    return out
