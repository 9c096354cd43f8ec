"""A plain Python loop, as a careful programmer writes it: dictionaries by item, one walk a family of rules."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from benchmarks.peers.line_tuples import Claim, Line, Rows, integer_rows, text_rows
from benchmarks.prepared import Prepared

CENT = 100_000_000
"""In units of quantity times price, 1e-10."""
Hits = dict[str, list[tuple[Any, int]]]


@dataclass
class Loop:
    """The rows; per item what the rules of a family know of it; `hits` of the last run: rule → line and cents."""

    rows: Rows
    inpatient: Any
    limits: dict[Any, list[tuple[str, int, str, Any]]]
    prices: dict[Any, list[tuple[str, int]]]
    windows: list[tuple[str, list[str], dict[Any, int]]]
    pairs: dict[Any, list[tuple[str, Any]]]
    hits: Hits


def prepare(prepared: Prepared, about: list[dict[str, Any]]) -> Loop:
    """Everything as Python's own values."""
    return _loop(integer_rows(prepared), about)


def _loop(rows: Rows, about: list[dict[str, Any]]) -> Loop:
    loop = Loop(rows, rows.inpatient(), defaultdict(list), defaultdict(list), [], defaultdict(list), {})
    for rule in about:
        known = rows.knowledge(rule)
        match rule["kind"]:
            case "attribute":
                column = Claim._fields.index(rule["column"] if rule["how"] != "age" else "birth")
                for item, value in known:
                    loop.limits[item].append((rule["id"], column, rule["how"], value))
            case "price":
                for item, value in known:
                    loop.prices[item].append((rule["id"], value))
            case "window":
                loop.windows.append((rule["id"], rule["per"].strip("[]").split(", "), dict(known)))
            case "pair":
                for sub, main in known:
                    loop.pairs[sub].append((rule["id"], main))
    return loop


def run(loop: Loop, about: list[dict[str, Any]]) -> None:
    """All rules."""
    plain: dict[str, list[str]] = defaultdict(list)
    for rule in about:
        plain[rule["kind"]].append(rule["id"])
    hits: Hits = defaultdict(list)
    _alone(loop, plain, hits)
    for name, per, most in loop.windows:
        _window(loop, name, [KEYS[word] for word in per], most, hits)
    _pairs(loop, hits)
    for name in plain["duplicate"]:
        _duplicates(loop, hits[name])
    loop.hits = hits


def _alone(loop: Loop, plain: dict[str, list[str]], hits: Hits) -> None:
    """What a line and its claim show by themselves."""
    claims, limits, prices, inpatient = loop.rows.claims, loop.limits, loop.prices, loop.inpatient
    for row in loop.rows.lines:
        claim, found = claims[row.claim], []
        if row.day is not None:
            found = [name for name, *limit in limits.get(row.item, ()) if _over(row, claim, *limit)]
            if row.unit_price is not None:
                found += [name for name, ceiling in prices.get(row.item, ()) if row.unit_price > ceiling]
            if claim.care_type == inpatient:
                if claim.admitted is not None and row.day < claim.admitted:
                    found += plain["before_stay"]
                if claim.discharged is not None and row.day > claim.discharged:
                    found += plain["after_stay"]
        if row.unit_price is not None and abs(row.quantity * row.unit_price - row.amount * CENT) > 5 * CENT:
            found += plain["arithmetic"]
        for name in found:
            hits[name].append((row.line, row.in_scope_amount))


def _over(row: Line, claim: Claim, column: int, how: str, value: Any) -> bool:
    own = claim[column]
    if own is None:
        return False
    if how == "age":
        return bool(row.day - own < value)
    return bool(own == value if how == "=" else own != value)


@cache
def _day(number: int) -> date:
    return date(1970, 1, 1) + timedelta(number)


def _month(row: Line, _: Claim) -> Any:
    day = _day(row.day)
    return day.year * 12 + day.month


KEYS = {
    "person": lambda _, claim: claim.person,
    "provider": lambda _, claim: claim.provider,
    "encounter": lambda _, claim: (claim.person, claim.provider, claim.encounter),
    "claim": lambda row, _: row.claim,
    "item": lambda row, _: row.item,
    "day": lambda row, _: row.day,
    "month": _month,
    "year": lambda row, _: _day(row.day).year,
}


def _window(loop: Loop, name: str, keys: list[Any], most: dict[Any, int], hits: Hits) -> None:
    """Only the lines of items that the rule limits get a key; those of a key above its limit are hits, all of them."""
    claims = loop.rows.claims
    sums: dict[Any, int] = defaultdict(int)
    rows: dict[Any, list[Line]] = defaultdict(list)
    for row in loop.rows.lines:
        if row.item in most and row.day is not None:
            claim = claims[row.claim]
            key = tuple([of(row, claim) for of in keys])
            sums[key] += row.quantity
            rows[key].append(row)
    for key, total in sums.items():
        if total > most[rows[key][0].item]:
            hits[name] += [(row.line, row.in_scope_amount) for row in rows[key]]


def _pairs(loop: Loop, hits: Hits) -> None:
    claims, pairs = loop.rows.claims, loop.pairs
    mains = {main for known in pairs.values() for _, main in known}
    seen: Counter[Any] = Counter(
        (claims[row.claim].person, row.day, row.item) for row in loop.rows.lines if row.item in mains and row.day is not None
    )
    for row in loop.rows.lines:
        if row.item in pairs and row.day is not None:
            person = claims[row.claim].person
            names = {name for name, main in pairs[row.item] if seen[person, row.day, main] > (main == row.item)}
            for name in names:
                hits[name].append((row.line, row.in_scope_amount))


def _duplicates(loop: Loop, hits: list[tuple[Any, int]]) -> None:
    claims = loop.rows.claims
    groups: dict[Any, list[Line]] = defaultdict(list)
    for row in loop.rows.lines:
        if row.charged is not None:
            groups[claims[row.claim].person, row.item, row.charged].append(row)
    hits += [(row.line, row.in_scope_amount) for rows in groups.values() if len(rows) > 1 for row in rows]


def told(loop: Loop, about: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """Of each rule how many lines, and how much."""
    hits = {rule["id"]: loop.hits.get(rule["id"], []) for rule in about}
    return {name: (len(found), sum(cents for _, cents in found)) for name, found in hits.items()}


def whole(claims: Path, about: list[dict[str, Any]], out: Path) -> Loop:
    """From the files to the files."""
    loop = _loop(text_rows(claims), about)
    run(loop, about)
    every = [(name, line, cents) for name, found in loop.hits.items() for line, cents in found]
    table = [pa.array(column) for column in zip(*every, strict=True)]
    pq.write_table(pa.table(table, names=["rule_id", "line", "in_scope_amount"]), out / "findings.parquet")
    return loop
