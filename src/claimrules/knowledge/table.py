"""A knowledge table as the engine gets it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from claimrules.catalog import TEXT, KeyColumn, TableSchema

COMMON = ("valid_from", "valid_to", "region", "known_from", "knowledge_id", "source", "source_row")
"""Columns that every table may have without declaring them."""

NATION = "000000"
"""The region of a row that holds everywhere."""

CODE_SETS = "code_sets"
"""The table that becomes `KnowledgeSet.sets`."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """Where a missing row says something.

    On dates from `since` (None: always), for codes of the first key column that begin with one of `prefixes` (empty:
    all codes).
    """

    since: dt.date | None = None
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a table's facts are from. `verified`: somebody has compared the rows with the original."""

    title: str
    url: str = ""
    date: dt.date | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True)
class ColumnLabel:
    """What a column is called in messages; empty where the declaration does not say."""

    column: str
    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A checked table.

    `rows` is a `pyarrow.Table`: the schema's columns with their exact Arrow types (window: string in canonical form; an
    empty cell is null, which in a key column fits all), then `valid_from`, `valid_to` (date32, null = open, both ends
    in), `region` (string, never null), `known_from` (date32, null = always), `knowledge_id` (string, never null),
    `source` and `source_row` (string). Rows are in an order of their content, not of the file.
    `many`: several rows may fit one key on one date. `digest` is a hash of all that the table says. `register`: rows come
    with the claims; where they do not (`brought` is False), nothing is known of any key.
    """

    schema: TableSchema
    rows: Any
    complete: Completeness | None = None
    source: Source | None = None
    invented: bool = False
    files: tuple[str, ...] = ()
    many: bool = False
    gaps_allowed: bool = False
    labels: tuple[ColumnLabel, ...] = ()
    digest: str = ""
    register: bool = False
    brought: bool = True


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a table's YAML says, without rows."""

    schema: TableSchema
    file: str
    complete: Completeness | None = None
    source: Source | None = None
    invented: bool = False
    many: bool = False
    gaps_allowed: bool = False
    labels: tuple[ColumnLabel, ...] = ()
    register: bool = False

    def table(self, rows: Any, digest: str, files: tuple[str, ...]) -> Table:
        """The table of these rows."""
        return Table(
            self.schema,
            rows,
            self.complete,
            self.source,
            self.invented,
            files,
            self.many,
            self.gaps_allowed,
            self.labels,
            digest,
            self.register,
        )

    @classmethod
    def of(cls, table: Table) -> "Declaration":
        """The declaration that a table was read by."""
        return cls(
            table.schema,
            table.files[0] if table.files else table.schema.name,
            table.complete,
            table.source,
            table.invented,
            table.many,
            table.gaps_allowed,
            table.labels,
            table.register,
        )


def code_sets_declaration() -> Declaration:
    """How `code_sets` is declared where rows of it come without a YAML."""
    columns = {"set_id": TEXT, "prefix": TEXT}
    key = (KeyColumn("set_id"), KeyColumn("prefix"))
    return Declaration(TableSchema(CODE_SETS, columns, key), CODE_SETS)
