"""Typed expressions → SQL. NULL is what is not known."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlglot import exp

from claimrules.catalog import Base, Type
from claimrules.language.expression import (
    Aggregate,
    Call,
    Case,
    Expr,
    Field,
    Key,
    Let,
    Literal,
    MatchField,
    MatchRow,
    Missing,
    OfSubject,
    Param,
    RowId,
    Walk,
)
from claimrules.language.rule import LetSpec
from claimrules.sql.fragments import column, number, sql, text
from claimrules.sql.place import Columns, Place
from claimrules.sql.scalars import alike, cast, scalar
from claimrules.sql.text_of import text_of

_MIRRORED = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_SETTLED = {
    ">": "CASE WHEN _a > _b THEN TRUE END",
    ">=": "CASE WHEN _a >= _b THEN TRUE END",
    "<": "CASE WHEN _a >= _b THEN FALSE END",
    "<=": "CASE WHEN _a > _b THEN FALSE END",
    "=": "CASE WHEN _a > _b THEN FALSE END",
    "<>": "CASE WHEN _a > _b THEN TRUE END",
}
"""What 'at least _a' says of a comparison with _b."""


class Values:
    """Compiles expressions of one rule. `columns`: what the rows have as a column already; grows stage by stage."""

    def __init__(
        self,
        params: Mapping[str, tuple[Type, Any]],
        lets: Mapping[str, LetSpec],
        knowledge_columns: Callable[[str, str], str],
        period: Callable[[exp.Expr, Place], exp.Expr],
    ) -> None:
        self.params, self.lets = params, lets
        self.knowledge = knowledge_columns
        self.period = period
        self.columns: Columns = {}

    def __call__(self, node: Expr, place: Place) -> exp.Expr:
        """The value of `node`; NULL where it is not known."""
        known = self.columns.get(node)
        if known is not None and not self._at_hand(node, place):
            return column(place.row, known.name)
        return self._value(node, place)

    def _at_hand(self, node: Expr, place: Place) -> bool:
        """A row of `others` under test comes before the one that was taken."""
        owner = getattr(node, "owner", "")
        return bool(owner) and owner in place.others

    def _value(self, node: Expr, place: Place) -> exp.Expr:  # noqa: C901 - one line for each node of the language
        match node:
            case Literal():
                return literal(node.type, node.value)
            case Param(name=name):
                return literal(*self.params[name])
            case Let(name=name):
                return self(self.lets[name].value, place)
            case Field(owner=owner, kind=kind, name=name):
                return column(self._alias(owner, kind, place), f"{kind}_{name}")
            case RowId(owner=owner, kind=kind):
                return column(self._alias(owner, kind, place), f"{kind}_row")
            case MatchField(owner=owner, match=match, column=name):
                if (owner, match) in place.candidates:
                    return column(place.candidates[owner, match], name)
                return column(self._alias(owner, "", place), self.knowledge(match, name))
            case MatchRow(owner=owner, match=match):
                if (owner, match) in place.candidates:
                    return column(place.candidates[owner, match], "knowledge_id")
                return column(self._alias(owner, "", place), self.knowledge(match, "knowledge_id"))
            case Missing(name=name, owner=owner):
                return column(self._alias(owner, "", place), f"{name}_missing")
            case OfSubject(owner=owner, value=value):
                return self(value, Place(place.others[owner]))
            case Call():
                return self._call(node, place)
            case Case():
                return self._case(node, place)
            case Key() | Aggregate() | Walk():
                raise AssertionError(f"{node} is not a column yet")

    def _alias(self, owner: str, kind: str, place: Place) -> str:
        if owner:
            return place.others[owner]
        return place.below.get(kind, place.row)

    def _case(self, node: Case, place: Place) -> exp.Expr:
        results = [*(then for _, then in node.branches), node.otherwise]
        *shown, default = alike([self(r, place) for r in results], [r.type for r in results], node.type)
        ifs = [exp.If(this=self(when, place), true=then) for (when, _), then in zip(node.branches, shown, strict=True)]
        return exp.Case(ifs=ifs, default=default)

    def _call(self, node: Call, place: Place) -> exp.Expr:
        name, arguments = node.function, node.arguments
        if name in _MIRRORED:
            return self._compare(name, arguments[0], arguments[1], place)
        values = [self(a, place) for a in arguments]
        types = [a.type for a in arguments]
        match name:
            case "and":
                return exp.and_(*values)
            case "or":
                return exp.or_(*values)
            case "not":
                return sql("NOT _x", x=exp.paren(values[0]))
            case "is_null":
                return sql("_x IS NULL", x=values[0])
            case "is_true":
                return sql("_x IS TRUE", x=values[0])
            case "is_false":
                return sql("_x IS FALSE", x=values[0])
            case "period":
                return self.period(values[0], place)
            case "cast":
                return text_of(values[0], types[0]) if node.type.base is Base.TEXT else cast(values[0], types[0], node.type)
            case "coalesce":
                return exp.func("COALESCE", *alike(values, types, node.type))
            case "in_set":
                return in_set(values[0], values[1])
        return scalar(node, values)

    # ------------------------------------------------------------------ comparisons

    def _compare(self, operator: str, left: Expr, right: Expr, place: Place) -> exp.Expr:
        a, b = self(left, place), self(right, place)
        plain = comparison(operator, a, left.type, b, right.type)
        settled = []
        for this, other, sign in ((left, b, operator), (right, a, _MIRRORED[operator])):
            least = self.least(this, place)
            if least is not None:
                settled.append(sql(_SETTLED[sign], a=least, b=other))
        return exp.func("COALESCE", plain, *settled) if settled else plain

    def least(self, node: Expr, place: Place) -> exp.Expr | None:
        """The known part of an incomplete count or sum, which its whole is at least; None for anything else."""
        while isinstance(node, Let):
            node = self.lets[node.name].value
        known = self.columns.get(node)
        return column(place.row, known.least) if known is not None and known.least else None


def comparison(operator: str, a: exp.Expr, left: Type, b: exp.Expr, right: Type) -> exp.Expr:
    """Two values compared: an enumeration in the order of its list, times as moments."""
    order = left.values or right.values
    if order and operator not in ("=", "<>"):
        a, b = rank(a, order), rank(b, order)
    if {left.base, right.base} == {Base.DATE, Base.TIMESTAMP}:
        a, b = (sql("CAST(_x AS TIMESTAMP)", x=x) for x in (a, b))
    return sql(f"_a {operator} _b", a=a, b=b)


def rank(value: exp.Expr, order: tuple[str, ...]) -> exp.Expr:
    """The place of an enumeration's value in its list."""
    if isinstance(value, exp.Literal):
        return number(order.index(value.name)) if value.name in order else exp.null()
    ifs = [exp.If(this=text(word), true=number(i)) for i, word in enumerate(order)]
    return exp.Case(this=value, ifs=ifs)


