"""What lines, claims and days have in scope, and what the fund paid of it: whole cents."""

from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from claimrules.catalog import MONEY, decimal
from claimrules.engine.column import Index, Mask
from claimrules.engine.kernels.segments import group_ids, mul_div_half_up, segment_sum
from claimrules.engine.space import KindSpace
from claimrules.engine.values.numbers import scale_of, to_scale
from claimrules.engine.values.times import days
from claimrules.language.rule import Rule
from claimrules.language.scope import time_of

CENTS = decimal(18, 2)
GROUPED_PAYMENT = ("drg", "dip")
"""Paid by group: a line finding is no loss of the fund unless the group changes."""


@dataclass(frozen=True, slots=True)
class Money:
    """Cents and whether they are known."""

    cents: Any
    known: Mask


def summable(cents: Any) -> Any:
    """The same cents, as Python's integers where their sum might not fit into 64 bits: money never wraps round."""
    if cents.dtype == object or not len(cents):
        return cents
    most = max(int(cents.max()), -int(cents.min()))
    return cents if most * len(cents) < 2**63 else cents.astype(object)


@dataclass(slots=True)
class Purse:
    """The money of a batch's lines and claims, looked up once for all rules."""

    claim: KindSpace
    line: KindSpace
    _of_lines: Money | None = field(init=False, default=None)
    _of_claims: Money | None = field(init=False, default=None)

    def line_scope(self, kind: KindSpace, at: Index) -> Money:
        """Each line's amount inside the scope of the insurance; computed from its other parts where it is not given.

        amount - fully self-paid - over limit - advance co-pay, a part that is not given counting as 0.
        """
        scope = column_of(kind, "in_scope_amount", at)
        gross = column_of(kind, "amount", at)
        rest = cast(Any, gross.cents).copy()
        for name in ("fully_self_paid_amount", "over_limit_amount", "copay_first_amount"):
            part = column_of(kind, name, at)
            rest = rest - np.where(part.known, part.cents, 0)
        rest = np.maximum(rest, 0)
        return Money(np.where(scope.known, scope.cents, rest), scope.known | gross.known)

    def claim_scope(self, at: Index) -> Money:
        """Each claim's own in-scope amount; else the sum of its lines'; else what the fund paid."""
        own = column_of(self.claim, "in_scope_amount", at)
        if own.known.all():
            return own
        if self._of_claims is None:
            self._of_claims = self._scope_of_claims()
        return Money(self._of_claims.cents[at], self._of_claims.known[at])

    def _scope_of_claims(self) -> Money:
        every, up = np.arange(self.claim.n, dtype=np.int64), self.line.rows.up["claim"]
        own = column_of(self.claim, "in_scope_amount", every)
        fund = column_of(self.claim, "fund_amount", every)
        lines = self._scope_of_lines()
        total = segment_sum(np.where(lines.known, lines.cents, 0), up, self.claim.n)
        has_lines = np.bincount(up, minlength=self.claim.n) > 0
        cents = np.where(own.known, own.cents, np.where(has_lines, total, fund.cents))
        return Money(cents, own.known | has_lines | fund.known)

    def _scope_of_lines(self) -> Money:
        if self._of_lines is None:
            self._of_lines = self.line_scope(self.line, np.arange(self.line.n, dtype=np.int64))
        return self._of_lines

    def scope_of_parts(self, rule: Rule, space: KindSpace, rows: Index, claims: Index) -> Money:
        """What claims of encounters have in scope; of days, what their lines of that date have.

        `rows`, `claims`: places of an encounter or a day and of one of its claims. Lines without a date are of no day.
        """
        if rule.kind != "day" or rule.amount.method == "whole_encounter":
            return self.claim_scope(claims)
        lines = self._scope_of_lines()
        time = self.line.evaluate(time_of("line"))
        dated = np.flatnonzero(lines.known if time.known is None else lines.known & time.known)
        date = np.concatenate([cast(Any, space.rows.columns["date"].data)[rows], days(time)[dated]])
        claim = np.concatenate([claims, self.line.up("claim")[dated]])
        ids, k = group_ids([claim, date], len(claim))
        total = segment_sum(np.maximum(lines.cents[dated], 0), ids[len(rows) :], k)
        return Money(total[ids[: len(rows)]], np.ones(len(rows), np.bool_))

    def loss(self, claims: Index, money: Money, *, of_lines: bool) -> Money:
        """What the fund lost: the amount times what it paid of the claim's in-scope amount (0 to 1).

        An estimate in the sense of article 35 of the implementing rules: a deductible is spread in proportion. Of nothing
        it is nothing, and so it is of lines (`of_lines`) in claims paid by group, whatever else is not known.
        """
        scope = self.claim_scope(claims)
        fund = column_of(self.claim, "fund_amount", claims)
        paid = np.clip(fund.cents, 0, np.maximum(scope.cents, 0))
        known = money.known & fund.known & scope.known
        some = known & (scope.cents > 0)
        cents = np.zeros(len(claims), dtype=object if money.cents.dtype == object else np.int64)
        if some.any():
            cents[some] = mul_div_half_up(money.cents[some], paid[some], scope.cents[some])
        nothing = money.known & (money.cents == 0)
        if of_lines:
            nothing |= self._by_group(claims)
        return Money(np.where(nothing, 0, cents), known | nothing)

    def _by_group(self, claims: Index) -> Mask:
        method = self.claim.rows.columns.get("payment_method")
        if method is None or method.words is None:
            return np.zeros(len(claims), np.bool_)
        grouped = np.isin(method.words.astype(str), GROUPED_PAYMENT)
        out = grouped[cast(Index, method.data)[claims]]
        return out if method.known is None else out & method.known[claims]


def column_of(space: KindSpace, name: str, at: Index) -> Money:
    """A money column of some rows; 0 and not known where there is none."""
    found = space.rows.columns.get(name)
    if found is None:
        return Money(np.zeros(len(at), np.int64), np.zeros(len(at), np.bool_))
    cents = to_scale(found, MONEY).data if scale_of(found.type) != 2 else found.data
    known = np.ones(len(at), np.bool_) if found.known is None else found.known[at]
    return Money(np.where(known, cast(Any, cents)[at], 0), known)
