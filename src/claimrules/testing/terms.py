"""Made-up expressions: numbers, texts, times and conditions over the names that are in reach."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from claimrules.catalog import TABLES, Base, Type
from claimrules.testing.choice import Choice, one_in
from claimrules.testing.vocabulary import CODES, SETS, pool

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
TABLE_OF = {
    "line": "lines",
    "raw_line": "lines",
    "claim": "claims",
    "encounter": "claims",
    "diagnosis": "diagnoses",
    "operation": "operations",
}
USEFUL = (
    *("quantity", "amount", "in_scope_amount", "unit_price", "supply_days", "charged_at", "item_code", "item_type"),
    *(
        "fee_category",
        "prescription_id",
        "department_code",
        "claim_id",
        "person_id",
        "provider_id",
        "provider_level",
        "region",
    ),
    *("care_type", "sex", "birth_date", "is_newborn", "pregnancy_status", "admitted_at", "discharged_at", "settled_at"),
    *("discharge_way", "principal_diagnosis", "chronic_disease_code", "total_amount", "fund_amount", "payment_method"),
    *(
        "diagnosis_code",
        "is_principal",
        "sequence",
        "operation_code",
        "operated_at",
        "price_ceiling",
        "trace_code",
        "line_id",
    ),
)
"""The fields that made-up rules speak of."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name with its type, as a rule spells it; `values` are what it is compared with."""

    text: str
    type: Type
    values: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """What an expression may name: `names` of the row, and `sets` for aggregates (what count(SET) names, and their names).

    `walks`: walks are allowed here, over these numbers.
    """

    names: tuple[Name, ...]
    sets: tuple[tuple[str, tuple[Name, ...]], ...] = ()
    walks: bool = False
    walked: tuple[Name, ...] = ()

    def of(self, *bases: Base) -> tuple[Name, ...]:
        """The names of these types."""
        return tuple(n for n in self.names if n.type.base in bases)

    def inner(self, names: tuple[Name, ...]) -> "Reach":
        """What the inside of an aggregate may name."""
        return Reach(names)


def fields_of(kind: str, owner: str = "", chain: str = "") -> tuple[Name, ...]:
    """The fields of a kind, spelt `owner.field`."""
    if kind == "day":
        return (Name(f"{owner or 'day'}.date", Type(Base.DATE)),)
    head = f"{owner}.{chain}" if chain else owner or ("line" if kind == "raw_line" else kind)
    return tuple(Name(f"{head}.{f.name}", f.type, pool(f.name, f.type)) for f in TABLES[TABLE_OF[kind]] if f.name in USEFUL)


def literal(choice: Choice, name: Name) -> str:
    """A constant to compare the name with."""
    values = name.values or pool("", name.type)
    value = choice.pick(values)
    if name.type.base is Base.TEXT:
        return f"'{value}'"
    if name.type.base in (Base.DATE, Base.TIMESTAMP):
        return f"'{choice.pick(('2025-01-30', '2025-02-01', '2025-02-28'))}'"
    return str(value).upper() if isinstance(value, bool) else str(value)


def number(choice: Choice, reach: Reach, depth: int = 2) -> str:
    """An expression that is a number."""
    makers: list[Callable[[Choice, Reach, int], str]] = [_plain_number]
    if depth > 0:
        makers += [_arithmetic, _between_times, _scalar]
        if reach.sets:
            makers += [_counted, _summed, _summed]
        if reach.walks and reach.walked:
            makers += [_walked]
    return choice.pick(makers)(choice, reach, depth)


def condition(choice: Choice, reach: Reach, depth: int = 2) -> str:
    """An expression that is true, false or unknown."""
    makers: list[Callable[[Choice, Reach, int], str]] = [_compared, _compared]
    if reach.of(Base.TEXT):
        makers += [_worded, _worded]
    if reach.of(Base.BOOLEAN):
        makers += [_flagged]
    if reach.of(Base.DATE, Base.TIMESTAMP):
        makers += [_dated]
    if depth > 0:
        makers += [_joined, _joined, _negated]
        if reach.sets:
            makers += [_quantified, _quantified]
    return choice.pick(makers)(choice, reach, depth)


def _numbers(reach: Reach) -> tuple[Name, ...]:
    return reach.of(Base.INTEGER, Base.DECIMAL, Base.DOUBLE)


def _plain_number(choice: Choice, reach: Reach, depth: int) -> str:
    names = _numbers(reach)
    if names and not one_in(choice, 5):
        return choice.pick(names).text
    if reach.sets and not names:
        return _counted(choice, reach, depth)
    return choice.pick(("1", "2", "0.5", "3", "0.0001", "10"))


def _arithmetic(choice: Choice, reach: Reach, depth: int) -> str:
    a, b = number(choice, reach, depth - 1), number(choice, reach, depth - 1)
    return choice.pick(
        (
            f"({a} + {b})",
            f"({a} - {b})",
            f"{a} * {choice.pick(('2', '0.5', '1.5'))}",
            f"greatest({a}, {b})",
            f"least({a}, {b})",
        )
    )


def _scalar(choice: Choice, reach: Reach, depth: int) -> str:
    a = number(choice, reach, depth - 1)
    when = condition(choice, reach, 0)
    return choice.pick(
        (
            f"abs({a})",
            f"coalesce({a}, 0)",
            f"nullif({a}, 1)",
            f"round({a}, 1)",
            f"ceil({a})",
            f"floor({a})",
            f"CASE WHEN {when} THEN {a} ELSE 1 END",
        )
    )


