"""Numbers that look random and depend on their arguments only.

What two claims must agree on (the price of an item at a provider, which items a person may be charged on a date) is a
hash, not a draw: no claim has to know of another, whatever part of the output it falls into.
"""

from typing import Any

import numpy as np

from claimrules.generate.items import Float, Int


def mix(*parts: Any) -> Int:
    """A hash of the parts (integers or integer arrays of one shape), 62 bits, not negative."""
    state = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        for part in parts:
            state = _scrambled(state ^ np.asarray(part).astype(np.int64).astype(np.uint64))
    return np.asarray(state >> np.uint64(2)).astype(np.int64)


def _scrambled(value: Any) -> Any:
    """The finaliser of splitmix64."""
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def cumulative(weights: Float) -> Float:
    """Weights as the upper edges of their shares of 0…1, for `pick`."""
    edges: Float = np.cumsum(weights) / np.sum(weights)
    edges[-1] = 1.0
    return edges


def pick(rng: np.random.Generator, edges: Float, n: int) -> Int:
    """`n` positions, drawn by the shares behind `edges`."""
    return np.searchsorted(edges, rng.random(n), side="right").astype(np.int64)
