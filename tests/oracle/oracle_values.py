"""Scalars of the language, one value at a time. None is unknown; `AtLeast` is unknown and yet no less than its value."""

import calendar
import operator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction

COMPARE = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
MIRRORED = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
MIDNIGHT = datetime.min.time()


@dataclass(frozen=True)
class AtLeast:
    value: Decimal


def plain(value):
    """An incomplete sum or count is NULL for everything but a comparison."""
    return None if isinstance(value, AtLeast) else value


def number(value):
    """Whole numbers, decimals and doubles in one exact form."""
    return Fraction(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else value


def moment(value):
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, MIDNIGHT)
    return value


def day(value):
    return value.date() if isinstance(value, datetime) else value


def and_(a, b):
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def or_(a, b):
    if a is True or b is True:
        return True
    return None if a is None or b is None else False


def not_(a):
    return None if a is None else not a


def compare(sign, a, b, order=None):
    if isinstance(a, AtLeast) and b is not None and not isinstance(b, AtLeast):
        return settled(sign, number(a.value), number(b))
    if isinstance(b, AtLeast) and a is not None and not isinstance(a, AtLeast):
        return settled(MIRRORED[sign], number(b.value), number(a))
    a, b = plain(a), plain(b)
    if a is None or b is None:
        return None
    if order and sign not in ("=", "<>"):
        a, b = order.index(a), order.index(b)
    if float in (type(a), type(b)):  # beside a double, numbers are doubles
        a, b = float(a), float(b)
    return COMPARE[sign](number(moment(a)), number(moment(b)))


def settled(sign, least, other):
    """What 'at least so much' says of a comparison, whatever is still to come."""
    if sign == ">" and least > other:
        return True
    if sign == ">=" and least >= other:
        return True
    if sign == "<" and least >= other:
        return False
    if sign == "<=" and least > other:
        return False
    if sign == "=" and least > other:
        return False
    if sign == "<>" and least > other:
        return True
    return None


def half_up(value, digits):
    """A fraction as a Decimal of so many digits, halves away from zero."""
    scaled = Fraction(value) * 10**digits
    whole = (abs(scaled) + Fraction(1, 2)).__floor__()
    return Decimal(whole if scaled >= 0 else -whole).scaleb(-digits)


def add_months(when, n):
    months = when.year * 12 + when.month - 1 + n
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return when.replace(year=year, month=month + 1, day=min(when.day, last))


def age_years(birth, at):
    birth, at = day(birth), day(at)
    return at.year - birth.year - ((at.month, at.day) < (birth.month, birth.day))


def truncated(unit, when):
    when = moment(when)
    if unit == "hour":
        return when.replace(minute=0, second=0, microsecond=0)
    first = when.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "week":
        return first - timedelta(days=first.weekday())
    if unit == "quarter":
        return first.replace(month=(first.month - 1) // 3 * 3 + 1, day=1)
    if unit == "month":
        return first.replace(day=1)
    return first.replace(month=1, day=1) if unit == "year" else first


def plus(a, b, sign):
    """Numbers, a date and whole days, a date and an interval, two dates."""
    if isinstance(b, tuple):
        months, micros = b
        return add_months(moment(a), sign * months) + timedelta(microseconds=sign * micros)
    if isinstance(a, date) and isinstance(b, date):
        return (a - b).days
    if isinstance(a, date):
        return a + timedelta(days=sign * b)
    if float in (type(a), type(b)):
        return float(a) + sign * float(b)
    return a + sign * b


def divided(a, b):
    return None if b == 0 else float(a) / float(b)


def rounded(value, digits=0):
    if isinstance(value, float):
        return float(half_up(Fraction(value), digits))
    return half_up(Fraction(value), digits) if isinstance(value, Decimal) else int(half_up(value, min(digits, 0)))


def cast(value, base, scale):
    if base == "date":
        return day(value)
    if base == "timestamp":
        return moment(value)
    if base == "integer":
        return int(half_up(Fraction(value), 0))
    if base == "decimal":
        return half_up(Fraction(value), scale)
    if base == "double":
        return float(value)
    return shown(value)


def shown(value):
    """A value as text: the shortest exact form."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime):
        return str(value.date()) if value.time() == MIDNIGHT else value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def whole(value, direction):
    return int(Decimal(value).to_integral_value(ROUND_FLOOR if direction == "floor" else ROUND_CEILING))


SCALARS = {
    "+": lambda a, b: plus(a, b, 1),
    "-": lambda a, b: plus(a, b, -1),
    "*": lambda a, b: float(a) * float(b) if float in (type(a), type(b)) else a * b,
    "/": divided,
    "negate": lambda a: -a,
    "abs": abs,
    "round": rounded,
    "floor": lambda a: whole(a, "floor"),
    "ceil": lambda a: whole(a, "ceil"),
    "least": lambda *a: min(a, key=lambda v: number(moment(v))),
    "greatest": lambda *a: max(a, key=lambda v: number(moment(v))),
    "left": lambda text, n: text[: max(n, 0)],
    "substr": lambda text, start, n=None: text[max(start - 1, 0) : None if n is None else start - 1 + n],
    "length": len,
    "starts_with": lambda text, head: text.startswith(head),
    "date_trunc": truncated,
    "year": lambda t: t.year,
    "month": lambda t: t.month,
    "day": lambda t: t.day,
    "hour": lambda t: moment(t).hour,
    "weekday": lambda t: t.isoweekday(),
    "year_end": lambda t: date(t.year, 12, 31),
    "days_between": lambda a, b: (day(b) - day(a)).days,
    "hours_between": lambda a, b: (moment(b) - moment(a)) / timedelta(hours=1),
    "age_years": age_years,
    "age_days": lambda a, b: (day(b) - day(a)).days,
    "has_time": lambda t: moment(t).time() != MIDNIGHT,
}
"""Functions of which a NULL argument makes NULL."""

__all__ = ["ROUND_HALF_UP", "SCALARS"]
