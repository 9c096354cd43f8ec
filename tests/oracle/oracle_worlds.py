"""Random small worlds: few persons, codes and days, so that everything meets; nulls and edges everywhere."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
from hypothesis import strategies as st

from claimrules.batch import ClaimBatch
from claimrules.catalog import TABLES, Base

FIRST = datetime(2025, 1, 29)  # noqa: DTZ001  the tables' times have no zone
CODES = ("A", "A1", "A12", "B", "B1", "C")
PEOPLE, PLACES = ("P1", "P2", "P3"), ("H1", "H2")
WINDOWS = (
    "day",
    "encounter",
    "hour",
    "month",
    "week",
    "quarter",
    "2 hours apart",
    "1 days apart",
    "1 days before",
    "last 2 days",
)
D = Decimal


def maybe(*values):
    """One of the values, or unknown; unknown about once in eight."""
    return st.sampled_from([*values] * 7 + [None] * len(values))


times = st.builds(
    lambda d, h, m: FIRST + timedelta(days=d, hours=h, minutes=m),
    st.sampled_from([0, 0, 1, 2, 3, 4, 33]),
    st.sampled_from([0, 0, 0, 8, 9, 10, 13, 23]),
    st.sampled_from([0, 0, 0, 30, 59]),
)
perhaps_time = st.one_of(times, times, times, times, times, st.none())
quantities = st.sampled_from([D(q) for q in ("0", "0.5", "1", "1", "1.0001", "2", "2.5", "3")])
money = st.sampled_from([D(m) for m in ("0.00", "0.01", "1.00", "1.05", "2.00", "2.01", "3.33", "10.00")])
perhaps_money = st.one_of(money, money, money, money, st.none())


@st.composite
def claims(draw, number):
    begin, end = draw(perhaps_time), draw(perhaps_time)
    if begin and end and end < begin:
        begin, end = end, begin
    return {
        "claim_id": f"C{number}",
        "encounter_id": draw(st.sampled_from(["E1", "E2", None, None, None])),
        "person_id": draw(st.sampled_from(PEOPLE)),
        "provider_id": draw(st.sampled_from(PLACES)),
        "provider_level": draw(maybe("3A", "2B", "ungraded")),
        "region": draw(maybe("110101", "110200", "330100")),
        "care_type": draw(maybe("inpatient", "inpatient", "outpatient", "pharmacy")),
        "sex": draw(maybe("male", "female")),
        "birth_date": draw(maybe(date(2024, 2, 29), date(1990, 1, 31), date(2000, 1, 1))),
        "is_newborn": draw(maybe(True, False, False)),
        "pregnancy_status": draw(maybe("none", "pregnant")),
        "admitted_at": begin,
        "discharged_at": end,
        "settled_at": draw(perhaps_time),
        "discharge_way": draw(maybe("home", "died")),
        "department_code": draw(maybe("D1", "D2")),
        "principal_diagnosis": draw(maybe("J18.9", "J18.0", "A10", "B1")),
        "total_amount": draw(perhaps_money),
        "in_scope_amount": draw(perhaps_money),
        "fund_amount": draw(perhaps_money),
    }


@st.composite
def lines(draw, number, claim_ids, refunds):
    quantity, amount, price = draw(quantities), draw(money), draw(money)
    line = {
        "line_id": f"l{number}",
        "claim_id": draw(st.sampled_from(claim_ids)),
        "prescription_id": draw(maybe("r1", "r2")),
        "item_code": draw(st.sampled_from(CODES)),
        "item_type": draw(maybe("drug", "drug", "service")),
        "fee_category": draw(maybe("bed", "lab")),
        "quantity": quantity,
        "unit_price": draw(st.sampled_from([price, price, D("1.000001"), None])),
        "amount": amount,
        "in_scope_amount": draw(st.sampled_from([amount, amount, None, D("1.99")])),
        "fully_self_paid_amount": draw(st.sampled_from([None, None, D("0.50")])),
        "over_limit_amount": draw(st.sampled_from([None, None, D("0.10")])),
        "charged_at": draw(perhaps_time),
        "supply_days": draw(maybe(D(1), D("2.5"), D(4))),
        "department_code": draw(maybe("D1", "D2")),
        "reverses_line_id": None,
    }
    if refunds and draw(st.integers(0, 3)) == 0:
        line["quantity"] = -max(quantity, D("0.5"))
        line["amount"] = -amount
        line["in_scope_amount"] = None if line["in_scope_amount"] is None else -line["in_scope_amount"]
        line["fully_self_paid_amount"] = line["over_limit_amount"] = None
        line["reverses_line_id"] = draw(st.sampled_from([None, "l0", "l1", "l2"]))
    return line


def _text(value):
    return "" if value is None else str(value)


@st.composite
def knowledge(draw):
    """Rows of each table as texts; few, dated, regional, with empty cells."""

    def common():
        begin = draw(st.sampled_from([None, None, None, "2025-01-30", "2025-02-01"]))
        end = draw(st.sampled_from([None, None, None, "2025-02-01", "2025-02-02"]))
        return {
            "valid_from": _text(begin),
            "valid_to": _text(end),
            "region": draw(st.sampled_from(["000000", "000000", "000000", "110000", "110100", "330100"])),
        }

    def rows(most, make):
        out = []
        for _ in range(draw(st.integers(0, most))):
            row = {**{k: _text(v) for k, v in make().items()}, **common()}
            if row not in out:
                out.append(row)
        return out

    def pick(*values):
        return draw(st.sampled_from(values))

    return {
        "limit": rows(
            6,
            lambda: {
                "code": pick(*CODES),
                "sex": pick("male", "female", None),
                "max_quantity": pick("1", "2", "2.5", None),
                "days": pick("0", "1", "2", None),
                "window": pick(*WINDOWS, None),
                "codes": pick("most", "none", None),
            },
        ),
        "level": rows(
            6,
            lambda: {
                "code": pick("A", "A1", "B", "A12", "C"),
                "level": pick("3A", "2B", None),
                "ceiling": pick("1", "1.005", "2.000001", None),
                "age_from": pick("0", "1", "25", None),
            },
        ),
        "listed": rows(5, lambda: {"code": pick(*CODES), "class": pick("A", "B", "C", None)}),
        "pair": rows(
            4, lambda: {"main": pick("A", "A1", "B"), "sub": pick("B", "A12", "C", "B1"), "window": pick(*WINDOWS)}
        ),
    }


@st.composite
def worlds(draw, refunds=False):
    """(claims, lines, diagnoses, operations) as lists of dicts."""
    some = [draw(claims(i)) for i in range(draw(st.integers(1, 6)))]
    ids = [c["claim_id"] for c in some]
    fees = [draw(lines(i, ids, refunds)) for i in range(draw(st.integers(0, 14)))]
    found = [
        {
            "claim_id": draw(st.sampled_from(ids)),
            "diagnosis_code": draw(st.sampled_from(["J18.9", "J30", "A10"])),
            "sequence": i,
            "is_principal": draw(maybe(True, True, False)),
        }
        for i in range(draw(st.integers(0, 3)))
    ]
    done = [
        {
            "claim_id": draw(st.sampled_from(ids)),
            "operation_code": f"{draw(st.sampled_from('12345'))}{i}",
            "operated_at": draw(perhaps_time),
            "is_principal": draw(maybe(True, False)),
        }
        for i in range(draw(st.integers(0, 2)))
    ]
    return some, fees, found, done


def arrow(kind):
    if kind.base is Base.DECIMAL:
        return pa.decimal128(kind.precision, kind.scale)
    return {
        Base.TEXT: pa.string(),
        Base.BOOLEAN: pa.bool_(),
        Base.INTEGER: pa.int64(),
        Base.DATE: pa.date32(),
        Base.TIMESTAMP: pa.timestamp("us"),
    }[kind.base]


def batch(world, shuffle=None):
    """The world as canonical tables; `shuffle` reorders each table's rows."""
    tables = {}
    for name, rows in zip(("claims", "lines", "diagnoses", "operations"), world, strict=True):
        if not rows:
            continue
        these = list(rows)
        if shuffle is not None:
            shuffle(these)
        fields = [f for f in TABLES[name] if f.required or any(row.get(f.name) is not None for row in these)]
        tables[name] = pa.table({f.name: pa.array([r.get(f.name) for r in these], arrow(f.type)) for f in fields})
    return ClaimBatch.from_tables(tables)
