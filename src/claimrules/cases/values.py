"""Texts of a case, typed by the catalog."""

import re
from datetime import date, datetime
from decimal import Decimal

from claimrules.catalog import UNKNOWN, Base, Type
from claimrules.diagnostics import suggest

Value = str | bool | int | Decimal | date | datetime | None

_BOOLEANS = {"true": True, "false": False}
_DECIMAL = re.compile(r"-?(\d+)(?:\.(\d+))?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?")


class ValueTypeError(ValueError):
    """A text that its field's type does not take; `help` says what it takes."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.help = advice


def typed(text: str | None, type_: Type) -> Value:
    """The value that `text` writes, None for an empty one and for `unknown`.

    Raises:
        ValueTypeError: the text is not of that type.
    """
    if text is None or text == UNKNOWN:
        return None
    match type_.base:
        case Base.TEXT:
            return _text(text, type_)
        case Base.BOOLEAN:
            return _boolean(text)
        case Base.INTEGER:
            return _integer(text)
        case Base.DECIMAL:
            return exact(text, type_.precision, type_.scale)
        case Base.DATE:
            return _date(text)
        case Base.TIMESTAMP:
            return _timestamp(text)
        case _:
            raise ValueTypeError(f"`{text}` cannot stand here", "")


def exact(text: str, precision: int, scale: int) -> Decimal:
    """A decimal with at most `precision` digits, `scale` of them after the point."""
    found = _DECIMAL.fullmatch(text)
    if not found:
        raise ValueTypeError(f"`{text}` is not a number", "write digits and a point: 86.40")
    whole, after = found.group(1).lstrip("0"), (found.group(2) or "").rstrip("0")
    if len(after) > scale:
        raise ValueTypeError(f"`{text}` has more than {scale} digits after the point", "")
    if len(whole) > precision - scale:
        raise ValueTypeError(f"`{text}` has more than {precision - scale} digits before the point", "")
    return Decimal(text)


def _text(text: str, type_: Type) -> str:
    if type_.values and text not in type_.values:
        near = suggest(text, type_.values)
        advice = f"did you mean `{near}`?" if near else f"one of {', '.join(type_.values)}"
        raise ValueTypeError(f"`{text}` is not a value of this field", advice)
    return text


def _boolean(text: str) -> bool:
    if text not in _BOOLEANS:
        raise ValueTypeError(f"`{text}` is neither true nor false", "write true, false or null")
    return _BOOLEANS[text]


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueTypeError(f"`{text}` is not a whole number", "") from None


def _date(text: str) -> date:
    advice = "write 2025-06-10"
    if not _DATE.fullmatch(text):
        raise ValueTypeError(f"`{text}` is not a date", advice)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueTypeError(f"`{text}` is not a date: {error}", advice) from None


def _timestamp(text: str) -> datetime:
    advice = "write 2025-06-10 or 2025-06-10 09:30"
    if not _TIMESTAMP.fullmatch(text):
        raise ValueTypeError(f"`{text}` is not a time", advice)
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueTypeError(f"`{text}` is not a time: {error}", advice) from None
