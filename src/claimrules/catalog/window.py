"""Windows: which other times count as near."""

import re
from dataclasses import dataclass
from enum import StrEnum

PERIODS = (
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "insurance_year",
    "encounter",
    "claim",
    "prescription",
    "course",
)
"""Units of a window that means 'the same one'."""

DISTANCES = ("minute", "hour", "day", "month")
"""Units in which a distance is counted."""

_CHINESE = {
    "单日": "day",
    "同日": "day",
    "单次就诊": "encounter",
    "同一小时": "hour",
}
_CHINESE_HOURS = re.compile(r"(\d+)\s*(?:个)?小时")
_BARE_HOURS = re.compile(r"(\d+)\s+hours?")
_DISTANCE = re.compile(r"(\d+)\s+(minute|hour|day|month)s?\s+(before|after|apart)")
_LAST = re.compile(r"last\s+(\d+)\s+(minute|hour|day|month)s?")
_MOST = 1_000_000


class Direction(StrEnum):
    """How a window lies to the row that asks.

    SAME: the same hour, day, encounter … BEFORE, AFTER, APART: at most `n` units off on that side, or on either, both
    ends in; with no `n`, any distance. LAST: the `n` units that end here, this one included.
    """

    SAME = "same"
    BEFORE = "before"
    AFTER = "after"
    APART = "apart"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Window:
    """A window. `unit` is singular, and empty for a plain `before` or `after`; `n` is None there and for SAME."""

    unit: str
    n: int | None = None
    direction: Direction = Direction.SAME

    @classmethod
    def parse(cls, text: str) -> "Window":
        """Read a window in English or in the Chinese of the official tables.

        Raises:
            ValueError: the text is no window; the message says what would be one. The caller knows the place.
        """
        words = " ".join(text.split())
        words = _CHINESE.get(words, words.lower())
        if words in PERIODS:
            return cls(words)
        if words in (Direction.BEFORE, Direction.AFTER):
            return cls("", None, Direction(words))
        if found := _DISTANCE.fullmatch(words):
            return cls(found[2], _count(found[1]), Direction(found[3]))
        if found := _LAST.fullmatch(words):
            return cls(found[2], _count(found[1]), Direction.LAST)
        if found := _CHINESE_HOURS.fullmatch(words) or _BARE_HOURS.fullmatch(words):
            return cls("hour", _count(found[1]), Direction.APART)
        raise ValueError(
            f"`{text}` is not a window: write one of {', '.join(PERIODS)}, or `6 hours apart`, `30 days before`, "
            "`30 days after`, `last 30 days`"
        )

    def __str__(self) -> str:
        if self.direction is Direction.SAME:
            return self.unit
        if self.n is None:
            return str(self.direction)
        unit = self.unit if self.n == 1 else f"{self.unit}s"
        if self.direction is Direction.LAST:
            return f"last {self.n} {unit}"
        return f"{self.n} {unit} {self.direction}"


def _count(digits: str) -> int:
    n = int(digits) if len(digits) <= len(str(_MOST)) else _MOST + 1
    if not 1 <= n <= _MOST:
        raise ValueError(f"a window of {digits} units: write a number from 1 to {_MOST}")
    return n
