"""Charged lines as columns, before refunds and money."""

from dataclasses import dataclass, fields

import numpy as np

from claimrules.generate.items import Bool, Int


@dataclass(frozen=True, slots=True)
class Charges:
    """One row a charge. `claim` is a position in the part, `sequence` in the claim, `day` since 1970.

    `gross` was charged and `net` is left after the refund (ten-thousandths); `rule` is the planted violation or -1,
    `units` its excess units; `price`, `over` and `listed` are those of the scenarios.
    """

    claim: Int
    sequence: Int
    item: Int
    day: Int
    second: Int
    gross: Int
    net: Int
    linked: Bool
    rule: Int
    units: Int
    price: Int
    over: Int
    listed: Bool

    def __len__(self) -> int:
        return len(self.claim)


def joined(*several: Charges) -> Charges:
    """All of them, one after another."""
    return Charges(**{f.name: np.concatenate([getattr(c, f.name) for c in several]) for f in fields(Charges)})


def count_within(claim: Int) -> Int:
    """0, 1, 2 … for the rows of each claim, in the order in which they stand; equal claims need not be neighbours."""
    order = np.argsort(claim, kind="stable")
    ranked = claim[order]
    begins = np.searchsorted(ranked, ranked, side="left")
    out = np.empty(len(claim), np.int64)
    out[order] = np.arange(len(claim)) - begins
    return out
