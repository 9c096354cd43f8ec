"""Polars, one lazy query a rule: what people write."""

from pathlib import Path
from typing import Any

from benchmarks.peers.polars_tables import Frames, integer_frames, pl, text_frames
from benchmarks.prepared import Prepared

DAY = pl.col("day").cast(pl.Date)
KEYS: dict[str, list[Any]] = {name: [pl.col(name)] for name in ("person", "claim", "provider", "item", "day")}
KEYS |= {"encounter": [pl.col("person"), pl.col("provider"), pl.col("encounter")]}
KEYS |= {"month": [DAY.dt.truncate("1mo").alias("month")], "year": [DAY.dt.year().alias("year")]}
COMPARED = {"<>": pl.Expr.ne, "=": pl.Expr.eq}


def query(frames: Frames, rule: dict[str, Any]) -> Any:
    """The lines that a rule flags."""
    lines, claims = frames["lines"].lazy(), frames["claims"].lazy()
    known = frames[rule["id"]].lazy() if rule["id"] in frames else None
    dated = pl.col("day").is_not_null()
    match rule["kind"]:
        case "attribute" if rule["how"] == "age":
            found = lines.join(claims.select("claim", "birth"), on="claim").join(known, on="item")
            found = found.filter(pl.col("day") - pl.col("birth") < pl.col("value"))
        case "attribute":
            found = lines.join(claims.select("claim", rule["column"]), on="claim").join(known, on="item")
            found = found.filter(COMPARED[rule["how"]](pl.col(rule["column"]), pl.col("value")), dated)
        case "price":
            found = lines.join(known, on="item").filter(pl.col("unit_price") > pl.col("value"), dated)
        case "arithmetic":
            off = pl.col("quantity") * pl.col("unit_price") - pl.col("amount") * 100_000_000
            found = lines.filter(off.abs() > 500_000_000)
        case "before_stay" | "after_stay":
            stays = claims.filter("is_inpatient").select("claim", "admitted", "discharged")
            before = rule["kind"] == "before_stay"
            out = pl.col("day") < pl.col("admitted") if before else pl.col("day") > pl.col("discharged")
            found = lines.join(stays, on="claim").filter(out)
        case "window":
            keys = [key for word in rule["per"].strip("[]").split(", ") for key in KEYS[word]]
            found = lines.filter(dated).join(known, on="item").filter(pl.col("quantity").sum().over(keys) > pl.col("value"))
        case "pair":
            mains = lines.select("person", "day", main_code="item", main="line")
            found = lines.join(known, left_on="item", right_on="sub_code").join(mains, on=["person", "day", "main_code"])
            found = found.filter(pl.col("line") != pl.col("main")).unique("line")
        case "duplicate":
            again = pl.len().over("person", "item", "charged") > 1
            found = lines.filter(pl.col("charged").is_not_null()).filter(again)
        case kind:
            raise ValueError(kind)
    return found.select("line", "in_scope_amount")


def prepare(prepared: Prepared, about: list[dict[str, Any]]) -> Frames:
    """All frames in memory."""
    return integer_frames(prepared, about)


def run(frames: Frames, about: list[dict[str, Any]]) -> None:
    """All rules, each into a frame of its hits."""
    for rule in about:
        frames[f"hits of {rule['id']}"] = query(frames, rule).collect()


def told(frames: Frames, about: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """Of each rule how many lines, and how much."""
    hits = {rule["id"]: frames[f"hits of {rule['id']}"] for rule in about}
    return {name: (found.height, int(found["in_scope_amount"].sum())) for name, found in hits.items()}


def whole(claims: Path, about: list[dict[str, Any]], out: Path) -> Frames:
    """From the files to the files."""
    frames = text_frames(claims, about)
    run(frames, about)
    every = [frames[f"hits of {rule['id']}"].select(pl.lit(rule["id"]).alias("rule_id"), pl.all()) for rule in about]
    pl.concat(every).write_parquet(out / "findings.parquet")
    return frames
