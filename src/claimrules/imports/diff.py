"""What two versions of a table say differently."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from claimrules.catalog import Type
from claimrules.imports.declare import type_text
from claimrules.imports.tables import ReadTable, read_tables
from claimrules.imports.versions import Version

Said = tuple[tuple[str, str], ...]
"""What a row says: its filled cells, its region and its dates, by column."""


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """A row of one key, region and first day that says something else: each cell before and after."""

    key: str
    cells: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class TableDiff:
    """What differs in one table. `before`, `after`: rows; None where the table is not there."""

    table: str
    before: int | None
    after: int | None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[ChangedRow, ...] = ()
    declaration: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether anything does."""
        return bool(
            self.added or self.removed or self.changed or self.declaration or self.before is None or self.after is None
        )


def diff_tables(old: Path, new: Path) -> tuple[TableDiff, ...]:
    """Compare two folders of knowledge, or two tables, by what their rows say: ids, sources and the order play no part.

    Raises:
        KnowledgeError: either does not load.
    """
    before, after = read_tables(old), read_tables(new)
    if old.is_file() and new.is_file():  # two files are meant to be compared, whatever they are called
        return (_diff(next(iter(before.values())), next(iter(after.values()))),)
    names = sorted({*before, *after})
    return tuple(_diff(before.get(name), after.get(name)) for name in names)


def _diff(old: ReadTable | None, new: ReadTable | None) -> TableDiff:
    gone = _surplus(old, new)
    come = _surplus(new, old)
    pairs, gone, come = _paired(old, new, gone, come)
    return TableDiff(
        next(table.name for table in (new, old) if table is not None),
        None if old is None else len(old.rows),
        None if new is None else len(new.rows),
        tuple(sorted(_text(said) for said in (_said(new, row) for row in come))) if new else (),
        tuple(sorted(_text(said) for said in (_said(old, row) for row in gone))) if old else (),
        tuple(sorted(pairs, key=lambda pair: (pair.key, pair.cells))),
        _declared(old, new),
    )


def _said(table: ReadTable | None, row: Version) -> Said:
    names = list(table.schema.columns) if table else []
    common = (("region", row.region), ("valid_from", row.start), ("valid_to", row.end), ("known_from", row.known))
    return tuple((name, cell) for name, cell in (*zip(names, row.cells, strict=True), *common) if cell)


def _surplus(table: ReadTable | None, other: ReadTable | None) -> list[Version]:
    """The rows of a table that the other does not have, as often as it has them less."""
    if table is None:
        return []
    left = Counter(frozenset(_said(other, row)) for row in other.rows) if other else Counter()
    out = []
    for row in table.rows:
        said = frozenset(_said(table, row))
        if left[said]:
            left[said] -= 1
        else:
            out.append(row)
    return out


def _paired(
    old: ReadTable | None, new: ReadTable | None, gone: Sequence[Version], come: Sequence[Version]
) -> tuple[list[ChangedRow], list[Version], list[Version]]:
    """Rows of one key, region, first day and knowledge, where each side has one."""
    if old is None or new is None or [c.name for c in old.schema.key] != [c.name for c in new.schema.key]:
        return [], list(gone), list(come)

    def places(table: ReadTable, rows: Sequence[Version]) -> dict[tuple[object, ...], list[Version]]:
        out: dict[tuple[object, ...], list[Version]] = defaultdict(list)
        for row in rows:
            out[(*(row.cells[i] for i in table.key), row.region, row.start, row.known)].append(row)
        return out

    before, after = places(old, gone), places(new, come)
    pairs = [(before[p][0], after[p][0]) for p in before if len(before[p]) == len(after.get(p, ())) == 1]
    changed = [ChangedRow(new.shown(b), _cells(dict(_said(old, a)), dict(_said(new, b)))) for a, b in pairs]
    used = {id(row) for pair in pairs for row in pair}
    return changed, [row for row in gone if id(row) not in used], [row for row in come if id(row) not in used]


def _cells(before: dict[str, str], after: dict[str, str]) -> tuple[tuple[str, str, str], ...]:
    names = list(dict.fromkeys((*before, *after)))
    return tuple((n, before.get(n, ""), after.get(n, "")) for n in names if before.get(n, "") != after.get(n, ""))


def _text(said: Said) -> str:
    return ", ".join(f"{name}={cell if len(cell) <= 40 else f'{cell[:39]}…'}" for name, cell in said)


def _declared(old: ReadTable | None, new: ReadTable | None) -> tuple[str, ...]:
    """What the YAMLs say differently, as far as it changes what a rule finds."""
    if old is None or new is None:
        return ()
    a, b = old.schema, new.schema
    out = [
        f"column {name}: {_type(a.columns.get(name))} → {_type(b.columns.get(name))}"
        for name in dict.fromkeys((*a.columns, *b.columns))
        if a.columns.get(name) != b.columns.get(name)
    ]
    one, two = old.declaration, new.declaration
    facts = (
        ("key", [f"{c.name} {c.match}" for c in a.key], [f"{c.name} {c.match}" for c in b.key]),
        ("absence", str(a.absence), str(b.absence)),
        ("complete", one.complete, two.complete),
        ("symmetric", a.symmetric, b.symmetric),
        ("many", one.many, two.many),
    )
    out += [f"{what}: {x} → {y}" for what, x, y in facts if x != y]
    return tuple(out)


def _type(kind: Type | None) -> str:
    return "none" if kind is None else type_text(kind).strip("'")
