"""Names and types: the syntax tree of one expression → a typed tree, or what is wrong with it, at its place."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from sqlglot import exp

from claimrules.catalog import (
    BOOLEAN,
    DATE,
    DOUBLE,
    INTEGER,
    INTERVAL,
    NULL,
    TEXT,
    TIMESTAMP,
    Base,
    Type,
    decimal,
)
from claimrules.diagnostics import Diagnostic, suggest
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
    Missing,
    Param,
    Walk,
    walk,
)
from claimrules.language.functions import (
    AGGREGATES,
    CONDITION,
    LATER,
    NUMBER,
    SCALARS,
    WALKS,
    Function,
    common,
    fits,
)
from claimrules.language.rule import LetSpec
from claimrules.language.scope import BELOW, Scope
from claimrules.language.sql import span
from claimrules.language.sql_text import SqlText

EPOCH = date(1970, 1, 1)
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
NOTHING = Literal(NULL, None)


class Checker:
    """Checks one expression. `inside` names the others whose rows are at hand (in their own `where`)."""

    def __init__(
        self,
        scope: Scope,
        source: SqlText,
        found: list[Diagnostic],
        let: Callable[[str], LetSpec | None],
        inside: frozenset[str] = frozenset(),
    ) -> None:
        self.scope = scope
        self.source = source
        self.found = found
        self.let = let
        self.inside = inside
        self.in_aggregate = False

    def check(self, node: exp.Expr) -> Expr:
        """The typed tree of `node`. What is wrong is put into `found`, and NULL stands in its place."""
        handler = getattr(self, f"_{type(node).__name__.lower()}", None)
        if type(node) in COMPARISONS:
            return self._compare(node, COMPARISONS[type(node)])
        if type(node) in ARITHMETIC:
            return self._arithmetic(node, ARITHMETIC[type(node)])
        if handler is None:
            return self._foreign(node)
        result: Expr = handler(node)
        return result

    def condition(self, node: exp.Expr) -> Expr:
        """A typed tree that is TRUE, FALSE or NULL."""
        result = self.check(node)
        if result.type.base not in (Base.BOOLEAN, Base.NULL):
            advice = "compare it: a condition is true or false, such as `line.quantity > 3`"
            return self._wrong(node, "CR216", f"a condition is expected, and this is {_article(result.type)}", "", advice)
        return result

    def _foreign(self, node: exp.Expr) -> Expr:
        at = span(node, self.source.text)
        shown = f"`{self.source.text[at[0] : at[1] + 1]}`" if at else "this"
        help_ = "allowed are comparisons, AND OR NOT, IN, BETWEEN, LIKE, IS NULL, CASE, CAST and the listed functions"
        return self._wrong(node, "CR213", f"{shown} is not part of the rule language", help_=help_)

    def _wrong(self, node: exp.Expr, code: str, message: str, label: str = "", help_: str = "") -> Literal:
        at = span(node, self.source.text)
        place = self.source.place(*at) if at else self.source.node.place
        self.found.append(Diagnostic(code, message, place, label, help_))
        return NOTHING

    # ------------------------------------------------------------------ literals and operators

    def _paren(self, node: exp.Paren) -> Expr:
        return self.check(node.this)

    def _boolean(self, node: exp.Boolean) -> Expr:
        return Literal(BOOLEAN, bool(node.this))

    def _null(self, _: exp.Null) -> Expr:
        return NOTHING

    def _literal(self, node: exp.Literal) -> Expr:
        if node.is_string:
            return Literal(TEXT, str(node.this))
        value = Decimal(str(node.this))
        if value == value.to_integral_value() and "." not in str(node.this) and "e" not in str(node.this).lower():
            return Literal(INTEGER, int(value))
        scale = max(0, -int(value.as_tuple().exponent))
        return Literal(decimal(38, scale), value)

    def _interval(self, node: exp.Interval) -> Expr:
        unit = str(node.args["unit"].this).upper().rstrip("S") if node.args.get("unit") else ""
        number = node.this.this if isinstance(node.this, exp.Literal) else None
        months = {"YEAR": 12, "QUARTER": 3, "MONTH": 1}
        micros = {"WEEK": 604_800, "DAY": 86_400, "HOUR": 3_600, "MINUTE": 60, "SECOND": 1}
        if number is None or not str(number).isdigit() or unit not in months | micros:
            return self._wrong(node, "CR213", "an interval is a whole number and a unit, such as INTERVAL 6 HOUR")
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
            return self._wrong(node, "CR216", f"a number is expected after `-`, and this is {_article(value.type)}")
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
        return self._wrong(node, "CR213", "after IS stands NULL, TRUE, FALSE or MISSING")

    def _missing(self, node: exp.Expr) -> Expr:
        parts = _parts(node)
        if len(parts) == 1:
            name = parts[0]
            if name in self.scope.matches:
                schema = self.scope.tables.get(self.scope.matches[name].table)
                if schema and not schema.complete:
                    return self._wrong(
                        node,
                        "CR218",
                        f"the table `{schema.name}` does not say for what it is complete",
                        "IS MISSING asks for what is not in it",
                        f"add `complete:` to {schema.name}.yaml, with the date and the codes it covers",
                    )
                return Missing(name)
            if name in self.scope.others and not self.scope.others[name].is_set:
                return Missing(name)
        if len(parts) == 2 and parts[0] in self.scope.others and parts[1] in self.scope.others[parts[0]].matches:
            return Missing(parts[1], parts[0])
        return self._wrong(
            node,
            "CR213",
            "IS MISSING asks of a match, or of one of `others` that takes one row",
            help_="for a set of others, ask `count(name) = 0`; for a value, IS NULL",
        )

    def _between(self, node: exp.Between) -> Expr:
        if node.args.get("symmetric"):
            return self._foreign(node)
        value, low, high = node.this, node.args["low"], node.args["high"]
        parts = (self._compared(node, ">=", value, low), self._compared(node, "<=", value, high))
        return Call(BOOLEAN, "and", parts)

    def _in(self, node: exp.In) -> Expr:
        items = node.args.get("expressions") or []
        if not items:
            return self._wrong(node, "CR213", "IN takes a list of values", help_="write IN ('a', 'b')")
        parts = [self._compared(node, "=", node.this, item) for item in items]
        while len(parts) > 1:  # by halves: a list of a thousand codes must not be a thousand deep
            pairs = [tuple(parts[i : i + 2]) for i in range(0, len(parts), 2)]
            parts = [Call(BOOLEAN, "or", pair) if len(pair) == 2 else pair[0] for pair in pairs]
        return parts[0]

    def _like(self, node: exp.Like) -> Expr:
        left, right = self.check(node.this), self.check(node.expression)
        if not (left.type.base is Base.TEXT and isinstance(right, Literal) and right.type.base is Base.TEXT):
            return self._wrong(node, "CR216", "LIKE compares a text with a pattern in quotes")
        return Call(BOOLEAN, "like", (left, right))

    def _compare(self, node: exp.Expr, operator: str) -> Expr:
        left, right = node.this, node.expression
        if any(isinstance(side, exp.Null) for side in (left, right)):
            return self._wrong(node, "CR213", f"`{operator} NULL` is never true", help_="write IS NULL or IS NOT NULL")
        if any(type(side) in COMPARISONS for side in (left, right)):
            return self._wrong(node, "CR213", "comparisons cannot be chained", help_="write `a < b AND b < c`, or BETWEEN")
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
                        return self._wrong(at, "CR216", f"`'{side.value}'` is not a date", help_=_DATES)
                return self._wrong(node, "CR216", f"{_article(a)} cannot be compared with {_article(b)}")
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
            self._wrong(node, "CR217", f"`{name}` is never `'{value}'`", f"it is {field.type}", advice)

    def _arithmetic(self, node: exp.Expr, operator: str) -> Expr:
        left, right = self.check(node.this), self.check(node.expression)
        result = _arithmetic_type(operator, left.type, right.type)
        if result is None:
            return self._wrong(
                node, "CR216", f"`{operator}` does not go with {_article(left.type)} and {_article(right.type)}"
            )
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
        if not _alike(values):
            return self._wrong(node, "CR216", "the branches of CASE give values of different kinds")
        return Case(common(values), tuple(branches), otherwise)

    def _cast(self, node: exp.Cast) -> Expr:
        if node.args.get("format") or node.args.get("default") or isinstance(node, exp.TryCast):
            return self._foreign(node)
        value = self.check(node.this)
        wanted = node.args["to"]
        if wanted.this == exp.DType.DECIMAL:
            numbers = [int(str(p.this.this)) for p in wanted.expressions] or [18, 3]
            target = decimal(numbers[0], numbers[1] if len(numbers) > 1 else 0)
        elif wanted.this in CASTS:
            target = CASTS[wanted.this]
        else:
            return self._wrong(node, "CR213", "CAST goes to date, timestamp, integer, decimal(p, s) or text")
        if isinstance(value, Literal) and isinstance(value.value, str) and target.is_time:
            typed = _time_literal(value.value)
            if typed is None:
                return self._wrong(node, "CR216", f"`'{value.value}'` is not a date", help_=_DATES)
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
            return self._wrong(node, "CR216", f"{_article(value.type)} cannot become {_article(target)}")
        return Call(target, "cast", (value,))

    # ------------------------------------------------------------------ names

    def _column(self, node: exp.Column) -> Expr:
        parts = _parts(node)
        if parts[0] in self.scope.broken:
            return NOTHING
        if any(isinstance(part, exp.Identifier) and part.quoted for part in node.parts):
            return self._wrong(node, "CR212", "a text stands in single quotes", help_=f"write `'{'.'.join(parts)}'`")
        match parts:
            case [name]:
                return self._single(node, name)
            case ["param", name]:
                if name in self.scope.params:
                    return Param(self.scope.params[name].type, name)
                return self._unknown(node, f"the rule has no parameter `{name}`", name, self.scope.params, "param.")
            case [first, name]:
                return self._dotted(node, first, name)
            case [first, second, name] if first in self.scope.others:
                return self._of_other(node, first, second, name)
            case [first, second, *_] if first in self._first_names():
                advice = "a value is KIND.FIELD, as line.quantity; or NAME.KIND.FIELD for one of `others`"
                return self._wrong(node, "CR214", f"`{first}` has no `{second}` with fields of its own", help_=advice)
            case _:
                return self._unknown(node, f"unknown name `{'.'.join(parts)}`", parts[0], self._first_names())

    def _single(self, node: exp.Expr, name: str) -> Expr:
        if name in self.scope.keys:
            return Key(self.scope.keys[name].value.type, name)
        let = self.let(name)
        if let is not None:
            return Let(let.value.type, name)
        hint = ""
        for kind in self.scope.kinds(self.scope.kind):
            if name in self.scope.fields(kind):
                hint = f"did you mean `{self.scope.spelled(kind)}.{name}`?"
        if name in self.scope.matches or name in self.scope.others:
            hint = f"`{name}` is a row: name one of its columns, as in `{name}.…`"
        if name in map(self.scope.spelled, self.scope.kinds(self.scope.kind)):
            hint = f"`{name}` is a row: name one of its fields, as in `{name}.…`; rows are counted by count(*)"
        if hint:
            return self._wrong(node, "CR214", f"`{name}` is no value by itself", help_=hint)
        return self._unknown(node, f"unknown name `{name}`", name, self._first_names())

    def _dotted(self, node: exp.Expr, first: str, name: str) -> Expr:
        scope = self.scope
        if first in scope.matches:
            return self._match_column(node, "", first, name)
        if first in scope.others:
            other = scope.others[first]
            self._visible(node, first)
            return self._field(node, first, other.kind, name, first)
        kind = scope.actual(first, scope.kind)
        if kind is None and self.in_aggregate and first in BELOW[scope.kind]:
            kind = first
        if kind is not None:
            return self._field(node, "", kind, name, first)
        if first in BELOW[scope.kind]:
            return self._wrong(
                node,
                "CR215",
                f"`{first}` is many rows beside this {scope.kind}",
                help_=f"use an aggregate: any(…), count({first}), sum({first}.…)",
            )
        return self._unknown(node, f"unknown name `{first}`", first, self._first_names())

    def _of_other(self, node: exp.Expr, first: str, second: str, name: str) -> Expr:
        other = self.scope.others[first]
        self._visible(node, first)
        if second in other.matches:
            return self._match_column(node, first, second, name)
        kind = self.scope.actual(second, other.kind)
        if kind is None:
            known = [*other.matches, *(self.scope.spelled(k) for k in self.scope.kinds(other.kind))]
            return self._unknown(node, f"`{first}` has no `{second}`", second, known)
        return self._field(node, first, kind, name, f"{first}.{second}")

    def _visible(self, node: exp.Expr, name: str) -> None:
        if self.scope.others[name].is_set and not self.in_aggregate and name not in self.inside:
            self._wrong(
                node,
                "CR215",
                f"`{name}` is a set of rows",
                help_=f"use an aggregate: any(…), count({name}), sum({name}.…); or take one row with `take:`",
            )

    def _field(self, node: exp.Expr, owner: str, kind: str, name: str, shown: str) -> Expr:
        fields = self.scope.fields(kind)
        if name in fields:
            return Field(fields[name].type, owner, kind, name)
        near = suggest(name, fields)
        elsewhere = [k for k in self.scope.kinds(kind) if name in self.scope.fields(k)]
        advice = f"did you mean `{shown}.{near}` ({fields[near].zh})?" if near else ""
        if elsewhere:
            advice = f"did you mean `{self.scope.spelled(elsewhere[0])}.{name}`?"
        return self._wrong(node, "CR214", f"unknown field `{shown}.{name}`", f"`{shown}` has no field `{name}`", advice)

    def _match_column(self, node: exp.Expr, owner: str, match: str, name: str) -> Expr:
        matches = self.scope.others[owner].matches if owner else self.scope.matches
        schema = self.scope.tables.get(matches[match].table)
        if schema is None:
            return NOTHING
        if name in schema.columns:
            return MatchField(schema.columns[name], owner, match, name)
        near = suggest(name, schema.columns)
        advice = f"did you mean `{match}.{near}`?" if near else f"its columns are: {', '.join(schema.columns)}"
        return self._wrong(node, "CR214", f"the table `{schema.name}` has no column `{name}`", help_=advice)

    def _first_names(self) -> list[str]:
        scope = self.scope
        kinds = [scope.spelled(k) for k in scope.kinds(scope.kind)]
        return [*kinds, *scope.matches, *scope.others, *scope.lets, *scope.keys, "param"]

    def _unknown(self, node: exp.Expr, message: str, name: str, known: object, prefix: str = "") -> Literal:
        near = suggest(name, known)  # type: ignore[arg-type]
        return self._wrong(node, "CR214", message, help_=f"did you mean `{prefix}{near}`?" if near else "")

    # ------------------------------------------------------------------ functions

    def _anonymous(self, node: exp.Anonymous) -> Expr:
        name = str(node.this).lower()
        if name in AGGREGATES:
            return self._aggregate(node, name, None)
        if name in WALKS:
            arguments = self._arguments(node, name, WALKS[name])
            if arguments is None:
                return NOTHING
            return Walk(_walk_type(name, arguments), name, arguments)
        if name == "period":
            return self._period(node)
        if name not in SCALARS:
            return self._unknown_function(node, name)
        arguments = self._arguments(node, name, SCALARS[name])
        if arguments is None:
            return NOTHING
        if name in ("coalesce", "least", "greatest", "nullif") and not _alike([a.type for a in arguments]):
            return self._wrong(node, "CR216", f"the arguments of `{name}` are of different kinds")
        if name == "in_set" and isinstance(arguments[1], Literal):
            wanted = str(arguments[1].value)
            if wanted not in self.scope.sets:
                near = suggest(wanted, self.scope.sets)
                advice = f"did you mean `'{near}'`?" if near else "add its prefixes to knowledge/code_sets.csv"
                return self._wrong(node.expressions[1], "CR219", f"unknown code set `{wanted}`", help_=advice)
        if name == "date_trunc" and not (isinstance(arguments[0], Literal) and arguments[0].value in _TRUNCATIONS):
            return self._wrong(node, "CR216", f"date_trunc takes one of {', '.join(_TRUNCATIONS)} in quotes")
        return Call(SCALARS[name].gives([a.type for a in arguments]), name, arguments)

    def _unknown_function(self, node: exp.Anonymous, name: str) -> Expr:
        at = span(node, self.source.text) or (0, 0)
        place = self.source.place(at[0], at[0] + len(name) - 1)
        if name in LATER:
            found = Diagnostic("CR214", f"this version does not have the function `{name}`", place)
        else:
            near = suggest(name, [*SCALARS, *AGGREGATES, *WALKS, "period"])
            advice = f"did you mean `{near}`?" if near else "docs/language.md lists all functions"
            found = Diagnostic("CR214", f"unknown function `{name}`", place, help=advice)
        self.found.append(found)
        return NOTHING

    def _arguments(self, node: exp.Anonymous, name: str, function: Function) -> tuple[Expr, ...] | None:
        given = node.expressions
        least, most = len(function.takes) - function.optional, None if function.many else len(function.takes)
        if len(given) < least or (most is not None and len(given) > most):
            wanted = f"{least} or more" if most is None else str(most) if most == least else f"{least} to {most}"
            things = "argument" if wanted == "1" else "arguments"
            are = "is" if len(given) == 1 else "are"
            self._wrong(node, "CR216", f"`{name}` takes {wanted} {things}, and {len(given)} {are} given")
            return None
        arguments = tuple(self.check(argument) for argument in given)
        for i, (argument, raw) in enumerate(zip(arguments, given, strict=True)):
            wanted = function.takes[min(i, len(function.takes) - 1)]
            if not fits(argument.type, wanted):
                self._wrong(raw, "CR216", f"`{name}` takes {wanted} here, and this is {_article(argument.type)}")
                return None
        return arguments

    def _period(self, node: exp.Anonymous) -> Expr:
        if len(node.expressions) != 1:
            return self._wrong(node, "CR216", "`period` takes one window")
        window = self.check(node.expressions[0])
        if window.type.base not in (Base.WINDOW, Base.NULL):
            return self._wrong(node, "CR216", f"`period` takes a window, and this is {_article(window.type)}")
        return Call(TEXT, "period", (window,))

    def _filter(self, node: exp.Filter) -> Expr:
        inner = node.this
        if not isinstance(inner, exp.Anonymous) or str(inner.this).lower() not in AGGREGATES:
            return self._wrong(node, "CR213", "FILTER stands after an aggregate")
        return self._aggregate(inner, str(inner.this).lower(), node.expression.this)

    def _aggregate(self, node: exp.Anonymous, name: str, condition: exp.Expr | None) -> Expr:
        if self.in_aggregate:
            return self._wrong(node, "CR215", "an aggregate cannot stand inside another", help_="name it by `let`")
        given = list(node.expressions)
        distinct = len(given) == 1 and isinstance(given[0], exp.Distinct)
        if distinct:
            given = list(given[0].expressions)
        over = self._named_set(given[0]) if name == "count" and len(given) == 1 and not distinct else None
        star = name == "count" and (not given or isinstance(given[0], exp.Star))
        if len(given) > 1 or (not given and not star):
            return self._wrong(node, "CR216", f"`{name}` takes one argument")
        self.in_aggregate = True
        argument = None if star or over is not None else self.check(given[0])
        where = self.condition(condition) if condition is not None else None
        self.in_aggregate = False
        if argument is not None and not fits(argument.type, AGGREGATES[name].takes[0]):
            wanted = AGGREGATES[name].takes[0]
            return self._wrong(given[0], "CR216", f"`{name}` takes {wanted}, and this is {_article(argument.type)}")
        sets = self._sets(argument, where) | ({over} if over is not None else set())
        if len(sets) > 1:
            return self._wrong(
                node,
                "CR215",
                f"an aggregate ranges over one set, and this names {' and '.join(sorted(sets))}",
                help_="name one of them by `let` first",
            )
        types = [argument.type] if argument is not None else [INTEGER]
        return Aggregate(AGGREGATES[name].gives(types), name, next(iter(sets), ""), argument, where, distinct)

    def _named_set(self, node: exp.Expr) -> str | None:
        parts = _parts(node) if isinstance(node, exp.Column) else []
        if len(parts) != 1:
            return None
        name = parts[0]
        if name in self.scope.others and self.scope.others[name].is_set:
            return name
        return name if name in BELOW[self.scope.kind] else None

    def _sets(self, *nodes: Expr | None) -> set[str]:
        out: set[str] = set()
        own = self.scope.kinds(self.scope.kind)
        for node in nodes:
            for part in walk(node) if node is not None else ():
                owner = getattr(part, "owner", "")
                if owner and self.scope.others[owner].is_set:
                    out.add(owner)
                if isinstance(part, Field) and not owner and part.kind not in own:
                    out.add(part.kind)
        return out


_DATES = "write '2025-01-31', or '2025-01-31 09:30:00'"
_TRUNCATIONS = ("day", "week", "month", "quarter", "year", "hour")


def _parts(node: exp.Expr) -> list[str]:
    if not isinstance(node, exp.Column):
        return []
    return [str(part.this) for part in node.parts]


def _article(type_: Type) -> str:
    names = {
        Base.TEXT: "text",
        Base.BOOLEAN: "a condition",
        Base.INTEGER: "a number",
        Base.DECIMAL: "a number",
        Base.DOUBLE: "a number",
        Base.DATE: "a date",
        Base.TIMESTAMP: "a time",
        Base.INTERVAL: "an interval",
        Base.WINDOW: "a window",
        Base.NULL: "NULL",
    }
    return names[type_.base]


def _alike(types: list[Type]) -> bool:
    groups = set()
    for t in types:
        if t.base is Base.NULL:
            continue
        groups.add("number" if t.is_number else "time" if t.is_time else str(t.base))
    return len(groups) <= 1


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


def _walk_type(name: str, arguments: tuple[Expr, ...]) -> Type:
    if name in ("excess", "upto"):
        return common([a.type for a in arguments])
    return WALKS[name].gives([a.type for a in arguments])


def _time_literal(text: str) -> Literal | None:
    try:
        if len(text) == 10:
            return Literal(DATE, (date.fromisoformat(text) - EPOCH).days)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is not None:
        return None
    return Literal(TIMESTAMP, int((moment - datetime(1970, 1, 1)).total_seconds()) * 1_000_000)  # noqa: DTZ001
