"""The nearest known name to a misspelt one."""

import difflib
from collections.abc import Iterable


def suggest(name: str, known: Iterable[str]) -> str | None:
    """The best match among `known`, or None where nothing comes near."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return found[0] if found else None


def certain(name: str, known: Iterable[str]) -> str:
    """The one of `known` that a slip of the pen made `name` of; nothing where there is none, or another comes near.

    A slip is one letter too many, too few, wrong, or changed with its neighbour, in a name of four letters or more; in one
    of eight or more it may be two. All others must be more than twice that far away.
    """
    slips = 2 if len(name) >= 8 else 1
    apart = sorted((_distance(name, other), other) for other in set(known))
    if len(name) < 4 or not apart or apart[0][0] > slips or (len(apart) > 1 and apart[1][0] <= 2 * slips):
        return ""
    return apart[0][1]


def _distance(one: str, other: str) -> int:
    """How many letters must be put in, taken out, changed or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        following = [i]
        for j, b in enumerate(other, 1):
            least = min(row[j] + 1, following[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                least = min(least, before[j - 2] + 1)
            following.append(least)
        before, row = row, following
    return row[-1]
