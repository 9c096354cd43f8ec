"""Price ceilings: by item, level of the provider, region and date.

One array answers for the generator, the same array is written out as the sample table `price`.
"""

from functools import cache

import numpy as np

from claimrules.generate.items import Int, day_number, load_items

LEVELS = ("ungraded", "1C", "1B", "1A", "2C", "2B", "2A", "3C", "3B", "3A", "3_special")
NAMED_LEVELS = {"3A": 112, "3_special": 115, "1A": 94}
"""Levels with a row of their own, in percent of the row for all others."""

OVERRIDE_REGION = "910100"
"""A city whose own ceilings come before the national ones, for the items that say `regional`."""

PERIODS = ("2020-01-01", "2025-01-01", "2025-07-01", "2026-01-01")
FACTORS = ((100, 100, 100, 100), (100, 96, 96, 92), (100, 97, 93, 90), (100, 104, 104, 101))
"""Percent of the first ceiling in each period; an item follows one of the four lines by its position."""

NONE = np.int64(2**62)
"""Stands where there is no ceiling."""


@cache
def ceilings() -> Int:
    """Ceilings in millionths, shape (items, levels, 2, periods); the third axis is 1 in the override region."""
    items = load_items()
    out = np.full((len(items), len(LEVELS), 2, len(PERIODS)), NONE, dtype=np.int64)
    for i, kinds in enumerate(items.column("ceiling")):
        if not kinds:
            continue
        base = int(items.price[i]) * np.array(FACTORS[i % len(FACTORS)], np.int64) // 100
        base = np.maximum(base // 100 * 100, 100)
        out[i] = base
        if "level" in kinds:
            for level, percent in NAMED_LEVELS.items():
                out[i, LEVELS.index(level)] = base * percent // 100
        if "regional" in kinds:
            out[i, :, 1] = base * 90 // 100
    return out


def period_of(day: Int) -> Int:
    """Which period a day (since 1970) lies in; the first one for earlier days."""
    starts = np.array([day_number(p) for p in PERIODS[1:]])
    return np.searchsorted(starts, day, side="right").astype(np.int64)


def ceiling_at(item: Int, level: Int, in_override: Int, day: Int) -> Int:
    """The ceiling of each line in millionths, or `NONE`."""
    found: Int = ceilings()[item, level, in_override, period_of(day)]
    return found


@cache
def has_ceiling() -> Int:
    """1 for the items that have any ceiling."""
    found: Int = (ceilings()[:, 0, 0, 0] != NONE).astype(np.int64)
    return found
