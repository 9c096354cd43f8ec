"""A column of values with what is not known of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from claimrules.catalog import Type

Data = npt.NDArray[np.generic]
Mask = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
Words = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Column:
    """`n` values of one type.

    `data` by type: text int32 codes into `words`; boolean bool; integer int64; decimal int64 of the smallest unit
    (quantity 1.5 is 15000), or Python ints in an object array where 64 bits do not hold it; double float64; date int64
    days since 1970; timestamp int64 microseconds since 1970.
    `known`: False where the value is not known; None where all are. Data at an unknown place is meaningless, and valid as
    an index where it is a code.
    `words`: the distinct texts, for text only.
    `least`: True where the value is not known and yet at least `data`: a sum or count with members unknown.
    """

    type: Type
    data: Data
    known: Mask | None = None
    words: Words | None = None
    least: Mask | None = None

    def __len__(self) -> int:
        return len(self.data)


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of one kind of one batch, in the kind's own order.

    `columns` holds what the input has; a column that is absent altogether is not there. `up` leads from each row to its
    one row of a kind above.
    """

    kind: str
    n: int
    columns: Mapping[str, Column]
    up: Mapping[str, Index]
