"""One claim as a document.

Takes: Python values or JSON text. Gives: `Claim` and its rows, frozen and checked, with the readers of single values.
Never: sees more than one claim, or Arrow.
"""

from claimrules.models.claim import Claim, Diagnosis, FeeLine, Operation
from claimrules.models.values import (
    fold,
    read_boolean,
    read_code,
    read_date,
    read_decimal,
    read_integer,
    read_text,
    read_timestamp,
    read_word,
)

__all__ = [
    "Claim",
    "Diagnosis",
    "FeeLine",
    "Operation",
    "fold",
    "read_boolean",
    "read_code",
    "read_date",
    "read_decimal",
    "read_integer",
    "read_text",
    "read_timestamp",
    "read_word",
]
