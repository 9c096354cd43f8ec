"""Typed rows in, a table out: registers come checked, through the door of the claims."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.catalog import DATE, TEXT
from claimrules.knowledge.cells import arrow_type
from claimrules.knowledge.identity import cell_hashes, digest, knowledge_ids, mixed
from claimrules.knowledge.table import COMMON, NATION, Declaration, Table

_DATES = ("valid_from", "valid_to", "known_from")


def register_table(declaration: Declaration, rows: Any) -> Table:
    """The table of a register's rows. Columns that they lack are null; the order of the rows has no part in it."""
    types = declaration.schema.columns | {name: DATE if name in _DATES else TEXT for name in COMMON}
    columns = {
        name: rows[name].combine_chunks().cast(arrow_type(kind))
        if name in rows.column_names
        else pa.nulls(rows.num_rows, arrow_type(kind))
        for name, kind in types.items()
    }
    columns["region"] = pc.fill_null(columns["region"], NATION)
    hashes = np.zeros(rows.num_rows, np.uint64)
    for name, column in columns.items():
        if name not in ("knowledge_id", "source", "source_row"):
            hashes = hashes + cell_hashes(name, column)
    hashes = mixed(hashes)
    columns["knowledge_id"] = pc.coalesce(columns["knowledge_id"], knowledge_ids(declaration.schema.name, hashes))
    order = pa.array(np.argsort(hashes, kind="stable"))
    table = pa.table(columns).take(order).combine_chunks()
    files = (declaration.file,)
    return declaration.table(table, digest(repr((declaration.schema, declaration.complete)), hashes), files)
