"""Values as text, typed by how they are written."""

import re
from decimal import Decimal, InvalidOperation

from claimrules.catalog import BOOLEAN, INTEGER, TEXT, Type, decimal
from claimrules.language.expression import Value


def typed_literal(text: str) -> tuple[Type, Value]:
    """A parameter's value with the type that its spelling shows: a whole number, a decimal, true or false, else text."""
    if text in ("true", "false"):
        return BOOLEAN, text == "true"
    if re.fullmatch(r"[+-]?\d{1,18}", text) and not re.fullmatch(r"0\d+", text):
        return INTEGER, int(text)
    if re.fullmatch(r"[+-]?\d+\.\d+", text):
        try:
            value = Decimal(text)
        except InvalidOperation:
            return TEXT, text
        return decimal(38, max(0, -int(value.as_tuple().exponent))), value
    return TEXT, text
