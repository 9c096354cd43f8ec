"""Registers that come with the claims: `registers/staff.csv` and the like, read as the other tables are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.batch.counts import Tally
from claimrules.batch.files import Shelf, Tables
from claimrules.batch.hashing import hash_rows, total
from claimrules.batch.mapping import ColumnMap, TableMap
from claimrules.batch.rejects import DOUBLED, UNREADABLE, Rejects, raw_text
from claimrules.batch.rows import typed_nulls
from claimrules.batch.table_reader import TableReader
from claimrules.catalog import DATE, TEXT, Base, TableSchema, Type
from claimrules.catalog.registers import PERSONAL
from claimrules.diagnostics import ClaimsError, Diagnostic, Level, suggest

FOLDER = "registers/"
COMMON: dict[str, Type] = {
    "valid_from": DATE,
    "valid_to": DATE,
    "region": TEXT,
    "known_from": DATE,
    "knowledge_id": TEXT,
    "source": TEXT,
    "source_row": TEXT,
}
"""Columns that every register may have: those of every knowledge table."""


class Registers:
    """The registers of one input, those that it brings; of two of one name, that on the first shelf.

    Headers are checked when it is made.
    """

    def __init__(self, schemas: Mapping[str, TableSchema], shelves: Sequence[Shelf], files: list[str]) -> None:
        self._files = files
        self.readers: dict[str, TableReader] = {}
        for name, schema in schemas.items():
            for shelf in shelves:
                reader = TableReader(_table_map(schema), shelf, files)
                if reader.sources:
                    self.readers[name] = reader
                    break
        self.hash = 0
        self._unknown = sorted({name for shelf in shelves for name in shelf.inside(FOLDER)} - set(schemas))
        self._known = tuple(schemas)

    @property
    def warning(self) -> Diagnostic | None:
        """One for all registers that nobody has declared."""
        if not self._unknown:
            return None
        near = ((name, suggest(name, self._known)) for name in self._unknown)
        told = ", ".join(f"{name} (did you mean {other}?)" if other else name for name, other in near)
        advice = "declare one with its columns and key: knowledge/NAME.yaml with `register: true`"
        return Diagnostic("CR118", f"registers that are not read: {told}", help=advice, level=Level.WARNING)

    def read(self, rejects: Rejects, tallies: dict[str, Tally]) -> dict[str, Any]:
        """Each register as one table with the columns that it has; counted, bad rows rejected."""
        return {name: self._one(name, reader, rejects, tallies) for name, reader in self.readers.items()}

    def _one(self, name: str, reader: TableReader, rejects: Rejects, tallies: dict[str, Tally]) -> Any:
        tally = tallies[name] = Tally()
        parts, files, rows = [typed_nulls(reader.columns).empty_table()], [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for read in reader.read(rejects):
            tally.read += read.read
            tally.rejected += read.rejected
            if read.table is not None:
                parts.append(read.table)
                files.append(read.files.astype(np.int64))
                rows.append(read.rows)
        table = pa.concat_tables(parts).combine_chunks()
        origin = np.concatenate(files), np.concatenate(rows)
        for find in (_bad_region, _bad_validity, _doubled):
            wrong, code, reason = find(table, origin)
            if wrong.any():
                self._reject(name, table, wrong, origin, (code, reason), rejects)
                tally.rejected += int(wrong.sum())
                table = table.filter(pa.array(~wrong)).combine_chunks()
                origin = origin[0][~wrong], origin[1][~wrong]
        tally.audited = table.num_rows
        self.hash = (self.hash + total(hash_rows(table, f"register {name}"))) % 2**64
        return table

    def _reject(self, name: str, table: Any, wrong: Any, origin: Any, why: tuple[str, str], rejects: Rejects) -> None:
        bad = table.filter(pa.array(wrong)).combine_chunks()
        shown = {column: bad.column(column).combine_chunks() for column in bad.column_names}
        files = pa.array(self._files, pa.string()).take(pa.array(origin[0][wrong]))
        rejects.add(name, files, origin[1][wrong], why[0], why[1], raw_text(shown, PERSONAL))


def read_given(given: Mapping[str, Any], schemas: Mapping[str, TableSchema]) -> dict[str, Any]:
    """Registers given in Python, each a `pyarrow.Table`.

    Raises:
        ClaimsError: CR104 a column that is missing, CR119 a row that cannot be read.
    """
    if not given:
        return {}
    rejects = Rejects()
    shelf = Tables(filed({"registers": given}, ()))
    tables = Registers(schemas, [shelf], []).read(rejects, {})
    if faults := rejects.table().to_pylist():
        raise ClaimsError(
            Diagnostic("CR119", f"the register `{row['source_table']}`, row {row['row_number']}: {row['reason']}")
            for row in faults
        )
    return tables


def filed(source: Mapping[str, Any], schemas: Iterable[str]) -> dict[str, Any]:
    """The tables of a dict, those of its key `registers` and those called as a register is under `registers/`."""
    inner = source.get("registers", {})
    if not isinstance(inner, Mapping):
        message = f"`registers` is a {type(inner).__name__}, not a dict of tables"
        raise ClaimsError(Diagnostic("CR106", message, help='write {"registers": {"staff": table}}'))
    known = set(schemas)
    out = {f"{FOLDER}{name}" if name in known else name: table for name, table in source.items() if name != "registers"}
    return out | {f"{FOLDER}{name}": table for name, table in inner.items()}


def _table_map(schema: TableSchema) -> TableMap:
    first = schema.key[0].name
    keys = {column.name for column in schema.key}
    columns = tuple(
        ColumnMap(
            name,
            kind,
            is_code=kind.base is Base.TEXT and not kind.values and (name in keys or name.endswith(("_id", "_code"))),
            required=name == first,
            personal=name in PERSONAL,
            sources=(name,),
            optional=name != first,
        )
        for name, kind in (schema.columns | COMMON).items()
    )
    return TableMap(schema.name, columns, first_of=(f"{FOLDER}{schema.name}",), whole=True, optional=True)


def _bad_region(table: Any, _: Any) -> tuple[Any, str, str]:
    reason = "region is not six digits"
    if "region" not in table.column_names:
        return np.zeros(table.num_rows, np.bool_), UNREADABLE, reason
    fits = pc.fill_null(pc.match_substring_regex(table["region"], r"^\d{6}$"), fill_value=True)
    return ~np.asarray(fits), UNREADABLE, reason


def _bad_validity(table: Any, _: Any) -> tuple[Any, str, str]:
    reason = "valid_from is after valid_to"
    if not {"valid_from", "valid_to"} <= set(table.column_names):
        return np.zeros(table.num_rows, np.bool_), UNREADABLE, reason
    wrong = pc.fill_null(pc.greater(table["valid_from"], table["valid_to"]), fill_value=False)
    return np.asarray(wrong), UNREADABLE, reason


def _doubled(table: Any, origin: Any) -> tuple[Any, str, str]:
    """Rows that say what another says, all but the first of them by file and row."""
    wrong = np.zeros(table.num_rows, np.bool_)
    if table.num_rows:
        content = hash_rows(table)
        order = np.lexsort((origin[1], origin[0], content))
        wrong[order[1:][content[order][1:] == content[order][:-1]]] = True
    return wrong, DOUBLED, "the row stands twice"
