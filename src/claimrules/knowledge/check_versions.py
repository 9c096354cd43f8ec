"""What is wrong with the rows of one key through time, in words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from claimrules.diagnostics import Diagnostic
from claimrules.knowledge.table import CODE_SETS, NATION
from claimrules.knowledge.typed_rows import TypedRows
from claimrules.knowledge.versions import FOREVER, Versions, days, duplicates, gaps, groups, overlaps


def check_versions(rows: TypedRows) -> None:
    """Note doubled rows (CR312), rows that hold at once (CR313) and gaps (CR314), among rows without other errors."""
    if rows.n:
        _Check(rows, versions(rows)).run()


def versions(rows: TypedRows) -> Versions:
    """The validity of all rows by key. Where several rows may hold at once, everything in a row is its key."""
    schema = rows.declaration.schema
    content = rows.hashes((*schema.columns, "region"))
    if rows.declaration.many:
        group = np.unique(content, return_inverse=True)[1].astype(np.int64)
    else:
        group = groups([rows.columns["region"], *(rows.columns[column.name] for column in schema.key)])
    known = days(rows.columns["known_from"], -FOREVER)
    start, end = days(rows.columns["valid_from"], -FOREVER), days(rows.columns["valid_to"], FOREVER)
    return Versions(group, content, known, start, end)


@dataclass(frozen=True, slots=True)
class _Check:
    rows: TypedRows
    versions: Versions

    def run(self) -> None:
        rows = self.rows.sound()
        versions = self.versions.take(rows)
        again, first = duplicates(versions)
        self._note_pairs(rows[again], rows[first], self._doubled)
        if len(again):
            rows = np.setdiff1d(rows, rows[again])
            versions = self.versions.take(rows)
        later, earlier = overlaps(versions)
        self._note_pairs(rows[later], rows[earlier], self._overlapping)
        declared = self.rows.declaration
        if not (declared.many or declared.gaps_allowed or declared.schema.name == CODE_SETS):
            after, before = gaps(versions)
            self._note_pairs(rows[after], rows[before], self._gap)

    def _note_pairs(self, rows: Any, others: Any, make: Callable[[int, int], Diagnostic]) -> None:
        """Note each of `rows`, with the other row that it is at odds with."""
        pairs = dict(zip(rows.tolist(), others.tolist(), strict=True))
        self.rows.report.add(rows, lambda row: make(row, pairs[row]))

    def _doubled(self, row: int, other: int) -> Diagnostic:
        place, label = self.rows.raw.place(row, None), f"the same as {self.rows.raw.row(other)}"
        return Diagnostic("CR312", self.rows.titled(row, "this row stands twice"), place, label, "remove one of them")

    def _overlapping(self, row: int, other: int) -> Diagnostic:
        return Diagnostic(
            "CR313",
            self.rows.titled(row, f"two rows hold at once for {self._key(row)}"),
            self.rows.raw.place(row, None),
            f"{self.rows.raw.row(other)} holds {self._period(other)}, this one {self._period(row)}",
            "end the earlier one the day before, or write `many: true` where several rows may hold at once",
        )

    def _gap(self, row: int, other: int) -> Diagnostic:
        begin = self.rows.columns["valid_to"][other].as_py() + timedelta(days=1)
        end = self.rows.columns["valid_from"][row].as_py() - timedelta(days=1)
        return Diagnostic(
            "CR314",
            self.rows.titled(row, f"no row holds for {self._key(row)} {_period(begin, end)}"),
            self.rows.raw.place(row, "valid_from"),
            f"{self.rows.raw.row(other)} ends on {self.rows.columns['valid_to'][other]}",
            "close the gap, or write `gaps: allowed` where there was no rule in between",
        )

    def _key(self, row: int) -> str:
        names = [column.name for column in self.rows.declaration.schema.key]
        cells = [f"{name}={self.rows.columns[name][row]}" for name in names if self.rows.columns[name][row].is_valid]
        region = str(self.rows.columns["region"][row])
        return ", ".join(cells + ([f"region={region}"] if region != NATION else [])) or "every key"

    def _period(self, row: int) -> str:
        return _period(self.rows.columns["valid_from"][row].as_py(), self.rows.columns["valid_to"][row].as_py())


def _period(begin: date | None, end: date | None) -> str:
    if begin is None and end is None:
        return "always"
    if begin == end:
        return f"on {begin}"
    if begin is None:
        return f"to {end}"
    return f"from {begin}" if end is None else f"from {begin} to {end}"
