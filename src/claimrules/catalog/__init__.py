"""The closed list of what a claim can hold.

Takes: nothing. Gives: `Field`, `Type`, the kinds of row, the tables' schemas, labels zh/en, national names, sentinels.
Never: reads a file or sees a value.
"""

from claimrules.catalog.columns import FIELDS, KIND_TABLES, TABLES, Field, field, fields_of, kind_fields
from claimrules.catalog.kinds import KINDS, Kind
from claimrules.catalog.labels import label
from claimrules.catalog.sentinels import SENTINELS, UNKNOWN
from claimrules.catalog.tables import Absence, KeyColumn, Match, TableSchema
from claimrules.catalog.types import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    INTERVAL,
    MONEY,
    NULL,
    PRICE,
    QUANTITY,
    RATIO,
    TEXT,
    TIMESTAMP,
    WINDOW,
    Base,
    Type,
    decimal,
    enumeration,
)

__all__ = [
    "BOOLEAN",
    "DATE",
    "DOUBLE",
    "FIELDS",
    "INTEGER",
    "INTERVAL",
    "KINDS",
    "KIND_TABLES",
    "MONEY",
    "NULL",
    "PRICE",
    "QUANTITY",
    "RATIO",
    "SENTINELS",
    "TABLES",
    "TEXT",
    "TIMESTAMP",
    "UNKNOWN",
    "WINDOW",
    "Absence",
    "Base",
    "Field",
    "KeyColumn",
    "Kind",
    "Match",
    "TableSchema",
    "Type",
    "decimal",
    "enumeration",
    "field",
    "fields_of",
    "kind_fields",
    "label",
]
