"""A line with its claim, its stay and its knowledge rows as one flat fact of integers and words.

Money is whole fen, days are counted from 1970. Prices have six decimals and quantities four, so they are whole millionths
and ten-thousandths, and what is set against their product is in units of 1e-10 yuan. What is not known is not in the fact.
"""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from durable_knowledge import Knowledge

EPOCH = date(1970, 1, 1)
COMPLETE_FROM = date(2020, 1, 1)
COMPLETE_PREFIXES = ("XZZ", "ZZZ")
INT64 = 2**63
Fact = dict[str, int | str]
Row = dict[str, Any]


def days(time: datetime | None) -> int | None:
    return None if time is None else (time.date() - EPOCH).days


def whole(value: Decimal | None, decimals: int) -> int | None:
    """The number in units of its last decimal; exact or an error."""
    if value is None:
        return None
    scaled = value.scaleb(decimals)
    assert scaled == int(scaled), value
    assert abs(int(scaled)) < INT64, value
    return int(scaled)


def stays_of(claims: list[Row]) -> dict[str, tuple[datetime | None, datetime | None]]:
    """Claim id → first admission and last discharge of all claims of its stay."""
    stays: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for claim in claims:
        stays[claim["person_id"], claim["provider_id"], claim["encounter_id"] or claim["claim_id"]].append(claim)
    spans = {}
    for members in stays.values():
        assert len({claim["care_type"] for claim in members}) == 1, members
        admitted = min((c["admitted_at"] for c in members if c["admitted_at"]), default=None)
        discharged = max((c["discharged_at"] for c in members if c["discharged_at"]), default=None)
        spans |= {claim["claim_id"]: (admitted, discharged) for claim in members}
    return spans


def facts_of(claims: list[Row], lines: list[Row], knowledge: Knowledge, first_id: int) -> dict[int, tuple[Row, Fact]]:
    """Fact id → the line and its fact."""
    by_id, spans = {claim["claim_id"]: claim for claim in claims}, stays_of(claims)
    return {
        number: (line, _fact(number, line, by_id[line["claim_id"]], spans[line["claim_id"]], knowledge))
        for number, line in enumerate(lines, first_id)
    }


def _fact(number: int, line: Row, claim: Row, span: tuple[datetime | None, datetime | None], knowledge: Knowledge) -> Fact:
    admitted, discharged = span
    found: dict[str, int | str | None] = {
        "id": number,
        "day": days(line["charged_at"]),
        "care": claim["care_type"],
        "admitted": days(admitted),
        "discharged": days(discharged),
        "sex": claim["sex"] if claim["sex"] != "unknown" else None,
        "newborn": None if claim["is_newborn"] is None else int(claim["is_newborn"]),
        "type": line["item_type"],
        "scope": whole(line["in_scope_amount"], 2),
        "unit_price": whole(line["unit_price"], 6),
        "quantity": whole(line["quantity"], 4),
        "over_limit": whole(line["over_limit_amount"] or Decimal(0), 10),
        **_known(line, claim, knowledge),
    }
    assert abs((found["unit_price"] or 0) * found["quantity"]) < INT64, line  # where the engine's products would wrap
    return {name: value for name, value in found.items() if value is not None}


def _known(line: Row, claim: Row, knowledge: Knowledge) -> dict[str, int | str | None]:
    """What the tables say of the item on the day of the charge."""
    if line["charged_at"] is None:
        return {}
    code, day, region = line["item_code"], line["charged_at"].date(), claim["region"]
    sex = knowledge.find("drug_sex", code, day, region)
    price = knowledge.find("price", code, day, region, claim["provider_level"])
    drug = knowledge.find("catalogue", code, day, region)
    covered = code.startswith(COMPLETE_PREFIXES) and day >= COMPLETE_FROM
    absent = "none" if covered else None
    return {
        "only_sex": sex["sex"] if isinstance(sex, dict) else None,
        "ceiling": whole(Decimal(price["ceiling"]), 6) if isinstance(price, dict) else None,
        "class": drug["class"] if isinstance(drug, dict) else absent if drug is None else None,
    }
