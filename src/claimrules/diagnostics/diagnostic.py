"""One thing that is wrong, as data."""

from dataclasses import dataclass
from enum import StrEnum

from claimrules.diagnostics.place import Place


class Level(StrEnum):
    """How bad it is: an error stops the work, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong, where, why, and what to do.

    `code` is stable (CR1xx claims, 2xx language, 3xx knowledge, 4xx plan, 5xx engine, 6xx cases). `label` stands
    beside the caret and says why the marked text is wrong; `help` says what to do. `instead`: what can stand in place of
    the marked text beyond doubt; `check --fix` writes it there.
    """

    code: str
    message: str
    place: Place | None = None
    label: str = ""
    help: str = ""
    level: Level = Level.ERROR
    instead: str = ""

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        advice = f" ({self.help})" if self.help else ""
        return f"{where}{self.level}[{self.code}]: {self.message}{advice}"

    def __lt__(self, other: "Diagnostic") -> bool:
        return self._order() < other._order()

    def _order(self) -> tuple[bool, Place, str, str]:
        return (self.place is None, self.place or Place(""), self.code, self.message)
