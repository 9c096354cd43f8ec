"""What every part of the checker shares: the expression at hand, what is wrong with it, and its place."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from sqlglot import exp

from claimrules.catalog import NULL, Base, Type
from claimrules.diagnostics import Diagnostic
from claimrules.language.expression import Expr, Literal
from claimrules.language.rule import LetSpec
from claimrules.language.scope import Scope
from claimrules.language.sql import span
from claimrules.language.sql_text import SqlText

NOTHING = Literal(NULL, None)
"""Stands where an expression is wrong, so that it is not reported again at each use."""


class Checking(ABC):
    """One expression under check. `inside` names the others whose rows are at hand (in their own `where`)."""

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
        self.is_key = False

    @abstractmethod
    def check(self, node: exp.Expr) -> Expr:
        """The typed tree of `node`. What is wrong is put into `found`, and NULL stands in its place."""

    def condition(self, node: exp.Expr) -> Expr:
        """A typed tree that is TRUE, FALSE or NULL."""
        result = self.check(node)
        if result.type.base not in (Base.BOOLEAN, Base.NULL):
            advice = "compare it: a condition is true or false, such as `line.quantity > 3`"
            return self.wrong(node, "CR216", f"a condition is expected, and this is {article(result.type)}", "", advice)
        return result

    def foreign(self, node: exp.Expr) -> Literal:
        """Report what the language does not have."""
        at = span(node, self.source.text)
        shown = f"`{self.source.text[at[0] : at[1] + 1]}`" if at else "this"
        help_ = "allowed are comparisons, AND OR NOT, IN, BETWEEN, LIKE, IS NULL, CASE, CAST and the listed functions"
        return self.wrong(node, "CR213", f"{shown} is not part of the rule language", help_=help_)

    def wrong(
        self, node: exp.Expr, code: str, message: str, label: str = "", help_: str = "", slip: tuple[str, str] = ("", "")
    ) -> Literal:
        """Report `node`; NULL to go on with. `slip`: a word in it that is misspelt, and what is meant beyond doubt."""
        at = span(node, self.source.text)
        place = self.source.place(*at) if at else self.source.node.place
        instead = instead_of(self.source.text[at[0] : at[1] + 1], *slip) if at else ""
        self.found.append(Diagnostic(code, message, place, label, help_, instead=instead))
        return NOTHING


def instead_of(text: str, word: str, meant: str) -> str:
    """A dotted name with one of its words replaced; nothing where that is not possible."""
    words = text.split(".")
    if not meant or words.count(word) != 1:
        return ""
    return ".".join(meant if one == word else one for one in words)


def parts(node: exp.Expr) -> list[str]:
    """The names of a dotted name; none for anything else."""
    if not isinstance(node, exp.Column):
        return []
    return [str(part.this) for part in node.parts]


def article(type_: Type) -> str:
    """A type in words."""
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


def alike(types: list[Type]) -> bool:
    """Whether values of all of `types` can stand in one column."""
    groups = set()
    for t in types:
        if t.base is Base.NULL:
            continue
        groups.add("number" if t.is_number else "time" if t.is_time else str(t.base))
    return len(groups) <= 1
