"""What stands where in a published sheet."""

import re
from dataclasses import dataclass

from claimrules.catalog import TEXT, KeyColumn, Type
from claimrules.knowledge import Source
from claimrules.knowledge.table import COMMON

AMENDS, REPLACES = "amends", "replaces"
WHERE, RECOGNISE, ENDED = "where", "recognise", "ended"


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a cell: where `match` is found in it, `value` with its groups filled in; else the next way."""

    match: re.Pattern[str]
    value: str


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column of the table, and where its values are from.

    `headers`: what the sheet may call it, `*` standing for anything; empty where `constant` is given. `values`: words of
    the sheet and what they become; a word that is not there is a fault. `readings`: looked for in this order; where none
    fits, the cell is empty. `separators`: characters that part several codes in a cell, each making a row. `must`: what
    a value must look like. `fill`: an empty cell says what the one above says.
    """

    name: str
    type: Type = TEXT
    headers: tuple[str, ...] = ()
    constant: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    readings: tuple[Reading, ...] = ()
    separators: str = ""
    must: re.Pattern[str] | None = None
    fill: bool = False
    optional: bool = False
    zh: str = ""
    en: str = ""

    def translated(self) -> dict[str, str]:
        """`values` as a mapping."""
        return dict(self.values)


@dataclass(frozen=True, slots=True)
class Expansion:
    """A second sheet that gives the codes of a name. `by`: the headers of the name, in either sheet."""

    by: ColumnSpec
    columns: tuple[ColumnSpec, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """Rows in which the cell of the column `headers` has `match` in it.

    `role`: WHERE, only these rows are the table's; RECOGNISE, a sheet of this shape has such a row; ENDED, these rows say
    that a row of the table holds no longer.
    """

    headers: tuple[str, ...]
    match: re.Pattern[str]
    said: str
    role: str = WHERE


@dataclass(frozen=True, slots=True)
class Shape:
    """How a publication is laid out, and what table it becomes.

    `identity`: the columns by which a row of a later edition is the same row; the key where it says nothing. `edition`:
    AMENDS, a later sheet says only what changes; REPLACES, what it does not say any more has ended. `ignore`: headers of
    columns that are known and not wanted.
    """

    name: str
    file: str
    table: str
    columns: tuple[ColumnSpec, ...]
    key: tuple[KeyColumn, ...]
    identity: tuple[str, ...]
    expansion: Expansion | None = None
    conditions: tuple[Condition, ...] = ()
    edition: str = AMENDS
    many: bool = False
    gaps_allowed: bool = True
    absence: str = "no-limit"
    sheets: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    encoding: str = ""
    zh: str = ""
    en: str = ""
    source: Source | None = None
    valid_from: str = ""
    known_from: str = ""
    region: str = ""

    @property
    def all_columns(self) -> tuple[ColumnSpec, ...]:
        """The table's columns, those of the second sheet last."""
        return (*self.columns, *(self.expansion.columns if self.expansion else ()))

    @property
    def declared(self) -> tuple[ColumnSpec, ...]:
        """The columns that the table's declaration names, those of the key first: not those that every table may have."""
        keys = [column.name for column in self.key]
        own = [column for column in self.all_columns if column.name not in COMMON]
        return tuple(sorted(own, key=lambda column: keys.index(column.name) if column.name in keys else len(keys)))

    @property
    def dated(self) -> bool:
        """Whether each row of the sheet says from when it holds."""
        return any(column.name == "valid_from" for column in self.all_columns)
