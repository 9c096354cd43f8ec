"""Worlds beside those of the cases: one field changed, a row more, a row less."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice

from claimrules.cases.case import Case
from claimrules.cases.values import Value
from claimrules.cases.world import ROW_TABLES, Row, World
from claimrules.catalog import Base, Type, fields_of
from claimrules.language.expression import Literal, walk
from claimrules.language.rule import Rule
from claimrules.plan.rewrite import expressions

_ALWAYS = {
    "lines": ("quantity", "amount", "in_scope_amount", "unit_price", "charged_at"),
    "claims": ("admitted_at", "discharged_at", "settled_at", "person_id", "provider_id", "in_scope_amount"),
}
"""What dates, groups and money rest on, whether or not the rule names it."""
_MOST_VALUES = 40
_AT_ONCE = 25
_LONGEST = 800
"""Days: a larger number in a rule is none of days."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A world near that of `base`. `edits`: (path, text) pairs of its `change`; `copies`: rows written once more."""

    base: Case
    case: Case
    edits: tuple[tuple[str, str], ...] = ()
    copies: tuple[tuple[str, str, Row], ...] = ()


def candidates(rule: Rule, read: frozenset[tuple[str, str]], cases: Sequence[Case]) -> Iterator[Candidate]:
    """Worlds one change away from those of the cases, those of flagged cases first. Their expectations mean nothing.

    `read`: the (table, column) pairs that the rule reads.
    """
    said = _Said.of(rule, cases)
    columns = {*read, *((table, name) for table, names in _ALWAYS.items() for name in names)}
    ordered = sorted(cases, key=lambda case: not case.expect.flagged)
    streams = [_near(case, columns, said) for case in _distinct(ordered)]
    while streams:  # a few of each case by turns: whoever stops early has seen something of all
        more = []
        for stream in streams:
            few = list(islice(stream, _AT_ONCE))
            yield from few
            if len(few) == _AT_ONCE:
                more.append(stream)
        streams = more


def _near(case: Case, columns: Iterable[tuple[str, str]], said: "_Said") -> Iterator[Candidate]:
    for day in said.days:
        yield from _moved(case, day)
    for row in case.stated.rows:
        if row.table in ROW_TABLES:
            yield _doubled(case, row)
    for row in case.stated.rows:
        for table, column in sorted(columns):
            if table == row.table and column in fields_of(table):
                yield from _changed(case, row, column, said)


def _distinct(cases: Iterable[Case]) -> Iterator[Case]:
    seen: set[object] = set()
    for case in cases:
        key = repr((case.stated, case.knowledge, case.params))
        if key not in seen:
            seen.add(key)
            yield case


@dataclass(frozen=True, slots=True)
class _Said:
    """What the rule and its cases speak of: numbers, texts, and texts by column."""

    numbers: tuple[Decimal, ...]
    texts: tuple[str, ...]
    by_column: dict[str, tuple[Value, ...]]
    days: tuple[date, ...]

    @classmethod
    def of(cls, rule: Rule, cases: Sequence[Case]) -> "_Said":
        literals = [p.value for node in expressions(rule) for p in walk(node) if isinstance(p, Literal)]
        literals += [param.default for param in rule.params]
        cells = [cell for case in cases for _, rows in case.knowledge for row in rows for _, cell in row]
        given = [text for case in cases for _, text in case.params]
        numbers = [Decimal(v) for v in literals if isinstance(v, int | Decimal) and not isinstance(v, bool)]
        numbers += [Decimal(text) for text in (*cells, *given) if text.replace(".", "", 1).isdigit()]
        texts = [v for v in literals if isinstance(v, str) and "{" not in v] + [t for t in cells if t and not t[0].isdigit()]
        columns: dict[str, dict[Value, None]] = {}
        for case in cases:
            for row in case.world.rows:
                for name, value in row.values.items():
                    columns.setdefault(name, {})[value] = None
        days = [day for day in (rule.effective_from, rule.effective_to) if day is not None]
        days += [moved for day in tuple(days) for moved in (day - timedelta(1), day + timedelta(1))]
        return cls(
            tuple(dict.fromkeys(n for n in numbers if n >= 0)),
            tuple(dict.fromkeys(texts)),
            {name: tuple(values) for name, values in columns.items()},
            tuple(days),
        )