def _between_times(choice: Choice, reach: Reach, depth: int) -> str:
    times = reach.of(Base.DATE, Base.TIMESTAMP)
    if not times:
        return _plain_number(choice, reach, depth)
    a, b = choice.pick(times).text, choice.pick(times).text
    return choice.pick(
        (
            f"days_between({a}, {b})",
            f"age_years({a}, {b})",
            f"age_days({a}, {b})",
            f"weekday({a})",
            f"month({b})",
            f"day({a})",
            f"hour({b})",
        )
    )


def _set(choice: Choice, reach: Reach) -> tuple[str, Reach]:
    name, names = choice.pick(reach.sets)
    return name, reach.inner(names)


def _counted(choice: Choice, reach: Reach, _: int) -> str:
    name, inner = _set(choice, reach)
    of = f"DISTINCT {choice.pick(inner.names).text}" if one_in(choice, 3) else name
    only = f" FILTER (WHERE {condition(choice, inner, 0)})" if one_in(choice, 4) else ""
    return f"count({of}){only}"


def _summed(choice: Choice, reach: Reach, depth: int) -> str:
    _, inner = _set(choice, reach)
    if not _numbers(inner):
        return _counted(choice, reach, depth)
    what = choice.pick(_numbers(inner)).text if one_in(choice, 2) else number(choice, inner, 1)
    if not any(name.text in what for name in inner.names):
        what = choice.pick(_numbers(inner)).text
    only = f" FILTER (WHERE {condition(choice, inner, 0)})" if one_in(choice, 5) else ""
    function = choice.pick(("sum", "sum", "sum", "min", "max", "avg", "median", "stddev"))
    if one_in(choice, 8):
        return f"quantile({what}, {choice.pick(('0.25', '0.5', '0.9', '1'))}){only}"
    return f"{function}({what}){only}"


def _walked(choice: Choice, reach: Reach, _: int) -> str:
    x, limit = choice.pick(reach.walked).text, choice.pick(("1", "2", "2.5", *(n.text for n in reach.walked)))
    return choice.pick(
        (
            f"excess({x}, {limit})",
            f"upto({x}, {limit})",
            f"running({x})",
            "place()",
            f"nth({x})",
            f"supply_left({x})",
            f"excess_within({x}, {limit}, 3)",
        )
    )


def _compared(choice: Choice, reach: Reach, depth: int) -> str:
    a, b = number(choice, reach, min(depth, 1)), number(choice, reach, 0)
    if one_in(choice, 6):
        return f"{a} BETWEEN {b} AND {b} + 2"
    return f"{a} {choice.pick(COMPARISONS)} {b}"


def _worded(choice: Choice, reach: Reach, _: int) -> str:
    name = choice.pick(reach.of(Base.TEXT))
    a, b = literal(choice, name), literal(choice, name)
    if name.type.values:
        return choice.pick(
            (
                f"{name.text} = {a}",
                f"{name.text} <> {a}",
                f"{name.text} IN ({a}, {b})",
                f"{name.text} IS NULL",
                f"{name.text} >= {a}",
            )
        )
    other = choice.pick(reach.of(Base.TEXT))
    same = f"{name.text} = {other.text}" if not other.type.values else f"{name.text} = {a}"
    return choice.pick(
        (
            f"{name.text} = {a}",
            f"{name.text} NOT IN ({a}, {b})",
            f"{name.text} LIKE '{choice.pick(CODES)}%'",
            f"starts_with({name.text}, {a})",
            f"in_set({name.text}, '{choice.pick(SETS[:1])}')",
            f"left({name.text}, 1) = '{choice.pick(CODES)[:1]}'",
            f"{name.text} IS NOT NULL",
            same,
        )
    )


def _flagged(choice: Choice, reach: Reach, _: int) -> str:
    name = choice.pick(reach.of(Base.BOOLEAN)).text
    return choice.pick((name, f"coalesce({name}, FALSE)", f"{name} IS TRUE", f"{name} IS NOT FALSE", f"NOT {name}"))


def _dated(choice: Choice, reach: Reach, _: int) -> str:
    times = reach.of(Base.DATE, Base.TIMESTAMP)
    a, b = choice.pick(times), choice.pick(times)
    day = literal(choice, a)
    return choice.pick(
        (
            f"{a.text}::date {choice.pick(COMPARISONS)} {day}",
            f"{a.text} {choice.pick(COMPARISONS)} {b.text}",
            f"{a.text}::date + 1 >= {b.text}::date",
            f"{a.text} + INTERVAL 1 MONTH > {b.text}",
            f"{a.text} IS NULL",
        )
    )


def _joined(choice: Choice, reach: Reach, depth: int) -> str:
    a, b = condition(choice, reach, depth - 1), condition(choice, reach, depth - 1)
    return f"({a} {choice.pick(('AND', 'OR'))} {b})"


def _negated(choice: Choice, reach: Reach, depth: int) -> str:
    return f"NOT ({condition(choice, reach, depth - 1)})"


def _quantified(choice: Choice, reach: Reach, _: int) -> str:
    name, inner = _set(choice, reach)
    when = condition(choice, inner, 0)
    if not any(n.text in when for n in inner.names):
        return f"count({name}) >= 1"
    return f"{choice.pick(('any', 'all', 'none'))}({when})" if not one_in(choice, 5) else f"share({when}) > 0.5"


def with_names(reach: Reach, names: Sequence[Name]) -> Reach:
    """The reach with more names of the row."""
    return replace(reach, names=(*reach.names, *names))
