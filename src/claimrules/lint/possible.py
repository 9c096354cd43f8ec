"""Whether conditions can hold together, by looking for a way in which they do.

A goal is a condition that is to be TRUE, or FALSE; NULL is neither. AND, OR and NOT are taken apart, what is below them
narrows the facts, and each way through the alternatives is tried. What is not understood stands in nobody's way: the
answer no is certain, the answer yes is not.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain

from claimrules.catalog import BOOLEAN, Base
from claimrules.language.expression import Aggregate, Call, Case, Expr, Key, Let, Literal, walk
from claimrules.language.rule import Rule
from claimrules.lint.domains import MIRRORED, NEGATED
from claimrules.lint.facts import Facts, constant

Goal = tuple[Expr, bool]
MOST_STEPS = 20_000
"""After so many steps the answer is yes: there may be a way."""


class OutOfStepsError(Exception):
    """The search has taken long enough."""


class Possible:
    """Asks of the conditions of one rule."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.params = {one.name: one for one in rule.params}
        self._lets = {one.name: one.value for one in rule.lets}
        self._keys = {one.name: one.value for one in rule.per}
        self._steps = 0

    def __call__(self, *goals: Goal) -> bool:
        """Whether all goals can be reached together."""
        self._steps = 0
        try:
            return self._reached(goals, Facts())
        except (OutOfStepsError, RecursionError):
            return True

    def _reached(self, goals: tuple[Goal, ...], facts: Facts) -> bool:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise OutOfStepsError
        if not goals:
            return True
        (node, wanted), rest = goals[0], goals[1:]
        return any(self._reached((*more, *rest), after) for more, after in self._ways(node, facts, wanted=wanted))

    def _ways(self, node: Expr, facts: Facts, *, wanted: bool) -> Iterator[tuple[tuple[Goal, ...], Facts]]:
        """The ways in which a condition is as wanted: what must be reached besides, and the facts."""
        match node:
            case Literal():
                if node.value is wanted:
                    yield (), facts
            case Let() if node.name in self._lets:
                yield ((self._lets[node.name], wanted),), facts
            case Key() if node.name in self._keys:
                yield ((self._keys[node.name], wanted),), facts
            case Case():
                yield from ((((when, True), (value, wanted)), facts) for when, value in node.branches)
                yield ((node.otherwise, wanted),), facts
            case Aggregate(function="any" | "all" | "none"):
                if self._of_members(node, wanted=wanted):
                    yield from self._atom(node, facts, wanted=wanted)
            case Call():
                yield from self._call(node, facts, wanted=wanted)
            case _:
                yield from self._atom(node, facts, wanted=wanted)

    def _of_members(self, node: Aggregate, *, wanted: bool) -> bool:
        """Whether there can be a member that makes `any` true, or `all` or `none` false, as none does of nothing."""
        needs_one = wanted if node.function == "any" else not wanted
        if not needs_one or node.argument is None:
            return True
        goals: list[Goal] = [(node.argument, node.function != "all")]
        goals += [(node.condition, True)] if node.condition is not None else []
        goals += [(self.rule.rows, True)] if node.over == "" and self.rule.rows is not None else []
        return self._reached(tuple(goals), Facts())

    def _call(self, node: Call, facts: Facts, *, wanted: bool) -> Iterator[tuple[tuple[Goal, ...], Facts]]:
        arguments = node.arguments
        match node.function:
            case "and" | "or":
                values = self._one_of(node) if node.function == "or" else None
                if values is not None and wanted:
                    after = facts.among(values[0], values[1], self.params)
                    yield from [((), after)] if after is not None else []
                elif wanted is (node.function == "and"):
                    yield tuple((one, wanted) for one in arguments), facts
                else:
                    yield from ((((one, wanted),), facts) for one in arguments)
            case "not":
                yield ((arguments[0], not wanted),), facts
            case "is_true" | "is_false" if wanted:
                yield ((arguments[0], node.function == "is_true"),), facts
            case "is_true" | "is_false":
                yield (), facts
            case "is_null":
                after = facts.knowing(self._named(arguments[0]), known=not wanted)
                yield from [((), after)] if after is not None else []
            case "coalesce":
                for number, one in enumerate(arguments):
                    yield from self._after_nulls(arguments[:number], ((one, wanted),), facts)
            case "=" | "<>" | "<" | "<=" | ">" | ">=":
                operator = node.function if wanted else NEGATED[node.function]
                left, right = self._named(arguments[0]), self._named(arguments[1])
                yield from self._comparison(operator, left, right, facts)
            case "starts_with" | "like":
                yield from self._beginning(node, facts, wanted=wanted)
            case _:
                yield from self._atom(node, facts, wanted=wanted)

    def _after_nulls(
        self, nulls: tuple[Expr, ...], goals: tuple[Goal, ...], facts: Facts
    ) -> Iterator[tuple[tuple[Goal, ...], Facts]]:
        """The way in which the first arguments of coalesce are not known."""
        after: Facts | None = facts
        for one in nulls:
            after = after and after.knowing(self._named(one), known=False)
        if after is not None:
            yield goals, after

    def _comparison(self, operator: str, left: Expr, right: Expr, facts: Facts) -> Iterator[tuple[tuple[Goal, ...], Facts]]:
        """The ways in which `left operator right` holds, both known."""
        if any(isinstance(side, Literal) and side.value is None for side in (left, right)):
            return
        if isinstance(left, Literal) and not isinstance(right, Literal):
            left, operator, right = right, MIRRORED[operator], left
        for side in (left, right):
            if isinstance(side, Call) and side.function in ("coalesce", "nullif"):
                yield from self._unfolded(side, operator, left, right, facts)
                return
        if isinstance(right, Literal):
            yield from self._with_constant(operator, left, right, facts)
            return
        after = facts.relating(left, operator, right)
        if after is not None:
            yield (), after

    def _unfolded(
        self, side: Call, operator: str, left: Expr, right: Expr, facts: Facts
    ) -> Iterator[tuple[tuple[Goal, ...], Facts]]:
        """A comparison of coalesce or nullif, for each value that it may stand for."""

        def compared(value: Expr) -> Goal:
            return Call(BOOLEAN, operator, (value, right) if side is left else (left, value)), True

        if side.function == "nullif":
            yield ((Call(BOOLEAN, "<>", side.arguments), True), compared(side.arguments[0])), facts
            return
        for number, one in enumerate(side.arguments):
            if not (isinstance(one, Literal) and one.value is None):
                yield from self._after_nulls(side.arguments[:number], (compared(one),), facts)

    def _with_constant(
        self, operator: str, term: Expr, literal: Literal, facts: Facts
    ) -> Iterator[tuple[tuple[Goal, ...], Facts]]:
        if isinstance(literal.value, bool) and operator in ("=", "<>"):
            yield ((term, literal.value is (operator == "=")),), facts
            return
        value = constant(literal)
        if isinstance(term, Literal):
            mine = constant(term)
            if type(mine) is not type(value) or mine is None or _holds(mine, operator, value):
                yield (), facts
            return
        after: Facts | None = facts
        if isinstance(value, str) and operator in ("=", "<>") and (text := _beginning_of(term)) is not None:
            term, operator, whole = text.arguments[0], *_as_beginning(operator, value, _length(text))
            if not whole:
                if operator == "begins not":
                    yield (), facts
                return
            term = self._named(term)
        if operator in ("begins", "begins not") and term.type.values:
            after = facts.knowing(term, known=True)
        elif value is not None and term.type.base is not Base.WINDOW:
            after = facts.comparing(term, operator, value, self.params)
        if after is not None:
            yield (), after

    def _beginning(self, node: Call, facts: Facts, *, wanted: bool) -> Iterator[tuple[tuple[Goal, ...], Facts]]:
        term, pattern = self._named(node.arguments[0]), node.arguments[1]
        value = constant(pattern) if isinstance(pattern, Literal) else None
        if not isinstance(value, str) or isinstance(term, Literal) or term.type.values:
            yield from self._atom(node, facts, wanted=wanted)
            return
        operator = "begins" if wanted else "begins not"
        if node.function == "like":
            bare = value.removesuffix("%")
            if set(bare) & set("%_\\"):
                yield from self._atom(node, facts, wanted=wanted)
                return
            if bare == value:
                operator = "=" if wanted else "<>"
            value = bare
        after = facts.comparing(term, operator, value, self.params)
        after = after and after.deciding(node, holds=wanted)
        if after is not None:
            yield (), after

    def _atom(self, node: Expr, facts: Facts, *, wanted: bool) -> Iterator[tuple[tuple[Goal, ...], Facts]]:
        after = facts.deciding(node, holds=wanted)
        if after is not None:
            yield (), after

    def _named(self, node: Expr) -> Expr:
        """What a name of `let` or a key stands for; anything else is itself."""
        while isinstance(node, Let | Key):
            known = self._lets if isinstance(node, Let) else self._keys
            if node.name not in known:
                return node
            node = known[node.name]
        return node

    def _one_of(self, node: Call) -> tuple[Expr, frozenset[str]] | None:
        """The term and the values of an IN of texts, which the checker has made an OR of comparisons."""
        parts = list(disjuncts(node))
        terms = {one.arguments[0] for one in parts if isinstance(one, Call) and one.function == "="}
        values = [one.arguments[1] for one in parts if isinstance(one, Call) and one.function == "="]
        texts = [one.value for one in values if isinstance(one, Literal) and isinstance(one.value, str)]
        if len(terms) != 1 or len(texts) != len(parts):
            return None
        term = self._named(terms.pop())
        plain = term.type.base is Base.TEXT and not isinstance(term, Call | Literal)
        return (term, frozenset(texts)) if plain else None


