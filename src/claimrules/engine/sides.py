"""The two sides of others: the rows that they stand beside, and the other rows themselves."""

from dataclasses import replace
from typing import cast

import numpy as np

from claimrules.engine.column import Column, Index
from claimrules.engine.prepare.arrays import take
from claimrules.engine.space import KindSpace, Space, periods
from claimrules.engine.subject_rows import Found, RowSpace, SubjectSpace
from claimrules.language.expression import (
    Expr,
    Field,
    MatchField,
    MatchRow,
    Missing,
    OfSubject,
    RowId,
    walk,
)
from claimrules.plan.rewrite import rewritten


class LeftRows(Space):
    """What others stand beside: the rule's rows, or its subjects; once for each knowledge row that relates them.

    `lift`: each one's place in `inner`, whose values it has (None: all, as they stand). `at`: its row of the kind, a
    subject's first. `sets`: the one knowledge row of each, by match.
    """

    def __init__(self, inner: RowSpace | SubjectSpace, lift: Index | None, sets: dict[str, Found]) -> None:
        super().__init__(inner.n if lift is None else len(lift), inner.in_set)
        self.inner, self.lift, self.sets = inner, lift, sets
        self.rows = inner.rows if isinstance(inner, SubjectSpace) else inner
        self.base = self.rows.base
        first = inner.subjects.first if isinstance(inner, SubjectSpace) else None
        own = self.rows.at if first is None else self.rows.at[first]
        self.at: Index = own if lift is None else own[lift]

    def found(self, match: str) -> Found | None:
        """The knowledge row of each row; None where this is not about rows."""
        if match in self.sets:
            return self.sets[match]
        return self.rows.matches.get(match) if self.lift is None and isinstance(self.inner, RowSpace) else None

    def lifted(self, column: Column) -> Column:
        """A column of `inner` in the place of each."""
        return column if self.lift is None else take(column, self.lift)

    def _evaluate(self, node: Expr) -> Column:
        parts = walk(node)
        if any(isinstance(p, MatchField | MatchRow) and not p.owner and p.match in self.sets for p in parts):
            return super()._evaluate(node)
        return self.lifted(self.inner.evaluate(node))

    def leaf(self, node: Expr) -> Column:
        """A column of the knowledge row that relates them."""
        match node:
            case MatchField(match=match, column=column, type=type_):
                return self.sets[match].column(column, type_)
            case _:
                raise NotImplementedError(type(node).__name__)

    def period(self, window: Column) -> Column:
        """The period that each row's own window puts it in."""
        rows = cast(RowSpace, self.inner)
        return periods(window, lambda unit: self.lifted(rows.period_text(unit)))


class RightRows(Space):
    """The other rows, asked with the others' name: rows of a kind, once for each of their knowledge rows."""

    def __init__(self, rows: RowSpace) -> None:
        super().__init__(rows.n, rows.in_set)
        self.rows = rows
        self.base: KindSpace = rows.base
        self.at: Index = rows.at
        self.whole = rows.n == rows.base.n and bool((rows.at == np.arange(rows.n)).all())

    def _evaluate(self, node: Expr) -> Column:
        mine = owned(node)
        if any(isinstance(p, MatchField | MatchRow | Missing) for p in walk(mine)):
            return self.rows.evaluate(mine)
        column = self.base.evaluate(mine)
        return column if self.whole else take(column, self.at)

    def leaf(self, node: Expr) -> Column:
        """Never: everything goes to the rows themselves."""
        raise NotImplementedError(type(node).__name__)


class RightSubjects(Space):
    """The rule's subjects, asked with the others' name."""

    def __init__(self, subjects: SubjectSpace) -> None:
        super().__init__(subjects.n, subjects.in_set)
        self.subjects = subjects

    def leaf(self, node: Expr) -> Column:
        """A key, or what `let` names of the subject; a sum of which a part is not known is not known."""
        return replace(self.subjects.evaluate(cast(OfSubject, node).value), least=None)


def owned(node: Expr) -> Expr:
    """The same asked of the other row itself."""

    def own(part: Expr) -> Expr:
        match part:
            case Field(type=t, kind=kind, name=name):
                return Field(t, "", kind, name)
            case RowId(type=t, kind=kind):
                return RowId(t, "", kind)
            case MatchField(type=t, match=match, column=column):
                return MatchField(t, "", match, column)
            case MatchRow(type=t, match=match):
                return MatchRow(t, "", match)
            case Missing(name=name):
                return Missing(name)
            case _:
                return part

    return rewritten(node, own)
