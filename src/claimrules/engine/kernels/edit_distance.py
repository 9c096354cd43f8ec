"""How many characters must be put in, taken out or replaced to make one text of another."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from claimrules.engine.column import Index

_CELLS, _PAIRS = 1 << 18, 1 << 14
"""How many characters and pairs are looked at together: what bounds the memory."""


def edit_distances(a: Sequence[str], b: Sequence[str]) -> Index:
    """The edit distance (Levenshtein) of a[i] and b[i], in characters.

    Pairs of similar length go together, and a step takes one character of all their left texts.
    """
    left = np.fromiter((len(text) for text in a), np.int64, len(a))
    right = np.fromiter((len(text) for text in b), np.int64, len(b))
    out = np.maximum(left, right)
    order = np.argsort(out, kind="stable")
    at = 0
    while at < len(order):
        width = int(out[order[min(at + _PAIRS, len(order)) - 1]]) + 1
        some = order[at : at + max(1, min(_PAIRS, _CELLS // width))]
        out[some] = _of_some([a[i] for i in some], [b[i] for i in some], left[some], right[some])
        at += len(some)
    return out


def _of_some(a: list[str], b: list[str], left: Index, right: Index) -> Any:
    """Row by row of the table of distances of all prefixes, of all pairs at once."""
    ours, theirs = _characters(a, int(left.max())), _characters(b, int(right.max()))
    column = np.arange(theirs.shape[1] + 1, dtype=np.int32)
    row = np.broadcast_to(column, (len(a), len(column))).copy()
    out = right.copy()
    for i in range(ours.shape[1]):
        made = np.empty_like(row)
        made[:, 0] = i + 1
        made[:, 1:] = np.minimum(row[:, 1:] + 1, row[:, :-1] + (theirs != ours[:, i : i + 1]))
        # Putting in a character costs one: the least of what is to the left, with the way from there.
        row = np.minimum.accumulate(made - column, axis=1) + column
        done = left == i + 1
        out[done] = row[done, right[done]]
    return out


def _characters(texts: list[str], width: int) -> Any:
    """The code points of each text, filled up with 0."""
    if not width:
        return np.zeros((len(texts), 0), np.uint32)
    return np.array(texts, dtype=f"U{width}").view(np.uint32).reshape(len(texts), width)
