"""The floor: one pass of numpy over the columns that the rules read, a `sum` of each, on two threads. It answers no rule."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.dataset as ds
from benchmarks.prepared import ENUMERATIONS, Prepared

THREADS = 2
LINES = ("claim", "item", "charged", "day", "quantity", "unit_price", "amount", "person", "provider", "encounter")
CLAIMS = (*ENUMERATIONS, "birth", "admitted", "discharged")
LINE_FILES = ("claim_id", "line_id", "item_code", "quantity", "unit_price", "amount", "in_scope_amount", "charged_at")
CLAIM_FILES = (
    *("claim_id", "person_id", "provider_id", "encounter_id", "birth_date", "admitted_at", "discharged_at"),
    *ENUMERATIONS,
)


@dataclass
class Columns:
    """Each column in as many parts as there are threads; `sums` of the last run, by thread and column."""

    parts: list[list[Any]]
    sums: list[list[int]]


def prepare(prepared: Prepared, about: list[dict[str, Any]]) -> Columns:  # noqa: ARG001 - as the peers' own
    """The columns in memory, a null as 0."""
    columns = [_plain(prepared.lines[name]) for name in LINES] + [_plain(prepared.claims[name]) for name in CLAIMS]
    return Columns([list(part) for part in zip(*(np.array_split(c, THREADS) for c in columns), strict=True)], [])


def _plain(column: Any) -> Any:
    return np.array(pc.fill_null(column, 0))


def run(columns: Columns, about: list[dict[str, Any]]) -> None:  # noqa: ARG001
    """Every value once."""
    with ThreadPoolExecutor(THREADS) as pool:
        columns.sums = list(pool.map(lambda parts: [int(part.sum()) for part in parts], columns.parts))


def told(columns: Columns, about: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:  # noqa: ARG001
    """Nothing: it has no rules."""
    return {}


def whole(claims: Path, about: list[dict[str, Any]], out: Path) -> Columns:  # noqa: ARG001
    """The same columns read from the files and let go; nothing is written."""
    read = (("claims", CLAIM_FILES), ("lines", LINE_FILES))
    return Columns([], [[batch.num_rows for batch in ds.dataset(claims / n).to_batches(columns=list(c))] for n, c in read])
