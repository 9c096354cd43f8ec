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
    dates. `screens`: which codes a row must have. `asked`: names of which the rule asks IS MISSING
    (`asked_of_others`: of whose match). `needed`: names of
    `take`-one others whose absence makes a row clean. `columns`: the (table, column) pairs it reads. `partition`: the
    widest key that its rows share: line, claim, encounter, person, or all.
    """

    rule: Rule
    coarse: tuple[Expr, ...] = ()
    fine: tuple[Expr, ...] = ()
    screens: tuple[ItemScreen, ...] = ()
    asked: frozenset[str] = frozenset()
    asked_of_others: frozenset[tuple[str, str]] = frozenset()
    needed: tuple[str, ...] = ()
    columns: frozenset[tuple[str, str]] = frozenset()
    partition: str = "line"
    walks: bool = False
