"""The whole answer of a comparison."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from claimrules.diagnostics import Diagnostic
from claimrules.diff.attribute import Because, How
from claimrules.diff.money import Compared, Totals
from claimrules.diff.move import Move
from claimrules.diff.undecided import Undecided


@dataclass(frozen=True, slots=True)
class Effect:
    """What one cause, or several together, did to the findings of one rule. Every change is in one effect."""

    rule_id: str
    how: How
    moves: tuple[Move, ...]
    added: int
    removed: int
    changed: int
    amount: Decimal
    fund_loss: Decimal

    @property
    def findings(self) -> int:
        """How many findings it touched."""
        return self.added + self.removed + self.changed


@dataclass(frozen=True, slots=True, repr=False)
class Diff:
    """What NEW finds differently from OLD on the same claims.

    `changes`: a `pyarrow.Table`, one row a finding that was added, removed or changed, as `pairs.CHANGES`; `because`: what
    each is due to, in the order of its rows. `effects`: the same, summed by rule and cause; `moves`: all that moved, also
    what did nothing on these claims. `rules`, `providers`, `months`: the money of all findings, whose sums are those of
    `totals.findings`. `undecided`: by rule. `warnings`: what the audits had to say.
    """

    changes: Any
    because: Sequence[Because]
    moves: tuple[Move, ...]
    effects: tuple[Effect, ...]
    rules: tuple[Compared, ...]
    providers: tuple[Compared, ...]
    months: tuple[Compared, ...]
    totals: Totals
    undecided: tuple[Undecided, ...]
    warnings: tuple[Diagnostic, ...] = ()

    def __repr__(self) -> str:
        return f"<Diff: {self.changes.num_rows} findings differ, {self.totals.once.amount:+} yuan>"

    @property
    def idle(self) -> tuple[Move, ...]:
        """What moved and changed no finding of these claims."""
        busy = {move for effect in self.effects for move in effect.moves}
        tables = {(move.of) for move in busy if move.kind == "table"}
        return tuple(one for one in self.moves if one not in busy and not (one.kind == "row" and one.of in tables))

    def over(self, amount: Decimal) -> bool:
        """Whether either total differs by more than an amount, up or down."""
        return self.totals.most > amount