def disjuncts(node: Expr) -> Iterator[Expr]:
    """The parts that OR joins at the top of `node`."""
    if isinstance(node, Call) and node.function == "or":
        yield from chain.from_iterable(disjuncts(one) for one in node.arguments)
    else:
        yield node


def names_nothing(node: Expr) -> bool:
    """Whether a condition is a constant, which its writer means so."""
    return all(isinstance(one, Literal) for one in walk(node) if not isinstance(one, Call))


def _holds(one: object, operator: str, other: object) -> bool:
    if operator in ("=", "<>"):
        return (one == other) is (operator == "=")
    if isinstance(one, str):
        return True
    assert isinstance(one, Fraction)  # noqa: S101 - a constant is a text or a number
    assert isinstance(other, Fraction)  # noqa: S101 - of the same kind, as the caller has seen
    return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[operator]


def _beginning_of(term: Expr) -> Call | None:
    """`left(x, n)`, or `substr(x, 1, n)`, of a whole number n."""
    if not isinstance(term, Call) or term.function not in ("left", "substr"):
        return None
    numbers = [one.value for one in term.arguments[1:] if isinstance(one, Literal)]
    fits = len(numbers) == 1 if term.function == "left" else len(numbers) == 2 and numbers[0] == 1
    return term if fits and isinstance(numbers[-1], int) and numbers[-1] > 0 else None


def _length(term: Call) -> int:
    last = term.arguments[-1]
    assert isinstance(last, Literal)  # noqa: S101 - `_beginning_of` has looked
    assert isinstance(last.value, int)  # noqa: S101
    return last.value


def _as_beginning(operator: str, value: str, length: int) -> tuple[str, bool]:
    """What the first `length` characters being a text, or not, says of the whole; False: it can never be."""
    if len(value) > length:
        return ("begins" if operator == "=" else "begins not"), False
    if len(value) < length:  # then the whole is as short
        return operator, True
    return ("begins" if operator == "=" else "begins not"), True
