"""Where the rows of a table hold: in the whole country, a province, a city or a county."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pyarrow as pa

from claimrules.engine.column import Column, Index
from claimrules.engine.values.text import words_of

NATION = "000000"
ELSEWHERE, NOT_SAID = -1, -2
"""How specific a row is that does not hold in a place, and one of which that cannot be said."""


@dataclass(frozen=True, slots=True)
class Regions:
    """`code`: for each row which of the table's regions it is of; `places`: their numbers."""

    code: Index
    places: dict[str, int]

    @classmethod
    def of(cls, column: Any) -> "Regions":
        """The regions of a table's rows."""
        coded = column.combine_chunks().dictionary_encode()
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.combine_chunks()
        places = {str(place): number for number, place in enumerate(coded.dictionary.to_pylist())}
        return cls(coded.indices.to_numpy(zero_copy_only=False).astype(np.int64), places)

    @property
    def national(self) -> bool:
        """Whether all rows hold in the whole country."""
        return not self.places.keys() - {NATION}

    def specificity(self, region: Column, left: Index, right: Index) -> Index:
        """Of pairs of a place in `region` and a row: 3 for the county's own, 2 the city's, 1 the province's, 0 the nation's.

        Each place is looked for among the regions, not each region asked about each place: a table may have thousands.
        """
        if self.national:
            return np.zeros(len(left), np.int64)
        nation = self.code[right] == self.places.get(NATION, ELSEWHERE)
        places = [str(place) for place in words_of(region).tolist()]
        at = cast(Index, region.data)[left]
        own, province, city = (
            self.code[right] == self._numbers(wider)[at]
            for wider in (places, [p[:2] + "0000" for p in places], [p[:4] + "00" for p in places])
        )
        out = np.select([nation, own, province, city], [0, 3, 1, 2], ELSEWHERE)
        if region.known is not None:
            out = np.where(region.known[left], out, np.where(nation, 0, NOT_SAID))
        return np.asarray(out, np.int64)

    def _numbers(self, places: list[str]) -> Index:
        return np.array([self.places.get(place, NOT_SAID) for place in places], np.int64)
