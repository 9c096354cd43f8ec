"""Walks over a subject's rows in order: what SQL cannot say in a line, a closed list with exact definitions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from claimrules.catalog import INTEGER, Type
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.kernels.scan import excess_within, supply_left
from claimrules.engine.kernels.segments import dense_rank_first_seen, equal_codes, rank_within, running_sum, segment_any
from claimrules.engine.values.numbers import aligned, scale_of, to_scale, whole
from claimrules.engine.values.truth import both_known


@dataclass(frozen=True, slots=True)
class Steps:
    """Rows of each subject in order.

    `order` lists all rows so that those of one subject stand in its order. `out`: rows that are left out of walks,
    because it is not known whether or where they stand.
    """

    ids: Index
    k: int
    order: Index
    out: Mask

    def walked(self, known: Mask | None) -> tuple[Index, Mask]:
        """The rows walked, in order, and for each row whether its subject left one out."""
        out = self.out if known is None else self.out | ~known
        left_out = segment_any(out, self.ids, self.k)[self.ids] if out.any() else out
        rows = self.order[~out[self.order]]
        return rows, left_out

    def spread(self, rows: Index, values: Any) -> tuple[Any, Mask | None]:
        """Values of the walked rows in the place of each row; not known for the others."""
        n = len(self.ids)
        if len(rows) == n:
            data = np.empty(n, values.dtype)
            data[rows] = values
            return data, None
        data = np.zeros(n, values.dtype)
        data[rows] = values
        known = np.zeros(n, np.bool_)
        known[rows] = True
        return data, known


WalkFunction = Callable[[Type, Sequence[Column], Steps], Column]


def _place(_: Type, __: Sequence[Column], steps: Steps) -> Column:
    rows, _left_out = steps.walked(None)
    data, known = steps.spread(rows, rank_within(steps.ids[rows]))
    return Column(INTEGER, data, known)


def _running(type_: Type, arguments: Sequence[Column], steps: Steps) -> Column:
    x = arguments[0]
    rows, _ = steps.walked(x.known)
    data, known = steps.spread(rows, running_sum(cast(Any, x.data)[rows], steps.ids[rows]))
    return Column(type_, data, known)


def _excess_of(type_: Type, arguments: Sequence[Column], steps: Steps) -> tuple[Index, Any, Any, Mask]:
    """The rows walked, what each adds, its excess, and the rows of subjects that left one out."""
    x, limit = to_scale(arguments[0], type_), to_scale(arguments[1], type_)
    rows, left_out = steps.walked(both_known(x, limit))
    added, bound = aligned(x, limit)
    added, bound = cast(Any, added)[rows], cast(Any, bound)[rows]
    total = running_sum(added, steps.ids[rows])
    excess = np.minimum(added, np.maximum(total - bound, 0))
    return rows, added, excess, left_out


def _excess(type_: Type, arguments: Sequence[Column], steps: Steps) -> Column:
    rows, _, excess, _ = _excess_of(type_, arguments, steps)
    data, known = steps.spread(rows, excess)
    return Column(type_, data, known)


def _upto(type_: Type, arguments: Sequence[Column], steps: Steps) -> Column:
    """x less its excess. A row left out may have taken the room: then the subject's are not known."""
    rows, added, excess, left_out = _excess_of(type_, arguments, steps)
    data, known = steps.spread(rows, added - excess)
    if left_out.any():
        known = ~left_out if known is None else known & ~left_out
    return Column(type_, data, known)


def _nth(_: Type, arguments: Sequence[Column], steps: Steps) -> Column:
    x = arguments[0]
    rows, _left_out = steps.walked(x.known)
    values = equal_codes(cast(Any, x.data)[rows])
    data, known = steps.spread(rows, dense_rank_first_seen(values, steps.ids[rows]))
    return Column(INTEGER, data, known)


def _excess_within(type_: Type, arguments: Sequence[Column], steps: Steps) -> Column:
    """What is too much in a window that slides; the last argument is the date of each row."""
    x, limit = to_scale(arguments[0], type_), to_scale(arguments[1], type_)
    days, when = whole(arguments[2], "ceil"), arguments[3]  # dates less than 2.5 days ago are less than 3
    rows, _ = steps.walked(both_known(x, limit, days, when))
    walked = [cast(Any, column.data)[rows] for column in (x, limit, days, when)]
    excess = excess_within(walked[0], walked[1], walked[2], walked[3].astype(np.int64), steps.ids[rows])
    data, known = steps.spread(rows, excess)
    return Column(type_, data, known)


def _supply_left(type_: Type, arguments: Sequence[Column], steps: Steps) -> Column:
    """Days in hand; the last argument is the date of each row."""
    supply, when = arguments
    rows, _ = steps.walked(both_known(supply, when))
    unit = 10 ** scale_of(supply.type)
    day = cast(Any, when.data)[rows].astype(np.int64) * unit
    left = supply_left(cast(Any, supply.data)[rows], day, steps.ids[rows])
    data, known = steps.spread(rows, left)
    return Column(type_, data, known)


WALKS: dict[str, WalkFunction] = {
    "place": _place,
    "running": _running,
    "excess": _excess,
    "upto": _upto,
    "nth": _nth,
    "excess_within": _excess_within,
    "supply_left": _supply_left,
}
