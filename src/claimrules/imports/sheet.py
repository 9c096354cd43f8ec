"""A sheet as it is published: every cell text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged range, rows and columns counted from 0, both ends in."""

    top: int
    bottom: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of one sheet, trimmed, an empty one "".

    A cell merged over several rows stands in each of them; one merged over several columns stands in the first only, as
    a title across the page is no value of every column: `merged` tells which. `lines` are the rows' numbers in the file,
    from 1. `rows` may be of different lengths.
    """

    file: str
    name: str
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    merged: tuple[Merged, ...] = ()

    @property
    def title(self) -> str:
        """What to call it in a message."""
        return f"{self.file} [{self.name}]" if self.name else self.file

    def cell(self, row: int, column: int) -> str:
        """One cell; "" beyond the end of its row."""
        cells = self.rows[row]
        return cells[column] if column < len(cells) else ""

    def label(self, row: int, column: int) -> str:
        """A cell of a header, where one merged over several columns is the label of each."""
        found = self.cell(row, column)
        if found:
            return found
        for area in self.merged:
            if area.top <= row <= area.bottom and area.left <= column <= area.right:
                return self.cell(area.top, area.left)
        return ""

    def width(self, row: int) -> int:
        """How many columns a header in this row may have."""
        reach = (area.right + 1 for area in self.merged if area.top <= row <= area.bottom)
        return max(len(self.rows[row]), *reach, 0) if self.merged else len(self.rows[row])

    def first_rows(self, most: int = 5, long: int = 24) -> list[str]:
        """The first rows that are not blank, for a message that says what the sheet has."""
        out: list[str] = []
        for number, cells in zip(self.lines, self.rows, strict=True):
            filled = [" ".join(cell.split()) for cell in cells if cell]
            if filled:
                shown = " | ".join(text if len(text) <= long else f"{text[: long - 1]}…" for text in filled)
                out.append(f"row {number}: {shown}")
            if len(out) == most:
                break
        return out
