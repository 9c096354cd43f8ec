"""Codes that no catalogue has."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from claimrules.catalog import Base, Match
from claimrules.diagnostics import Diagnostic, Level
from claimrules.imports.tables import ReadTable, together
from claimrules.imports.versions import Version

MOST = 20
"""Rows of one table and kind that are shown; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The codes that there are, sorted, with the rows that list each. `prefixes`: of which it lists all; none: of all."""

    name: str
    codes: tuple[str, ...]
    rows: dict[str, list[Version]]
    prefixes: tuple[str, ...]

    def speaks_of(self, code: str) -> bool:
        """Whether a code that it does not list is none."""
        return not self.prefixes or code.startswith(self.prefixes)

    def beginning_with(self, prefix: str) -> list[str]:
        """The codes that begin so."""
        first = bisect_left(self.codes, prefix)
        out = []
        for code in self.codes[first:]:
            if not code.startswith(prefix):
                break
            out.append(code)
        return out


def catalogue_of(table: ReadTable) -> Catalogue:
    """A table's first key column as a list of codes."""
    rows: dict[str, list[Version]] = defaultdict(list)
    at = table.key[0]
    for _, row in table.standing():
        if row.cells[at]:
            rows[row.cells[at]].append(row)
    complete = table.declaration.complete
    return Catalogue(table.name, tuple(sorted(rows)), dict(rows), complete.prefixes if complete else ())


def code_columns(table: ReadTable) -> list[tuple[str, bool]]:
    """The columns that hold codes of items, and whether by prefix: those called `code` or something`_code`."""
    match = {column.name: column.match for column in table.schema.key}
    return [
        (name, match.get(name, Match.EXACT) is not Match.EXACT)
        for name, kind in table.schema.columns.items()
        if kind.base is Base.TEXT and not kind.values and (name == "code" or name.endswith("_code"))
    ]


def codes_in_no_catalogue(table: ReadTable, catalogues: Sequence[Catalogue]) -> Iterator[Diagnostic]:
    """CR340: rows of a code that no catalogue lists in their time."""
    for name, by_prefix in code_columns(table):
        found = []
        at = table.at(name)
        for number, row in table.standing():
            code = row.cells[at]
            asked = [one for one in catalogues if one.speaks_of(code)]
            if not code or not asked:
                continue
            listed = [
                r for one in asked for c in (one.beginning_with(code) if by_prefix else [code]) for r in one.rows.get(c, ())
            ]
            if not any(together(row, other) for other in listed):
                found.append((number, code, bool(listed)))
        for number, code, known in found[:MOST]:
            names = " or ".join(f"`{one.name}`" for one in catalogues)
            when = " in the time of this row" if known else ""
            message = (
                f"no code that begins with `{code}` is in {names}{when}"
                if by_prefix
                else f"`{code}` is not in {names}{when}"
            )
            help_ = "correct the code, or complete the catalogue"
            yield Diagnostic("CR340", message, table.place(number, name), f"column `{name}`", help_, Level.WARNING)
        if len(found) > MOST:
            message = f"… and {len(found) - MOST} more rows of `{table.name}` with a `{name}` in no catalogue"
            yield Diagnostic("CR340", message, table.place(found[MOST][0]), level=Level.WARNING)
