"""Generated claims without refunds, and the same with every twelfth line or so bent until rules have much to say."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
from durable_knowledge import Knowledge

from claimrules.generate import claim_tables

Row = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """Claims and lines as rows, and the Arrow schemas that they came with."""

    claims: list[Row]
    lines: list[Row]
    schemas: dict[str, Any]

    def tables(self) -> dict[str, Any]:
        return {name: pa.Table.from_pylist(getattr(self, name), schema) for name, schema in self.schemas.items()}


def generated(lines: int, seed: int) -> Sample:
    tables = claim_tables(lines, seed)
    schemas = {name: tables[name].schema for name in ("claims", "lines")}
    claims = [row for row in tables["claims"].to_pylist() if not row["is_reversed"]]
    kept = {row["claim_id"] for row in claims}
    rows = tables["lines"].to_pylist()
    return Sample(claims, [r for r in rows if r["quantity"] > 0 and r["claim_id"] in kept], schemas)


def bent(sample: Sample, knowledge: Knowledge, seed: int) -> Sample:
    """The sample with other sexes, levels and regions, items, prices and days, and with holes."""
    random = Random(seed)  # noqa: S311
    codes = {table: sorted(rows) for table, rows in knowledge.codes.items()}
    claims = [_bent_claim(dict(claim), random) for claim in sample.claims]
    stays = {claim["claim_id"]: claim for claim in sample.claims}
    lines = [_bent_line(dict(line), stays[line["claim_id"]], codes, random) for line in sample.lines]
    return Sample(claims, lines, sample.schemas)


def _bent_claim(claim: Row, random: Random) -> Row:
    for name, share, values in (
        ("sex", 0.2, ("male", "female", "unknown", None)),
        ("is_newborn", 0.2, (True, False, None)),
        ("provider_level", 0.1, ("1A", "3A", "3_special", None)),
        ("region", 0.2, ("910100", "910103", "910201", None)),
    ):
        if random.random() < share:
            claim[name] = random.choice(values)
    return claim


def _bent_line(line: Row, claim: Row, codes: dict[str, list[str]], random: Random) -> Row:
    if random.random() < 0.15:
        line["item_code"] = random.choice([*codes[random.choice(sorted(codes))], "XZZ-NONE", "ELSEWHERE"])
    if line["unit_price"] is not None and random.random() < 0.1:
        line["unit_price"] = random.choice([None, line["unit_price"] + 3, line["unit_price"] + Decimal("0.01")])
    if line["charged_at"] is not None and random.random() < 0.1:
        line["charged_at"] = _bent_time(line, claim, random)
    for name, values in (
        ("item_type", ("drug", "service", None)),
        ("in_scope_amount", (Decimal("0.00"), Decimal("0.01"), None)),
        ("over_limit_amount", (Decimal("0.00"), line["amount"], None)),
    ):
        if random.random() < 0.05:
            line[name] = random.choice(values)
    return line


def _bent_time(line: Row, claim: Row, random: Random) -> Any:
    """No time, near an end of the stay, at a bound of the sample tables, or on the eve of the rules."""
    near = [claim[name] for name in ("admitted_at", "discharged_at") if claim[name]]
    if near and random.random() < 0.6:
        return random.choice(near) + timedelta(days=random.choice((-1, 0, 1)))
    bounds = (date(2021, 4, 30), date(2021, 5, 1), date(2024, 12, 31), date(2025, 1, 1), date(2025, 3, 31), date(2025, 4, 1))
    day = random.choice([None, *bounds])
    return None if day is None else line["charged_at"].replace(year=day.year, month=day.month, day=day.day)
