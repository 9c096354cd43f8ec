"""The money of violating rows: whole cents, multiplied first, divided last, rounded half-up once, at the line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from claimrules.catalog import DOUBLE, MONEY, Base, decimal, kind_fields
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.kernels.segments import group_ids, mul_div_half_up, running_sum, segment_any, segment_sum
from claimrules.engine.space import KindSpace
from claimrules.engine.values.numbers import scale_of, subtract, to_scale, wide
from claimrules.engine.values.times import days
from claimrules.language.expression import Field
from claimrules.language.rule import Rule
from claimrules.language.scope import time_of

UNITS = decimal(38, 4)
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

    def line_scope(self, kind: KindSpace, at: Index) -> Money:
        """Each line's amount inside the scope of the insurance; computed from its other parts where it is not given.

        amount - fully self-paid - over limit - advance co-pay, a part that is not given counting as 0.
        """
        scope = _column(kind, "in_scope_amount", at)
        gross = _column(kind, "amount", at)
        rest = cast(Any, gross.cents).copy()
        for name in ("fully_self_paid_amount", "over_limit_amount", "copay_first_amount"):
            part = _column(kind, name, at)
            rest = rest - np.where(part.known, part.cents, 0)
        rest = np.maximum(rest, 0)
        return Money(np.where(scope.known, scope.cents, rest), scope.known | gross.known)

    def claim_scope(self, at: Index) -> Money:
        """Each claim's own in-scope amount; else the sum of its lines'; else what the fund paid."""
        own = _column(self.claim, "in_scope_amount", at)
        if own.known.all():
            return own
        lines = self.line_scope(self.line, np.arange(self.line.n, dtype=np.int64))
        up = self.line.rows.up["claim"]
        total = segment_sum(np.where(lines.known, lines.cents, 0), up, self.claim.n)
        count = np.bincount(up, minlength=self.claim.n)
        fund = _column(self.claim, "fund_amount", at)
        has_lines = count[at] > 0
        cents = np.where(own.known, own.cents, np.where(has_lines, total[at], fund.cents))
        return Money(cents, own.known | has_lines | fund.known)

    def scope_of_parts(self, rule: Rule, space: KindSpace, rows: Index, claims: Index) -> Money:
        """What claims of encounters have in scope; of days, what their lines of that date have.

        `rows`, `claims`: places of an encounter or a day and of one of its claims. Lines without a date are of no day.
        """
        if rule.kind != "day" or rule.amount.method == "whole_encounter":
            return self.claim_scope(claims)
        lines = self.line_scope(self.line, np.arange(self.line.n, dtype=np.int64))
        time = self.line.evaluate(time_of("line"))
        dated = np.flatnonzero(lines.known if time.known is None else lines.known & time.known)
        date = np.concatenate([cast(Any, space.rows.columns["date"].data)[rows], days(time)[dated]])
        claim = np.concatenate([claims, self.line.up("claim")[dated]])
        ids, k = group_ids([claim, date], len(claim))
        total = segment_sum(np.maximum(lines.cents[dated], 0), ids[len(rows) :], k)
        return Money(total[ids[: len(rows)]], np.ones(len(rows), np.bool_))

    def loss(self, claims: Index, money: Money, *, of_lines: bool) -> Money:
        """What the fund lost: the amount times what it paid of the claim's in-scope amount (0 to 1).

        An estimate in the sense of article 35 of the implementing rules: a deductible is spread in proportion.
        """
        scope = self.claim_scope(claims)
        fund = _column(self.claim, "fund_amount", claims)
        paid = np.clip(fund.cents, 0, np.maximum(scope.cents, 0))
        known = money.known & fund.known & scope.known
        some = known & (scope.cents > 0)
        cents = np.zeros(len(claims), dtype=object if money.cents.dtype == object else np.int64)
        if some.any():
            cents[some] = mul_div_half_up(money.cents[some], paid[some], scope.cents[some])
        if of_lines:
            cents = np.where(self._by_group(claims), 0, cents)
        return Money(cents, known)

    def _by_group(self, claims: Index) -> Mask:
        method = self.claim.rows.columns.get("payment_method")
        if method is None or method.words is None:
            return np.zeros(len(claims), np.bool_)
        grouped = np.isin(method.words.astype(str), GROUPED_PAYMENT)
        out = grouped[cast(Index, method.data)[claims]]
        return out if method.known is None else out & method.known[claims]


def _column(space: KindSpace, name: str, at: Index) -> Money:
    found = space.rows.columns.get(name)
    if found is None:
        return Money(np.zeros(len(at), np.int64), np.zeros(len(at), np.bool_))
    cents = to_scale(found, MONEY).data if scale_of(found.type) != 2 else found.data
    known = np.ones(len(at), np.bool_) if found.known is None else found.known[at]
    return Money(np.where(known, cast(Any, cents)[at], 0), known)


def row_amounts(rule: Rule, space: KindSpace, purse: Purse, rows: Index, arguments: Sequence[Column]) -> Money:
    """Each violating row's amount, within 0 and its in-scope amount. `rows` are lines, or claims for kinds above."""
    method = rule.amount.method
    is_line = space.rows.kind in ("line", "raw_line")
    if method == "none":
        return Money(np.zeros(len(rows), np.int64), np.ones(len(rows), np.bool_))
    scope = purse.line_scope(space, rows) if is_line else purse.claim_scope(rows)
    if method in ("full_line", "whole_encounter"):
        return Money(np.maximum(scope.cents, 0), scope.known)
    known = scope.known.copy()
    for argument in arguments:
        if argument.known is not None:
            known &= argument.known
    raw = _raw(method, space, rows, arguments, scope, known)
    return Money(np.minimum(np.maximum(raw, 0), np.maximum(scope.cents, 0)), known)


