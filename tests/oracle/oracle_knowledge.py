"""Which knowledge row a row finds, by trying each of them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MISSING, UNKNOWN = "missing", "unknown"


@dataclass
class Tables:
    """`rows`: table → rows as texts by column. `sets`: name → prefixes. `away`: registers that nobody brought."""

    schemas: dict
    complete: dict
    rows: dict
    sets: dict
    as_of: date | None = None
    away: frozenset = frozenset()

    def cell(self, table, row, column):
        text = row.get(column) or None
        if text is None:
            return None
        base = str(self.schemas[table].columns[column].base)
        if base == "decimal":
            return Decimal(text)
        if base == "integer":
            return int(text)
        return text == "true" if base == "boolean" else text

    def in_set(self, code, name):
        best, inside = -1, False
        for cell in self.sets.get(name, ()):
            prefix = cell.removeprefix("-")
            if code.startswith(prefix) and len(prefix) > best:
                best, inside = len(prefix), not cell.startswith("-")
        return inside


def tables_of(pack):
    """The pack's knowledge as texts."""
    known = pack.knowledge.tables
    complete = {name: t.complete and (t.complete.since, t.complete.prefixes) for name, t in known.items()}
    rows = {name: [_texts(row) for row in table.rows.to_pylist()] for name, table in known.items()}
    sets = {}
    for row in rows.get("code_sets", ()):
        sets.setdefault(row["set_id"], []).append(row["prefix"])
    away = frozenset(name for name, table in known.items() if not table.brought)
    return Tables(dict(pack.knowledge.schemas), complete, rows, sets, pack.as_of, away)


def _texts(row):
    return {k: "" if v is None else str(v).lower() if isinstance(v, bool) else str(v) for k, v in row.items()}


def level(cell, place):
    """3 county, 2 city, 1 province, 0 nation, None where the row's region is another."""
    if cell == "000000":
        return 0
    if cell == place:
        return 3
    if cell.endswith("0000"):
        return 1 if place.startswith(cell[:2]) else None
    return 2 if cell.endswith("00") and place.startswith(cell[:4]) else None


def candidates(tables, table, keys, when, ever, region):
    """The rows that fit and those that may: (row, True or None). None for all: the first key is not known, or no row is."""
    schema = tables.schemas[table]
    if table in tables.away or keys[schema.key[0].name] is None:
        return None
    out = []
    for row in standing(tables, schema, table):
        answers = [_key_fits(tables, schema, row, key, keys) for key in schema.key if key.name in keys]
        answers.append(_dated(row, when, ever))
        answers.append(_in_region(row, region))
        known_from = row.get("known_from")
        if tables.as_of is not None and known_from:
            answers.append(date.fromisoformat(known_from) <= tables.as_of)
        if False not in answers:
            out.append((row, None if None in answers else True))
    return out


def standing(tables, schema, table):
    """The rows that no row learnt later replaces: one of the same key, region and first day."""
    known = [
        row for row in tables.rows.get(table, ()) if not tables.as_of or (row.get("known_from") or "") <= str(tables.as_of)
    ]

    def same(one, other):
        names = [*(key.name for key in schema.key), "valid_from"]
        alike = all((one.get(name) or "") == (other.get(name) or "") for name in names)
        return alike and (one.get("region") or "000000") == (other.get("region") or "000000")

    def later(one, other):
        return (other.get("known_from") or "") > (one.get("known_from") or "")

    return [row for row in known if not any(same(row, other) and later(row, other) for other in known)]


def _key_fits(tables, schema, row, key, keys):
    cell, value = tables.cell(schema.name, row, key.name), keys[key.name]
    if cell is None:
        return True
    if value is None:
        return None
    return value.startswith(cell) if str(key.match) != "exact" else value == cell


def _dated(row, when, ever):
    if ever:
        return True
    begin, end = row.get("valid_from"), row.get("valid_to")
    if when is None:
        return None
    return (not begin or date.fromisoformat(begin) <= when) and (not end or when <= date.fromisoformat(end))


def _in_region(row, region):
    cell = row.get("region") or "000000"
    if region is None:
        return True if cell == "000000" else None
    return level(cell, region) is not None


def narrowest(rows, region):
    """Those of the narrowest region."""

    def width(row):
        return 0 if region is None else level(row.get("region") or "000000", region)

    best = max(map(width, rows), default=0)
    return [row for row in rows if width(row) == best]


def one(tables, table, found, region):
    """The one row, MISSING, or UNKNOWN: by region, filled key cells, longest prefix, latest knowledge."""
    if found is None or any(sure is None for _, sure in found):
        return UNKNOWN
    rows = narrowest([row for row, _ in found], region)
    if not rows:
        return MISSING
    keys = [key.name for key in tables.schemas[table].key]

    def rank(row):
        prefix = row.get(keys[0]) or ""
        longest = 0 if str(tables.schemas[table].key[0].match) == "exact" else len(prefix)
        return (sum(bool(row.get(name)) for name in keys), longest, row.get("known_from") or "")

    best = max(map(rank, rows))
    first = [row for row in rows if rank(row) == best]
    return first[0] if len(first) == 1 else UNKNOWN


def covered(tables, table, keys, when, ever):
    """Whether a missing row says something here; None where that is not known."""
    complete = tables.complete.get(table)
    if complete is None or table in tables.away:
        return False
    since, prefixes = complete
    code = next(iter(keys.values()))
    if code is None or (when is None and not ever):
        return None
    if prefixes and not any(code.startswith(p) for p in prefixes):
        return False
    return ever or since is None or when >= since
