"""Registers: facts about the world that come with the claims.

A rule matches them as it matches knowledge tables. Seven are known by name; a rule base may declare its own, or one of
these anew, by a YAML in its knowledge folder with `register: true`.
"""

from claimrules.catalog.tables import KeyColumn, TableSchema
from claimrules.catalog.types import BOOLEAN, DATE, QUANTITY, TEXT, TIMESTAMP, Type, enumeration

PERSONAL = frozenset({"person_id", "trace_code"})
"""Columns of registers that are masked wherever a row is shown."""


def _register(name: str, zh: str, en: str, key: tuple[str, ...], **columns: Type) -> TableSchema:
    return TableSchema(name, columns, tuple(KeyColumn(column) for column in key), titles={"zh": zh, "en": en})


REGISTERS: dict[str, TableSchema] = {
    schema.name: schema
    for schema in (
        _register(
            "staff",
            "医务人员",
            "Staff of providers, and when each was at work or away",
            ("physician_id", "provider_id"),
            physician_id=TEXT,
            provider_id=TEXT,
            title=TEXT,
            speciality=TEXT,
            status=enumeration("working", "absent"),
        ),
        _register(
            "inventory",
            "进销存",
            "Stock of providers by item and period",
            ("item_code", "provider_id"),
            item_code=TEXT,
            provider_id=TEXT,
            opening=QUANTITY,
            received=QUANTITY,
            issued=QUANTITY,
            closing=QUANTITY,
        ),
        _register(
            "orders",
            "医嘱",
            "Orders and their execution",
            ("encounter_id", "item_code", "order_id"),
            encounter_id=TEXT,
            item_code=TEXT,
            order_id=TEXT,
            physician_id=TEXT,
            ordered_at=TIMESTAMP,
            executed_at=TIMESTAMP,
            ordered_quantity=QUANTITY,
            executed_quantity=QUANTITY,
        ),
        _register(
            "results",
            "检查检验结果",
            "Results of examinations and tests",
            ("encounter_id", "item_code"),
            encounter_id=TEXT,
            item_code=TEXT,
            reported_at=TIMESTAMP,
            is_positive=BOOLEAN,
            result=TEXT,
        ),
        _register(
            "entitlement",
            "参保待遇",
            "Periods of insurance of persons",
            ("person_id", "insurance_type"),
            person_id=TEXT,
            insurance_type=TEXT,
            status=enumeration("active", "suspended", "ended"),
        ),
        _register("deaths", "死亡登记", "Deaths", ("person_id",), person_id=TEXT, died_on=DATE),
        _register(
            "trace_codes",
            "药品追溯码",
            "Sales of packages by their traceability code",
            ("trace_code", "provider_id"),
            trace_code=TEXT,
            provider_id=TEXT,
            sale_id=TEXT,
            sold_at=TIMESTAMP,
            is_reversed=BOOLEAN,
        ),
    )
}
"""The key says by which columns a rule may look a row up; the first is always asked."""