def _moved(case: Case, day: date) -> Iterator[Candidate]:
    """All of the case's times moved by whole days, so that its first line, or else its first claim, is of that day."""
    times = [
        (row, name, value)
        for row in case.world.rows
        for name, value in row.values.items()
        if isinstance(value, date) and name != "birth_date"
    ]
    first = next((v for _, name, v in times if name == "charged_at"), next((v for _, _, v in times), None))
    if first is None:
        return
    by = timedelta((day - (first.date() if isinstance(first, datetime) else first)).days)
    moved = {(row.table, row.full, name): value + by for row, name, value in times}
    rows: list[Row] = []
    edits: list[tuple[str, str]] = []
    for row in case.stated.rows:
        own = {name: moved.get((row.table, row.full, name), value) for name, value in row.values.items()}
        rows.append(replace(row, values=own))
        path = case.stated.short(row)
        edits += [(f"{path}.{name}", written(value)) for name, value in own.items() if value != row.values[name]]
    world = World(tuple(rows))
    yield Candidate(case, replace(case, stated=world, world=world.completed()), tuple(edits))


def _changed(case: Case, row: Row, column: str, said: _Said) -> Iterator[Candidate]:
    now = next(r for r in case.world.rows if r.full == row.full and r.table == row.table).values.get(column)
    type_ = fields_of(row.table)[column].type
    path = f"{case.stated.short(row)}.{column}"
    values = dict.fromkeys(v for v in (*_values(type_, now, case.world, said), *said.by_column.get(column, ())) if v != now)
    for value in (*list(values)[:_MOST_VALUES], *([None] if now is not None else [])):
        text = written(value)
        stated = replace(row, values={**row.values, column: value})
        world = World(tuple(stated if other is row else other for other in case.stated.rows))
        yield Candidate(case, replace(case, stated=world, world=world.completed()), ((path, text),))


def _values(type_: Type, now: Value, world: World, said: _Said) -> Iterator[Value]:
    match type_.base:
        case Base.BOOLEAN:
            yield from (True, False)
        case Base.INTEGER | Base.DECIMAL:
            yield from _numbers(type_, now, said)
        case Base.DATE | Base.TIMESTAMP:
            yield from _times(type_, now, world, said)
        case Base.TEXT if type_.values:
            yield from type_.values
        case Base.TEXT:
            yield from _texts(now, said)
        case _:
            return


def _texts(now: Value, said: _Said) -> Iterator[str]:
    """The next of its kind first, as a person would write it: P2 for P1."""
    if isinstance(now, str) and now[:1].isalpha() and now[-1].isdigit():
        yield f"{now[:-1]}{(int(now[-1]) + 1) % 10}"
    yield from (*said.texts, "ZZ9")
    if isinstance(now, str) and len(now) > 1:
        yield from (f"{now}1", now[:-1])


def _numbers(type_: Type, now: Value, said: _Said) -> Iterator[Value]:
    steps = [Decimal(1)] if type_.base is Base.INTEGER else [Decimal("0.01"), Decimal(1)]
    own = [Decimal(now)] if isinstance(now, int | Decimal) else []
    for number in (*said.numbers, *own, Decimal(0)):
        for moved in (number, *(number + sign * step for step in steps for sign in (-1, 1))):
            if moved == moved.to_integral_value() and moved >= 0:
                yield int(moved) if type_.base is Base.INTEGER else Decimal(int(moved))
            elif moved >= 0 and type_.base is Base.DECIMAL and moved == round(moved, type_.scale):
                yield moved


def _times(type_: Type, now: Value, world: World, said: _Said) -> Iterator[Value]:
    anchors = [v for row in world.rows for n, v in row.values.items() if isinstance(v, date) and n != "birth_date"]
    own = [now] if isinstance(now, date) else []
    distances = [int(n) for n in said.numbers if n == int(n) and n <= _LONGEST]
    for day in said.days:
        yield _as(type_, datetime(day.year, day.month, day.day, 9))  # noqa: DTZ001 - times have no zone here
    for anchor in dict.fromkeys((*own, *anchors)):
        moment = anchor if isinstance(anchor, datetime) else datetime(anchor.year, anchor.month, anchor.day)  # noqa: DTZ001
        yield _as(type_, moment)
        for span in (timedelta(1), timedelta(hours=1), timedelta(minutes=1)):
            yield from (_as(type_, moment - span), _as(type_, moment + span))
        for distance in distances:
            for days in (distance, distance + 1, distance - 1):
                yield from (_as(type_, moment + timedelta(days)), _as(type_, moment - timedelta(days)))


def _as(type_: Type, moment: datetime) -> Value:
    return moment.date() if type_.base is Base.DATE else moment.replace(second=0, microsecond=0)


def _doubled(case: Case, row: Row) -> Candidate:
    label = next(f"{row.label}{n}" for n in range(2, 99) if not case.stated.named(f"{row.label}{n}"))
    values = {**row.values, "line_id": label} if row.table == "lines" else dict(row.values)
    copy = Row(row.table, row.claim, label, values)
    world = World((*case.stated.rows, copy))
    claims = len(list(case.stated.of("claims")))
    name = label if claims == 1 else copy.full
    return Candidate(case, replace(case, stated=world, world=world.completed()), copies=((row.table, name, copy),))


def written(value: Value) -> str:
    """A value as a case spells it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case _:
            return str(value)
