"""What is taken to be so while it is asked whether a condition can hold."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from claimrules.catalog import Base
from claimrules.language.expression import Aggregate, Call, Expr, Literal, Param, Walk
from claimrules.language.rule import Parameter
from claimrules.lint.domains import MIRRORED, Domain, Listed, Numbers, Words

_DAY = 86_400_000_000
_FROM_TO: dict[str, tuple[int, int | None]] = {
    **dict.fromkeys(("count", "abs", "length", "excess", "excess_within", "supply_left"), (0, None)),
    **dict.fromkeys(("place", "nth"), (1, None)),
    **dict.fromkeys(("share", "similarity"), (0, 1)),
    "hour": (0, 23),
    "weekday": (1, 7),
    "day": (1, 31),
    "month": (1, 12),
}
"""Between which numbers the values of a function are."""
_SIGNS: dict[str, frozenset[str]] = {
    "=": frozenset("="),
    "<>": frozenset("<>"),
    "<": frozenset("<"),
    ">": frozenset(">"),
    "<=": frozenset("<="),
    ">=": frozenset(">="),
}
"""Which of less, equal and greater a comparison allows."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is so of terms and conditions.

    `left`: the values that terms may have. `known`: whether terms are known. `atoms`: conditions that are not looked into.
    `pairs`: how two terms may compare, as of `<`, `=` and `>`.
    """

    left: dict[Expr, Domain] = field(default_factory=dict)
    known: dict[Expr, bool] = field(default_factory=dict)
    atoms: dict[Expr, bool] = field(default_factory=dict)
    pairs: dict[tuple[Expr, Expr], frozenset[str]] = field(default_factory=dict)

    def knowing(self, term: Expr, *, known: bool) -> "Facts | None":
        """With `term` known, or not known; None where that cannot be."""
        if self.known.get(term, known) is not known or (not known and isinstance(term, Literal)):
            return None
        return replace(self, known={**self.known, term: known})

    def deciding(self, atom: Expr, *, holds: bool) -> "Facts | None":
        """With a condition TRUE or FALSE."""
        if self.atoms.get(atom, holds) is not holds:
            return None
        facts = self.knowing(atom, known=True)
        return None if facts is None else replace(facts, atoms={**facts.atoms, atom: holds})

    def comparing(self, term: Expr, operator: str, value: object, params: dict[str, Parameter]) -> "Facts | None":
        """With `term operator value`, of a constant in the domain's own form."""
        facts = self.knowing(term, known=True)
        if facts is None:
            return None
        domain = facts.left.get(term) or domain_of(term, params)
        if domain is None:
            return facts
        domain = domain.narrowed(operator, value)  # type: ignore[arg-type]
        return None if domain.empty else replace(facts, left={**facts.left, term: domain})

    def among(self, term: Expr, values: frozenset[str], params: dict[str, Parameter]) -> "Facts | None":
        """With a text that is one of `values`."""
        facts = self.knowing(term, known=True)
        if facts is None:
            return None
        domain = facts.left.get(term) or domain_of(term, params)
        if domain is None:
            return facts
        if isinstance(domain, Words):
            domain = domain.among(values)
        elif isinstance(domain, Listed):
            domain = replace(domain, left=domain.left & values)
        return None if domain.empty else replace(facts, left={**facts.left, term: domain})

    def relating(self, one: Expr, operator: str, other: Expr) -> "Facts | None":
        """With `one operator other`, of two terms."""
        if repr(other) < repr(one):
            one, operator, other = other, MIRRORED[operator], one
        allowed = self.pairs.get((one, other), frozenset("<=>")) & _SIGNS[operator]
        if one == other:
            allowed &= frozenset("=")
        facts = self.knowing(one, known=True)
        facts = facts and facts.knowing(other, known=True)
        if not allowed or facts is None:
            return None
        return replace(facts, pairs={**facts.pairs, (one, other): allowed})


def domain_of(term: Expr, params: dict[str, Parameter]) -> Domain | None:
    """All values that a term may have; None where nothing is said of its type."""
    if isinstance(term, Param) and term.name in params and params[term.name].values:
        return Words(only=frozenset(params[term.name].values))
    if term.type.values:
        return Listed(term.type.values, frozenset(term.type.values))
    if term.type.is_number:
        name = term.function if isinstance(term, Call | Aggregate | Walk) else ""
        low, high = _FROM_TO.get(name, (None, None))
        whole = term.type.base is Base.INTEGER
        return Numbers(whole, None if low is None else Fraction(low), None if high is None else Fraction(high))
    if term.type.is_time:
        return Numbers()
    return Words() if term.type.base is Base.TEXT else None


def constant(literal: Literal) -> Fraction | str | None:
    """A constant in the form that domains take; moments in microseconds; None for what they do not."""
    value = literal.value
    if literal.type.base is Base.TEXT and isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Fraction(value) * (_DAY if literal.type.base is Base.DATE else 1)