def spread_amounts(rule: Rule, scope: Money, row: Index, n: int, arguments: Sequence[Column]) -> Money:
    """What each claim bears of its row's amount, for rows that hold several claims (a stay settled in parts).

    `scope`, `row`: for each claim what it has in scope, and its row (0 to n-1). `arguments`: one value a row. A row's
    amount stays within 0 and what its claims have in scope, and is spread by that, cumulatively, so that the shares add up
    to the cent.
    """
    own = np.where(scope.known, np.maximum(scope.cents, 0), 0)
    known = ~segment_any(~scope.known, row, n)
    if rule.amount.method == "none":
        return Money(np.zeros(len(row), np.int64), np.ones(len(row), np.bool_))
    if rule.amount.method in ("full_line", "whole_encounter"):
        return Money(own, known[row])
    for argument in arguments:
        if argument.known is not None:
            known &= argument.known
    total = segment_sum(own, row, n)
    wanted = cast(Any, to_scale(arguments[0], CENTS).data)
    amount = np.minimum(np.maximum(wanted, 0), total)
    after = cast(Any, running_sum(own, row))
    whole = np.maximum(total, 1)[row]
    cents = mul_div_half_up(amount[row], after, whole) - mul_div_half_up(amount[row], after - own, whole)
    return Money(cents, known[row])


def _raw(method: str, space: KindSpace, rows: Index, arguments: Sequence[Column], scope: Money, known: Mask) -> Any:
    """The amount before it is held within 0 and the in-scope amount."""
    given = arguments[0]
    if method == "excess_quantity":
        quantity = _of_line(space, "quantity", rows)
        units = cast(Any, to_scale(given, UNITS).data)
        safe = known & (cast(Any, quantity.data) > 0)
        out = np.zeros(len(rows), dtype=object if units.dtype == object else np.int64)
        if safe.any():
            out[safe] = mul_div_half_up(units[safe], scope.cents[safe], cast(Any, quantity.data)[safe])
        return out
    if method == "excess_price":
        return _above_ceiling(space, rows, given)
    if method == "discount":
        charged = _column(space, "amount", rows)
        exact = decimal(38, max(2, scale_of(given.type))) if given.type.base is not Base.DOUBLE else DOUBLE
        return to_scale(subtract(exact, Column(CENTS, charged.cents), given), CENTS).data
    return to_scale(given, CENTS).data


def _above_ceiling(space: KindSpace, rows: Index, ceiling: Column) -> Any:
    """(price - ceiling) x quantity - over-limit amount, exact, then rounded."""
    price, quantity = _of_line(space, "unit_price", rows), _of_line(space, "quantity", rows)
    over = _column(space, "over_limit_amount", rows)
    gap = cast(Any, wide(to_scale(price, decimal(38, 6)).data)) - cast(Any, wide(to_scale(ceiling, decimal(38, 6)).data))
    exact = gap * wide(quantity.data)
    priced = Column(decimal(38, 10), cast(Any, exact))
    return to_scale(priced, CENTS).data - np.where(over.known, over.cents, 0)


def _of_line(space: KindSpace, name: str, rows: Index) -> Column:
    field = kind_fields("line")[name]
    column = space.evaluate(Field(field.type, "", space.rows.kind, name))
    return Column(column.type, column.data[rows], None if column.known is None else column.known[rows])
