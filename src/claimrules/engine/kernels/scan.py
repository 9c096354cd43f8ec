"""Scans over the rows of groups that a running sum alone cannot say. Rows of a group stand in the order of the walk."""

from bisect import bisect_left
from typing import Any

import numpy as np

from claimrules.engine.column import Index, Mask
from claimrules.engine.kernels.segments import (
    Numbers,
    first_rows,
    fits_sum,
    narrowed,
    rank_within,
    segment_any,
    stable_order,
)

_FEW = 32
"""Groups left in a scan below which a step costs more as arrays than as plain numbers."""


def running_min(values: Numbers, group: Index) -> Numbers:
    """For each row the least of its group's values down to it; groups stand one after the other, in ascending order."""
    distinct, rank = np.unique(-values, return_inverse=True)
    if not len(distinct):
        return values
    packed = group * len(distinct) + rank
    return np.asarray(-distinct[np.maximum.accumulate(packed) % len(distinct)])


def supply_left(supply: Numbers, day: Numbers, ids: Index) -> Numbers:
    """What is left of earlier supplies when each row comes.

    0 for the first row of a group, then what was left, plus what came, less the days passed, and never below 0. `day` is
    in the unit of `supply`. That is a sum less its least value so far.
    """
    rows = stable_order(ids)
    group = ids[rows]
    came, when = supply[rows], day[rows]
    if came.dtype.kind != "f" and not (fits_sum(came) and fits_sum(when)):
        came, when = came.astype(np.object_), when.astype(np.object_)
    start = _starts(group)
    before = np.cumsum(came) - came
    level = (before - before[start]) - (when - when[start])
    out = np.empty(len(rows), level.dtype)
    out[rows] = level - running_min(level, group)
    return narrowed(out)


def excess_within(x: Numbers, limit: Numbers, days: Index, day: Index, ids: Index) -> Numbers:
    """What of each row's `x` is too much: rows keep least(x, limit - what was kept on dates less than `days` before).

    `day` is the row's date; nothing kept is ever negative for an `x` that is not. `limit` and `days` are each row's own.
    """
    if x.dtype.kind != "f" and not (fits_sum(x) and fits_sum(limit)):
        x, limit = x.astype(np.object_), limit.astype(np.object_)
    rows = stable_order(ids)
    out = np.empty(len(rows), x.dtype)
    group, when = ids[rows], day[rows]
    back = np.zeros(len(rows), np.bool_)
    back[1:] = (group[1:] == group[:-1]) & (when[1:] < when[:-1])
    unordered = segment_any(back, group, int(group[-1]) + 1)[group] if back.any() else back
    straight = rows[~unordered]
    out[straight] = _in_date_order(x[straight], limit[straight], days[straight], day[straight], ids[straight])
    for some in np.split(rows[unordered], np.flatnonzero(np.diff(ids[rows[unordered]])) + 1):
        out[some] = _in_any_order(x[some].tolist(), limit[some].tolist(), (day - days)[some].tolist(), day[some].tolist())
    return narrowed(out)


def _in_date_order(x: Numbers, limit: Numbers, days: Index, day: Index, group: Index) -> Numbers:
    """Groups one after the other, the dates of each ascending: what counts is a window that ends before the row."""
    n = len(x)
    since = _window_starts(days, day, group)
    # `before`: what the group kept before the row, so that a window's sum is a difference of two.
    before, out = np.zeros(n, x.dtype), np.zeros(n, x.dtype)
    last = np.ones(n, np.bool_)
    last[:-1] = group[1:] != group[:-1]
    step = rank_within(group) - 1
    by_step = stable_order(step)
    at = 0
    for width in np.bincount(step).tolist():
        now = by_step[at : at + width]
        if width < _FEW:
            break
        kept = np.minimum(x[now], np.maximum(limit[now] - (before[now] - before[since[now]]), 0))
        out[now] = x[now] - kept
        onward = ~last[now]
        before[now[onward] + 1] = (before[now] + kept)[onward]
        at += width
    rest = np.sort(by_step[at:])
    _one_by_one(rest, x, limit, since, last, before, out)
    return out


def _one_by_one(rows: Index, x: Numbers, limit: Numbers, since: Index, last: Mask, before: Numbers, out: Numbers) -> None:
    """The same for the rest of a few long groups, in plain numbers."""
    if not len(rows):
        return
    sums: list[Any] = before.tolist()
    rests = []
    each = (rows, x[rows], limit[rows], since[rows], last[rows])
    for i, wanted, bound, first, ends in zip(*(part.tolist() for part in each), strict=True):
        room = bound - (sums[i] - sums[first])
        kept = min(wanted, max(0, room))
        rests.append(wanted - kept)
        if not ends:
            sums[i + 1] = sums[i] + kept
    out[rows] = rests


def _in_any_order(x: list[Any], limit: list[Any], edge: list[int], day: list[int]) -> list[Any]:
    """One group whose dates run back and forth: sums over dates after each row's `edge` by a binary indexed tree."""
    dates = sorted(set(day))
    tree: list[Any] = [0] * (len(dates) + 1)
    total: Any = 0
    rests = []
    for wanted, bound, excluded, date in zip(x, limit, edge, day, strict=True):
        at, gone = bisect_left(dates, excluded + 1), 0
        while at:
            gone += tree[at]
            at &= at - 1
        room = bound - (total - gone)
        kept = min(wanted, max(0, room))
        rests.append(wanted - kept)
        total += kept
        at = bisect_left(dates, date) + 1
        while at < len(tree):
            tree[at] += kept
            at += at & -at
    return rests


def _window_starts(days: Index, day: Index, group: Index) -> Index:
    """For each row the first one of its group on a date less than `days` before it, or itself."""
    if not len(day):
        return day
    low = int(day.min())
    span = int(day.max()) - low + 1
    key = group * span + (day - low)
    edge = group * span + np.clip(day - days + 1 - low, 0, span)
    return np.asarray(np.minimum(np.searchsorted(key, edge), np.arange(len(day))))


def _starts(group: Index) -> Index:
    return first_rows(group, int(group[-1]) + 1)[group] if len(group) else group
