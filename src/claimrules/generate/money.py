"""What a line costs and who pays it, in whole cents.

`amount = fully self-paid + over the limit + co-paid first + in scope`, always. A refund is the difference between the
line as charged and the line as if only what is left had been charged, so the netted line satisfies the identity too.
"""

from dataclasses import dataclass

import numpy as np

from claimrules.generate.ceilings import NONE
from claimrules.generate.items import Bool, Int
from claimrules.generate.scenarios import CENT_SHORT, HALF, PAID, TWO_CENTS_SHORT, UNPAID

CENT = 10**8
"""A price in millionths times a quantity in ten-thousandths, for one cent."""


@dataclass(frozen=True, slots=True)
class Charged:
    """Lines before money: prices and ceilings in millionths, `copay` in ten-thousandths, `over` a mode of scenarios."""

    price: Int
    ceiling: Int
    over: Int
    copay: Int
    self_paid: Bool


@dataclass(frozen=True, slots=True)
class Money:
    """Cents."""

    amount: Int
    self_paid: Int
    over_limit: Int
    copay: Int
    in_scope: Int


def half_up(value: Int, unit: int) -> Int:
    """`value / unit` to the nearest whole, halves up; for values that are not negative."""
    return (2 * value + unit) // (2 * unit)


def excess(charged: Charged, quantity: Int) -> Int:
    """What stands above the ceiling, exact, in cents over `CENT`."""
    free = charged.ceiling == NONE
    above = np.where(free, 0, np.maximum(charged.price - np.where(free, 0, charged.ceiling), 0))
    due: Int = above * quantity
    return due


def money(charged: Charged, quantity: Int) -> Money:
    """The parts of each line's amount for `quantity` (ten-thousandths)."""
    amount = half_up(charged.price * quantity, CENT)
    due = excess(charged, quantity)
    modes = {
        PAID: -(-due // CENT),
        UNPAID: np.zeros_like(due),
        HALF: due // 2 // CENT,
        CENT_SHORT: due // CENT - 1,
        TWO_CENTS_SHORT: due // CENT - 2,
    }
    over = np.select([charged.over == m for m in modes], list(modes.values()))
    over = np.clip(over, 0, amount)
    over[charged.self_paid] = 0
    own = np.where(charged.self_paid, amount, 0)
    copay = half_up((amount - over - own) * charged.copay, 10**4)
    return Money(amount, own, over, copay, amount - own - over - copay)


def minus(left: Money, right: Money) -> Money:
    """The differences of the parts."""
    return Money(
        left.amount - right.amount,
        left.self_paid - right.self_paid,
        left.over_limit - right.over_limit,
        left.copay - right.copay,
        left.in_scope - right.in_scope,
    )
