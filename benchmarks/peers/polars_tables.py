"""The frames that both of Polars' forms ask: lines, claims, and one of each rule's knowledge; integers, or texts as read."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("POLARS_MAX_THREADS", "2")

import polars as pl
from benchmarks.prepared import DECIMALS, ENUMERATIONS, Prepared, knowledge_columns

IDS = ("claim", "person", "provider", "encounter")
Frames = dict[str, Any]
"""`lines`, `claims`, and under a rule's id its knowledge."""
Coded = Callable[[str, list[str]], Any]
"""A column's name and texts → the texts as that column has them."""


def integer_frames(prepared: Prepared, about: list[dict[str, Any]]) -> Frames:
    """The prepared tables in memory, and the knowledge in the same integers."""
    frames = {"lines": pl.from_arrow(prepared.lines), "claims": pl.from_arrow(prepared.claims)}
    inpatient = prepared.codes("care_type", ["inpatient"])[0].as_py()
    return _complete(frames, about, lambda column, texts: pl.from_arrow(prepared.codes(column, texts)), inpatient)


def text_frames(claims: Path, about: list[dict[str, Any]]) -> Frames:
    """The files as they are: lines with what the rules need of their claims, codes as texts, money as it stands."""
    frames: Frames = {"claims": _claims(claims).collect()}
    named = pl.concat_str("claim", "line", separator="/").alias("line")
    frames["lines"] = _lines(claims).join(frames["claims"].lazy().select(IDS), on="claim").with_columns(named).collect()
    return _complete(frames, about, lambda _, texts: pl.Series(texts), "inpatient")


def coded_frames(claims: Path, about: list[dict[str, Any]]) -> Frames:
    """The same with integers for ids and items, and lines in the order of person and time; `names`: the lines' texts."""
    read = _claims(claims).collect()
    numbers = [pl.col(name).rank("dense").cast(pl.Int32) for name in ("person", "provider", "encounter")]
    coded = read.with_columns(numbers).with_columns(text="claim", claim=pl.int_range(pl.len(), dtype=pl.Int32))
    of_claim = coded.lazy().select("text", *IDS)
    kind = pl.Categorical(pl.Categories("item"))
    item = pl.col("item").cast(kind).to_physical().cast(pl.Int32)
    lines = _lines(claims).rename({"claim": "text"}).join(of_claim, on="text").with_columns(item)
    sorted_ = lines.collect().sort("person", "charged")
    named = pl.concat_str("text", "line", separator="/").alias("name")
    number = pl.int_range(pl.len(), dtype=pl.Int32).alias("line")
    frames: Frames = {"claims": coded, "lines": sorted_.select(number, pl.exclude("line", "text"))}
    frames["names"] = sorted_.lazy().select(named, number)

    def as_coded(column: str, texts: list[str]) -> Any:
        return pl.Series(texts).cast(kind).to_physical().cast(pl.Int32) if column == "item_code" else pl.Series(texts)

    return _complete(frames, about, as_coded, "inpatient")


def _claims(claims: Path) -> Any:
    return pl.scan_parquet(claims / "claims" / "*.parquet").select(
        pl.col("claim_id").alias("claim"),
        pl.col("person_id").alias("person"),
        pl.col("provider_id").alias("provider"),
        pl.coalesce("encounter_id", "claim_id").alias("encounter"),
        pl.when(pl.col("sex") != "unknown").then(pl.col("sex")).alias("sex"),
        *(name for name in ENUMERATIONS if name != "sex"),
        pl.col("birth_date").cast(pl.Int32).alias("birth"),
        *(_day(f"{name}_at").alias(name) for name in ("admitted", "discharged")),
    )


def _lines(claims: Path) -> Any:
    return pl.scan_parquet(claims / "lines" / "*.parquet").select(
        pl.col("line_id").alias("line"),
        pl.col("claim_id").alias("claim"),
        pl.col("item_code").alias("item"),
        pl.col("charged_at").cast(pl.Int64).alias("charged"),
        _day("charged_at").alias("day"),
        *((pl.col(name) * 10**scale).cast(pl.Int64).alias(name) for name, scale in DECIMALS.items()),
    )


def _day(column: str) -> Any:
    return pl.col(column).cast(pl.Date).cast(pl.Int32)


def _complete(frames: Frames, about: list[dict[str, Any]], coded: Coded, inpatient: object) -> Frames:
    frames["claims"] = frames["claims"].with_columns(is_inpatient=pl.col("care_type") == inpatient)
    return frames | {rule["id"]: _knowledge(rule, coded) for rule in about if rule["rows"]}


def _knowledge(rule: dict[str, Any], coded: Coded) -> Any:
    return pl.DataFrame(knowledge_columns(rule, coded))
