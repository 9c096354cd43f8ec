"""Rows of a table through time, as they are written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

OPEN = "9999-12-31"
"""Later than any date, for an end that is open; an open begin is "", which sorts before any date."""


@dataclass(frozen=True, slots=True)
class Version:
    """One row: its values in the order of the declared columns, then what every table has.

    Dates as 2025-01-31, "" where open. `region` is "" for the nation's. `id` is "" where it is made from what the row says.
    """

    cells: tuple[str, ...]
    region: str = ""
    start: str = ""
    end: str = ""
    known: str = ""
    id: str = ""
    source: str = ""
    source_row: str = ""

    @property
    def until(self) -> str:
        """The last day, one that comes after all others where it is open."""
        return self.end or OPEN

    def holds_on(self, day: str) -> bool:
        """Whether it holds on a day; "" is before all days."""
        return self.start <= day <= self.until


def day_before(day: str) -> str:
    """The day before."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def day_after(day: str) -> str:
    """The day after."""
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def standing(rows: Iterable[Version], slot_of: "SlotOf") -> list[Version]:
    """The rows that stand after all is learnt: of those of one slot, the one learnt last."""
    newest: dict[tuple[object, ...], Version] = {}
    for row in rows:
        slot = slot_of(row)
        if slot not in newest or newest[slot].known <= row.known:
            newest[slot] = row
    return list(newest.values())


@dataclass(frozen=True, slots=True)
class SlotOf:
    """What a row that is learnt later stands for.

    The row with its region, first day and key; where several rows may hold for one key, with all that it says.
    """

    key: tuple[int, ...]
    many: bool

    def __call__(self, row: Version) -> tuple[object, ...]:
        """The slot of a row."""
        return (row.region, row.start, row.cells if self.many else tuple(row.cells[i] for i in self.key))
