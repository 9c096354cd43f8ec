"""Other rows: what stands in relation to each row of a rule, and expressions over such pairs."""

from typing import cast

import numpy as np

from claimrules.catalog import BOOLEAN, INTEGER
from claimrules.engine.aggregate import Members
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.lookup import MISSING, UNKNOWN
from claimrules.engine.prepare.arrays import take
from claimrules.engine.space import KindSpace, Space, reduced
from claimrules.engine.subject_rows import Found, RowSpace
from claimrules.engine.values import absent
from claimrules.language.expression import (
    Aggregate,
    Call,
    Case,
    Expr,
    Field,
    Literal,
    MatchField,
    MatchRow,
    Missing,
    RowId,
    walk,
)
from claimrules.language.rule import OtherSpec


class Relation:
    """The other rows of one name. For a set: pairs by left row. For one row: its place, MISSING or UNKNOWN."""

    def __init__(self, spec: OtherSpec, rows: RowSpace, right: KindSpace) -> None:
        self.spec, self.rows, self.right = spec, rows, right
        self.left: Index = np.zeros(0, np.int64)
        self.found: Index = np.zeros(0, np.int64)
        self.sure: Mask | None = None
        self.incomplete: Mask | None = None
        self.one: Index | None = None
        self.unclocked: Mask | None = None
        self.matches: dict[str, Found] = {}
        self.right_matches: dict[str, Found] = {}

    def missing(self) -> Column:
        """IS MISSING, of a `take` of one."""
        one = cast(Index, self.one)
        return Column(BOOLEAN, one == MISSING, None if (one != UNKNOWN).all() else one != UNKNOWN)

    def column(self, node: Expr) -> Column:
        """A value of the one row taken."""
        one = cast(Index, self.one)
        there = one >= 0
        if not self.right.n:
            return absent(node.type, len(one))
        match node:
            case MatchField(match=match, column=column, type=type_):
                taken = self.right_matches[match].at(np.maximum(one, 0)).column(column, type_)
            case Missing(name=name):
                taken = self.right_matches[name].at(np.maximum(one, 0)).missing()
            case _:
                taken = take(self.right.evaluate(owned(node)), np.maximum(one, 0))
        known = there if taken.known is None else there & taken.known
        return Column(taken.type, taken.data, None if known.all() else known, taken.words)

    def aggregate(self, node: Aggregate) -> Column:
        """Over the set, one value for each of the rule's rows."""
        pairs = PairSpace(self, self.left, self.found)
        return reduced(pairs, node, Members(self.left, self.rows.n, self.sure, self.incomplete))


def owned(node: Expr) -> Expr:
    """The same name asked of the other row itself."""
    match node:
        case Field(type=t, kind=kind, name=name):
            return Field(t, "", kind, name)
        case RowId(type=t, kind=kind):
            return RowId(t, "", kind)
        case Call(type=t, function=function, arguments=arguments):
            return Call(t, function, tuple(owned(a) for a in arguments))
        case _:
            return node


class PairSpace(Space):
    """Pairs of a rule's row and another row."""

    def __init__(self, relation: Relation, left: Index, right: Index) -> None:
        super().__init__(len(left), relation.rows.in_set)
        self.relation, self.left, self.right = relation, left, right

    def delegate(self, node: Expr) -> tuple[Space, Index] | None:
        """What names one side only is evaluated there."""
        name = self.relation.spec.name
        owners = {p.owner for p in walk(node) if isinstance(p, Field | RowId | MatchField | MatchRow | Missing)} | {
            ""
            for p in walk(node)
            if not isinstance(p, Call | Case | Literal | Field | RowId | MatchField | MatchRow | Missing)
        }
        if owners and name not in owners:
            return self.relation.rows, self.left
        if owners == {name} and not any(
            isinstance(p, MatchField | MatchRow | Missing | Case | Aggregate) for p in walk(node)
        ):
            return Renamed(self.relation.right), self.right
        return None

    def leaf(self, node: Expr) -> Column:
        """A knowledge column of the other row."""
        matches = self.relation.right_matches
        match node:
            case MatchField(match=match, column=column, type=type_):
                return matches[match].at(self.right).column(column, type_)
            case MatchRow(match=match):
                rows = matches[match].rows[self.right]
                return Column(INTEGER, np.maximum(rows, 0), None if (rows >= 0).all() else rows >= 0)
            case Missing(name=name):
                return matches[name].at(self.right).missing()
            case _:
                raise NotImplementedError(type(node).__name__)


class Renamed(Space):
    """The other kind's own space, asked with the other's name."""

    def __init__(self, space: KindSpace) -> None:
        super().__init__(space.n, space.in_set)
        self.space = space

    def _evaluate(self, node: Expr) -> Column:
        return self.space.evaluate(owned(node))

    def leaf(self, node: Expr) -> Column:
        """Never: everything goes to the space itself."""
        raise NotImplementedError(type(node).__name__)
