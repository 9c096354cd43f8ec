"""Names in expressions: which field, knowledge column, other row, parameter, key or `let` each stands for."""

from collections.abc import Iterable

from sqlglot import exp

from claimrules.diagnostics import certain, suggest
from claimrules.language.asked import asked_of
from claimrules.language.checking import NOTHING, Checking, parts
from claimrules.language.expression import Expr, Field, Key, Let, Literal, MatchField, OfSubject, Param
from claimrules.language.scope import BELOW


class Names(Checking):
    """Resolves names."""

    def _column(self, node: exp.Column) -> Expr:
        dotted = parts(node)
        if dotted[0] in self.scope.broken:
            return NOTHING
        if any(isinstance(part, exp.Identifier) and part.quoted for part in node.parts):
            return self.wrong(node, "CR212", "a text stands in single quotes", help_=f"write `'{'.'.join(dotted)}'`")
        match dotted:
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
                return self.wrong(node, "CR214", f"`{first}` has no `{second}` with fields of its own", help_=advice)
            case _:
                return self._unknown(node, f"unknown name `{'.'.join(dotted)}`", dotted[0], self._first_names())

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
            return self.wrong(node, "CR214", f"`{name}` is no value by itself", help_=hint)
        return self._unknown(node, f"unknown name `{name}`", name, self._first_names())

    def _dotted(self, node: exp.Expr, first: str, name: str) -> Expr:
        scope = self.scope
        if first in scope.matches:
            self._one_row(node, first)
            return self._match_column(node, "", first, name)
        if first in scope.others:
            self._visible(node, first)
            return self._value_of_other(node, first, name)
        kind = scope.actual(first, scope.kind)
        if kind is None and self.in_aggregate and first in BELOW[scope.kind]:
            kind = first
        if kind is not None:
            return self._field(node, "", kind, name, first)
        if first in BELOW[scope.kind]:
            return self.wrong(
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
            if second in other.sets and not self.in_aggregate and first not in self.inside:
                help_ = "use an aggregate, or choose among them by `where`"
                self.wrong(node, "CR215", f"`{first}.{second}` is a set of knowledge rows", help_=help_)
            return self._match_column(node, first, second, name)
        kind = self.scope.actual(second, other.kind)
        if kind is None:
            known = [*other.matches, *(self.scope.spelled(k) for k in self.scope.kinds(other.kind))]
            return self._unknown(node, f"`{first}` has no `{second}`", second, known)
        return self._field(node, first, kind, name, f"{first}.{second}")

    def _value_of_other(self, node: exp.Expr, first: str, name: str) -> Expr:
        """A field of the other row; of another subject a key or a `let`; of the rule's own rows a `let` too."""
        other = self.scope.others[first]
        if other.kind == "subject":
            if name in self.scope.keys:
                return OfSubject(self.scope.keys[name].value.type, first, Key(self.scope.keys[name].value.type, name))
            let = self.let(name)
            if let is None:
                known = [*self.scope.keys, *self.scope.lets]
                return self._unknown(node, f"a subject has no `{name}`", name, known, f"{first}.")
            if not let.of_subject:
                message = f"`{name}` is a value of a row, and `{first}` are subjects"
                return self.wrong(node, "CR215", message, help_="aggregate it in `let`, as in sum(…) or max(…)")
            return OfSubject(let.value.type, first, Let(let.value.type, name))
        if other.own and name not in self.scope.fields(other.kind):
            let = self.let(name)
            if let is not None:
                asked = asked_of(let.value, first, other, self.scope)
                advice = "only what names fields and knowledge of the row itself can be asked of another row"
                return asked or self.wrong(node, "CR215", f"`{name}` cannot be asked of `{first}`", help_=advice)
        return self._field(node, first, other.kind, name, first)

    def _one_row(self, node: exp.Expr, match: str) -> None:
        """A match that takes all rows and makes no subject of each is a set."""
        if match in self.scope.sets_of_rows and not self.in_aggregate and not self.inside:
            self.wrong(
                node,
                "CR215",
                f"`{match}` is a set of knowledge rows",
                help_=f"use an aggregate, as count({match}) or any(…); or make it a key of `per`: each row a subject",
            )

    def _visible(self, node: exp.Expr, name: str) -> None:
        if self.scope.others[name].is_set and not self.in_aggregate and name not in self.inside:
            self.wrong(
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
        slip = (name, "" if elsewhere else certain(name, fields))
        return self.wrong(node, "CR214", f"unknown field `{shown}.{name}`", f"`{shown}` has no field `{name}`", advice, slip)

    def _match_column(self, node: exp.Expr, owner: str, match: str, name: str) -> Expr:
        matches = self.scope.others[owner].matches if owner else self.scope.matches
        schema = self.scope.tables.get(matches[match].table)
        if schema is None:
            return NOTHING
        if name in schema.columns:
            return MatchField(schema.columns[name], owner, match, name)
        near = suggest(name, schema.columns)
        advice = f"did you mean `{match}.{near}`?" if near else f"its columns are: {', '.join(schema.columns)}"
        message = f"the table `{schema.name}` has no column `{name}`"
        return self.wrong(node, "CR214", message, help_=advice, slip=(name, certain(name, schema.columns)))

    def _first_names(self) -> list[str]:
        scope = self.scope
        kinds = [scope.spelled(k) for k in scope.kinds(scope.kind)]
        return [*kinds, *scope.matches, *scope.others, *scope.lets, *scope.keys, "param"]

    def _unknown(self, node: exp.Expr, message: str, name: str, known: Iterable[str], prefix: str = "") -> Literal:
        names = list(known)
        near = suggest(name, names)
        advice = f"did you mean `{prefix}{near}`?" if near else ""
        return self.wrong(node, "CR214", message, help_=advice, slip=(name, certain(name, names)))
