"""A condition read aloud: its fields by their names in Chinese or English, its operators and functions in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from claimrules.catalog import KINDS, Base, kind_fields, label
from claimrules.explain.spelling import between, listed, literal, spelled
from claimrules.knowledge import KnowledgeSet
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
from claimrules.language.rule import Rule
from claimrules.pages.phrases import (
    AGGREGATES,
    COMPARISONS,
    COUNT_DISTINCT,
    COUNT_OF,
    NAMES,
    OF_MANY,
    OF_TWO,
    ONLY,
    PLURALS,
    SCALARS,
    WALKS,
    Phrase,
)

_BETWEEN_SCRIPTS = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[\u4e00-\u9fff])")
_NOTE = re.compile(r"[;；（(]")
"""What follows in a column's name explains it, and would be in the way in a sentence."""
_BINDING = {"or": 1, "and": 2, "+": 5, "-": 5, "*": 6, "/": 6}
_JOINED = {"and": ("，且", " and "), "or": ("，或", " or ")}
_ARITHMETIC = {"+": " + ", "-": " − ", "*": " × ", "/": " ÷ "}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a rule's expressions in "zh" or "en". `columns`: what the columns of its matches are called."""

    language: str
    columns: Mapping[tuple[str, str], str]
    parameters: Mapping[str, str]

    def read(self, node: Expr) -> str:
        """The expression in words."""
        return spaced(self._read(node))

    def _read(self, node: Expr) -> str:
        match node:
            case Literal():
                return self._literal(node)
            case Call():
                return self._call(node)
            case Case(branches=branches, otherwise=otherwise):
                parts = [self._say(("{0}时{1}", "{1} if {0}"), *map(self._read, branch)) for branch in branches]
                return self._listed([*parts, self._say(("否则{0}", "else {0}"), self._read(otherwise))])
            case Aggregate():
                return self._aggregate(node)
            case Walk(function=function, arguments=arguments):
                return self._say(WALKS[function], *map(self._read, arguments))
            case _:
                return self._name(node)

    def _say(self, phrase: Phrase, *values: str, **named: str) -> str:
        return phrase[0 if self.language == "zh" else 1].format(*values, **named)

    def _listed(self, parts: Sequence[str]) -> str:
        return ("、" if self.language == "zh" else ", ").join(parts)

    def _literal(self, node: Literal) -> str:
        if isinstance(node.value, str):
            return f"“{node.value}”"
        if isinstance(node.value, bool):
            return self._say(("是", "yes") if node.value else ("否", "no"))
        return literal(node).strip("'")

    def _name(self, node: Expr) -> str:
        match node:
            case Field(owner=owner, kind=kind, name=name):
                return self._owned(owner, self._field(kind, name))
            case RowId(owner=owner, kind=kind):
                return self._owned(owner, self._kind(kind))
            case MatchField(owner=owner, match=match, column=column):
                title = self.columns.get((match, column)) or column.replace("_", " ")
                return self._owned(owner, self._owned(match, title))
            case MatchRow(owner=owner, match=match):
                return self._owned(owner, match)
            case Missing(owner=owner, name=name):
                return self._say(("没有{0}", "there is no {0}"), self._owned(owner, name))
            case Param(name=name):
                return self._say(("参数 {0}（{1}）", "the parameter {0} ({1})"), name, self.parameters.get(name, ""))
            case Let(name=name):
                return name
            case Key(name=name):
                return self._say(NAMES[name]) if name in NAMES else name
            case OfSubject(owner=owner, value=value):
                return self._owned(owner, self._read(value))
            case _:
                return spelled(node)

    def _owned(self, owner: str, what: str) -> str:
        return self._say(("{0} 的{1}", "{1} of {0}"), owner, what) if owner else what

    def _field(self, kind: str, name: str) -> str:
        known = kind_fields(kind)
        return known[name].zh if self.language == "zh" and name in known else name.replace("_", " ")

    def _kind(self, kind: str) -> str:
        return KINDS[kind].zh if self.language == "zh" else f"the {kind.replace('_', ' ')}"

    def _call(self, node: Call) -> str:
        range_, choices = between(node), listed(node)
        if range_ is not None:
            return self._say(("{0}在{1}至{2}之间", "{0} is between {1} and {2}"), *map(self._read, range_))
        if choices is not None and len(choices[1]) > 1:
            values = self._listed([self._beside(choice, choices[0]) for choice in choices[1]])
            return self._say(("{0}为{1}之一", "{0} is one of {1}"), self._read(choices[0]), values)
        return self._operation(node.function, node.arguments, node)

    def _operation(self, function: str, arguments: tuple[Expr, ...], node: Call) -> str:
        if function in _BINDING and len(arguments) == 2:
            sign = self._say(_JOINED[function]) if function in _JOINED else _ARITHMETIC[function]
            return f"{self._enclosed(arguments[0], function)}{sign}{self._enclosed(arguments[1], function, right=True)}"
        if function in COMPARISONS:
            left, right = arguments
            return f"{self._beside(left, right)} {COMPARISONS[function]} {self._beside(right, left)}"
        if function == "not":
            return self._negated(arguments[0])
        said = [self._read(argument) for argument in arguments]
        if function == "cast":
            return self._say(("{0}（按日期）", "{0} (the date)"), *said) if node.type.base is Base.DATE else said[0]
        if function in OF_TWO and len(said) == 2:
            return self._say(OF_TWO[function], said[0], self._beside(arguments[1], arguments[0]))
        if function in OF_MANY:
            return self._say(OF_MANY[function], self._listed(said))
        if function in SCALARS:
            return self._say(SCALARS[function], *said)
        return f"−{said[0]}" if function == "-" else f"{function}({', '.join(said)})"

    def _negated(self, node: Expr) -> str:
        match node:
            case Missing(owner=owner, name=name):
                return self._say(("有{0}", "there is {0}"), self._owned(owner, name))
            case Call(function="is_null", arguments=(one,)):
                return self._say(SCALARS["is_known"], self._read(one))
            case _:
                return self._say(SCALARS["not"], self._read(node))

    def _beside(self, node: Expr, other: Expr) -> str:
        """A value of a closed list by the name that it has there; anything else as it is."""
        if isinstance(node, Literal) and isinstance(node.value, str) and node.value in (other.type.values or ()):
            return f"“{label(node.value, self.language)}”"
        return self._bracketed(node) if isinstance(node, Case) else self._read(node)

    def _bracketed(self, node: Expr) -> str:
        return self._say(("（{0}）", "({0})"), self._read(node))

    def _enclosed(self, part: Expr, function: str, *, right: bool = False) -> str:
        """A part in brackets where the operator in it binds less than the one beside it."""
        if isinstance(part, Case):
            return self._bracketed(part)
        said = self._read(part)
        if not isinstance(part, Call) or part.function not in _BINDING or len(part.arguments) != 2:
            return said
        if between(part) is not None or listed(part) is not None:
            return said
        own, above = _BINDING[part.function], _BINDING[function]
        if own > above or (own == above and not (right and function in ("-", "/"))):
            return said
        return self._bracketed(part)

    def _aggregate(self, node: Aggregate) -> str:
        argument = "" if node.argument is None else self._unowned(self._read(node.argument), node.over)
        option = () if node.option is None else (self._read(node.option),)
        phrase = AGGREGATES[node.function]
        if node.function == "count" and argument:
            phrase = COUNT_DISTINCT if node.distinct else COUNT_OF
        said = self._say(phrase, argument, *option, set=self._set(node.over))
        return said if node.condition is None else self._say(ONLY, said, self._read(node.condition))

    def _unowned(self, said: str, over: str) -> str:
        """Of what stands in an aggregate it is said once whose it is."""
        return said.replace(self._say(("{0} 的", " of {0}"), over), "") if over else said

    def _set(self, over: str) -> str:
        if not over:
            return self._say(("本组各行", "the subject's rows"))
        if over in KINDS:
            return self._say(("{0}各行", "the {1}"), KINDS[over].zh, PLURALS.get(over, f"{over}s"))
        return over


def spaced(text: str) -> str:
    """A space between a Chinese word and a name or number beside it."""
    return _BETWEEN_SCRIPTS.sub(" ", text)


def reader_of(rule: Rule, knowledge: KnowledgeSet, language: str) -> Reader:
    """What reads the expressions of a rule."""
    columns = {
        (match.name, one.column): _NOTE.split(one.zh if language == "zh" else one.en)[0].strip()
        for match in (*rule.matches, *(match for other in rule.others for match in other.matches))
        if match.table in knowledge.tables
        for one in knowledge.tables[match.table].labels
    }
    parameters = {param.name: f"{param.default} {param.unit}".strip() for param in rule.params}
    return Reader(language, columns, parameters)
