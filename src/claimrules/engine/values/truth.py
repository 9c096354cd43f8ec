"""Three-valued logic: TRUE, FALSE and not known."""

from typing import cast

import numpy as np

from claimrules.catalog import BOOLEAN
from claimrules.engine.column import Column, Mask


def truth(column: Column) -> Mask:
    """Where it is known to be TRUE."""
    data = cast(Mask, column.data)
    return data if column.known is None else data & column.known


def falsehood(column: Column) -> Mask:
    """Where it is known to be FALSE."""
    data = cast(Mask, column.data)
    return ~data if column.known is None else ~data & column.known


def decided(true: Mask, false: Mask) -> Column:
    """The column that is TRUE and FALSE there, and unknown elsewhere."""
    known = true | false
    return Column(BOOLEAN, true, None if known.all() else known)


def and_(left: Column, right: Column) -> Column:
    """AND: FALSE where either is."""
    if left.known is None and right.known is None:
        return Column(BOOLEAN, cast(Mask, left.data) & cast(Mask, right.data))
    return decided(truth(left) & truth(right), falsehood(left) | falsehood(right))


def or_(left: Column, right: Column) -> Column:
    """OR: TRUE where either is."""
    if left.known is None and right.known is None:
        return Column(BOOLEAN, cast(Mask, left.data) | cast(Mask, right.data))
    return decided(truth(left) | truth(right), falsehood(left) & falsehood(right))


def not_(column: Column) -> Column:
    """NOT."""
    return Column(BOOLEAN, ~cast(Mask, column.data), column.known)


def both_known(*columns: Column) -> Mask | None:
    """Where all are known; None where they always are."""
    masks = [column.known for column in columns if column.known is not None]
    if not masks:
        return None
    return masks[0] if len(masks) == 1 else np.logical_and.reduce(masks)
