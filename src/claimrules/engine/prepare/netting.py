"""Refunds taken from what they refund.

A refund is a line with a quantity below 0. One that names its target is added to it, quantity and money; the others are
pooled by encounter and item and taken from what stands, last first. Only rows that a refund touches are looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from claimrules.engine.column import Column, Data, Index, Rows
from claimrules.engine.kernels.segments import group_ids, running_sum, segment_sum
from claimrules.engine.prepare.arrays import take
from claimrules.engine.prepare.lazy import Lazy
from claimrules.engine.prepare.pool import share_out
from claimrules.engine.prepare.targets import target_of, touched

MONEY = ("amount", "in_scope_amount", "fully_self_paid_amount", "over_limit_amount", "copay_first_amount")


@dataclass(frozen=True, slots=True)
class Leftover:
    """Refunds, or the parts of them, that found nothing to net.

    `rows` of raw_line, ascending, and for each the `quantity` left, above 0, in the unit of the quantity column. Among
    refunds of one target or pool the later ones are left over.
    """

    rows: Index
    quantity: Data

    @property
    def count(self) -> int:
        """How many refunds are left over in whole or part."""
        return len(self.rows)

    @property
    def total(self) -> int:
        """The quantity left over, in the unit of the quantity column."""
        return int(self.quantity.astype(np.object_).sum()) if self.count else 0


@dataclass(slots=True)
class _Amounts:
    """Quantity and money of all lines while they are being netted. Their arrays are written to."""

    quantity: Any
    money: dict[str, Column]


def net_lines(raw: Rows, table: Any, order: Index) -> tuple[Rows, Leftover]:
    """The net lines of `raw`, whose rows are those of the Arrow `table` at `order`, and what could not be netted."""
    quantity: Any = raw.columns["quantity"].data if raw.n else np.zeros(0, dtype=np.int64)
    refunds = np.flatnonzero(quantity < 0)
    if len(refunds) == 0:
        return Rows("line", raw.n, raw.columns, raw.up), Leftover(refunds, np.zeros(0, dtype=np.int64))
    money = {name: _copied(raw.columns[name]) for name in MONEY if name in raw.columns}
    amounts = _Amounts(quantity.copy(), money)
    target = target_of(raw, table, order, refunds)
    left = np.zeros(len(refunds), dtype=np.object_)
    aimed = target >= 0
    left[aimed] = _net_targets(amounts, refunds[aimed], target[aimed])
    left[~aimed] = _net_pools(raw, amounts, refunds[~aimed])
    over = left > 0
    stay = np.flatnonzero((quantity == 0) | (amounts.quantity > 0))
    return _net_rows(raw, amounts, stay), Leftover(refunds[over], left[over].astype(np.int64))


def _net_targets(amounts: _Amounts, refunds: Index, target: Index) -> Data:
    """Adds refunds to their targets, in place; gives what each refund exceeds its target by."""
    ids, k = group_ids([target], len(target))
    lines = np.empty(k, dtype=np.int64)
    lines[ids] = target
    left = _unabsorbed(-amounts.quantity[refunds], ids, amounts.quantity[lines])
    amounts.quantity[lines] = np.maximum(amounts.quantity[lines] + segment_sum(amounts.quantity[refunds], ids, k), 0)
    for name, column in amounts.money.items():
        added = np.asarray(column.data[lines] + segment_sum(_or_zero(column, refunds), ids, k))
        amounts.money[name] = _written(column, lines, np.maximum(added, 0))
    return left


def _net_pools(raw: Rows, amounts: _Amounts, refunds: Index) -> Data:
    """Takes refunds from the lines of their encounter and item, in place; gives what is left of each."""
    if len(refunds) == 0:
        return np.zeros(0, dtype=np.int64)
    lines = touched(raw, refunds, amounts.quantity > 0)[::-1]
    both = np.concatenate([refunds, lines])
    item = raw.columns["item_code"]
    ids, k = group_ids([raw.up["encounter"][both], item.data[both]], len(both))
    if item.known is not None:
        ids, k = group_ids([ids, item.known[both]], len(both))
    pool, of_line = ids[: len(refunds)], ids[len(refunds) :]
    pooled = segment_sum(-amounts.quantity[refunds], pool, k)
    taken = share_out(amounts.quantity[lines], of_line, pooled)
    left = _unabsorbed(-amounts.quantity[refunds], pool, segment_sum(taken.quantity, of_line, k))
    amounts.quantity[lines] -= taken.quantity
    for name, column in amounts.money.items():
        share = taken.shares(segment_sum(-_or_zero(column, refunds), pool, k))
        amounts.money[name] = _written(column, lines, np.maximum(column.data[lines] - share, 0), taken.quantity > 0)
    return left


def _unabsorbed(sizes: Any, ids: Index, room: Any) -> Data:
    """What is left of each size when sizes of a group fill its room in the order of rows."""
    after: Any = running_sum(sizes, ids)
    return np.asarray(np.clip(after - room[ids], 0, sizes))


def _net_rows(raw: Rows, amounts: _Amounts, stay: Index) -> Rows:
    quantity = Column(raw.columns["quantity"].type, amounts.quantity)
    changed: Mapping[str, Column] = {"quantity": quantity, **amounts.money}
    makers = {name: partial(_kept, changed if name in changed else raw.columns, name, stay) for name in raw.columns}
    return Rows("line", len(stay), Lazy(makers), {kind: index[stay] for kind, index in raw.up.items()})


def _kept(columns: Mapping[str, Column], name: str, stay: Index) -> Column:
    return take(columns[name], stay)


def _copied(column: Column) -> Column:
    return Column(column.type, column.data.copy(), column.known)


def _or_zero(column: Column, rows: Index) -> Any:
    data: Any = column.data[rows]
    return data if column.known is None else np.where(column.known[rows], data, 0)


def _written(column: Column, rows: Index, values: Any, where: Any = None) -> Column:
    """The column with `values` at `rows`: in place, unless 64 bits do not hold them. Unknown stays unknown."""
    data = column.data if values.dtype.kind != "O" else column.data.astype(np.object_)
    data[rows] = values if where is None else np.where(where, values, data[rows])
    return Column(column.type, data, column.known)
