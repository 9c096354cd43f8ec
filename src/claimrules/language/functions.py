"""The closed list of functions: what they take and give."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from claimrules.catalog import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    NULL,
    TEXT,
    TIMESTAMP,
    Base,
    Type,
    decimal,
)

Result = Callable[[Sequence[Type]], Type]
NUMBER, TIME, ANY, CONDITION, WORDS, SPAN = (
    "a number",
    "a date or time",
    "any value",
    "a condition",
    "text",
    "an interval",
)


@dataclass(frozen=True, slots=True)
class Function:
    """What arguments a function takes (the last repeats where `many`; the last `optional` may be left out)."""

    takes: tuple[str, ...]
    gives: Result
    many: bool = False
    optional: int = 0


def _always(type_: Type) -> Result:
    return lambda _: type_


def _same(types: Sequence[Type]) -> Type:
    return types[0]


def common(types: Sequence[Type]) -> Type:
    """The type that holds values of all of `types`; NULL alone stays NULL."""
    known = [t for t in types if t.base is not Base.NULL]
    if not known:
        return NULL
    bases = {t.base for t in known}
    if bases <= {Base.INTEGER, Base.DECIMAL, Base.DOUBLE}:
        if Base.DOUBLE in bases:
            return DOUBLE
        if Base.DECIMAL in bases:
            return decimal(38, max(t.scale for t in known))
        return INTEGER
    if bases == {Base.DATE, Base.TIMESTAMP}:
        return TIMESTAMP
    if bases == {Base.TEXT}:
        return known[0] if all(t == known[0] for t in known) else TEXT
    return known[0]


def _absolute(types: Sequence[Type]) -> Type:
    return types[0]


SCALARS: dict[str, Function] = {
    "coalesce": Function((ANY,), common, many=True),
    "nullif": Function((ANY, ANY), _same),
    "least": Function((ANY,), common, many=True),
    "greatest": Function((ANY,), common, many=True),
    "abs": Function((NUMBER,), _absolute),
    "round": Function((NUMBER, NUMBER), _same, optional=1),
    "floor": Function((NUMBER,), _always(INTEGER)),
    "ceil": Function((NUMBER,), _always(INTEGER)),
    "left": Function((WORDS, NUMBER), _always(TEXT)),
    "substr": Function((WORDS, NUMBER, NUMBER), _always(TEXT), optional=1),
    "length": Function((WORDS,), _always(INTEGER)),
    "starts_with": Function((WORDS, WORDS), _always(BOOLEAN)),
    "date_trunc": Function((WORDS, TIME), _always(TIMESTAMP)),
    "year": Function((TIME,), _always(INTEGER)),
    "month": Function((TIME,), _always(INTEGER)),
    "day": Function((TIME,), _always(INTEGER)),
    "hour": Function((TIME,), _always(INTEGER)),
    "weekday": Function((TIME,), _always(INTEGER)),
    "year_end": Function((TIME,), _always(DATE)),
    "days_between": Function((TIME, TIME), _always(INTEGER)),
    "hours_between": Function((TIME, TIME), _always(DOUBLE)),
    "age_years": Function((TIME, TIME), _always(INTEGER)),
    "age_days": Function((TIME, TIME), _always(INTEGER)),
    "has_time": Function((TIME,), _always(BOOLEAN)),
    "in_set": Function((WORDS, WORDS), _always(BOOLEAN)),
    "in_unit": Function((WORDS, WORDS), _always(decimal(38, 6))),
    "similarity": Function((WORDS, WORDS), _always(DOUBLE)),
    "km": Function((NUMBER, NUMBER, NUMBER, NUMBER), _always(DOUBLE)),
}

AGGREGATES: dict[str, Function] = {
    "count": Function((ANY,), _always(INTEGER), optional=1),
    "sum": Function((NUMBER,), lambda t: decimal(38, t[0].scale) if t[0].base is Base.DECIMAL else t[0]),
    "min": Function((ANY,), _same),
    "max": Function((ANY,), _same),
    "avg": Function((NUMBER,), _always(DOUBLE)),
    "median": Function((NUMBER,), _always(DOUBLE)),
    "quantile": Function((NUMBER, NUMBER), _always(DOUBLE)),
    "stddev": Function((NUMBER,), _always(DOUBLE)),
    "distinct_list": Function((ANY,), _always(TEXT)),
    "any": Function((CONDITION,), _always(BOOLEAN)),
    "all": Function((CONDITION,), _always(BOOLEAN)),
    "none": Function((CONDITION,), _always(BOOLEAN)),
    "share": Function((CONDITION,), _always(DOUBLE)),
}

WALKS: dict[str, Function] = {
    "place": Function((), _always(INTEGER)),
    "running": Function((NUMBER,), _same),
    "excess": Function((NUMBER, NUMBER), _same),
    "upto": Function((NUMBER, NUMBER), _same),
    "nth": Function((ANY,), _always(INTEGER)),
    "excess_within": Function((NUMBER, NUMBER, NUMBER), _same),
    "supply_left": Function((NUMBER,), _same),
}

AMOUNTS: dict[str, tuple[str, ...]] = {
    "full_line": (),
    "excess_quantity": (NUMBER,),
    "excess_price": (NUMBER,),
    "discount": (NUMBER,),
    "bundle_difference": (NUMBER,),
    "whole_encounter": (),
    "excess_money": (NUMBER,),
    "none": (),
    "instead_of": (NUMBER,),
}
"""The amount methods (A1 to A11 of the field's reference) that a rule can name, with their arguments."""


def fits(type_: Type, wanted: str) -> bool:
    """Whether a value of `type_` can stand where `wanted` is asked for. NULL fits everywhere."""
    if type_.base is Base.NULL or wanted == ANY:
        return True
    return {
        NUMBER: type_.is_number,
        TIME: type_.is_time,
        CONDITION: type_.base is Base.BOOLEAN,
        WORDS: type_.base is Base.TEXT,
        SPAN: type_.base is Base.INTERVAL,
    }[wanted]
