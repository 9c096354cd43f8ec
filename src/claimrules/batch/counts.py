"""How many rows of each table came, and what became of them."""

from dataclasses import dataclass, replace
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TableCount:
    """`read` = `audited` + `rejected` + `left_out`.

    Rows are counted as rows of the canonical table: a wide row that becomes five lines is five, rows that a mapping
    groups into one claim are one. `left_out` are those that the mapping filters out, reversed claims, and the rows of
    either. `amount` is the sum of audited lines before any netting; None for the other tables.
    """

    read: int = 0
    audited: int = 0
    rejected: int = 0
    left_out: int = 0
    amount: Decimal | None = None


@dataclass(slots=True)
class Tally:
    """A count while it is being made."""

    read: int = 0
    audited: int = 0
    rejected: int = 0
    left_out: int = 0
    amount: Decimal = Decimal("0.00")

    def copy(self) -> "Tally":
        """Another count that begins here."""
        return replace(self)

    def frozen(self, *, money: bool) -> TableCount:
        """The count as it stands."""
        return TableCount(self.read, self.audited, self.rejected, self.left_out, self.amount if money else None)
