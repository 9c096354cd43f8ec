"""Rows that cannot all be meant."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from claimrules.catalog import Base
from claimrules.diagnostics import Diagnostic, Level
from claimrules.imports.lint_codes import MOST, code_columns
from claimrules.imports.tables import ReadTable, together
from claimrules.imports.versions import Version

_NUMBERS = (Base.INTEGER, Base.DECIMAL)


def contradictions(table: ReadTable) -> Iterator[Diagnostic]:
    """CR342: a least that is more than the most; two limits of one thing at once; a pair that stands both ways."""
    found = [*_bounds(table), *_limits(table), *_pairs(table)]
    for number, message, label in sorted(found)[:MOST]:
        yield Diagnostic("CR342", message, table.place(number), label, "keep the one that is meant")
    if len(found) > MOST:
        message = f"… and {len(found) - MOST} more rows of `{table.name}` that contradict others"
        yield Diagnostic("CR342", message, table.place(sorted(found)[MOST][0]), level=Level.ERROR)


def _bounds(table: ReadTable) -> Iterator[tuple[int, str, str]]:
    columns = table.schema.columns
    for low in columns:
        high = low.replace("min_", "max_", 1) if low.startswith("min_") else ""
        if high not in columns or columns[low].base not in _NUMBERS or columns[high].base not in _NUMBERS:
            continue
        for number, row in table.standing():
            least, most = row.cells[table.at(low)], row.cells[table.at(high)]
            if least and most and Decimal(least) > Decimal(most):
                yield number, f"`{low}` {least} is more than `{high}` {most}", ""


def _limits(table: ReadTable) -> Iterator[tuple[int, str, str]]:
    """Where several rows may hold: those that differ in one number, window or yes or no, and in nothing else.

    Words of a closed list are mostly the list of what is allowed, and contradict nothing.
    """
    if not table.declaration.many:
        return
    keys = {column.name for column in table.schema.key}
    rows = table.standing()
    for name, kind in table.schema.columns.items():
        if name in keys or kind.base not in (*_NUMBERS, Base.WINDOW, Base.BOOLEAN):
            continue
        at = table.at(name)
        groups = defaultdict(list)
        for number, row in rows:
            groups[(row.region, row.cells[:at], row.cells[at + 1 :])].append((number, row))
        for group in groups.values():
            for i, (number, row) in enumerate(group):
                other = next((o for o in group[:i] if o[1].cells[at] != row.cells[at] and together(o[1], row)), None)
                if other:
                    said = f"`{name}` is {row.cells[at] or 'empty'} here and {other[1].cells[at] or 'empty'} there"
                    yield number, f"two rows for {table.shown(row)} say different things at once", _at(table, other[0], said)


def _pairs(table: ReadTable) -> Iterator[tuple[int, str, str]]:
    """A pair of codes of which each is said to be the other's part."""
    columns = [name for name, _ in code_columns(table)]
    if len(columns) != 2 or table.schema.symmetric:
        return
    a, b = (table.at(name) for name in columns)
    seen: dict[tuple[str, str, str], list[tuple[int, Version]]] = defaultdict(list)
    for number, row in table.standing():
        first, second = row.cells[a], row.cells[b]
        if not first or not second:
            continue
        if first == second:
            yield number, f"`{columns[0]}` and `{columns[1]}` are both {first}", ""
        for other, before in seen[row.region, second, first]:
            if first != second and together(before, row):
                yield number, f"the pair {first} and {second} stands both ways", _at(table, other, "the other way")
        seen[row.region, first, second].append((number, row))


def _at(table: ReadTable, number: int, said: str) -> str:
    return f"{table.raw.row(number)}: {said}"
