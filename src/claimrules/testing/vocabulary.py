"""The values of made-up claims: few, so that they meet, and at the edges."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from claimrules.catalog import TABLES, Base, Type

FIRST = datetime(2025, 1, 29)  # noqa: DTZ001 - claims carry no zone
"""The first day of made-up claims: the end of a month that is followed by a short one."""

CODES = ("A", "A1", "A12", "A2", "B", "B1", "C", "甲1")
"""Item codes: a chain of prefixes and codes beside it."""

SETS = ("most", "few", "none")
"""Names of code sets; `none` is one that nobody fills."""

WINDOWS = (
    *("day", "encounter", "course", "hour", "week", "month", "quarter", "year", "claim", "prescription"),
    *("6 hours apart", "2 hours apart", "1 days apart", "2 days before", "1 days after", "last 2 days", "1 months before"),
)

DAYS = (0, 0, 1, 2, 3, 3, 4, 30, 31, 33, 59)
"""Days from FIRST on; the ends of months among them."""

CLOCKS = ((0, 0), (0, 0), (8, 0), (9, 0), (9, 0), (9, 30), (14, 0), (15, 1), (23, 59))

QUANTITIES = ("1", "1", "2", "3", "0.5", "0.3333", "1.0001", "2.5", "0")
MONEY = ("10.00", "10.00", "1.05", "3.33", "0.01", "0.03", "2.00", "0.00", "100.00")
PRICES = ("10", "1.05", "3.33", "3.333333", "1.000001", "0.005", "2")

POOLS: Mapping[str, tuple[Any, ...]] = {
    "person_type": ("11", "21"),
    "provider_level": ("3A", "2B", "1C", "ungraded"),
    "provider_type": ("A", "B"),
    "region": ("110101", "110105", "110200", "330100", "000000"),
    "insured_region": ("110101", "330100"),
    "insurance_type": ("310", "390"),
    "care_type": ("inpatient", "inpatient", "outpatient", "emergency", "pharmacy", "chronic_outpatient", "day_surgery"),
    "birth_date": (date(1990, 1, 31), date(2024, 2, 29), date(2000, 1, 1), date(2025, 1, 30), date(1955, 2, 28)),
    "sex": ("male", "female"),
    "department_code": ("D1", "D2", "D2", "0"),
    "executing_department_code": ("D1", "N/A"),
    "physician_id": ("Q1", "Q2", "未知"),
    "principal_diagnosis": ("J18.9", "J18.0", "J30", "A10", "B1"),
    "diagnosis_code": ("J18.9", "J18.0", "J30", "A10", "B1"),
    "chronic_disease_code": ("M01", "M02"),
    "group_code": ("G1", "G2"),
    "operation_code": ("51.2", "51.22", "60", "7"),
    "invoice_no": ("V1", "V2", "V3"),
    "med_type": ("21", "11"),
    "item_code": CODES,
    "item_name": ("甲", "甲片", "乙片"),
    "provider_item_code": CODES,
    "provider_item_name": ("甲", "甲片", "乙片", "丙"),
    "item_type": ("drug", "drug", "service", "consumable", "herbal_piece"),
    "fee_category": ("bed", "lab", "surgery", "nursing"),
    "prescription_id": ("r1", "r2", "0"),
    "order_id": ("o1", "o2"),
    "trace_code": ("t1", "t2", "t3"),
    "single_dose": ("0.5g", "500mg", "1 片", "2g", "适量"),
    "frequency": ("qd", "bid", "tid"),
    "route": ("po", "iv"),
    "quantity": QUANTITIES,
    "supply_days": ("1", "3", "2.5", "7", "0"),
    "dose_count": ("1", "7"),
    "unit_price": PRICES,
    "price_ceiling": PRICES,
    "copay_proportion": ("0", "0.1", "0.3333"),
    "amount": MONEY,
    "total_amount": MONEY,
    "fund_amount": MONEY,
    "in_scope_amount": MONEY,
    "fully_self_paid_amount": ("0.00", "0.00", "0.50"),
    "over_limit_amount": ("0.00", "0.00", "0.10"),
    "copay_first_amount": ("0.00", "0.01"),
    "anaesthesia": ("01", "02"),
    "sequence": (1, 2, 3),
}
"""What a field may hold, by its name; a field of another name takes what its type allows."""


def pool(name: str, type_: Type) -> tuple[Any, ...]:
    """The values that a field or column of that name and type may hold, never empty."""
    if name in POOLS and (type_.base is not Base.TEXT or not type_.values or set(POOLS[name]) <= set(type_.values)):
        return tuple(Decimal(v) for v in POOLS[name]) if type_.base is Base.DECIMAL else POOLS[name]
    if type_.values:
        return type_.values
    match type_.base:
        case Base.BOOLEAN:
            return (False, False, True)
        case Base.INTEGER:
            return (1, 0, 2, 3, 7, 30)
        case Base.DECIMAL:
            whole = 10 ** (type_.precision - type_.scale)
            fits = {
                Decimal(v).quantize(Decimal(1).scaleb(-type_.scale)) for v in (*QUANTITIES, *PRICES) if Decimal(v) < whole
            }
            return tuple(sorted(fits))
        case Base.DOUBLE:
            return ("30.25", "30.28", "31.2", "-30.25", "120.15", "0")
        case Base.DATE:
            return tuple((FIRST + timedelta(days=n)).date() for n in DAYS)
        case Base.TIMESTAMP:
            return tuple(FIRST + timedelta(days=n, hours=h, minutes=m) for n in DAYS[1:5] for h, m in CLOCKS[1:5])
        case Base.WINDOW:
            return WINDOWS
        case _:
            return CODES


def shared_name(column: str) -> bool:
    """Whether a column is called as a field of claims is, and holds the same values."""
    return column in POOLS or any(f.name == column for fields in TABLES.values() for f in fields)
