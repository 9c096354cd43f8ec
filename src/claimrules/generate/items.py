"""The invented universe of items: what can be charged, and which limits stand on it.

`items.csv` is the one source; the sample tables in `rules/knowledge` are derived from it (`knowledge.py`), so the
generator and the tables cannot disagree.
"""

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

Int = npt.NDArray[np.signedinteger[Any]]
"""Whole numbers of any width: the plan keeps narrow columns, arithmetic is in 64 bits."""
Bool = npt.NDArray[np.bool_]
Float = npt.NDArray[np.float64]

SEXES = ("male", "female")
WINDOWS = ("day", "encounter", "6 hours", "hour")


@dataclass(frozen=True, slots=True)
class Pair:
    """A sub-item that is part of a main item: `sub` and `main` are positions in the items, `sub_code` is a prefix."""

    sub: int
    main: int
    window: str
    sub_code: str
    main_code: str


@dataclass(frozen=True, slots=True)
class Items:
    """`n` items as columns. Prices count millionths, quantities ten-thousandths, shares ten-thousandths.

    `sex` is 0 male, 1 female, -1 any; `max_supply` 0 where there is no limit; `expires` a date in days since 1970, or a
    far one; `role` 1 where the item is the main one of a pair, 2 where it is a sub-item, else 0; `span` 1 where the
    pair's window is the encounter.
    """

    rows: tuple[dict[str, str], ...]
    weight: Float
    price: Int
    quantity_min: Int
    quantity_step: Int
    quantity_steps: Int
    item_class: Int
    copay: Int
    sex: Int
    max_supply: Int
    expires: Int
    role: Int
    span: Int
    counterpart: Int
    is_drug: Bool
    pairs: tuple[Pair, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, **wanted: str) -> Int:
        """The positions of the items whose columns hold the texts."""
        return np.array(
            [i for i, row in enumerate(self.rows) if all(row[k] == v for k, v in wanted.items())], dtype=np.int64
        )

    def column(self, name: str) -> list[str]:
        """One column of the file as text."""
        return [row[name] for row in self.rows]


def scaled(text: str, scale: int) -> int:
    """A decimal text as an exact count of 10**-scale."""
    return int((Decimal(text or "0") * 10**scale).to_integral_exact())


def day_number(text: str) -> int:
    """An ISO date as days since 1970; a far one where there is none."""
    return int(np.datetime64(text).astype(np.int64)) if text else 10**6


@cache
def load_items() -> Items:
    """Read `items.csv` from the package."""
    with (files("claimrules.generate") / "items.csv").open(encoding="utf-8") as file:
        rows = tuple(csv.DictReader(file))
    pairs = _pairs(rows)
    role, span = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
    counterpart = np.arange(len(rows), dtype=np.int64)
    for pair in pairs:
        role[pair.main], role[pair.sub] = 1, 2
        span[pair.main] = span[pair.sub] = int(pair.window == "encounter")
        counterpart[pair.sub], counterpart[pair.main] = pair.main, pair.sub
    low, step = _ints(rows, "qty_min", 4), _ints(rows, "qty_step", 4)
    return Items(
        rows=rows,
        weight=np.array([float(r["weight"]) for r in rows]),
        price=_ints(rows, "price", 6),
        quantity_min=low,
        quantity_step=step,
        quantity_steps=(_ints(rows, "qty_max", 4) - low) // step + 1,
        item_class=np.array(["ABC".index(r["catalogue_class"]) for r in rows]),
        copay=_ints(rows, "copay", 4),
        sex=np.array([SEXES.index(r["sex"]) if r["sex"] else -1 for r in rows]),
        max_supply=_ints(rows, "max_supply", 4),
        expires=np.array([day_number(r["expires"]) for r in rows]),
        role=role,
        span=span,
        counterpart=counterpart,
        is_drug=np.array([r["item_type"] == "drug" for r in rows]),
        pairs=pairs,
    )


def _ints(rows: tuple[dict[str, str], ...], name: str, scale: int) -> Int:
    return np.array([scaled(r[name], scale) for r in rows], dtype=np.int64)


def _pairs(rows: tuple[dict[str, str], ...]) -> tuple[Pair, ...]:
    at = {r["code"]: i for i, r in enumerate(rows)}
    out = []
    for i, row in enumerate(rows):
        for text in filter(None, row["conflict"].split(";")):
            main, window = text.split("@")
            sub_code = row["code"][: int(row["conflict_width"] or 15)]
            out.append(Pair(i, at[main], window, sub_code, main))
    return tuple(out)
