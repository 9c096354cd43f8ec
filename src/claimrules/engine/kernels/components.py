"""Connected components of a graph: label propagation with pointer jumping, in numpy."""

import numpy as np

from claimrules.engine.column import Index


def components(a: Index, b: Index, n: int) -> Index:
    """For each of `n` nodes the smallest node that links lead to; link i joins the nodes a[i] and b[i], both ways.

    Every round a tree beside a smaller one joins it. A tree beside larger ones only joins in the next round, unless it is
    the one that these joined: two rounds leave at most half of the trees that still have a link to another one.
    """
    label = np.arange(n, dtype=np.int64)
    while len(a):
        low, high = np.minimum(label[a], label[b]), np.maximum(label[a], label[b])
        np.minimum.at(label, high, low)
        label = _flattened(label)
        apart = label[a] != label[b]
        a, b = a[apart], b[apart]
    return label


def _flattened(label: Index) -> Index:
    """Each node's root: labels never exceed their node, and a root is its own label."""
    while True:
        further = label[label]
        if np.array_equal(further, label):
            return label
        label = further
