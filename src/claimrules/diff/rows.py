"""Which rows of a knowledge table moved, and a table with some of them put back."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from claimrules.catalog import TableSchema
from claimrules.diagnostics import Place
from claimrules.diff.move import Move
from claimrules.knowledge import Table
from claimrules.knowledge.identity import cell_hashes, mixed
from claimrules.knowledge.table import NATION

_DATED = ("region", "valid_from", "valid_to", "known_from")


@dataclass(frozen=True, slots=True)
class RowMove:
    """The rows of one key and region that are not in both tables: their numbers in each, and their ids."""

    move: Move
    old: tuple[int, ...]
    new: tuple[int, ...]
    ids: frozenset[str]


@dataclass(frozen=True)
class TableMove:
    """What moved in one table. `declared`: its declaration. `whole`: all of it, where rows cannot be told apart.

    `old`, `new`: the table on either side; that of the other with no rows where a side has none.
    """

    name: str
    old: Table
    new: Table
    rows: tuple[RowMove, ...] = ()
    declared: Move | None = None
    whole: Move | None = None
    _at: dict[Move, RowMove] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_at", {one.move: one for one in self.rows})

    @property
    def moves(self) -> tuple[Move, ...]:
        """Everything that moved, the one that stands for all rows aside."""
        return tuple(one for one in (self.whole, self.declared, *self._at) if one is not None)

    @property
    def all_rows(self) -> Move:
        """What stands for all rows that moved."""
        if len(self.rows) == 1:
            return self.rows[0].move
        return Move("table", self.name, f"{len(self.rows)} rows", new_place=_place(self.new))

    def mixed(self, base: str, moves: frozenset[Move]) -> Table:
        """The table of the side `base` ("old" or "new") with these moves as on the other side."""
        own, other = (self.new, self.old) if base == "new" else (self.old, self.new)
        if self.whole is not None:
            return other if self.whole in moves else own
        declaration = other if self.declared in moves else own
        put = [self._at[move] for move in moves if move in self._at]
        if not put:
            return own if declaration is own else replace(declaration, rows=own.rows)
        gone = [number for one in put for number in (one.new if base == "new" else one.old)]
        come = [number for one in put for number in (one.old if base == "new" else one.new)]
        kept = np.setdiff1d(np.arange(own.rows.num_rows), np.asarray(gone, np.int64))
        rows = pa.concat_tables([own.rows.take(kept), other.rows.take(np.asarray(come, np.int64))]).combine_chunks()
        return replace(declaration, rows=rows, digest="")


def table_move(name: str, old: Table | None, new: Table | None) -> TableMove | None:
    """What moved; None where nothing did that a rule could see. One of the two may be None: no rows."""
    one, other = old or _emptied(new), new or _emptied(old)
    if one.digest == other.digest:
        return None
    facts = _facts(one, other)
    if one.schema.columns != other.schema.columns or _key_names(one) != _key_names(other):
        count = len(_moved(one, other)[0]) + len(_moved(other, one)[0])
        said = f"declaration and {count} rows" if count else "declaration"
        whole = Move("declaration", name, said, *_told(facts), _place(one), _place(other))
        return TableMove(name, one, other, whole=whole)
    declared = Move("declaration", name, "declaration", *_told(facts), _place(one), _place(other)) if facts else None
    rows = tuple(_row_moves(name, one, other))
    return TableMove(name, one, other, rows, declared) if rows or declared else None


def _key_names(table: Table) -> list[str]:
    return [column.name for column in table.schema.key]


def _emptied(table: Table | None) -> Table:
    assert table is not None  # noqa: S101 - one of the two is given
    return replace(table, rows=table.rows.slice(0, 0), digest="")


def _place(table: Table) -> Place | None:
    return Place(table.files[-1]) if table.files else None


def _hashes(table: Table) -> npt.NDArray[np.uint64]:
    """A number for what each row says: its id, its source and the order of rows have no part in it."""
    total = np.zeros(table.rows.num_rows, np.uint64)
    for name in (*table.schema.columns, *_DATED):
        total += cell_hashes(name, table.rows[name].combine_chunks())
    return mixed(total)


def _moved(table: Table, other: Table) -> tuple[list[int], list[dict[str, Any]]]:
    """The rows that the other does not have: their numbers, and what they say."""
    gone = np.flatnonzero(~np.isin(_hashes(table), _hashes(other)))
    return gone.tolist(), table.rows.take(gone).to_pylist()


def _row_moves(name: str, old: Table, new: Table) -> Iterable[RowMove]:
    sides: dict[str, tuple[list[tuple[int, dict[str, Any]]], list[tuple[int, dict[str, Any]]]]]
    sides = defaultdict(lambda: ([], []))
    for side, (table, other) in enumerate(((old, new), (new, old))):
        for number, row in zip(*_moved(table, other), strict=True):
            sides[_key(table, row)][side].append((number, row))
    for key, (before, after) in sorted(sides.items()):
        texts = _differing(new, [row for _, row in before], [row for _, row in after])
        old_place = _place(old) if before else None
        move = Move("row", name, key, *texts, old_place, _place(new) if after else None)
        ids = frozenset(row["knowledge_id"] for _, row in (*before, *after))
        yield RowMove(move, tuple(n for n, _ in before), tuple(n for n, _ in after), ids)


def _key(table: Table, row: Mapping[str, Any]) -> str:
    """Key and region; where several rows may hold at once, those of one key move together."""
    parts = [f"{column.name}={row[column.name]}" for column in table.schema.key if row[column.name] is not None]
    region = [f"region={row['region']}"] if row["region"] != NATION else []
    return ", ".join([*parts, *region]) or "every key"


def _differing(table: Table, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> tuple[str, str]:
    """The cells that differ where one row became one other; else all cells of all rows."""
    names = [n for n in (*table.schema.columns, *_DATED) if n not in {c.name for c in table.schema.key} and n != "region"]
    if len(before) == len(after) == 1:
        names = [name for name in names if before[0][name] != after[0][name]]
        return _cells(names, before[0], "none"), _cells(names, after[0], "none")
    return "; ".join(_cells(names, row) for row in before), "; ".join(_cells(names, row) for row in after)


def _cells(names: Iterable[str], row: Mapping[str, Any], empty: str = "") -> str:
    cells = [(name, row[name] if row[name] is not None else empty) for name in names]
    return ", ".join(f"{name}={cell}" for name, cell in cells if cell != "") or "it is there"


def _facts(old: Table, new: Table) -> list[tuple[str, str, str]]:
    """What the declarations say differently, as far as it changes what is found."""
    a, b = old.schema, new.schema
    columns = [
        (f"column {name}", str(a.columns.get(name, "none")), str(b.columns.get(name, "none")))
        for name in dict.fromkeys((*a.columns, *b.columns))
        if a.columns.get(name) != b.columns.get(name)
    ]
    facts = (
        ("key", _key_columns(a), _key_columns(b)),
        ("absence", str(a.absence), str(b.absence)),
        ("symmetric", str(a.symmetric), str(b.symmetric)),
        ("complete", str(old.complete), str(new.complete)),
        ("many", str(old.many), str(new.many)),
        ("register", str(old.register), str(new.register)),
    )
    return [*columns, *(fact for fact in facts if fact[1] != fact[2])]


def _key_columns(schema: TableSchema) -> str:
    return ", ".join(f"{column.name} {column.match}" for column in schema.key)


def _told(facts: list[tuple[str, str, str]]) -> tuple[str, str]:
    return "; ".join(f"{name}: {before}" for name, before, _ in facts), "; ".join(
        f"{name}: {after}" for name, _, after in facts
    )
