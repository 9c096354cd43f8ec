"""A rule made ready to run."""

from dataclasses import dataclass

from claimrules.language.expression import Expr
from claimrules.language.rule import Rule


@dataclass(frozen=True, slots=True)
class ItemScreen:
    """A row whose code is in no row of the match's table is not applicable."""

    match: str
    code: Expr


@dataclass(frozen=True, slots=True)
class RulePlan:
    """One rule, its parameters and `let`s filled in, its `rows` split by grain.

    `coarse`: parts of `rows` about a row above, evaluated once for each of those; `fine`: the rest, with the effective
    dates. `screens`: which codes a row must have. `asked`: names of which the rule asks IS MISSING (`asked_of_others`: of
    whose match). `needed`: names of `take`-one others whose absence makes a row clean. `sets`: matches that take all and
    make no subject of each row. `columns`: the (table, column) pairs it reads. `partition`: the widest key that its rows
    share: line, claim, encounter, person, or all. `course_gap`: at most how many days lie between two stays of one course
    of a disease (the window `course`).
    """

    rule: Rule
    coarse: tuple[Expr, ...] = ()
    fine: tuple[Expr, ...] = ()
    screens: tuple[ItemScreen, ...] = ()
    asked: frozenset[str] = frozenset()
    asked_of_others: frozenset[tuple[str, str]] = frozenset()
    needed: tuple[str, ...] = ()
    sets: frozenset[str] = frozenset()
    columns: frozenset[tuple[str, str]] = frozenset()
    partition: str = "line"
    course_gap: int | None = None
    walks: bool = False

    @property
    def late(self) -> bool:
        """Whether it asks for findings of other rules."""
        return any(other.kind == "finding" for other in self.rule.others)
