"""What the caller of an import says beside the files."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """`into`: the folder of knowledge tables. All else overrides what the shape says.

    `shape`: a built-in name or a YAML file; None: found by what the sheets look like. `since`: the first day on which the
    rows hold. `known_from`: since when they are known; where a table is changed, today. `leave_faulty`: write the
    table without the rows that cannot be read. `dry_run`: write nothing.
    """

    into: Path
    shape: str | Path | None = None
    table: str | None = None
    since: date | None = None
    known_from: date | None = None
    region: str | None = None
    source: str | None = None
    edition: str | None = None
    leave_faulty: bool = False
    dry_run: bool = False
    today: date | None = None
