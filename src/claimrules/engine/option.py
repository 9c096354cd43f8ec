"""Aggregates whose option differs from row to row, as a parameter by region does."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

import numpy as np

from claimrules.catalog import Base
from claimrules.engine.column import Column
from claimrules.engine.values.functions import absent, chosen
from claimrules.engine.values.numbers import scale_of
from claimrules.language.expression import Aggregate, Expr, Literal


def by_option(node: Aggregate, option: Column, evaluate: Callable[[Expr], Column]) -> Column:
    """`node` with each row's own `option`: evaluated once for each number that occurs, and chosen row by row."""
    scale = scale_of(option.type)
    used = cast(Any, option.data) if option.known is None else cast(Any, option.data)[option.known]
    numbers = np.unique(used)
    which = np.searchsorted(numbers, option.data)
    if option.known is not None:
        which = np.where(option.known, which, len(numbers))
    made = [evaluate(replace(node, option=_literal(option, int(number), scale))) for number in numbers]
    return chosen(node.type, [*made, absent(node.type, len(option))], which)


def _literal(option: Column, number: int, scale: int) -> Literal:
    value = Decimal(number).scaleb(-scale) if option.type.base is Base.DECIMAL else number
    return Literal(option.type, value)
