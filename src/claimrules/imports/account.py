"""What became of every row of every sheet."""

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Left:
    """A row of a sheet that is not in the table: its line in the file, why, and what it says.

    `fault`: it should have been taken and could not be.
    """

    line: int
    reason: str
    text: str = ""
    fault: bool = False


@dataclass(frozen=True, slots=True)
class SheetAccount:
    """One sheet: `rows` = `taken` + the number of `left`. `unread`: labels of columns that nothing takes."""

    file: str
    sheet: str
    rows: int
    taken: int
    left: tuple[Left, ...] = ()
    unread: tuple[str, ...] = ()

    def reasons(self) -> dict[str, int]:
        """How many rows were left, by reason, the commonest first."""
        return dict(Counter(left.reason for left in self.left).most_common())


@dataclass(frozen=True, slots=True)
class Account:
    """What an import did. `written`: rows of the sheets as rows of the table, one for each code.

    `added`, `ended`, `corrected`, `withdrawn`, `unchanged` are rows of the table: new ones; those that hold no longer from
    the new edition's first day; those whose text was corrected without another date; those that could only be taken out;
    and those that said the same already. `before`, `after`: rows of the whole table.
    """

    table: str
    shape: str
    sheets: tuple[SheetAccount, ...]
    written: int
    added: int = 0
    ended: int = 0
    corrected: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    before: int = 0
    after: int = 0
    samples: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of all sheets."""
        return sum(sheet.rows for sheet in self.sheets)

    @property
    def taken(self) -> int:
        """Rows of the sheets that are in the table."""
        return sum(sheet.taken for sheet in self.sheets)

    @property
    def left(self) -> int:
        """Rows of the sheets that are not, each with its reason."""
        return sum(len(sheet.left) for sheet in self.sheets)

    @property
    def changed(self) -> bool:
        """Whether the table says anything else than before."""
        return bool(self.added or self.ended or self.corrected or self.withdrawn)
