"""Totals in which each line's money counts once, however many rules hit it."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from claimrules.engine.column import Index
from claimrules.engine.space import KindSpace
from claimrules.findings.amounts import Money, summable


@dataclass(frozen=True, slots=True)
class Totals:
    """Cents: of what is inside the scope, and of what the fund lost."""

    amount: int = 0
    fund_loss: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(self.amount + other.amount, self.fund_loss + other.fund_loss)


@dataclass(slots=True)
class LineMoney:
    """The largest amount that any rule found on each line, and on each claim as a whole. A claim covers its lines."""

    line: KindSpace
    claim: KindSpace
    _of_line: list[Any] = field(default_factory=list)
    _of_claim: list[Any] = field(default_factory=list)

    def add(self, kind: str, claims: Index, lines: Index, amount: Money, loss: Money) -> None:
        """The money of one rule's violating rows. Lines before netting count by their claim."""
        for place, money in enumerate((amount, loss)):
            cents = np.where(money.known, money.cents, 0)
            if kind == "line":
                self._raise(self._of_line, place, self.line.n, lines, cents)
            elif kind == "day":
                # A claim's days are parts of it: their money adds up.
                whole = np.zeros(self.claim.n, np.int64)
                np.add.at(whole, claims, cents.astype(np.int64))
                self._raise(self._of_claim, place, self.claim.n, np.arange(self.claim.n, dtype=np.int64), whole)
            else:
                self._raise(self._of_claim, place, self.claim.n, claims, cents)

    def _raise(self, store: list[Any], place: int, n: int, at: Index, cents: Any) -> None:
        if not store:
            store += [np.zeros(n, np.int64), np.zeros(n, np.int64)]
        np.maximum.at(store[place], at, cents.astype(np.int64))

    def totals(self) -> Totals:
        """For each claim the larger of its own amount and the sum of its lines'."""
        out = []
        for place in (0, 1):
            whole = self._of_claim[place] if self._of_claim else np.zeros(self.claim.n, np.int64)
            of_line = summable(self._of_line[place]) if self._of_line else np.zeros(0, np.int64)
            lines = np.zeros(self.claim.n, of_line.dtype)
            if self._of_line:
                np.add.at(lines, self.line.rows.up["claim"], of_line)
            out.append(int(summable(np.maximum(whole, lines)).sum()))
        return Totals(out[0], out[1])
