"""A file, or a table in memory, as a stream of chunks of raw columns."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from claimrules.diagnostics import ClaimsError, Diagnostic, Place

CHUNK_ROWS = 131_072

Known = Callable[[], Collection[str]]
"""Asked which columns are known to hold words that repeat."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is no row: `number` counts data rows from 1 in its file."""

    number: int
    reason: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of one file: the columns as they came, and the number of each row, counted from 1 after the header."""

    table: Any
    rows: npt.NDArray[np.int64]
    bad: tuple[BadRow, ...] = ()


class Source(Protocol):
    """One file or table."""

    @property
    def name(self) -> str:
        """What rejects call it."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names in its header."""

    @property
    def expected_rows(self) -> int:
        """How many rows, known or estimated."""

    def chunks(self, names: tuple[str, ...], coded: Known | None = None) -> Iterator[Chunk]:
        """The rows, with the columns `names` only.

        `coded`: columns of words may come as dictionary arrays, as those do that are stored so, and those that it names by
        then.
        """


@dataclass(frozen=True, slots=True)
class MemorySource:
    """A table in memory. `rows` numbers its rows where they are not simply 1, 2, 3."""

    name: str
    table: Any
    rows: npt.NDArray[np.int64] | None = field(default=None)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the table's columns."""
        return tuple(self.table.column_names)

    @property
    def expected_rows(self) -> int:
        """The table's rows."""
        return int(self.table.num_rows)

    def chunks(self, names: tuple[str, ...], coded: Known | None = None) -> Iterator[Chunk]:  # noqa: ARG002
        """The table in slices."""
        chosen = self.table.select(list(names))
        for start in range(0, self.table.num_rows, CHUNK_ROWS):
            part = chosen.slice(start, CHUNK_ROWS)
            length = min(CHUNK_ROWS, self.table.num_rows - start)
            number = np.arange(start + 1, start + 1 + length, dtype=np.int64)
            yield Chunk(part, number if self.rows is None else self.rows[start : start + length])


def unreadable(file: str, reason: object, help: str = "", row: int | None = None) -> ClaimsError:  # noqa: A002
    """CR101: a file that cannot be read to its end."""
    where = f" at data row {row}" if row else ""
    text = " ".join(str(reason).split())
    return ClaimsError(Diagnostic("CR101", f"cannot read the file{where}: {text}", Place(file), help=help))
