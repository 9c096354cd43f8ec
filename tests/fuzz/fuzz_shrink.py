"""A failing world made small: rows go as long as it still fails."""

import time
from collections.abc import Callable

from claimrules.testing.world import NAMES, World

Rows = dict[str, list[dict[str, str]]]


def shrink(world: World, rows: Rows, fails: Callable[[World, Rows], bool], seconds: float = 20.0) -> tuple[World, Rows]:
    """The smallest world and knowledge found in so many seconds for which `fails` still holds."""
    stop = time.monotonic() + seconds
    for _ in range(3):
        before = _size(world, rows)
        world = _fewer_claims(world, rows, fails, stop)
        for name in NAMES[1:]:
            world = _fewer_rows(world, rows, name, fails, stop)
        for table in rows:
            rows = _fewer_known(world, rows, table, fails, stop)
        if _size(world, rows) == before:
            break
    return _fewer_values(world, rows, fails, stop), rows


def _size(world: World, rows: Rows) -> int:
    return sum(len(world.rows(name)) for name in NAMES) + sum(map(len, rows.values()))


def _fewer_claims(world, rows, fails, stop):
    def kept(some):
        return world.of(frozenset(c["claim_id"] for c in some))

    found = _fewer(list(world.claims), lambda some: bool(some) and fails(kept(some), rows), stop)
    return kept(found)


def _fewer_rows(world, rows, name, fails, stop):
    found = _fewer(list(world.rows(name)), lambda some: fails(world.with_rows(name, tuple(some)), rows), stop)
    return world.with_rows(name, tuple(found))


def _fewer_known(world, rows, table, fails, stop):
    return {**rows, table: _fewer(rows[table], lambda some: fails(world, {**rows, table: some}), stop)}


def _fewer(items, fails, stop):
    step = max(1, len(items) // 2)
    while items and time.monotonic() < stop:
        for start in range(0, len(items), step):
            fewer = items[:start] + items[start + step :]
            if len(fewer) < len(items) and time.monotonic() < stop and fails(fewer):
                items = fewer
                break
        else:
            if step == 1:
                break
            step = max(1, step // 2)
    return items


def _fewer_values(world, rows, fails, stop):
    """Columns that have no part in it become NULL everywhere."""
    needed = {
        "claim_id",
        "person_id",
        "provider_id",
        "line_id",
        "item_code",
        "quantity",
        "amount",
        "diagnosis_code",
        "operation_code",
    }
    for name in NAMES:
        for column in sorted({k for row in world.rows(name) for k, v in row.items() if v is not None} - needed):
            if time.monotonic() > stop:
                return world
            without = world.with_rows(name, tuple({k: v for k, v in row.items() if k != column} for row in world.rows(name)))
            if fails(without, rows):
                world = without
    return world
