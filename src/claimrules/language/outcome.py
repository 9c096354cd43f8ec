"""What a rule says of its rows: the flag and its exceptions, the amount, what was seen, the message."""

import re
from collections.abc import Mapping

from sqlglot import exp

from claimrules.catalog import TEXT
from claimrules.diagnostics import Diagnostic, MappingNode, suggest
from claimrules.language.checking import NOTHING
from claimrules.language.compiling import Compiling
from claimrules.language.expression import (
    Aggregate,
    Expr,
    Field,
    Key,
    Let,
    Literal,
    MatchField,
    MatchRow,
    Missing,
    RowId,
    Walk,
    children,
)
from claimrules.language.frame import ExceptionFrame
from claimrules.language.functions import AGGREGATES, AMOUNTS, NUMBER, SCALARS, WALKS, fits
from claimrules.language.rule import AmountSpec, Message, Observed, Proviso
from claimrules.language.sql_text import SqlText

_OF_LINES = ("excess_quantity", "excess_price", "discount", "instead_of")
"""Amount methods that ask for a line's price or quantity."""


class Outcome(Compiling):
    """Compiles the verdict and what the finding says."""

    def _flag(self) -> tuple[tuple[tuple[str, Expr], ...], bool]:
        frame = self.frame
        if (frame.flag is None) == (frame.flag_rows is None):
            written = [key for key in ("flag", "flag_rows") if self.root.key(key) is not None]
            place = self._place_of_key((written[-1],)) if written else self.root.place
            what = "a rule has `flag` or `flag_rows`, and this one has both"
            advice = "`flag` is of the whole subject, `flag_rows` of each of its rows: keep one"
            if frame.flag is None:
                neither = "a rule has `flag` or `flag_rows`, and this one has neither"
                what = f"`{written[-1]}` is empty" if written else neither
                advice = "add the condition that is true of a violation, such as `flag: line.quantity > 3`"
            self.found.append(Diagnostic("CR207", what, place, help=advice))
            return (), False
        key = "flag" if frame.flag is not None else "flag_rows"
        given = frame.flag if frame.flag is not None else frame.flag_rows
        if isinstance(given, dict):
            out = tuple((name, self._condition((key, name))) for name in given)
        else:
            out = (("", self._condition((key,))),)
        if key == "flag" and frame.per:
            for name, condition in out:
                self._of_subject(condition, ("flag", name) if name else ("flag",), "flag")
        return out, key == "flag_rows"

    def _of_subject(self, node: Expr, path: tuple[str | int, ...], part: str, inside: frozenset[str] = frozenset()) -> None:
        """A finer name in `flag` is an error: whole groups would be flagged by one row's value."""
        fine = self._finer(node, inside)
        if not fine:
            return
        source = self._source(path)
        name = fine.split("(")[0]
        at = source.text.find(name)
        place = source.place(at, at + len(name) - 1) if at >= 0 else source.node.place
        keys = ", ".join(self.scope.keys)
        advice = f"aggregate it, as in max({fine}) or any({fine}), make it a key of `per`, or say `flag_rows`"
        if fine != name:
            advice = "`others` are those of a row: name it by `let` and aggregate that, as in max(…), or say `flag_rows`"
        message = f"`{part}` speaks of the subject ({keys}), and `{fine}` of one of its rows"
        self.found.append(Diagnostic("CR215", message, place, help=advice))

    def _finer(self, node: Expr, inside: frozenset[str] = frozenset()) -> str:
        """The first name in `node` of a single row of the subject, or nothing; `inside`: others whose names are at hand."""
        if isinstance(node, Aggregate) and (node.over == "" or self._is_beside(node.over, inside)):
            return ""
        owner = getattr(node, "owner", "") or (node.name if isinstance(node, Missing) else "")
        if owner and self._is_beside(owner, inside):
            return ""
        if any(key.value == node for key in self.scope.keys.values()):
            return ""
        coarse = {k.value.kind for k in self.scope.keys.values() if isinstance(k.value, RowId)}
        if "claim" in coarse:
            coarse.add("encounter")
        if isinstance(node, Field):
            return "" if node.kind in coarse and not node.owner else f"{node.owner or node.kind}.{node.name}"
        if isinstance(node, RowId):
            return "" if node.kind in coarse and not node.owner else node.owner or node.kind
        if isinstance(node, MatchField):
            is_key = any(isinstance(k.value, MatchRow) and k.value.match == node.match for k in self.scope.keys.values())
            return "" if is_key else f"{node.match}.{node.column}"
        if isinstance(node, Aggregate):
            return f"{node.function}({node.over})"
        if isinstance(node, Missing | Walk | MatchRow):
            return getattr(node, "name", "") or getattr(node, "function", "") or "match"
        if isinstance(node, Let):
            spec = self.scope.lets.get(node.name)
            return "" if spec is None or spec.of_subject else node.name
        return next((fine for child in children(node) if (fine := self._finer(child, inside))), "")

    def _is_beside(self, name: str, inside: frozenset[str]) -> bool:
        return name in inside or (name in self.scope.others and self.scope.beside(name))

    def _exceptions(self, part: str, given: Mapping[str, ExceptionFrame], *, flags_rows: bool) -> tuple[Proviso, ...]:
        out: list[Proviso] = []
        for name, frame in given.items():
            node = self._node((part, name))
            path = (part, name, "when") if isinstance(node, MappingNode) else (part, name)
            when = self._condition(path)
            if self.frame.per and not flags_rows:
                self._of_subject(when, path, part)
            out.append(Proviso(name, when, frame.because, frame.source))
        return tuple(out)

    def _amount(self) -> AmountSpec:
        source = self._source(("amount",))
        if not source.text:
            return AmountSpec("full_line")
        tree = self._tree(source)
        if tree is None:
            return AmountSpec("none")
        name = tree.name if isinstance(tree, exp.Column) and not tree.table else ""
        if isinstance(tree, exp.Anonymous):
            name = str(tree.this).lower()
        if name in AMOUNTS:
            given = tree.expressions if isinstance(tree, exp.Anonymous) else []
            checker = self._checker(source)
            arguments = tuple(checker.check(argument) for argument in given)
            if len(arguments) != len(AMOUNTS[name]):
                wanted = "a number in parentheses" if AMOUNTS[name] else "no argument"
                advice = f"write `{name}(…)`" if AMOUNTS[name] else f"write `{name}`"
                self._wrong("CR216", f"`{name}` takes {wanted}", ("amount",), advice)
            elif name in _OF_LINES and self.frame.of not in ("line", "raw_line"):
                advice = "it needs a unit price or a quantity: use excess_money(…) or an expression, or `of: line`"
                wrong = f"`{name}` is of fee lines, and this rule is `of: {self.frame.of}`"
                self._wrong("CR216", wrong, ("amount",), advice)
            elif any(not fits(a.type, w) for a, w in zip(arguments, AMOUNTS[name], strict=True)):
                self._wrong("CR216", f"`{name}` takes a number, and this is {arguments[0].type}", ("amount",))
            return AmountSpec(name, arguments)
        if name and name not in self.frame.let and name not in (*SCALARS, *AGGREGATES, *WALKS):
            near = suggest(name, AMOUNTS)
            advice = f"did you mean `{near}`?" if near else f"methods are: {', '.join(AMOUNTS)}; or an expression"
            self._wrong("CR214", f"unknown amount method `{name}`", ("amount",), advice)
            return AmountSpec("none")
        value = self._checker(source).check(tree)
        if not fits(value.type, NUMBER):
            known = ", ".join(AMOUNTS)
            self._wrong("CR216", "an amount is a method or a number", ("amount",), f"methods are: {known}")
        return AmountSpec("expression", (value,))

    def _observed(self) -> Observed:
        frame = self.frame.observed
        unit: Expr | str = frame.unit
        if re.fullmatch(r"(max|min)\(.+\)|[a-z_]+\.[a-z_]+", frame.unit):
            unit = self._expression(("observed", "unit"))
        return Observed(
            self._told(self._expression(("observed", "value"))) if frame.value else None,
            self._told(self._expression(("observed", "limit"))) if frame.limit else None,
            unit,
        )

    def _message(self, language: str) -> Message:
        path = ("message", language)
        source = self._source(path)
        parts: list[str | Expr] = []
        offset = 0
        for i, piece in enumerate(re.split(r"\{([^{}]*)\}", source.text)):
            start, offset = offset, offset + len(piece) + 1
            if i % 2 == 0:
                brace = re.search("[{}]", piece)
                if brace is not None:
                    place = source.place(start + brace.start(), start + brace.start())
                    advice = "a value is filled in as {line.item_name}; a message has no other braces"
                    self.found.append(Diagnostic("CR212", f"this `{brace.group()}` has no partner", place, help=advice))
                elif piece:
                    parts.append(piece)
            elif piece in ("reasons", "observed", "limit"):
                parts.append(Literal(TEXT, f"{{{piece}}}"))
            else:
                inner = SqlText(piece, source.node, start)
                tree = self._tree(inner)
                parts.append(NOTHING if tree is None else self._told(self._checker(inner).check(tree)))
        return Message(tuple(parts))

    def _told(self, node: Expr) -> Expr:
        """What stands in a message for a key that is a row: its id."""
        key = self.scope.keys.get(node.name) if isinstance(node, Key) else None
        row = key.value if key is not None else node
        return Field(TEXT, row.owner, row.kind, f"{row.kind}_id") if isinstance(row, RowId) else node
