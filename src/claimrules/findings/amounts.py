"""The money of violating rows: whole cents, multiplied first, divided last, rounded half-up once, at the line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from claimrules.catalog import DOUBLE, Base, Type, decimal, kind_fields
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.hits import Flagged
from claimrules.engine.kernels.segments import mul_div_half_up, segment_any, segment_sum
from claimrules.engine.space import KindSpace
from claimrules.engine.values.numbers import multiply, scale_of, subtract, to_scale
from claimrules.findings.bundle import bundle_amounts, shares
from claimrules.findings.purse import CENTS, Money, Purse, column_of
from claimrules.language.expression import Field
from claimrules.language.rule import Rule

UNITS = decimal(38, 4)
PRICE = decimal(38, 6)
WHOLE = ("full_line", "whole_encounter")


@dataclass(frozen=True, slots=True)
class Bearers:
    """What bears the money of a rule's violating rows: lines, or for kinds above the line claims.

    `row`: for each the violating row among the flagged ones (0 to n-1). `claim`, `line`: places in the batch (`line` -1
    above the line).
    """

    row: Index
    claim: Index
    line: Index


def amounts_of(rule: Rule, space: KindSpace, purse: Purse, flagged: Flagged, bearers: Bearers) -> Money:
    """The amount of each bearer, within 0 and what it has in scope."""
    scope = _scope(rule, space, purse, flagged, bearers)
    if rule.amount.method == "none":
        return Money(np.zeros(len(bearers.row), np.int64), np.ones(len(bearers.row), np.bool_))
    own = np.maximum(scope.cents, 0)
    if rule.amount.method == "bundle_difference":
        owner = flagged.owner[bearers.row]
        order = np.lexsort((bearers.claim, space.sequence[flagged.rows[bearers.row]], owner))
        price = _taken(flagged.arguments[0], bearers.row)
        return bundle_amounts(Money(own, scope.known), price, owner, flagged.n, order)
    if rule.kind in ("encounter", "day"):
        return _spread(rule, Money(own, scope.known), bearers.row, len(flagged.rows), flagged.arguments)
    if rule.amount.method in WHOLE:
        return Money(own, scope.known)
    arguments = [_taken(argument, bearers.row) for argument in flagged.arguments]
    raw = _raw(rule.amount.method, space, flagged.rows[bearers.row], arguments[0], Money(own, scope.known))
    return Money(np.minimum(np.maximum(raw.cents, 0), own), raw.known & scope.known)


def _scope(rule: Rule, space: KindSpace, purse: Purse, flagged: Flagged, bearers: Bearers) -> Money:
    if rule.kind in ("line", "raw_line"):
        return purse.line_scope(space, bearers.line)
    if rule.kind in ("encounter", "day"):
        return purse.scope_of_parts(rule, space, flagged.rows[bearers.row], bearers.claim)
    return purse.claim_scope(bearers.claim)


def _spread(rule: Rule, own: Money, row: Index, n: int, arguments: Sequence[Column]) -> Money:
    """What each claim bears of its row's amount, for rows that hold several claims (a stay settled in parts).

    `own`, `row`: for each claim what it has in scope, and its row (0 to n-1). `arguments`: one value a row. A row's
    amount stays within 0 and what its claims have in scope, and is spread by that, so that the shares add up to the cent.
    """
    cents = np.where(own.known, own.cents, 0)
    known = ~segment_any(~own.known, row, n)
    if rule.amount.method in WHOLE:
        return Money(cents, known[row])
    given = arguments[0]
    if given.known is not None:
        known &= given.known
    wanted = cast(Any, to_scale(given, CENTS).data)
    amount = np.minimum(np.maximum(wanted, 0), segment_sum(cents, row, n))
    return Money(shares(amount, cents, row, n), known[row])


def _raw(method: str, space: KindSpace, rows: Index, given: Column, own: Money) -> Money:
    """The amount before it is held within 0 and the in-scope amount. `given`: the method's argument, one value a row."""
    match method:
        case "excess_quantity":
            return _of_units(space, rows, given, own)
        case "excess_price":
            return _above_ceiling(space, rows, given)
        case "discount":
            charged = column_of(space, "amount", rows)
            exact = subtract(_exact(given.type, 2), _charged(charged), given)
            return Money(to_scale(exact, CENTS).data, charged.known & _known(given))
        case "instead_of":
            return _dearer_than(space, rows, given, own)
        case _:
            return Money(to_scale(given, CENTS).data, _known(given))


def _of_units(space: KindSpace, rows: Index, units: Column, own: Money) -> Money:
    """So many of the line's units: units x in-scope amount / quantity. 0 for a line of no quantity."""
    quantity = _of_line(space, "quantity", rows)
    known = _known(units) & _known(quantity) & own.known
    number = cast(Any, to_scale(units, UNITS).data)
    safe = known & (cast(Any, quantity.data) > 0)
    out = np.zeros(len(rows), dtype=object if number.dtype == object else np.int64)
    if safe.any():
        out[safe] = mul_div_half_up(number[safe], own.cents[safe], cast(Any, quantity.data)[safe])
    return Money(out, known)


def _above_ceiling(space: KindSpace, rows: Index, ceiling: Column) -> Money:
    """(price - ceiling) x quantity - over-limit amount, exact, then rounded. An over-limit amount not given is 0."""
    price, quantity = _of_line(space, "unit_price", rows), _of_line(space, "quantity", rows)
    over = column_of(space, "over_limit_amount", rows)
    bound = _priced(ceiling)
    gap = subtract(_exact(bound.type, 6), price, bound)
    charged = multiply(_product(gap.type, quantity.type), gap, quantity)
    known = _known(ceiling) & _known(price) & _known(quantity)
    return Money(to_scale(charged, CENTS).data - np.where(over.known, over.cents, 0), known)


def _dearer_than(space: KindSpace, rows: Index, price: Column, own: Money) -> Money:
    """The line's amount less quantity x the price of what was really provided; all of it where that is not known."""
    charged, quantity = column_of(space, "amount", rows), _of_line(space, "quantity", rows)
    real = _priced(price)
    due = multiply(_product(real.type, quantity.type), real, quantity)
    rest = to_scale(subtract(_exact(due.type, 2), _charged(charged), due), CENTS).data
    sure = _known(price)
    return Money(np.where(sure, rest, own.cents), np.where(sure, charged.known & _known(quantity), own.known))


def _priced(price: Column) -> Column:
    """A unit price; a quotient is first rounded to the digits that prices have."""
    return to_scale(price, PRICE) if price.type.base is Base.DOUBLE else price


def _charged(money: Money) -> Column:
    return Column(CENTS, money.cents)


def _exact(type_: Type, least: int) -> Type:
    """The type that holds differences of `type_` and of a decimal of `least` digits after the point."""
    return DOUBLE if type_.base is Base.DOUBLE else decimal(38, max(least, scale_of(type_)))


def _product(left: Type, right: Type) -> Type:
    return decimal(38, scale_of(left) + scale_of(right))


def _known(column: Column) -> Mask:
    return np.ones(len(column), np.bool_) if column.known is None else column.known


def _taken(column: Column, at: Index) -> Column:
    return Column(column.type, column.data[at], None if column.known is None else column.known[at])


def _of_line(space: KindSpace, name: str, rows: Index) -> Column:
    field = kind_fields("line")[name]
    return _taken(space.evaluate(Field(field.type, "", space.rows.kind, name)), rows)
