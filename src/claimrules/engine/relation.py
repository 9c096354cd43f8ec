"""Other rows: what stands in relation to each row or subject of a rule, and expressions over such pairs."""

from functools import lru_cache
from typing import cast

import numpy as np

from claimrules.catalog import BOOLEAN
from claimrules.engine.aggregate import Members
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.lookup import MISSING, UNKNOWN
from claimrules.engine.prepare.arrays import take
from claimrules.engine.sides import LeftRows, RightRows, RightSubjects
from claimrules.engine.space import Space, reduced
from claimrules.engine.values import absent
from claimrules.language.expression import (
    Aggregate,
    Expr,
    Key,
    Name,
    Param,
    Walk,
    walk,
)
from claimrules.language.rule import OtherSpec

NONE: Index = np.zeros(0, np.int64)


class Relation:
    """The other rows of one name.

    `n` rows, or subjects, they stand beside. For a set: pairs, each by what it stands beside (`left`), with its places on
    both sides (`near`, `far`) and the other row (`found`). For a `take` of one: `one`, its row, MISSING or UNKNOWN, and
    its place on its side (`far_one`). `beyond`: there may be others that are not among the data at all.
    """

    def __init__(self, spec: OtherSpec, n: int, lefts: LeftRows, rights: RightRows | RightSubjects) -> None:
        self.spec, self.n, self.lefts, self.rights = spec, n, lefts, rights
        self.left: Index = NONE
        self.near: Index = NONE
        self.far: Index = NONE
        self.sure: Mask | None = None
        self.incomplete: Mask | None = None
        self.one: Index | None = None
        self.far_one: Index = NONE
        self.unclocked: Mask | None = None
        self.unclocked_beyond: Mask | None = None
        self.beyond = False

    @property
    def found(self) -> Index:
        """Each pair's other row among all rows of its kind."""
        return self.rights.at[self.far] if isinstance(self.rights, RightRows) else self.far

    def missing(self) -> Column:
        """IS MISSING, of a `take` of one."""
        one = cast(Index, self.one)
        return Column(BOOLEAN, one == MISSING, None if (one != UNKNOWN).all() else one != UNKNOWN)

    def column(self, node: Expr) -> Column:
        """A value of the one row taken."""
        one = cast(Index, self.one)
        there = one >= 0
        if not self.rights.n:
            return absent(node.type, len(one))
        taken = take(self.rights.evaluate(node), np.maximum(self.far_one, 0))
        known = there if taken.known is None else there & taken.known
        return Column(taken.type, taken.data, None if known.all() else known, taken.words)

    def aggregate(self, node: Aggregate) -> Column:
        """Over the set, one value for each row or subject."""
        pairs = PairSpace(self.spec.name, self.lefts, self.near, self.rights, self.far)
        return reduced(pairs, node, Members(self.left, self.n, self.sure, self.incomplete))


@lru_cache(maxsize=1 << 16)
def sides_of(node: Expr) -> frozenset[str]:
    """Whose values an expression names: "" the row's or subject's own, or the name of others."""
    owners = set()
    for part in walk(node):
        if isinstance(part, Name):
            owners.add(part.owner)
        elif isinstance(part, Key | Aggregate | Walk | Param):
            owners.add("")
    return frozenset(owners)


class PairSpace(Space):
    """Pairs of a rule's row, or subject, and another."""

    def __init__(self, name: str, lefts: Space, near: Index, rights: Space, far: Index) -> None:
        super().__init__(len(near), lefts.in_set)
        self.name, self.lefts, self.near, self.rights, self.far = name, lefts, near, rights, far

    def delegate(self, node: Expr) -> tuple[Space, Index] | None:
        """What names one side only is evaluated there."""
        owners = sides_of(node)
        if owners == {self.name}:
            return self.rights, self.far
        return (self.lefts, self.near) if owners and self.name not in owners else None

    def leaf(self, node: Expr) -> Column:
        """Never: every name is of one side."""
        raise NotImplementedError(type(node).__name__)
