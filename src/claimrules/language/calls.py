"""Functions in expressions: scalars, aggregates over one set, walks."""

from decimal import Decimal

from sqlglot import exp

from claimrules.catalog import DATE, INTEGER, TEXT, Base, Type
from claimrules.diagnostics import Diagnostic, certain, suggest
from claimrules.language.checking import NOTHING, alike, article, parts
from claimrules.language.expression import Aggregate, Call, Expr, Field, Literal, MatchField, Param, Walk, walk
from claimrules.language.functions import AGGREGATES, SCALARS, WALKS, Function, common, fits
from claimrules.language.keys import KEY_FUNCTIONS, key_function
from claimrules.language.names import Names
from claimrules.language.scope import BELOW, time_of
from claimrules.language.sql import span

_TRUNCATIONS = ("day", "week", "month", "quarter", "year", "hour")


class Calls(Names):
    """Checks calls of functions."""

    def _anonymous(self, node: exp.Anonymous) -> Expr:
        name = str(node.this).lower()
        if name in AGGREGATES:
            return self._aggregate(node, name, None)
        if name in WALKS:
            arguments = self._arguments(node, name, WALKS[name])
            if arguments is None:
                return NOTHING
            return Walk(_walk_type(name, arguments), name, (*arguments, *self._date_of(name)))
        if name == "period":
            return self._period(node)
        if name in KEY_FUNCTIONS:
            return key_function(self, node, name)
        if name not in SCALARS:
            return self._unknown_function(node, name)
        arguments = self._arguments(node, name, SCALARS[name])
        if arguments is None:
            return NOTHING
        if name in ("coalesce", "least", "greatest", "nullif") and not alike([a.type for a in arguments]):
            return self.wrong(node, "CR216", f"the arguments of `{name}` are of different kinds")
        if name == "in_set" and isinstance(arguments[1], Literal):
            wanted = str(arguments[1].value)
            if wanted not in self.scope.sets:
                near = suggest(wanted, self.scope.sets)
                advice = f"did you mean `'{near}'`?" if near else "add its prefixes to knowledge/code_sets.csv"
                return self.wrong(node.expressions[1], "CR219", f"unknown code set `{wanted}`", help_=advice)
        if name == "date_trunc" and not (isinstance(arguments[0], Literal) and arguments[0].value in _TRUNCATIONS):
            return self.wrong(node, "CR216", f"date_trunc takes one of {', '.join(_TRUNCATIONS)} in quotes")
        return Call(SCALARS[name].gives([a.type for a in arguments]), name, arguments)

    def _date_of(self, name: str) -> tuple[Expr, ...]:
        """The row's own date, which some walks count by without being told."""
        if name not in ("excess_within", "supply_left"):
            return ()
        time = time_of(self.scope.kind)
        return (time if time.type.base is Base.DATE else Call(DATE, "cast", (time,)),)

    def _unknown_function(self, node: exp.Anonymous, name: str) -> Expr:
        at = span(node, self.source.text) or (0, 0)
        place = self.source.place(at[0], at[0] + len(name) - 1)
        known = [*SCALARS, *AGGREGATES, *WALKS, *KEY_FUNCTIONS, "period"]
        near = suggest(name, known)
        advice = f"did you mean `{near}`?" if near else "docs/language.md lists all functions"
        found = Diagnostic("CR214", f"unknown function `{name}`", place, help=advice, instead=certain(name, known))
        self.found.append(found)
        return NOTHING

    def _arguments(self, node: exp.Anonymous, name: str, function: Function) -> tuple[Expr, ...] | None:
        given = node.expressions
        least, most = len(function.takes) - function.optional, None if function.many else len(function.takes)
        if len(given) < least or (most is not None and len(given) > most):
            wanted = f"{least} or more" if most is None else str(most) if most == least else f"{least} to {most}"
            things = "argument" if wanted == "1" else "arguments"
            are = "is" if len(given) == 1 else "are"
            self.wrong(node, "CR216", f"`{name}` takes {wanted} {things}, and {len(given)} {are} given")
            return None
        arguments = tuple(self.check(argument) for argument in given)
        for i, (argument, raw) in enumerate(zip(arguments, given, strict=True)):
            wanted = function.takes[min(i, len(function.takes) - 1)]
            if not fits(argument.type, wanted):
                self.wrong(raw, "CR216", f"`{name}` takes {wanted} here, and this is {article(argument.type)}")
                return None
        return arguments

    def _period(self, node: exp.Anonymous) -> Expr:
        if len(node.expressions) != 1:
            return self.wrong(node, "CR216", "`period` takes one window")
        window = self.check(node.expressions[0])
        if window.type.base not in (Base.WINDOW, Base.NULL):
            return self.wrong(node, "CR216", f"`period` takes a window, and this is {article(window.type)}")
        return Call(TEXT, "period", (window,))

    def _filter(self, node: exp.Filter) -> Expr:
        inner = node.this
        if not isinstance(inner, exp.Anonymous) or str(inner.this).lower() not in AGGREGATES:
            return self.wrong(node, "CR213", "FILTER stands after an aggregate")
        return self._aggregate(inner, str(inner.this).lower(), node.expression.this)

    def _aggregate(self, node: exp.Anonymous, name: str, condition: exp.Expr | None) -> Expr:
        if self.in_aggregate:
            return self.wrong(node, "CR215", "an aggregate cannot stand inside another", help_="name it by `let`")
        given = list(node.expressions)
        distinct = len(given) == 1 and isinstance(given[0], exp.Distinct)
        if distinct:
            given = list(given[0].expressions)
            if name != "count":
                return self.wrong(node, "CR216", "DISTINCT stands in `count` only", help_=f"write `{name}(…)` without it")
        option = None
        if name == "quantile":
            if len(given) != len(AGGREGATES[name].takes):
                return self.wrong(node, "CR216", "`quantile` takes a value and which part lies below: quantile(x, 0.75)")
            option = self._part(given.pop())
        over = self._named_set(given[0]) if name == "count" and len(given) == 1 and not distinct else None
        star = name == "count" and (not given or isinstance(given[0], exp.Star))
        if len(given) > 1 or (not given and not star):
            return self.wrong(node, "CR216", f"`{name}` takes one argument")
        self.in_aggregate = True
        argument = None if star or over is not None else self.check(given[0])
        where = self.condition(condition) if condition is not None else None
        self.in_aggregate = False
        if argument is not None and not fits(argument.type, AGGREGATES[name].takes[0]):
            wanted = AGGREGATES[name].takes[0]
            return self.wrong(given[0], "CR216", f"`{name}` takes {wanted}, and this is {article(argument.type)}")
        sets = self._sets(argument, where) | ({over} if over is not None else set())
        others = sets & set(self.scope.others)
        if len(others) == 1 and sets & self.scope.sets_of_rows:  # the knowledge rows that relate them come with them
            at = span(node, self.source.text)
            place = self.source.place(*at) if at else self.source.node.place
            related = next(iter(others))
            self.scope.relating += [(related, match, place) for match in sorted(sets & self.scope.sets_of_rows)]
            sets -= self.scope.sets_of_rows
        if len(sets) > 1:
            return self.wrong(
                node,
                "CR215",
                f"an aggregate ranges over one set, and this names {' and '.join(sorted(sets))}",
                help_="name one of them by `let` first",
            )
        types = [argument.type] if argument is not None else [INTEGER]
        return Aggregate(AGGREGATES[name].gives(types), name, next(iter(sets), ""), argument, where, distinct, option)

    def _part(self, node: exp.Expr) -> Expr:
        """The p of a quantile: 0 to 1, the same for all of the set."""
        part = self.check(node)
        if not fits(part.type, AGGREGATES["quantile"].takes[1]):
            return self.wrong(node, "CR216", f"`quantile` takes a number here, and this is {article(part.type)}")
        if part == NOTHING:
            return part
        if not isinstance(part, Literal | Param):
            return self.wrong(node, "CR216", "which part a quantile has below it is a number or a parameter")
        value = part.value if isinstance(part, Literal) else self.scope.params[part.name].default
        if isinstance(value, int | Decimal) and not 0 <= value <= 1:
            advice = f"write {Decimal(value) / 100} for {value} %" if 1 < value <= 100 else "0.75 is the upper quartile"
            return self.wrong(node, "CR216", "a quantile's part is between 0 and 1", f"this is {value}", advice)
        return part

    def _named_set(self, node: exp.Expr) -> str | None:
        dotted = parts(node)
        if len(dotted) != 1:
            return None
        name = dotted[0]
        if name in self.scope.sets_of_rows or (name in self.scope.others and self.scope.others[name].is_set):
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
                if isinstance(part, MatchField) and not owner and part.match in self.scope.sets_of_rows:
                    out.add(part.match)
        return out


def _walk_type(name: str, arguments: tuple[Expr, ...]) -> Type:
    if name in ("excess", "upto", "excess_within"):
        return common([a.type for a in arguments[:2]])
    return WALKS[name].gives([a.type for a in arguments])
