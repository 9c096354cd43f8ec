"""What a rule may know of a knowledge table: its columns, its key, what a missing row means."""

from dataclasses import dataclass
from enum import StrEnum

from claimrules.catalog.types import Type


class Match(StrEnum):
    """How a key column finds a code. A prefix cell fits every code that begins with it."""

    EXACT = "exact"
    PREFIX = "prefix"
    LONGEST_PREFIX = "longest_prefix"


class Absence(StrEnum):
    """What it means that no row fits: there is no limit, or our table does not know."""

    NO_LIMIT = "no-limit"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """One column of a table's key."""

    name: str
    match: Match = Match.EXACT


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A knowledge table as the language sees it.

    `columns` holds the value and key columns, not the common ones (valid_from, valid_to, region, known_from,
    knowledge_id).
    """

    name: str
    columns: dict[str, Type]
    key: tuple[KeyColumn, ...]
    absence: Absence = Absence.NO_LIMIT
    complete: bool = False
    symmetric: bool = False
    titles: dict[str, str] | None = None
