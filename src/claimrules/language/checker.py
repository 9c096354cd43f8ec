"""Names and types: the syntax tree of one expression → a typed tree, or what is wrong with it, at its place."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlglot import exp

from claimrules.catalog import BOOLEAN, DATE, DOUBLE, INTEGER, INTERVAL, TEXT, TIMESTAMP, Base, Type, decimal
from claimrules.diagnostics import suggest
from claimrules.language.calls import Calls
from claimrules.language.checking import NOTHING, alike, article, parts
from claimrules.language.expression import Call, Case, Expr, Literal, Missing
from claimrules.language.functions import CONDITION, NUMBER, common, fits

COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
CASTS = {
    exp.DType.DATE: DATE,
    exp.DType.TIMESTAMP: TIMESTAMP,
    exp.DType.INT: INTEGER,
    exp.DType.BIGINT: INTEGER,
    exp.DType.TEXT: TEXT,
    exp.DType.VARCHAR: TEXT,
    exp.DType.DOUBLE: DOUBLE,
}
_NUMBER = re.compile(r"\d+(\.\d*)?|\.\d+")
_DIGITS = 18
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?")
_DATES = "write '2025-01-31', or '2025-01-31 09:30:00'"


class Checker(Calls):
    """Checks one expression: operators here, names and calls in the classes above."""

    def check(self, node: exp.Expr) -> Expr:
        """The typed tree of `node`. What is wrong is put into `found`, and NULL stands in its place."""
        if type(node) in COMPARISONS:
            return self._compare(node, COMPARISONS[type(node)])
        if type(node) in ARITHMETIC:
            return self._arithmetic(node, ARITHMETIC[type(node)])
        handler = HANDLERS.get(type(node))
        return handler(self, node) if handler is not None else self.foreign(node)

    def _paren(self, node: exp.Paren) -> Expr:
        return self.check(node.this)

    def _boolean(self, node: exp.Boolean) -> Expr:
        return Literal(BOOLEAN, bool(node.this))

    def _null(self, _: exp.Null) -> Expr:
        return NOTHING

    def _literal(self, node: exp.Literal) -> Expr:
        if node.is_string:
            return Literal(TEXT, str(node.this))
        text = str(node.this)
        if not _NUMBER.fullmatch(text) or len(text.replace(".", "")) > _DIGITS:
            return self.wrong(node, "CR216", f"a number is written out, in at most {_DIGITS} digits")
        if "." not in text:
            return Literal(INTEGER, int(text))
        value = Decimal(text)
        scale = max(0, -int(value.as_tuple().exponent))
        return Literal(decimal(38, scale), value)

    def _interval(self, node: exp.Interval) -> Expr:
        unit = str(node.args["unit"].this).upper().rstrip("S") if node.args.get("unit") else ""
        number = node.this.this if isinstance(node.this, exp.Literal) else None
        months = {"YEAR": 12, "QUARTER": 3, "MONTH": 1}
        micros = {"WEEK": 604_800, "DAY": 86_400, "HOUR": 3_600, "MINUTE": 60, "SECOND": 1}
        if number is None or not str(number).isdigit() or unit not in months | micros:
            return self.wrong(node, "CR213", "an interval is a whole number and a unit, such as INTERVAL 6 HOUR")
        n = int(str(number))
        return Literal(INTERVAL, (n * months.get(unit, 0), n * micros.get(unit, 0) * 1_000_000))

    def _and(self, node: exp.And) -> Expr:
        return Call(BOOLEAN, "and", (self.condition(node.left), self.condition(node.right)))

    def _or(self, node: exp.Or) -> Expr:
        return Call(BOOLEAN, "or", (self.condition(node.left), self.condition(node.right)))

    def _not(self, node: exp.Not) -> Expr:
        return Call(BOOLEAN, "not", (self.condition(node.this),))

    def _neg(self, node: exp.Neg) -> Expr:
        value = self.check(node.this)
        if not fits(value.type, NUMBER):
            return self.wrong(node, "CR216", f"a number is expected after `-`, and this is {article(value.type)}")
        if isinstance(value, Literal) and isinstance(value.value, int | Decimal):
            return Literal(value.type, -value.value)
        return Call(value.type, "negate", (value,))

    def _is(self, node: exp.Is) -> Expr:
        right = node.expression
        if isinstance(right, exp.Column) and right.name.upper() == "MISSING" and not right.table:
            return self._missing(node.this)
        left = self.check(node.this)
        if isinstance(right, exp.Null):
            return Call(BOOLEAN, "is_null", (left,))
        if isinstance(right, exp.Boolean) and fits(left.type, CONDITION):
            return Call(BOOLEAN, "is_true" if right.this else "is_false", (left,))
        return self.wrong(node, "CR213", "after IS stands NULL, TRUE, FALSE or MISSING")

    def _missing(self, node: exp.Expr) -> Expr:
        dotted = parts(node)
        if len(dotted) == 1:
            name = dotted[0]
            if name in self.scope.matches:
                schema = self.scope.tables.get(self.scope.matches[name].table)
                if schema and not schema.complete:
                    return self.wrong(
                        node,
                        "CR218",
                        f"the table `{schema.name}` does not say for what it is complete",
                        "IS MISSING asks for what is not in it",
                        f"add `complete:` to {schema.name}.yaml, with the date and the codes it covers",
                    )
                return Missing(name)
            if name in self.scope.others and not self.scope.others[name].is_set:
                return Missing(name)
        if len(dotted) == 2 and dotted[0] in self.scope.others and dotted[1] in self.scope.others[dotted[0]].matches:
            return Missing(dotted[1], dotted[0])
        return self.wrong(
            node,
            "CR213",
            "IS MISSING asks of a match, or of one of `others` that takes one row",
            help_="for a set of others, ask `count(name) = 0`; for a value, IS NULL",
        )

    def _between(self, node: exp.Between) -> Expr:
        if node.args.get("symmetric"):
            return self.foreign(node)
        value, low, high = node.this, node.args["low"], node.args["high"]
        parts = (self._compared(node, ">=", value, low), self._compared(node, "<=", value, high))
        return Call(BOOLEAN, "and", parts)

    def _in(self, node: exp.In) -> Expr:
        items = node.args.get("expressions") or []
        if not items:
            return self.wrong(node, "CR213", "IN takes a list of values", help_="write IN ('a', 'b')")
        parts = [self._compared(node, "=", node.this, item) for item in items]
        while len(parts) > 1:  # by halves: a list of a thousand codes must not be a thousand deep
            pairs = [tuple(parts[i : i + 2]) for i in range(0, len(parts), 2)]
            parts = [Call(BOOLEAN, "or", pair) if len(pair) == 2 else pair[0] for pair in pairs]
        return parts[0]

    def _like(self, node: exp.Like) -> Expr:
        left, right = self.check(node.this), self.check(node.expression)
        if not (left.type.base is Base.TEXT and isinstance(right, Literal) and right.type.base is Base.TEXT):
            return self.wrong(node, "CR216", "LIKE compares a text with a pattern in quotes")
        return Call(BOOLEAN, "like", (left, right))

    def _compare(self, node: exp.Expr, operator: str) -> Expr:
        left, right = node.this, node.expression
        if any(isinstance(side, exp.Null) for side in (left, right)):
            return self.wrong(node, "CR213", f"`{operator} NULL` is never true", help_="write IS NULL or IS NOT NULL")
        if any(type(side) in COMPARISONS for side in (left, right)):
            return self.wrong(node, "CR213", "comparisons cannot be chained", help_="write `a < b AND b < c`, or BETWEEN")
        return self._compared(node, operator, left, right)

    def _compared(self, node: exp.Expr, operator: str, left_node: exp.Expr, right_node: exp.Expr) -> Expr:
        left, right = self.check(left_node), self.check(right_node)
        left, right = self._dated(left, right, right_node), self._dated(right, left, left_node)
        a, b = left.type, right.type
        if Base.NULL not in (a.base, b.base):
            alike = (
                (a.is_number and b.is_number)
                or (a.is_time and b.is_time)
                or a.base is b.base
                or {a.base, b.base} <= {Base.TEXT, Base.WINDOW}
            )
            if not alike:
                for side, beside, at in ((left, b, left_node), (right, a, right_node)):
                    if isinstance(side, Literal) and isinstance(side.value, str) and beside.is_time:
                        return self.wrong(at, "CR216", f"`'{side.value}'` is not a date", help_=_DATES)
                return self.wrong(node, "CR216", f"{article(a)} cannot be compared with {article(b)}")
        for value, other, place in ((left, right, right_node), (right, left, left_node)):
            if value.type.values and isinstance(other, Literal) and isinstance(other.value, str):
                self._known_value(place, value, other.value)
        return Call(BOOLEAN, operator, (left, right))

    def _dated(self, value: Expr, other: Expr, _: exp.Expr) -> Expr:
        """A quoted date beside a date is a date."""
        if isinstance(value, Literal) and isinstance(value.value, str) and other.type.is_time:
            typed = _time_literal(value.value)
            return typed or value
        return value

    def _known_value(self, node: exp.Expr, field: Expr, value: str) -> None:
        values = field.type.values or ()
        if value not in values:
            name = getattr(field, "name", None) or getattr(field, "column", "this field")
            near = suggest(value, values)
            advice = f"did you mean `'{near}'`?" if near else ""
            if value == "unknown":
                advice = "`unknown` reads as NULL: write IS NULL"
            self.wrong(node, "CR217", f"`{name}` is never `'{value}'`", f"it is {field.type}", advice)

    def _arithmetic(self, node: exp.Expr, operator: str) -> Expr:
        left, right = self.check(node.this), self.check(node.expression)
        result = _arithmetic_type(operator, left.type, right.type)
        if result is None:
            return self.wrong(node, "CR216", f"`{operator}` does not go with {article(left.type)} and {article(right.type)}")
        return Call(result, operator, (left, right))

    def _case(self, node: exp.Case) -> Expr:
        branches: list[tuple[Expr, Expr]] = []
        for branch in node.args["ifs"]:
            if node.this is not None:
                when = self._compared(branch, "=", node.this, branch.this)
            else:
                when = self.condition(branch.this)
            branches.append((when, self.check(branch.args["true"])))
        default = node.args.get("default")
        otherwise = self.check(default) if default is not None else NOTHING
        values = [value.type for _, value in branches] + [otherwise.type]
        if not alike(values):
            return self.wrong(node, "CR216", "the branches of CASE give values of different kinds")
        return Case(common(values), tuple(branches), otherwise)

    def _cast(self, node: exp.Cast) -> Expr:
        if node.args.get("format") or node.args.get("default") or isinstance(node, exp.TryCast):
            return self.foreign(node)
        value = self.check(node.this)
        wanted = node.args["to"]
        if wanted.this == exp.DType.DECIMAL:
            numbers = [int(str(p.this.this)) for p in wanted.expressions] or [18, 3]
            target = decimal(numbers[0], numbers[1] if len(numbers) > 1 else 0)
            if not 0 < target.precision <= 38 or target.scale > target.precision:
                advice = "decimal(16, 2) has 16 digits, 2 of them after the point; 38 is the most"
                return self.wrong(node, "CR213", f"there is no {target}", help_=advice)
        elif wanted.this in CASTS:
            target = CASTS[wanted.this]
        else:
            return self.wrong(node, "CR213", "CAST goes to date, timestamp, integer, decimal(p, s) or text")
        if isinstance(value, Literal) and isinstance(value.value, str) and target.is_time:
            typed = _time_literal(value.value)
            if typed is None:
                return self.wrong(node, "CR216", f"`'{value.value}'` is not a date", help_=_DATES)
            value = typed
        ok = (
            value.type.base is target.base
            or (value.type.is_time and target.is_time)
            or (value.type.is_number and target.is_number)
            or target.base is Base.TEXT
            or value.type.base is Base.NULL
            or (value.type.base is Base.TEXT and target.is_number)
        )
        if not ok:
            return self.wrong(node, "CR216", f"{article(value.type)} cannot become {article(target)}")
        return Call(target, "cast", (value,))


HANDLERS: dict[type[exp.Expr], Callable[[Checker, Any], Expr]] = {
    exp.Paren: Checker._paren,
    exp.Boolean: Checker._boolean,
    exp.Null: Checker._null,
    exp.Literal: Checker._literal,
    exp.Interval: Checker._interval,
    exp.And: Checker._and,
    exp.Or: Checker._or,
    exp.Not: Checker._not,
    exp.Neg: Checker._neg,
    exp.Is: Checker._is,
    exp.Between: Checker._between,
    exp.In: Checker._in,
    exp.Like: Checker._like,
    exp.Case: Checker._case,
    exp.Cast: Checker._cast,
    exp.Column: Checker._column,
    exp.Anonymous: Checker._anonymous,
    exp.Filter: Checker._filter,
}
"""Every node of the syntax tree that the language has, beside comparisons and arithmetic."""


def _arithmetic_type(operator: str, a: Type, b: Type) -> Type | None:
    if Base.NULL in (a.base, b.base):
        return a if b.base is Base.NULL else b
    if a.is_number and b.is_number:
        if operator == "/" or Base.DOUBLE in (a.base, b.base):
            return DOUBLE
        if operator == "*" and Base.DECIMAL in (a.base, b.base):
            return decimal(38, a.scale + b.scale)
        return common([a, b])
    if operator == "-" and a.base is Base.DATE and b.base is Base.DATE:
        return INTEGER
    if operator in "+-" and a.base is Base.DATE and b.base is Base.INTEGER:
        return DATE
    if operator in "+-" and a.is_time and b.base is Base.INTERVAL:
        return TIMESTAMP
    return None


def _time_literal(text: str) -> Literal | None:
    if not _MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    since = moment - datetime(1970, 1, 1)  # noqa: DTZ001 - times have no zone here
    return Literal(DATE, since.days) if len(text) == 10 else Literal(TIMESTAMP, since // timedelta(microseconds=1))