def in_set(code: exp.Expr, name: exp.Expr) -> exp.Expr:
    """Whether a code set has the code: the longest prefix that fits decides, one with `-` excludes."""
    return sql(
        "CASE WHEN _code IS NOT NULL AND _name IS NOT NULL THEN (SELECT "
        "COALESCE(MAX(CASE WHEN NOT STARTS_WITH(z.prefix, '-') THEN LENGTH(z.prefix) END), -1) > "
        "COALESCE(MAX(CASE WHEN STARTS_WITH(z.prefix, '-') THEN LENGTH(z.prefix) - 1 END), -1) "
        "FROM code_sets AS z WHERE z.set_id = _name AND "
        "STARTS_WITH(_code, CASE WHEN STARTS_WITH(z.prefix, '-') THEN SUBSTRING(z.prefix, 2) ELSE z.prefix END)) END",
        code=code,
        name=name,
    )


def literal(type_: Type, value: Any) -> exp.Expr:
    """A constant."""
    if value is None:
        return exp.null()
    if type_.base is Base.DATE:
        return sql("CAST(_t AS DATE)", t=text(str(_day(int(value)))))
    if type_.base is Base.TIMESTAMP:
        return sql("CAST(_t AS TIMESTAMP)", t=text(_moment(int(value))))
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, str):
        return text(value)
    if isinstance(value, tuple):
        months, micros = value
        parts = [f"INTERVAL '{months}' MONTH"] if months else []
        if micros or not parts:
            parts.append(f"INTERVAL '{micros // 1_000_000}' SECOND")
        return sql(" + ".join(parts))
    return number(value)


def _day(days: int) -> str:
    return str(date(1970, 1, 1) + timedelta(days=days))


def _moment(micros: int) -> str:
    return str(datetime(1970, 1, 1) + timedelta(microseconds=micros))  # noqa: DTZ001 - the tables' times have no zone
