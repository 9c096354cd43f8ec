"""How one value reads: the single place that says what a cell may look like.

Every reader takes a trimmed text or a Python value and gives the value or None; it raises ValueError, with a reason in
plain words, where the value cannot be read exactly. The batch door uses the same readers for whatever its vectorised
paths do not take.
"""

import datetime as dt
import re
from decimal import Decimal, InvalidOperation

from claimrules.catalog import SENTINELS, UNKNOWN

_FULL_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,20}(?:\.0*)?")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})-([0-9]{2})|/([0-9]{1,2})/([0-9]{1,2})|([0-9]{2})([0-9]{2}))")
_CLOCK = re.compile(r"(?:T|\s+)([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?\s*(?:Z|[+-][0-9]{2}:?[0-9]{2})?")
_YES = frozenset({"1", "true", "y", "yes", "t", "是"})
_NO = frozenset({"0", "false", "n", "no", "f", "否"})


def fold(text: str) -> str:
    """Full-width letters, digits and signs as their ASCII forms."""
    return text if text.isascii() else text.translate(_FULL_WIDTH).strip()


def read_text(value: object) -> str | None:
    """Free text; empty and `unknown` are None."""
    text = _text(value)
    return None if text in ("", UNKNOWN) else text


def read_code(value: object) -> str | None:
    """An id or code; a sentinel is None."""
    text = fold(_text(value))
    return None if text.upper() in SENTINELS else text


def read_word(value: object, values: tuple[str, ...]) -> str | None:
    """A word of a closed list; `unknown` is None."""
    text = read_text(value)
    if text is None or text in values:
        return text
    raise ValueError(f"is not one of {', '.join(values)}")


def read_decimal(value: object, precision: int, scale: int) -> Decimal | None:
    """An exact number. A binary float is refused: it has lost the digits that were written."""
    if value is None:
        return None
    if isinstance(value, bool | float):
        raise ValueError("is not an exact number: give a Decimal, an integer or text")  # noqa: TRY004
    if isinstance(value, int):
        number = Decimal(value)
    elif isinstance(value, Decimal):
        number = value
    else:
        text = _text(value)
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            raise ValueError("is not a number")
        number = Decimal(text)
    return _fit(number, precision, scale)


def _fit(number: Decimal, precision: int, scale: int) -> Decimal:
    if not number.is_finite():
        raise ValueError("is not a number")
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or not any(digits):
        return Decimal(0).scaleb(-scale)
    while digits and digits[-1] == 0:
        digits, exponent = digits[:-1], exponent + 1
    if exponent < -scale:
        raise ValueError(f"has more than {scale} digits after the point")
    significant = len("".join(map(str, digits)).lstrip("0"))
    if significant + exponent > precision - scale:
        raise ValueError(f"has more than {precision - scale} digits before the point")
    try:
        return Decimal((sign, digits + (0,) * (exponent + scale), -scale))
    except InvalidOperation:
        raise ValueError("is not a number") from None


def read_integer(value: object) -> int | None:
    """A whole number of 64 bits."""
    if value is None:
        return None
    if isinstance(value, bool | float):
        raise ValueError("is not a whole number")  # noqa: TRY004
    text = _text(value)
    if not text:
        return None
    if not _INTEGER.fullmatch(text):
        raise ValueError("is not a whole number")
    number = int(text.split(".")[0])
    if not -(2**63) <= number < 2**63:
        raise ValueError("does not fit 64 bits")
    return number


def read_boolean(value: object) -> bool | None:
    """A flag: 1/0, true/false, Y/N, 是/否."""
    if isinstance(value, bool):
        return value
    text = _text(value).lower()
    if text in ("", UNKNOWN):
        return None
    if text in _YES or text in _NO:
        return text in _YES
    raise ValueError("is not yes or no (1/0, true/false, Y/N, 是/否)")


def read_date(value: object, pattern: str | None = None) -> dt.date | None:
    """A day: YYYY-MM-DD, YYYYMMDD or YYYY/MM/DD, or as `pattern` (strptime) says. A midnight after it is let pass."""
    if isinstance(value, dt.datetime):
        return _midnight(value)
    if isinstance(value, dt.date):
        return value
    moment = read_timestamp(value, pattern)
    return None if moment is None else _midnight(moment)


def read_timestamp(value: object, pattern: str | None = None) -> dt.datetime | None:
    """A moment on the clock of the place: a day, then HH:MM[:SS[.f]]; a day alone is its midnight, a zone falls."""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001
    text = _text(value)
    if not text:
        return None
    if pattern is not None:
        return _patterned(text, pattern)
    day = _DATE.match(text)
    if day is None:
        raise ValueError("is not a date (YYYY-MM-DD)")
    year, *parts = day.groups()
    month, date = (int(p) for p in parts if p is not None)
    clock = text[day.end() :]
    hour, minute, second, fraction = _clock(clock) if clock else (0, 0, 0, 0)
    try:
        return dt.datetime(int(year), month, date, hour, minute, second, fraction)  # noqa: DTZ001
    except ValueError:
        raise ValueError("is no day or time that exists") from None


def _clock(text: str) -> tuple[int, int, int, int]:
    clock = _CLOCK.fullmatch(text)
    if clock is None:
        raise ValueError("is not a time (YYYY-MM-DD HH:MM:SS)")
    hour, minute, second, fraction = clock.groups()
    return int(hour), int(minute), int(second or 0), int((fraction or "0").ljust(6, "0")[:6])


def _patterned(text: str, pattern: str) -> dt.datetime:
    try:
        return dt.datetime.strptime(text, pattern).replace(tzinfo=None)  # noqa: DTZ007
    except ValueError:
        raise ValueError(f"is not a date in the form {pattern}") from None


def _midnight(moment: dt.datetime) -> dt.date:
    if moment.time() != dt.time():
        raise ValueError("has a time of day where a date is expected")
    return moment.date()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"is a {type(value).__name__} where text is expected")
