"""Polars as an expert writes it: rules as data, one join a family, integer keys, lines in the order of person and time."""

from pathlib import Path
from typing import Any

from benchmarks.peers.polars_each import DAY
from benchmarks.peers.polars_tables import Frames, coded_frames, integer_frames, pl
from benchmarks.prepared import ENUMERATIONS, Prepared

TIMES = {"day": pl.col("day"), "month": DAY.dt.year() * 12 + DAY.dt.month(), "year": DAY.dt.year().cast(pl.Int32)}
STAYS = ("claim", "encounter")


def families(frames: Frames, about: list[dict[str, Any]]) -> Frames:
    """The knowledge of all rules of one family in one frame; a column for each attribute, one for all spans of time."""

    def gathered(kind: str) -> Any:
        parts = [
            frames[rule["id"]].select(pl.lit(place, pl.Int32).alias("rule"), *_of(rule))
            for place, rule in enumerate(about)
            if rule["kind"] == kind
        ]
        return pl.concat(parts, how="diagonal")

    return {
        "lines": frames["lines"],
        "claims": frames["claims"],
        "limits": gathered("attribute"),
        "quantities": gathered("window"),
        "pairs": gathered("pair"),
        "prices": gathered("price"),
    }


def _of(rule: dict[str, Any]) -> list[Any]:
    """What the family's frame has of a rule besides its place."""
    if rule["kind"] == "attribute":
        return [pl.col("item"), pl.col("value").alias("limit_days" if rule["how"] == "age" else f"limit_{rule['column']}")]
    if rule["kind"] == "window":
        words = rule["per"].strip("[]").split(", ")
        stay, time = (next((word for word in words if word in known), "") for known in (STAYS, TIMES))
        provider = "provider" in words or stay == "encounter"
        return [
            pl.all(),
            pl.lit(stay).alias("of_stay"),
            pl.lit(time).alias("of_time"),
            pl.lit(provider).alias("of_provider"),
        ]
    return [pl.all()]


def queries(frames: Frames, about: list[dict[str, Any]]) -> list[Any]:
    """One query a family: each gives rule, line and money."""
    place = {rule["kind"]: pl.lit(at, pl.Int32).alias("rule") for at, rule in enumerate(about)}
    lines, claims = frames["lines"].lazy(), frames["claims"].lazy()
    dated = lines.filter(pl.col("day").is_not_null())
    limited = dated.select("line", "claim", "item", "day", "in_scope_amount").join(frames["limits"].lazy(), on="item")
    limited = limited.join(claims.select("claim", "birth", *ENUMERATIONS), on="claim")
    others = [pl.col(name) == pl.col(f"limit_{name}") for name in ENUMERATIONS if name != "sex"]
    over = pl.any_horizontal(
        pl.col("sex") != pl.col("limit_sex"), pl.col("day") - pl.col("birth") < pl.col("limit_days"), *others
    )
    priced = dated.join(frames["prices"].lazy(), on="item").filter(pl.col("unit_price") > pl.col("value"))
    off = pl.col("quantity") * pl.col("unit_price") - pl.col("amount") * 100_000_000
    stays = lines.join(claims.filter("is_inpatient").select("claim", "admitted", "discharged"), on="claim")
    times = ["person", "item", "charged"]
    again = lines.filter(pl.col("charged").is_not_null())
    again = again.join(again.group_by(times).len().filter(pl.col("len") > 1), on=times, how="semi")
    found = [
        (None, limited.filter(over)),
        (None, priced),
        (place["arithmetic"], lines.filter(off.abs() > 500_000_000)),
        (place["before_stay"], stays.filter(pl.col("day") < pl.col("admitted"))),
        (place["after_stay"], stays.filter(pl.col("day") > pl.col("discharged"))),
        (place["duplicate"], again),
        (None, _windows(dated, frames["quantities"])),
        (None, _pairs(dated, frames["pairs"].lazy())),
    ]
    return [each.select(pl.col("rule") if rule is None else rule, "line", "in_scope_amount") for rule, each in found]


def _windows(lines: Any, quantities: Any) -> Any:
    def chosen(which: str, values: dict[str, Any]) -> Any:
        return pl.coalesce(
            *(pl.when(pl.col(which) == name).then(value) for name, value in values.items()), pl.lit(-1)
        ).alias(which)

    asked = lines.join(quantities.with_row_index("limit").lazy(), on="item").select(
        *("rule", "limit", "line", "in_scope_amount", "person", "quantity", "value"),
        chosen("of_stay", {name: pl.col(name) for name in STAYS}),
        chosen("of_time", TIMES),
        pl.when("of_provider").then(pl.col("provider")).otherwise(pl.lit(-1)).alias("of_provider"),
    )
    keys = ["limit", "person", "of_stay", "of_time", "of_provider"]
    most = asked.group_by(keys).agg(pl.col("quantity").sum(), pl.col("value").first())
    return asked.join(most.filter(pl.col("quantity") > pl.col("value")), on=keys, how="semi")


def _pairs(lines: Any, pairs: Any) -> Any:
    mains = lines.select("person", "day", main_code="item", main="line").join(pairs, on="main_code", how="semi")
    asked = lines.join(pairs, left_on="item", right_on="sub_code").join(mains, on=["person", "day", "main_code"])
    return asked.filter(pl.col("line") != pl.col("main")).unique(["rule", "line"])


def prepare(prepared: Prepared, about: list[dict[str, Any]]) -> Frames:
    """All frames in memory."""
    return families(integer_frames(prepared, about), about)


def run(frames: Frames, about: list[dict[str, Any]]) -> None:
    """All families at once, into one frame of hits; the streaming engine takes half of the other's time."""
    frames["hits"] = pl.concat(pl.collect_all(queries(frames, about), engine="streaming"))


def told(frames: Frames, about: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """Of each rule how many lines, and how much."""
    found = frames["hits"].group_by("rule").agg(pl.len(), pl.col("in_scope_amount").sum())
    by_rule = {rule: (lines, cents) for rule, lines, cents in found.iter_rows()}
    return {rule["id"]: by_rule.get(place, (0, 0)) for place, rule in enumerate(about)}


def whole(claims: Path, about: list[dict[str, Any]], out: Path) -> Frames:
    """From the files to the files: codes become integers and lines stand in order before anything is asked."""
    coded = coded_frames(claims, about)
    frames = families(coded, about)
    run(frames, about)
    rules = pl.Series([rule["id"] for rule in about])
    hits = frames["hits"].select(rules.gather(frames["hits"]["rule"]).alias("rule_id"), "line", "in_scope_amount")
    named = hits.lazy().join(coded["names"], on="line").select("rule_id", pl.col("name").alias("line"), "in_scope_amount")
    named.collect().write_parquet(out / "findings.parquet")
    return frames
