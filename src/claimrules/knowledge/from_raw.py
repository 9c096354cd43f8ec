"""Text in, a checked table out."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.catalog import DATE, TEXT, Type
from claimrules.diagnostics import Diagnostic, KnowledgeError, suggest
from claimrules.knowledge.cells import arrow_type, complaint, folded, typed
from claimrules.knowledge.check_sets import check_sets
from claimrules.knowledge.check_versions import check_versions
from claimrules.knowledge.identity import digest, knowledge_ids
from claimrules.knowledge.raw_table import RawTable
from claimrules.knowledge.report import Report
from claimrules.knowledge.table import CODE_SETS, COMMON, NATION, Declaration, Table
from claimrules.knowledge.typed_rows import TypedRows

_COMMON_TYPES = dict.fromkeys(COMMON, TEXT) | dict.fromkeys(("valid_from", "valid_to", "known_from"), DATE)
_SAYS_NOTHING = ("knowledge_id", "source", "source_row")
_REGION = r"^\d{6}$"


def build(raw: RawTable, declaration: Declaration, *, sparse: bool = False) -> Table:
    """Type and check the rows of a table. `sparse`: declared columns may be absent, and are null.

    Raises:
        KnowledgeError: CR308 a column missing, CR309 unknown, CR310 a cell that cannot be read, CR311 a validity that
            ends before it begins, CR312 a row that stands twice, CR313 two rows valid at once, CR314 a gap, CR315 a
            code set that contradicts itself.
    """
    rows = TypedRows(raw, declaration, Report(raw.place), [*raw.broken])
    _check_columns(rows, sparse=sparse)
    _read_cells(rows)
    if declaration.schema.symmetric:
        _order_pairs(rows)
    _check_validity(rows)
    if declaration.schema.name == CODE_SETS:
        check_sets(rows)
    if not rows.header:  # without a column or a row, versions would show gaps that are none
        check_versions(rows)
    found = [*rows.header, *rows.report.diagnostics()]
    if found:
        raise KnowledgeError(found)
    return _table(rows)


def _check_columns(rows: TypedRows, *, sparse: bool) -> None:
    known = (*rows.declaration.schema.columns, *COMMON)
    present = rows.raw.cells.column_names
    for index, name in enumerate(present):
        if name not in known:
            near = suggest(name, known)
            advice = f"did you mean `{near}`?" if near else f"declare it under `columns` in {rows.declaration.file}"
            place = rows.raw.header_place(index)
            rows.header.append(Diagnostic("CR309", f"unknown column `{name}`", place, help=advice))
    keys = {column.name for column in rows.declaration.schema.key}
    for name in rows.declaration.schema.columns:
        if name not in present and not sparse:
            kind = "key column" if name in keys else "column"
            place = rows.raw.header_place(None)
            advice = f"it is declared in {rows.declaration.file}"
            rows.header.append(Diagnostic("CR308", f"the {kind} `{name}` is missing", place, help=advice))


def _read_cells(rows: TypedRows) -> None:
    keys = {column.name for column in rows.declaration.schema.key}
    for name, kind in (rows.declaration.schema.columns | _COMMON_TYPES).items():
        if name not in rows.raw.cells.column_names:
            rows.columns[name] = pa.nulls(rows.n, arrow_type(kind))
            continue
        column = rows.raw.cells[name].combine_chunks()
        if name in keys or name == "region" or kind != TEXT:
            column = folded(column)
        rows.columns[name], wrong = typed(column, kind)
        rows.note(wrong, _unreadable(rows, name, kind))
    _regions(rows)


def _unreadable(rows: TypedRows, name: str, kind: Type) -> Callable[[int], Diagnostic]:
    def make(row: int) -> Diagnostic:
        message, advice = complaint(rows.raw.cell(row, name), kind)
        return Diagnostic("CR310", rows.titled(row, message), rows.raw.place(row, name), f"column `{name}`", advice)

    return make


def _regions(rows: TypedRows) -> None:
    region = pc.fill_null(rows.columns["region"], NATION)
    rows.columns["region"] = region
    wrong = np.flatnonzero(~pc.match_substring_regex(region, _REGION).to_numpy(zero_copy_only=False))
    rows.note(
        wrong,
        lambda row: Diagnostic(
            "CR310",
            rows.titled(row, f"`{region[row]}` is not a region"),
            rows.raw.place(row, "region"),
            "column `region`",
            f"six digits; {NATION}, or nothing, is the whole country",
        ),
    )


def _order_pairs(rows: TypedRows) -> None:
    """A pair holds both ways and is stored once: the smaller first."""
    first, second = (column.name for column in rows.declaration.schema.key[:2])
    a, b = rows.columns[first], rows.columns[second]
    swap = pc.fill_null(pc.greater(a, b), fill_value=False)
    rows.columns[first], rows.columns[second] = pc.if_else(swap, b, a), pc.if_else(swap, a, b)


def _check_validity(rows: TypedRows) -> None:
    start, end = rows.columns["valid_from"], rows.columns["valid_to"]
    wrong = np.flatnonzero(pc.fill_null(pc.greater(start, end), fill_value=False).to_numpy(zero_copy_only=False))
    rows.note(
        wrong,
        lambda row: Diagnostic(
            "CR311",
            rows.titled(row, f"valid_from {start[row]} is after valid_to {end[row]}"),
            rows.raw.place(row, "valid_from"),
            help="both dates belong to the validity; leave valid_to empty where it is open",
        ),
    )


def _table(rows: TypedRows) -> Table:
    d = rows.declaration
    hashes = rows.hashes(tuple(name for name in rows.columns if name not in _SAYS_NOTHING))
    given, derived = rows.columns["knowledge_id"], knowledge_ids(d.schema.name, hashes)
    whole = rows.hashes(tuple(rows.columns))
    order = pa.array(np.argsort(whole, kind="stable"))
    columns = rows.columns | {"knowledge_id": pc.coalesce(given, derived)}
    parts = repr((d.schema, d.complete, d.source, d.invented, d.many, d.labels))
    files = (d.file,) if d.file == rows.raw.file else (d.file, rows.raw.file)
    return d.table(pa.table(columns).take(order).combine_chunks(), digest(parts, whole), files)
