"""What a mapping says, parsed: which files are which table, how they join, which rows count, what each column holds."""

from dataclasses import dataclass
from enum import StrEnum

from claimrules.catalog import Type
from claimrules.diagnostics import Place


class Otherwise(StrEnum):
    """What becomes of a value that no code of a translation fits."""

    REJECT = "reject"
    NULL = "null"
    KEEP = "keep"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Codes:
    """A translation: exact codes first, then the longest prefix, then `otherwise`. A None translates to NULL."""

    exact: dict[str, str | None]
    prefixes: dict[str, str | None]
    otherwise: Otherwise = Otherwise.REJECT
    value: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Where one target column comes from.

    One of: `sources` (the first of them that the file has), `parts` (their texts joined by `separator`), `constant`,
    `running` (numbered within the claim once the claim is together). An `optional` column may be missing.
    """

    target: str
    type: Type
    is_code: bool = False
    required: bool = False
    personal: bool = False
    sources: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    separator: str = "-"
    constant: str | None = None
    running: bool = False
    codes: Codes | None = None
    pattern: str | None = None
    nulls: tuple[str, ...] = ()
    optional: bool = False
    place: Place | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """Every source column it may read."""
        return self.sources + self.parts


@dataclass(frozen=True, slots=True)
class Join:
    """A left join to another file, whose rows have distinct keys. Its columns are known as `prefix` + name."""

    file: str
    on: tuple[tuple[str, str], ...]
    prefix: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A row counts where `column` is among `values` (not, if `negated`); with `filled`, where it is (not) empty."""

    column: str
    values: tuple[str, ...] = ()
    negated: bool = False
    filled: bool | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Unpivot:
    """Wide to long: for each number n one row where one of `filled` is filled.

    `columns` are (name, template): `code`, `HCPCS_CD_{n}`. The number itself is the column `number`.
    """

    numbers: tuple[int, ...]
    columns: tuple[tuple[str, str], ...]
    filled: tuple[str, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Rows with equal `by` become one: of each column the first filled value, in the order of `order`."""

    by: tuple[str, ...]
    order: tuple[str, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class TableMap:
    """One canonical table. `files` are all read; of `first_of` the first. `whole`: unread columns are extra.

    `national`: read by the national names, of which a file holds many that belong to another table.
    """

    table: str
    columns: tuple[ColumnMap, ...]
    files: tuple[str, ...] = ()
    first_of: tuple[str, ...] = ()
    encoding: str = "utf-8"
    delimiter: str = ","
    nulls: tuple[str, ...] = ()
    joins: tuple[Join, ...] = ()
    where: tuple[Condition, ...] = ()
    unpivot: Unpivot | None = None
    group: Group | None = None
    whole: bool = False
    national: bool = False
    optional: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """All tables of one mapping. `file` is where it stands, or the name of a built-in one."""

    file: str
    tables: dict[str, TableMap]
