"""The frames that both of Polars' forms ask: lines, claims, and one of each rule's knowledge; integers, or texts as read."""

import os
from pathlib import Path
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "2")

import polars as pl  # noqa: E402 - it asks for its threads when it is imported

from benchmarks.prepared import ENUMERATIONS, Prepared  # noqa: E402

SCALES = {"most": 4, "ceiling": 6}
MONEY = ("quantity", 4), ("unit_price", 6), ("amount", 2), ("in_scope_amount", 2)
Frames = dict[str, Any]
"""`lines`, `claims`, and under a rule's id its knowledge."""


def integer_frames(prepared: Prepared, about: list[dict[str, Any]]) -> Frames:
    """The prepared tables in memory, and the knowledge in the same integers."""
    frames = {name: pl.DataFrame(pl.from_arrow(table)) for name, table in _tables(prepared)}
    for rule in about:
        if rule["rows"]:
            frames[rule["id"]] = _knowledge(rule, lambda column, texts: pl.Series(pl.from_arrow(prepared.codes(column, texts))))
    return _with_inpatients(frames, prepared.codes("care_type", ["inpatient"])[0].as_py())


def text_frames(claims: Path, about: list[dict[str, Any]]) -> Frames:
    """The files as they are: lines with what the rules need of their claims, codes as texts, money as it stands."""
    read = pl.scan_parquet(claims / "claims" / "*.parquet").select(
        pl.col("claim_id").alias("claim"),
        pl.col("person_id").alias("person"),
        pl.col("provider_id").alias("provider"),
        pl.coalesce("encounter_id", "claim_id").alias("encounter"),
        pl.when(pl.col("sex") != "unknown").then(pl.col("sex")).alias("sex"),
        *(name for name in ENUMERATIONS if name != "sex"),
        pl.col("birth_date").cast(pl.Int32).alias("birth"),
        *(_day(f"{name}_at").alias(name) for name in ("admitted", "discharged")),
    )
    frames: Frames = {"claims": read.collect()}
    lines = pl.scan_parquet(claims / "lines" / "*.parquet").select(
        pl.concat_str("claim_id", "line_id", separator="/").alias("line"),
        pl.col("claim_id").alias("claim"),
        pl.col("item_code").alias("item"),
        pl.col("charged_at").cast(pl.Int64).alias("charged"),
        _day("charged_at").alias("day"),
        *((pl.col(name) * 10**scale).cast(pl.Int64).alias(name) for name, scale in MONEY),
    )
    of_claim = frames["claims"].lazy().select("claim", "person", "provider", "encounter")
    frames["lines"] = lines.join(of_claim, on="claim").collect()
    for rule in about:
        if rule["rows"]:
            frames[rule["id"]] = _knowledge(rule, lambda _, texts: pl.Series(texts))
    return _with_inpatients(frames, "inpatient")


def _tables(prepared: Prepared) -> tuple[tuple[str, Any], ...]:
    return ("lines", prepared.lines), ("claims", prepared.claims)


def _day(column: str) -> Any:
    return pl.col(column).cast(pl.Date).cast(pl.Int32)


def _with_inpatients(frames: Frames, inpatient: object) -> Frames:
    frames["claims"] = frames["claims"].with_columns(is_inpatient=pl.col("care_type") == inpatient)
    return frames


def _knowledge(rule: dict[str, Any], coded: Any) -> Any:
    columns = {}
    for place, name in enumerate(rule["columns"]):
        texts = [row[place] for row in rule["rows"]]
        if name in ("code", "sub_code", "main_code"):
            columns[{"code": "item"}.get(name, name)] = coded("item_code", texts)
        elif name in ENUMERATIONS:
            columns["value"] = coded(name, texts)
        else:
            scale = SCALES.get(name, 0)
            columns["value"] = pl.Series([round(float(text) * 10**scale) for text in texts], dtype=pl.Int64)
    return pl.DataFrame(columns)
