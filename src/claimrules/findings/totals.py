"""Totals in which each line's money counts once, however many rules hit it."""

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from claimrules.engine.column import Index
from claimrules.engine.kernels.segments import group_ids, pack_keys, segment_max, segment_sum, stable_order
from claimrules.engine.space import KindSpace
from claimrules.engine.values.times import days
from claimrules.findings.purse import Money, Purse, summable
from claimrules.language.scope import time_of
from claimrules.stopwatch import timed

_NO_DATE = -(2**40)
"""The day of lines that have none: no day of a stay."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Cents: of what is inside the scope, and of what the fund lost."""

    amount: int = 0
    fund_loss: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(self.amount + other.amount, self.fund_loss + other.fund_loss)


@dataclass(slots=True)
class LineMoney:
    """The largest amount that any rule found on each line, each day of a claim, and each claim as a whole.

    A day covers its lines and a claim its days: of a day and of a claim the larger counts, its own amount or the sum of
    what it covers. Amounts and losses are kept apart, each pair of arrays in that order.
    """

    purse: Purse
    _of_line: list[Any] = field(default_factory=list)
    _of_claim: list[Any] = field(default_factory=list)
    _of_day: list[tuple[Index, Index, Any, Any]] = field(default_factory=list)

    def add_lines(self, lines: Index, amount: Money, loss: Money) -> None:
        """The money of one rule's violating lines."""
        self._raise(self._of_line, self.purse.line.n, lines, amount, loss)

    def add_raw_lines(self, raw: KindSpace, rows: Index, amount: Money) -> None:
        """That of lines before netting counts on what netting left of them: nothing where nothing is left."""
        line = self.purse.line
        if not line.n:
            return
        both = [np.concatenate(pair) for pair in zip(_names(raw, rows), _names(line), strict=True)]
        key = pack_keys(both, len(rows) + line.n)[0]
        sought, standing = key[: len(rows)], key[len(rows) :]
        order = stable_order(standing)
        found = order[np.minimum(np.searchsorted(standing[order], sought), line.n - 1)]
        there = standing[found] == sought
        self._add_capped(found[there], Money(amount.cents[there], amount.known[there]))

    def _add_capped(self, lines: Index, amount: Money) -> None:
        scope = self.purse.line_scope(self.purse.line, lines)
        most = np.where(scope.known, np.maximum(scope.cents, 0), amount.cents)
        capped = Money(np.minimum(amount.cents, most), amount.known)
        self.add_lines(lines, capped, self.purse.loss(self.purse.line.up("claim")[lines], capped, of_lines=True))

    def add_days(self, claims: Index, dates: Index, amount: Money, loss: Money) -> None:
        """The money of one rule's violating days, that of each of a day's claims apart."""
        self._of_day.append((claims, dates, _or_zero(amount), _or_zero(loss)))

    def add_claims(self, claims: Index, amount: Money, loss: Money) -> None:
        """The money of claims as a whole."""
        self._raise(self._of_claim, self.purse.claim.n, claims, amount, loss)

    def _raise(self, store: list[Any], n: int, at: Index, amount: Money, loss: Money) -> None:
        if not store:
            store += [np.zeros(n, np.int64), np.zeros(n, np.int64)]
        for most, money in zip(store, (amount, loss), strict=True):
            np.maximum.at(most, at, _or_zero(money).astype(np.int64))

    @timed("totals")
    def totals(self) -> Totals:
        """For each claim the larger of its own amount and the sum of its days' and lines'."""
        n = self.purse.claim.n
        out = []
        for place in (0, 1):
            parts = self._parts(place)
            whole = self._of_claim[place] if self._of_claim else np.zeros(n, np.int64)
            out.append(int(summable(np.maximum(whole, parts)).sum()))
        return Totals(out[0], out[1])

    def _parts(self, place: int) -> Any:
        """What each claim's days and lines have, each line counted once."""
        n, line = self.purse.claim.n, self.purse.line
        of_line = summable(self._of_line[place]) if self._of_line else np.zeros(line.n, np.int64)
        claim = line.up("claim")
        if not self._of_day:
            return segment_sum(of_line, claim, n)
        time = line.evaluate(time_of("line"))
        date = days(time) if time.known is None else np.where(time.known, days(time), _NO_DATE)
        days_claim, days_date, *money = (np.concatenate(parts) for parts in zip(*self._of_day, strict=True))
        claims = np.concatenate([claim, days_claim])
        ids, k = group_ids([claims, np.concatenate([np.asarray(date, np.int64), days_date])], len(claims))
        lines = segment_sum(of_line, ids[: line.n], k)
        own = segment_max(money[place].astype(np.int64), ids[line.n :], k)
        of_group = np.zeros(k, np.int64)
        of_group[ids] = claims
        return segment_sum(np.maximum(own, lines), of_group, n)


def _names(space: KindSpace, rows: Index | None = None) -> tuple[Any, Any]:
    """Claim and line_id of some lines, as numbers; lines before and after netting share their words."""
    at = np.arange(space.n, dtype=np.int64) if rows is None else rows
    return space.up("claim")[at], cast(Any, space.rows.columns["line_id"].data)[at].astype(np.int64)


def _or_zero(money: Money) -> Any:
    return np.where(money.known, money.cents, 0)
