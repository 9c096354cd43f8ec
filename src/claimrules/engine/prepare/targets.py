"""Which line a refund names."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from claimrules.engine.column import Index, Mask, Rows
from claimrules.engine.kernels.segments import group_ids, segment_any, segment_min, stable_order
from claimrules.engine.prepare.arrays import whole


def touched(raw: Rows, refunds: Index, standing: Mask) -> Index:
    """The standing lines, ascending, with the encounter and item of one of the `refunds`."""
    encounter, item = raw.up["encounter"], raw.columns["item_code"]
    meant = np.zeros(int(encounter.max()) + 1, dtype=np.bool_)
    meant[encounter[refunds]] = True
    usable = standing & meant[encounter]
    if item.known is not None:
        usable &= item.known
    lines = np.flatnonzero(usable)
    both = np.concatenate([refunds, lines])
    ids, k = group_ids([encounter[both], item.data[both]], len(both))
    sought = segment_any(np.arange(len(both)) < len(refunds), ids, k)
    return lines[sought[ids[len(refunds) :]]]


def target_of(raw: Rows, table: Any, order: Index, refunds: Index) -> Index:
    """For each refund the row of the line that it reverses, or -1.

    That line bears the id in `reverses_line_id`, has a quantity above 0 and the same item, and stands in the refund's
    claim, or else in its encounter, there in the smallest claim_id.
    """
    target = np.full(len(refunds), -1, dtype=np.int64)
    if "reverses_line_id" not in table.column_names:
        return target
    named = whole(whole(table["reverses_line_id"]).take(pa.array(order[refunds])))
    has_name = np.asarray(named.is_valid())
    item = raw.columns["item_code"]
    if item.known is not None:
        has_name &= item.known[refunds]
    naming = np.flatnonzero(has_name)
    if len(naming) == 0:
        return target
    quantity: Any = raw.columns["quantity"].data
    lines = touched(raw, refunds[naming], quantity > 0)
    texts = [named.take(pa.array(naming)), whole(table["line_id"]).take(pa.array(order[lines]))]
    names = pa.concat_arrays(texts).dictionary_encode().indices.to_numpy()
    target[naming] = _matched(raw, refunds[naming], lines, names)
    return target


def _matched(raw: Rows, refunds: Index, lines: Index, names: npt.NDArray[np.int32]) -> Index:
    both = np.concatenate([refunds, lines])
    claim, n = raw.up["claim"][both], len(both)
    wide, _ = group_ids([raw.up["encounter"][both], raw.columns["item_code"].data[both], names], n)
    rank: Any = raw.columns["claim_id"].data[lines]
    candidates = lines[stable_order(rank)]
    place = np.empty(len(lines), dtype=np.int64)
    place[stable_order(rank)] = np.arange(len(lines), dtype=np.int64)
    near = _first(group_ids([wide, claim], n)[0], place, len(refunds))
    far = _first(wide, place, len(refunds))
    chosen = np.where(near >= 0, near, far)
    found = np.full(len(refunds), -1, dtype=np.int64)
    found[chosen >= 0] = candidates[chosen[chosen >= 0]]
    return found


def _first(ids: Index, place: Index, n: int) -> Any:
    """For the first `n` rows the least place among the other rows of their group, or -1."""
    return segment_min(place, ids[n:], int(ids.max()) + 1, -1)[ids[:n]]
