"""Where an expression is evaluated, and what of it is a column already."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from claimrules.language.expression import Expr


@dataclass(frozen=True, slots=True)
class Place:
    """Aliases at hand.

    `row`: the rule's rows. `others`: by name, rows of `others`. `below`: by kind, rows of a kind below. `candidates`: by
    (owner, match), knowledge rows under test, or of a set.
    """

    row: str = "r"
    others: Mapping[str, str] = field(default_factory=dict)
    below: Mapping[str, str] = field(default_factory=dict)
    candidates: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def with_other(self, owner: str, alias: str) -> "Place":
        """With a row of one of `others`."""
        return replace(self, others={**self.others, owner: alias})

    def with_below(self, kind: str, alias: str) -> "Place":
        """With a row of a kind below."""
        return replace(self, below={**self.below, kind: alias})

    def with_candidate(self, owner: str, match: str, alias: str) -> "Place":
        """With a knowledge row."""
        return replace(self, candidates={**self.candidates, (owner, match): alias})


@dataclass(frozen=True, slots=True)
class Known:
    """Columns of the rule's rows that hold a value; `least` where it is incomplete and yet at least so much."""

    name: str
    least: str = ""


Columns = dict[Expr, Known]
