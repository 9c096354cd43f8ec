"""Knowledge rows for any table, made up by choices: dated, regional, with fallbacks and pairs both ways round."""

from datetime import date, timedelta
from typing import Any

from claimrules.catalog import Base, Match, TableSchema, Type
from claimrules.testing.choice import Choice, one_in
from claimrules.testing.vocabulary import CODES, FIRST, SETS, pool, shared_name

REGIONS = ("000000", "000000", "000000", "110000", "110100", "110101", "330100")
ENDS = (2, 3, 31)
"""Days after FIRST on which a version ends: dates on which claims lie, so that both sides of a bound are met."""


def make_rows(
    choice: Choice, schema: TableSchema, most: int = 6, *, many: bool = False, gaps: bool = True
) -> list[dict[str, str]]:
    """At most so many rows as texts by column, as a CSV has them. `many`: two rows of one key may hold at once."""
    if schema.name == "code_sets":
        return _sets(choice)
    out: list[dict[str, str]] = []
    taken: set[tuple[str, ...]] = set()
    names = tuple(schema.columns) if many else tuple(key.name for key in schema.key)
    for _ in range(choice.number(0, most)):
        row = {name: _cell(choice, schema, name, type_) for name, type_ in schema.columns.items()}
        row["region"] = choice.pick(REGIONS)
        first = schema.key[0].name
        if not row[first]:
            row[first] = str(choice.pick(_texts(first, schema.columns[first])))
        versions = _versions(choice, row, schema, gaps=gaps)
        keys = {(*(version[name] for name in names), version["region"]) for version in versions}
        if not keys & taken:
            taken |= keys
            out += versions
    if many and choice.pick((True, False)):
        for row in _turned(schema, out):
            key = (*(row[name] for name in names), row["region"])
            if key not in taken:
                taken.add(key)
                out.append(row)
    return out


def _versions(choice: Choice, row: dict[str, str], schema: TableSchema, *, gaps: bool) -> list[dict[str, str]]:
    """The row for ever, or until a day and another from the next day on (or later)."""
    begin = choice.pick(("", "", "", str((FIRST + timedelta(days=1)).date())))
    if choice.pick((True, False)):
        return [{**row, "valid_from": begin, "valid_to": ""}]
    end: date = (FIRST + timedelta(days=choice.pick(ENDS))).date()
    first = {**row, "valid_from": begin, "valid_to": str(end)}
    if one_in(choice, 3):
        return [first]
    keys = {key.name for key in schema.key}
    later = {
        name: row[name] if name in keys else _cell(choice, schema, name, type_) for name, type_ in schema.columns.items()
    }
    wait = choice.pick((1, 1, 2)) if gaps else 1
    return [first, {**later, "region": row["region"], "valid_from": str(end + timedelta(days=wait)), "valid_to": ""}]


def _cell(choice: Choice, schema: TableSchema, name: str, type_: Type) -> str:
    key = next((k for k in schema.key if k.name == name), None)
    if key is not None and key.match is not Match.EXACT:
        return str(choice.pick(_texts(name, type_)))
    if one_in(choice, 6):
        return ""
    value = choice.pick(_texts(name, type_))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(name: str, type_: Type) -> tuple[Any, ...]:
    if type_.base is Base.TEXT and not type_.values:
        if "set" in name:
            return SETS
        if not shared_name(name):
            return CODES
    values = pool(name, type_)
    return tuple(v for v in values if v != "0") if type_.base is Base.TEXT else values


def _sets(choice: Choice) -> list[dict[str, str]]:
    chosen: set[tuple[str, str]] = {("most", "A")}
    for _ in range(choice.number(0, 5)):
        prefix = choice.pick((*CODES, "J18", "J", "51"))
        chosen.add((choice.pick(SETS[:2]), choice.pick(("", "", "-")) + prefix))
    both = {pair for pair in chosen if (pair[0], "-" + pair[1]) in chosen}
    return [{"set_id": name, "prefix": prefix} for name, prefix in sorted(chosen - both)]


def _turned(schema: TableSchema, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Pairs the other way round, where a table has two columns of codes."""
    texts = [
        n
        for n, t in schema.columns.items()
        if t.base is Base.TEXT and not t.values and not shared_name(n) and "set" not in n
    ]
    if len(texts) < 2 or schema.symmetric:
        return []
    a, b = texts[:2]
    return [{**row, a: row[b], b: row[a]} for row in rows if row[a] and row[b]]
