"""The claims of the benchmark: generated ones, without refunds and with 50,000 item codes, as Parquet and as integers.

What nets and reverses is left out, and lines without a date: a peer's plain query then gives the same answer. (A sum that
may miss a line is undecided here, and flagged or not there.) The generator's catalogue has some
300 items; each is split into as many codes as make 50,000, as a city's catalogue has.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from claimrules.generate import generate_claims

SEED = 11
CODES = 50_000
PART = 1_000_000
CLAIM_COLUMNS = [
    "claim_id",
    "encounter_id",
    "person_id",
    "provider_id",
    "provider_level",
    "provider_type",
    "region",
    "insurance_type",
    "care_type",
    "sex",
    "birth_date",
    "admitted_at",
    "discharged_at",
    "settled_at",
    "department_code",
    "payment_method",
    "is_newborn",
    "total_amount",
    "in_scope_amount",
    "fund_amount",
]
LINE_COLUMNS = [
    "line_id",
    "claim_id",
    "item_code",
    "item_name",
    "item_type",
    "quantity",
    "unit_price",
    "amount",
    "in_scope_amount",
    "charged_at",
    "department_code",
]
UNIT = {"quantity": 4, "unit_price": 6, "amount": 2, "in_scope_amount": 2}
"""The decimals that integers of the smallest unit stand for."""


def claims_of(work: Path, lines: int) -> Path:
    """The folder of the claims with about so many lines, made once: claims/, lines/, ints.arrow, claim_ints.arrow."""
    folder = work / f"claims-{lines}"
    if (folder / "done.json").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    raw = folder / "raw"
    generate_claims(raw, lines, SEED)
    kept = _claims(raw, folder)
    count = _lines(raw, folder, kept)
    shutil.rmtree(raw)
    (folder / "done.json").write_text(json.dumps({"lines": count}))
    return folder


def _claims(raw: Path, folder: Path) -> Any:
    table = ds.dataset(raw / "claims").to_table()
    table = table.filter(pc.invert(pc.fill_null(table["is_reversed"], fill_value=False)))
    (folder / "claims").mkdir(parents=True)
    pq.write_table(table.select(CLAIM_COLUMNS), folder / "claims" / "part-0.parquet")
    return table["claim_id"].combine_chunks()


def _lines(raw: Path, folder: Path, kept: Any) -> int:
    """Part by part, in the order of settlement; a refund goes, and the line that it takes back, and what has no date."""
    named = ds.dataset(raw / "lines").to_table(columns=["reverses_line_id"], filter=ds.field("reverses_line_id").is_valid())
    gone = named["reverses_line_id"].combine_chunks()
    (folder / "lines").mkdir()
    variants: Any = None
    count = 0
    for number, path in enumerate(sorted((raw / "lines").iterdir())):
        table = pq.read_table(path, columns=[*LINE_COLUMNS, "reverses_line_id"])
        refund = pc.or_(pc.is_valid(table["reverses_line_id"]), pc.less(pc.cast(table["quantity"], pa.float64()), 0))
        out = pc.or_(pc.or_(refund, pc.is_in(table["line_id"], value_set=gone)), pc.is_null(table["charged_at"]))
        table = table.filter(pc.and_(pc.is_in(table["claim_id"], value_set=kept), pc.invert(out))).select(LINE_COLUMNS)
        if variants is None:
            n = max(1, CODES // int(pc.count_distinct(table["item_code"]).as_py()))
            variants = pa.array([f"-{v:03d}" for v in range(n)])
        drawn = np.random.default_rng((SEED, number)).integers(0, len(variants), table.num_rows)
        code = pc.binary_join_element_wise(table["item_code"], variants.take(pa.array(drawn)), "")
        pq.write_table(
            table.set_column(table.column_names.index("item_code"), "item_code", code), folder / "lines" / path.name
        )
        count += table.num_rows
    return count
