"""What a bundle would have cost less than its parts, spread over the parts."""

from typing import Any, cast

import numpy as np

from claimrules.catalog import DOUBLE, Base, decimal
from claimrules.engine.column import Column, Index
from claimrules.engine.kernels.segments import mul_div_half_up, running_sum, segment_any, segment_sum
from claimrules.engine.values.numbers import scale_of, subtract, to_scale
from claimrules.findings.purse import CENTS, Money


def shares(amount: Any, own: Any, ids: Index, n: int) -> Any:
    """What each row bears of its group's `amount`, in proportion to what it has of its `own`.

    By cumulative share, in the order of rows: half up of what all rows down to this one bear, less the same before it. So
    the shares add up to the amount, and none is above the row's own where the amount is within the sum. Cents, not below
    0; `amount`: one a group (0 to n-1), `ids`: each row's group.
    """
    after = cast(Any, running_sum(own, ids))
    whole = np.maximum(segment_sum(own, ids, n), 1)[ids]
    return mul_div_half_up(amount[ids], after, whole) - mul_div_half_up(amount[ids], after - own, whole)


def bundle_amounts(own: Money, price: Column, owner: Index, n: int, order: Index) -> Money:
    """For each row its share of what its subject's rows have in scope together above the bundle's price.

    `own`: what each row has in scope, not below 0; `price`: the bundle's, one value a row; `owner`: the row's subject (0
    to n-1); `order`: all rows in the order in which the cents are dealt out. Where a subject's rows name different prices
    the highest holds. Not known where one row's money or price is not.
    """
    known = ~segment_any(~own.known, owner, n)
    if price.known is not None:
        known &= ~segment_any(~price.known, owner, n)
    cents = np.where(own.known, own.cents, 0)
    total = segment_sum(cents, owner, n)
    bundle = Column(price.type, _highest(price, owner, n))
    type_ = DOUBLE if price.type.base is Base.DOUBLE else decimal(38, max(2, scale_of(price.type)))
    above = cast(Any, to_scale(subtract(type_, Column(CENTS, cast(Any, total)), bundle), CENTS).data)
    amount = np.minimum(np.maximum(above, 0), total)
    dealt = shares(amount, cents[order], owner[order], n)
    out = np.zeros(len(order), dealt.dtype)
    out[order] = dealt
    return Money(out, known[owner])


def _highest(price: Column, owner: Index, n: int) -> Any:
    """Each subject's highest price; whatever stands in a row without one makes the subject unknown anyway."""
    given = cast(Any, price.data)
    out = np.zeros(n, given.dtype)
    out[owner] = given
    np.maximum.at(out, owner, given)
    return out
