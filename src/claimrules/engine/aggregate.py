"""Aggregates over sets of rows, with the null rules of the language.

Of known members: nothing gives count 0, sum 0, others NULL. `any` is TRUE if one is TRUE, else NULL if one is unknown.
A member, filter or value that is not known, or a set that may have more members, makes the set incomplete: `count` and
`sum` (of what cannot be negative) are then at least their known part, everything else is NULL.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

import numpy as np

from claimrules.catalog import BOOLEAN, DOUBLE, INTEGER, Base
from claimrules.engine import statistics
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.kernels.segments import (
    equal_codes,
    group_ids,
    segment_any,
    segment_count,
    segment_max,
    segment_min,
    segment_sum,
)
from claimrules.engine.listed import distinct_list
from claimrules.engine.values import absent, ordinal
from claimrules.engine.values.truth import falsehood, truth
from claimrules.language.expression import Aggregate, Call, Expr, Field, Literal
from claimrules.stopwatch import timed

NEVER_NEGATIVE = frozenset(
    {
        *("quantity", "supply_days", "dose_count", "unit_price", "price_ceiling", "copay_proportion", "amount"),
        *("in_scope_amount", "fully_self_paid_amount", "over_limit_amount", "copay_first_amount"),
        *("total_amount", "fund_amount"),
    }
)
"""Fields of which an incomplete sum is at least its known part."""


@dataclass(frozen=True, slots=True)
class Members:
    """Which set each row belongs to (`ids`, 0 to k-1).

    `sure`: False where it is not known whether it belongs. `incomplete`: sets that may have members which are not here.
    """

    ids: Index
    k: int
    sure: Mask | None = None
    incomplete: Mask | None = None


@timed("aggregate")
def reduce(node: Aggregate, argument: Column | None, condition: Column | None, members: Members) -> Column:
    """One value for each set. An option of `node` is a literal."""
    counted = np.ones(len(members.ids), np.bool_)
    doubtful = np.zeros(len(members.ids), np.bool_)
    if condition is not None:
        counted = truth(condition)
        doubtful = ~counted & ~falsehood(condition)
    if members.sure is not None:
        doubtful = doubtful | (~members.sure & (counted | doubtful))
        counted = counted & members.sure
    if node.function in ("any", "all", "none"):
        return _quantified(node.function, cast(Column, argument), counted, doubtful, members)
    if node.function == "share":
        return _share(cast(Column, argument), counted, doubtful, members)
    if argument is not None and argument.known is not None:
        doubtful = doubtful | (counted & ~argument.known)
        counted = counted & argument.known
    open_sets = segment_any(doubtful, members.ids, members.k)
    if members.incomplete is not None:
        open_sets = open_sets | members.incomplete
    known = None if not open_sets.any() else ~open_sets
    ids = members.ids[counted]
    if node.function == "count":
        return _count(node, argument, counted, ids, members.k, known)
    if node.function in ("avg", "median", "quantile", "stddev", "distinct_list"):
        return _described(node, _only(cast(Column, argument), counted), ids, members.k, known)
    return _numbers(node, cast(Column, argument), counted, ids, members.k, known)


def _count(node: Aggregate, argument: Column | None, counted: Mask, ids: Index, k: int, known: Mask | None) -> Column:
    if node.distinct and argument is not None:
        values = cast(Any, argument.data)[counted]
        pair, n_pairs = group_ids([ids, equal_codes(values)], len(ids))
        owner = np.zeros(n_pairs, np.int64)
        owner[pair] = ids
        ids = owner
    data = segment_count(ids, k)
    return Column(INTEGER, data, known, None, None if known is None else ~known)


def _numbers(node: Aggregate, argument: Column, counted: Mask, ids: Index, k: int, known: Mask | None) -> Column:
    values = cast(Any, argument.data)[counted]
    if node.function == "sum":
        if argument.type.base is Base.DOUBLE:
            rows = statistics.by_value(values, ids)
            return Column(node.type, np.bincount(ids[rows], weights=values[rows], minlength=k), known)
        total = segment_sum(values, ids, k)
        least = None
        if known is not None and never_negative(node.argument):
            least = ~known & ~segment_any(np.asarray(values < 0, np.bool_), ids, k)
        return Column(node.type, total, known, None, least)
    filled = segment_count(ids, k) > 0
    known = filled if known is None else known & filled
    function = segment_min if node.function == "min" else segment_max
    if argument.type.values and argument.words is not None:
        return _extreme_word(node, argument, function(cast(Any, ordinal(argument))[counted], ids, k), known)
    return Column(node.type, function(values, ids, k), known, argument.words)


def _only(column: Column, counted: Mask) -> Column:
    known = None if column.known is None else column.known[counted]
    return Column(column.type, column.data[counted], known, column.words)


def _described(node: Aggregate, values: Column, ids: Index, k: int, known: Mask | None) -> Column:
    """How the values of each set are spread, or which they are."""
    filled = segment_count(ids, k) > (1 if node.function == "stddev" else 0)
    known = filled if known is None else known & filled
    match node.function:
        case "avg":
            return Column(DOUBLE, statistics.mean(values, ids, k), known)
        case "stddev":
            return Column(DOUBLE, statistics.deviation(values, ids, k), known)
        case "distinct_list":
            return distinct_list(values, ids, k, known)
        case _:
            part, whole = _part(node)
            if not 0 <= part <= whole:
                return absent(DOUBLE, k)
            return Column(DOUBLE, statistics.quantile(values, ids, k, part, whole), known)


def _part(node: Aggregate) -> tuple[int, int]:
    """The p of a quantile as a fraction; 2 / 1, which is no part, where it is not known."""
    if node.function == "median":
        return 1, 2
    p = cast(Literal, node.option).value
    return Decimal(p).as_integer_ratio() if isinstance(p, int | Decimal) else (2, 1)


def _extreme_word(node: Aggregate, argument: Column, rank: Any, known: Mask) -> Column:
    """The values of an enumeration with those ranks in its list."""
    listed = np.array(list(argument.type.values or ()), dtype=object)
    return Column(node.type, np.clip(rank, 0, len(listed) - 1), known, listed)


def never_negative(node: Expr | None) -> bool:
    """Whether no value of an expression is below 0: quantities and money after netting, and sums and products of them."""
    match node:
        case Field(kind=kind, name=name, type=type_):
            return kind != "raw_line" and type_.base is Base.DECIMAL and name in NEVER_NEGATIVE
        case Literal(value=int() | Decimal() as value):
            return value >= 0
        case Aggregate(function="count") | Call(function="abs"):
            return True
        case Call(function="+" | "*" | "/" | "coalesce" | "least" | "cast", arguments=arguments):
            return all(never_negative(argument) for argument in arguments)
        case Call(function="greatest", arguments=arguments):
            return any(never_negative(argument) for argument in arguments)
        case _:
            return False


def _quantified(name: str, argument: Column, counted: Mask, doubtful: Mask, members: Members) -> Column:
    wanted = falsehood(argument) if name == "all" else truth(argument)
    refused = truth(argument) if name == "all" else falsehood(argument)
    found = segment_any(counted & wanted, members.ids, members.k)
    maybe = segment_any((counted | doubtful) & ~refused & ~(counted & wanted), members.ids, members.k)
    if members.incomplete is not None:
        maybe = maybe | members.incomplete
    data = ~found if name in ("all", "none") else found
    known = found | ~maybe
    return Column(BOOLEAN, data, None if known.all() else known)


def _share(argument: Column, counted: Mask, doubtful: Mask, members: Members) -> Column:
    unknown = (counted & ~truth(argument) & ~falsehood(argument)) | doubtful
    open_sets = segment_any(unknown, members.ids, members.k)
    if members.incomplete is not None:
        open_sets = open_sets | members.incomplete
    total = segment_count(members.ids[counted], members.k)
    hits = segment_count(members.ids[counted & truth(argument)], members.k)
    known = (total > 0) & ~open_sets
    return Column(DOUBLE, hits / np.maximum(total, 1), known)
