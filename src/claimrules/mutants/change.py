"""One change of one expression."""

from dataclasses import dataclass

from claimrules.language.expression import Expr
from claimrules.mutants.tree import Path


@dataclass(frozen=True, slots=True)
class Change:
    """`path` leads from the expression to the spot that `node` replaces.

    `before` and `after` are the word that changes, as the language spells it; `after` is empty where `before` is dropped.
    `token`: the word stands in the source as such (an operator, a number), so that it can be found there.
    """

    path: Path
    node: Expr
    before: str
    after: str
    token: bool = False
