"""Which values of a term are left after comparisons with constants: numbers and times, closed lists, free texts.

Every domain is at least as large as the truth: where it is empty there is no value, and where it is not there may be one.
"""

from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, floor

NEGATED = {"=": "<>", "<>": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
MIRRORED = {"=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers or moments from `low` to `high` (None: without end), `*_in` saying whether the end is one, but for `holes`."""

    whole: bool = False
    low: Fraction | None = None
    high: Fraction | None = None
    low_in: bool = True
    high_in: bool = True
    holes: frozenset[Fraction] = frozenset()

    def narrowed(self, operator: str, value: Fraction) -> "Numbers":
        """Those for which `x operator value` holds."""
        match operator:
            case "=":
                return self.narrowed(">=", value).narrowed("<=", value)
            case "<>":
                return replace(self, holes=self.holes | {value})
            case ">" | ">=":
                closed = operator == ">="
                if self.whole:
                    value, closed = Fraction(ceil(value) if closed else floor(value) + 1), True
                tighter = self.low is None or value > self.low or (value == self.low and not closed)
                return replace(self, low=value, low_in=closed) if tighter else self
            case _:
                closed = operator == "<="
                if self.whole:
                    value, closed = Fraction(floor(value) if closed else ceil(value) - 1), True
                tighter = self.high is None or value < self.high or (value == self.high and not closed)
                return replace(self, high=value, high_in=closed) if tighter else self

    @property
    def empty(self) -> bool:
        """Whether no number is left."""
        if self.low is None or self.high is None:
            return False
        if self.low > self.high or (self.low == self.high and not (self.low_in and self.high_in)):
            return True
        if self.low == self.high:
            return self.low in self.holes
        span = self.high - self.low
        if not self.whole or span > _MOST_COUNTED:
            return False
        return all(Fraction(n) in self.holes for n in range(ceil(self.low), floor(self.high) + 1))


@dataclass(frozen=True, slots=True)
class Listed:
    """Values of a closed list, which compare in its order."""

    order: tuple[str, ...]
    left: frozenset[str]

    def narrowed(self, operator: str, value: str) -> "Listed":
        """Those for which `x operator value` holds; a value that the list does not have equals none."""
        if value not in self.order:
            return replace(self, left=frozenset()) if operator == "=" else self
        at = self.order.index(value)
        return replace(self, left=frozenset(one for one in self.left if _compares(self.order.index(one), operator, at)))

    @property
    def empty(self) -> bool:
        """Whether none is left."""
        return not self.left


def _compares(one: int, operator: str, other: int) -> bool:
    return {
        "=": one == other,
        "<>": one != other,
        "<": one < other,
        "<=": one <= other,
        ">": one > other,
        ">=": one >= other,
    }[operator]


@dataclass(frozen=True, slots=True)
class Words:
    """Texts: of the set `only` (None: any), not of `never`, with all the beginnings `begins`, with none of `begins_not`."""

    only: frozenset[str] | None = None
    never: frozenset[str] = frozenset()
    begins: tuple[str, ...] = ()
    begins_not: tuple[str, ...] = field(default=())

    def narrowed(self, operator: str, value: str) -> "Words":
        """Those for which `x operator value` holds. How texts compare that differ is not looked into."""
        match operator:
            case "=":
                return replace(self, only=frozenset({value}) & (self.only if self.only is not None else {value}))
            case "<>":
                return replace(self, never=self.never | {value})
            case "begins":
                return replace(self, begins=(*self.begins, value))
            case "begins not":
                return replace(self, begins_not=(*self.begins_not, value))
            case _:
                return self

    def among(self, values: frozenset[str]) -> "Words":
        """Those that are of `values`."""
        return replace(self, only=values if self.only is None else self.only & values)

    @property
    def empty(self) -> bool:
        """Whether no text is left."""
        if self.only is not None:
            return not any(self._fits(one) for one in self.only)
        longest = max(self.begins, key=len, default="")
        return not all(longest.startswith(one) for one in self.begins) or longest.startswith(self.begins_not or ("\0",))

    def _fits(self, text: str) -> bool:
        if text in self.never or text.startswith(self.begins_not or ("\0",)):
            return False
        return all(text.startswith(one) for one in self.begins)


Domain = Numbers | Listed | Words
