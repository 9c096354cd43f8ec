"""Rows that no line can reach, and rows that change nothing where they are reached."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from claimrules.catalog import Match
from claimrules.diagnostics import Diagnostic, Level
from claimrules.imports.lint_codes import MOST, Catalogue
from claimrules.imports.tables import ReadTable, covered
from claimrules.imports.versions import Version

Numbered = tuple[int, Version]


def unreachable(table: ReadTable, catalogues: Sequence[Catalogue]) -> Iterator[Diagnostic]:
    """CR341: rows that another one always wins over.

    A row whose key cell is empty fits all, and loses to rows with the cell filled: where these name every value of a
    closed list, nothing is left for it. A row by prefix loses to longer ones: where these fit every code of the
    catalogue that it would, nothing is left for it either.
    """
    if table.declaration.many:
        return  # several rows may hold, and none wins
    rows = table.standing()
    found = [*_by_values(table, rows), *_by_prefixes(table, rows, catalogues)]
    for number, why in sorted(found)[:MOST]:
        message = f"no line can reach this row of {table.shown(table.rows[number])}"
        help_ = "remove it, or the rows that stand before it"
        yield Diagnostic("CR341", message, table.place(number), why, help_, Level.WARNING)


def says_nothing(table: ReadTable) -> Iterator[Diagnostic]:
    """CR344: regional rows that say what the nation's row says on the same days."""
    if table.declaration.many:
        return
    national: dict[tuple[str, ...], list[Version]] = defaultdict(list)
    rows = table.standing()
    for _, row in rows:
        if not row.region:
            national[row.cells].append(row)
    provincial = {(*(row.cells[i] for i in table.key), row.region[:2]) for _, row in rows if row.region.endswith("0000")}
    found = []
    for number, row in rows:
        key = (*(row.cells[i] for i in table.key), row.region[:2])
        between = not row.region.endswith("0000") and key in provincial  # it may restore what its province changed
        if row.region and not between and covered(row, national.get(row.cells, [])):
            found.append(number)
    for number in found[:MOST]:
        message = f"the nation's row of {table.shown(table.rows[number])} says the same"
        yield Diagnostic("CR344", message, table.place(number), help="remove it", level=Level.WARNING)


def _by_values(table: ReadTable, rows: Sequence[Numbered]) -> Iterator[tuple[int, str]]:
    for column in table.schema.key:
        values = table.schema.columns[column.name].values
        if not values:
            continue
        at = table.at(column.name)
        filled: dict[tuple[object, ...], dict[str, list[Version]]] = defaultdict(lambda: defaultdict(list))
        for _, row in rows:
            if row.cells[at]:
                filled[_without(table, row, at)][row.cells[at]].append(row)
        for number, row in rows:
            others = filled.get(_without(table, row, at), {})
            if not row.cells[at] and all(covered(row, others.get(value, [])) for value in values):
                yield number, f"every value of `{column.name}` has a row of its own"


def _by_prefixes(table: ReadTable, rows: Sequence[Numbered], catalogues: Sequence[Catalogue]) -> Iterator[tuple[int, str]]:
    column = table.schema.key[0]
    if column.match is Match.EXACT or not catalogues:
        return
    at = table.at(column.name)
    by_code: dict[tuple[object, ...], list[Version]] = defaultdict(list)
    for _, row in rows:
        by_code[(row.cells[at], _without(table, row, at))].append(row)
    for number, row in rows:
        prefix, rest = row.cells[at], _without(table, row, at)
        asked = [one for one in catalogues if prefix and one.speaks_of(prefix)]
        codes = [code for one in asked for code in one.beginning_with(prefix)]
        if codes and all(_longer_covers(row, len(prefix), code, rest, by_code) for code in codes):
            yield number, f"every code of the catalogue that begins with `{prefix}` has a row with more of it"


def _longer_covers(
    row: Version, size: int, code: str, rest: tuple[object, ...], by_code: dict[tuple[object, ...], list[Version]]
) -> bool:
    """Whether rows with more of a code than its first `size` characters hold on all days of the row."""
    longer = [one for more in range(size + 1, len(code) + 1) for one in by_code.get((code[:more], rest), ())]
    return covered(row, longer)


def _without(table: ReadTable, row: Version, at: int) -> tuple[object, ...]:
    """A row's region and key but for one column."""
    return (row.region, *(row.cells[i] for i in table.key if i != at))
