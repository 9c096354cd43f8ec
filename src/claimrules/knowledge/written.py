"""Where rows that are written out in a rule's case stand in its file."""

from collections.abc import Mapping
from dataclasses import dataclass

from claimrules.diagnostics import Place


@dataclass(frozen=True, slots=True)
class Written:
    """The places of one table: its name, each of its `rows`, and the column's name and the value of each cell.

    `cells` goes by row, from 0, and column.
    """

    table: Place
    rows: tuple[Place, ...]
    cells: Mapping[tuple[int, str], tuple[Place, Place]]

    def name(self, column: str) -> Place:
        """Where a column is named first."""
        return next((name for (_, key), (name, _) in self.cells.items() if key == column), self.table)

    def value(self, row: int, column: str | None) -> Place:
        """Where a cell stands, or its row where it is not written."""
        cell = self.cells.get((row, column)) if column is not None else None
        return self.rows[row] if cell is None else cell[1]
