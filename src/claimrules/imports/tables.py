"""Tables with the lines that their rows stand on, for what is said of single rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from claimrules.catalog import TableSchema
from claimrules.diagnostics import Place
from claimrules.imports.errors import refused
from claimrules.imports.stored import versions_of
from claimrules.imports.versions import OPEN, SlotOf, Version, day_after, standing
from claimrules.knowledge import KnowledgeSet
from claimrules.knowledge.from_files import read_raw
from claimrules.knowledge.from_yaml import read_declaration
from claimrules.knowledge.layers import table_files
from claimrules.knowledge.raw_table import RawTable
from claimrules.knowledge.table import Declaration

INNER = "knowledge"


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table that loads: its declaration, and its rows in the order of the file."""

    declaration: Declaration
    rows: tuple[Version, ...]
    raw: RawTable

    @property
    def name(self) -> str:
        """The table's name."""
        return self.declaration.schema.name

    @property
    def schema(self) -> TableSchema:
        """What its columns mean."""
        return self.declaration.schema

    def at(self, column: str) -> int:
        """The place of a column in a row's cells."""
        return list(self.schema.columns).index(column)

    @property
    def key(self) -> tuple[int, ...]:
        """The places of the key's columns."""
        return tuple(self.at(column.name) for column in self.schema.key)

    def place(self, row: int, column: str | None = None) -> Place:
        """Where a row, or a cell of it, stands."""
        return self.raw.place(row, column)

    def standing(self) -> list[tuple[int, Version]]:
        """The rows that stand after all is learnt, with their numbers, in the order of the file."""
        number = {id(row): i for i, row in enumerate(self.rows)}
        kept = standing(self.rows, SlotOf(self.key, self.declaration.many))
        return sorted(((number[id(row)], row) for row in kept), key=lambda pair: pair[0])

    def shown(self, row: Version) -> str:
        """A row's key, for a message."""
        names = [column.name for column in self.schema.key]
        parts = [f"{name}={row.cells[self.at(name)]}" for name in names if row.cells[self.at(name)]]
        return ", ".join([*parts, *([f"region={row.region}"] if row.region else [])]) or "every key"


def knowledge_folder(path: Path) -> Path:
    """The folder of tables: the path itself, or `knowledge` in a rule base."""
    return path / INNER if (path / INNER).is_dir() else path


def read_tables(path: Path) -> dict[str, ReadTable]:
    """The tables of a folder, of a rule base, or of one `NAME.csv` with its YAML beside it, by name.

    Raises:
        KnowledgeError: whatever the tables would be refused for; CR301 nothing is there.
    """
    only = path.stem if path.is_file() else None
    folder = path.parent if path.is_file() else knowledge_folder(path)
    if not folder.is_dir():
        raise refused("CR301", "there is no such folder or table", str(path))
    if only is None:
        KnowledgeSet.read([folder])
    files, _ = table_files([folder])
    out: dict[str, ReadTable] = {}
    for file in files:
        if file.data is not None and only in (None, file.name):
            declaration = read_declaration(file.declaration, file.name)
            raw = read_raw(file.data)
            out[file.name] = ReadTable(declaration, tuple(versions_of(raw, declaration.schema)), raw)
    if only is not None and only not in out:
        raise refused("CR301", f"there is no table `{only}`: it needs {only}.csv and {only}.yaml", str(path))
    return out


def covered(row: Version, others: Sequence[Version]) -> bool:
    """Whether the days of a row are all days of one of the others."""
    reached = row.start
    for other in sorted(others, key=lambda one: one.start):
        if other.start > reached:
            return False
        if other.until >= row.until:
            return True
        if other.until >= reached and other.until != OPEN:
            reached = day_after(other.until)
    return False


def together(one: Version, other: Version) -> bool:
    """Whether there is a day on which both hold."""
    return one.start <= other.until and other.start <= one.until
