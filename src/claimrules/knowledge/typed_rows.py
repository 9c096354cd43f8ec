"""The rows of a table on their way from text to a checked table."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from claimrules.diagnostics import Diagnostic
from claimrules.knowledge.identity import Hashes, cell_hashes, mixed
from claimrules.knowledge.raw_table import RawTable
from claimrules.knowledge.report import Report
from claimrules.knowledge.table import Declaration


@dataclass(slots=True)
class TypedRows:
    """Typed `columns` beside the text they were read from, and what was found wrong.

    `header` are errors of the table as a whole, `report` those of rows, `unsound` the rows that have one.
    """

    raw: RawTable
    declaration: Declaration
    report: Report
    header: list[Diagnostic] = field(default_factory=list)
    columns: dict[str, Any] = field(default_factory=dict)
    unsound: list[npt.NDArray[np.int64]] = field(default_factory=list)
    _cells: dict[str, Hashes] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """How many rows."""
        return int(self.raw.cells.num_rows)

    def note(self, wrong: Any, make: Callable[[int], Diagnostic]) -> None:
        """Report these rows and keep them out of later checks."""
        self.unsound.append(np.asarray(wrong, dtype=np.int64))
        self.report.add(wrong, make)

    def hashes(self, names: tuple[str, ...]) -> Hashes:
        """A number for each row that depends on these columns' values alone."""
        total = np.zeros(self.n, dtype=np.uint64)
        for name in names:
            if name not in self._cells:
                self._cells[name] = cell_hashes(name, self.columns[name])
            total += self._cells[name]
        return mixed(total)

    def sound(self) -> npt.NDArray[np.int64]:
        """The rows in which nothing has been found wrong so far."""
        return np.setdiff1d(np.arange(self.n), np.concatenate([np.zeros(0, dtype=np.int64), *self.unsound]))

    def titled(self, row: int, message: str) -> str:
        """The message, with the row in front where no line can be shown."""
        return (
            message if self.raw.lines is not None else f"{self.raw.row(row)} of `{self.declaration.schema.name}`: {message}"
        )
