"""All knowledge rows of each row, for a match that takes all and makes no subject of each."""

from dataclasses import dataclass

import numpy as np

from claimrules.catalog import BOOLEAN
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.kernels.segments import expand_ranges
from claimrules.engine.lookup import Lookup, Pairs


@dataclass(frozen=True, slots=True)
class KnowledgeRows:
    """Knowledge rows by row: `right[starts[i] : stops[i]]` are those of row i, in the order of their ids.

    `unknown`: rows of which it cannot be said which knowledge rows fit. `covered`: where having none says something.
    """

    lookup: Lookup
    right: Index
    starts: Index
    stops: Index
    unknown: Mask
    covered: Mask

    @classmethod
    def of(cls, lookup: Lookup, pairs: Pairs, n: int, covered: Mask) -> "KnowledgeRows":
        """From pairs of row and knowledge row."""
        order = np.lexsort((lookup.id_ranks[pairs.right], pairs.left))
        left = pairs.left[order]
        rows = np.arange(n, dtype=np.int64)
        starts, stops = np.searchsorted(left, rows, "left"), np.searchsorted(left, rows, "right")
        return cls(lookup, pairs.right[order], starts, stops, pairs.unknown, covered)

    def at(self, rows: Index) -> "KnowledgeRows":
        """The same for some of the rows."""
        return KnowledgeRows(
            self.lookup, self.right, self.starts[rows], self.stops[rows], self.unknown[rows], self.covered[rows]
        )

    def pairs(self) -> tuple[Index, Index]:
        """Row and knowledge row, one pair each."""
        left, place = expand_ranges(self.starts, self.stops)
        return left, self.right[place]

    @property
    def some(self) -> Mask:
        """Rows that have any."""
        return np.asarray(self.stops > self.starts)

    def missing(self) -> Column:
        """IS MISSING: that none fits."""
        known = self.some | (~self.unknown & self.covered)
        return Column(BOOLEAN, ~self.some, None if known.all() else known)

    @property
    def incomplete(self) -> Mask:
        """Rows that may have more than these."""
        return self.unknown | (~self.some & ~self.covered)
