"""Lines at the edges of the four rules, with the rules that flag each, worked out by hand."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from durable_claims import Sample
from durable_matcher import RULES

from claimrules.generate import claim_tables

BY_HAND = {
    "drug_sex": [
        {"code": "XZZ1", "sex": "female"},
        {"code": "XZZ2", "sex": "male", "valid_to": "2025-06-01"},
        {"code": "XZZ6", "sex": "female"},
    ],
    "price": [
        {"code": "XZZ3", "ceiling": "10"},
        {"code": "XZZ3", "ceiling": "9", "level": "1A"},
        {"code": "XZZ3", "ceiling": "8", "region": "910100"},
        {"code": "XZZ6", "ceiling": "5"},
    ],
    "catalogue": [
        *({"code": f"XZZ{n}", "class": "A"} for n in (1, 2, 3)),
        *({"code": f"XZZ{n}", "class": "C"} for n in (4, 6)),
        {"code": "XZZ5", "class": "B", "valid_to": "2025-06-01"},
    ],
}
MAN: dict[str, Any] = {"sex": "male", "care_type": "outpatient", "provider_level": "3A", "region": "910201"}
STAY = {"care_type": "inpatient", "admitted_at": "2025-06-01 08:00", "discharged_at": "2025-06-10 10:00"}
"""Part of a claim: a stay."""

LINES: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    "another sex": ({}, {"item_code": "XZZ1"}, ("drug_sex",)),
    "the same sex": ({"sex": "female"}, {"item_code": "XZZ1"}, ()),
    "sex unknown": ({"sex": "unknown"}, {"item_code": "XZZ1"}, ()),
    "sex not given": ({"sex": None}, {"item_code": "XZZ1"}, ()),
    "a newborn": ({"is_newborn": True}, {"item_code": "XZZ1"}, ()),
    "newborn not given": ({"is_newborn": None}, {"item_code": "XZZ1"}, ("drug_sex",)),
    "limited on its last day": (
        {"sex": "female"},
        {"item_code": "XZZ2", "charged_at": "2025-06-01 23:00"},
        ("drug_sex",),
    ),
    "limited no more": ({"sex": "female"}, {"item_code": "XZZ2", "charged_at": "2025-06-02 00:00"}, ()),
    "the day the rules begin": ({}, {"item_code": "XZZ1", "charged_at": "2021-05-01 00:00"}, ("drug_sex",)),
    "the day before that": ({}, {"item_code": "XZZ1", "charged_at": "2021-04-30 23:00"}, ()),
    "at the ceiling": ({}, {"item_code": "XZZ3"}, ()),
    "a cent above it": ({}, {"item_code": "XZZ3", "unit_price": "10.01"}, ()),
    "a millionth more": ({}, {"item_code": "XZZ3", "unit_price": "10.010001"}, ("drug_over_price",)),
    "two at a cent": ({}, {"item_code": "XZZ3", "unit_price": "10.01", "quantity": "2"}, ("drug_over_price",)),
    "left to the person": ({}, {"item_code": "XZZ3", "unit_price": "11", "over_limit_amount": "0.99"}, ()),
    "not all of it": ({}, {"item_code": "XZZ3", "unit_price": "11", "over_limit_amount": "0.98"}, ("drug_over_price",)),
    "price not given": ({}, {"item_code": "XZZ3", "unit_price": None}, ()),
    "a lower level": ({"provider_level": "1A"}, {"item_code": "XZZ3"}, ("drug_over_price",)),
    "level not given": ({"provider_level": None}, {"item_code": "XZZ3", "unit_price": "20"}, ()),
    "region before level": ({"provider_level": "1A", "region": "910103"}, {"item_code": "XZZ3", "unit_price": "8"}, ()),
    "class C": ({}, {"item_code": "XZZ4"}, ("drug_offlist_claimed",)),
    "class C, not claimed": ({}, {"item_code": "XZZ4", "in_scope_amount": "0"}, ()),
    "class C, a fen claimed": ({}, {"item_code": "XZZ4", "in_scope_amount": "0.01"}, ("drug_offlist_claimed",)),
    "class C, no drug": ({}, {"item_code": "XZZ4", "item_type": "service"}, ()),
    "listed on its last day": ({}, {"item_code": "XZZ5", "charged_at": "2025-06-01 23:00"}, ()),
    "listed no more": ({}, {"item_code": "XZZ5"}, ("drug_offlist_claimed",)),
    "not covered": ({}, {"item_code": "HOME1"}, ()),
    "no time": ({}, {"item_code": "XZZ1", "charged_at": None}, ()),
    "on the last day": (STAY, {"item_code": "HOME1", "charged_at": "2025-06-10 23:00"}, ()),
    "the day after": (STAY, {"item_code": "HOME1", "charged_at": "2025-06-11 00:00"}, ("fee_outside_stay",)),
    "the first day": (STAY, {"item_code": "HOME1", "charged_at": "2025-06-01 00:00"}, ()),
    "the day before": (STAY, {"item_code": "HOME1", "charged_at": "2025-05-31 23:00"}, ("fee_outside_stay",)),
    "no discharge": (STAY | {"discharged_at": None}, {"item_code": "HOME1", "charged_at": "2025-06-11 00:00"}, ()),
    "too early all the same": (
        STAY | {"discharged_at": None},
        {"item_code": "HOME1", "charged_at": "2025-05-31 00:00"},
        ("fee_outside_stay",),
    ),
    "all four at once": (STAY, {"item_code": "XZZ6", "charged_at": "2025-06-11 00:00"}, RULES),
}
"""Name → what its claim says, what the line says, and the rules that flag it. By default one at 10.00 on 2025-06-02."""

CLAIM: dict[str, Any] = {
    "provider_id": "H1",
    "settled_at": "2025-06-20 12:00",
    "is_reversed": False,
    "is_newborn": False,
    **MAN,
}
LINE: dict[str, Any] = {
    "line_id": "l1",
    "item_type": "drug",
    "quantity": "1",
    "unit_price": "10",
    "charged_at": "2025-06-02 09:00",
    "amount": "10",
    "in_scope_amount": "10",
}


def by_hand() -> Sample:
    """Each line with a claim, a person and a stay of its own, whose ids are its name."""
    schemas = {name: table.schema for name, table in claim_tables(1_000, 1).items() if name in ("claims", "lines")}
    claims, lines = [], []
    for name, (of_claim, of_line, _) in LINES.items():
        ids = {"claim_id": name, "encounter_id": name, "person_id": name}
        claims.append(_typed(CLAIM | ids | of_claim, schemas["claims"]))
        lines.append(_typed(LINE | {"claim_id": name} | of_line, schemas["lines"]))
    return Sample(claims, lines, schemas)


def _typed(row: dict[str, Any], schema: Any) -> dict[str, Any]:
    """The row with all columns, its texts read as what their columns hold."""
    return {field.name: _cell(row.get(field.name), field.type) for field in schema}


def _cell(value: Any, kind: Any) -> Any:
    if value is None:
        return None
    if pa.types.is_timestamp(kind):
        return datetime.fromisoformat(value)
    return Decimal(value) if pa.types.is_decimal(kind) else value
