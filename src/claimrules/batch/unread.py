"""Columns of the input that nothing reads: a misspelt name is one of them."""

import difflib
from collections.abc import Mapping

from claimrules.batch.table_reader import TableReader
from claimrules.diagnostics import Diagnostic, Level

_NEAR = 0.75
"""How alike a misspelt name is. Columns of one's own (`ward`, `notes`) must not be taken for one of ours."""


def unread_columns(readers: Mapping[str, TableReader]) -> Diagnostic | None:
    """One warning for all tables that are read by the catalog's own names; None where every column is read.

    National files repeat columns of the claim in every table (mdtrt_id, psn_no): what another table reads is ordinary.
    """
    ordinary = {name for reader in readers.values() if reader.how.national for name in reader.wanted}
    told = []
    for table, reader in readers.items():
        extra = sorted(reader.unread - (ordinary if reader.how.national else set()))
        if reader.how.whole and extra:
            told.append(f"{table}: {', '.join(_with_nearest(name, reader) for name in extra)}")
    if not told:
        return None
    advice = "declare them with a type under `extra` in a mapping, or in rules/columns.yaml, if a rule needs them"
    return Diagnostic("CR108", f"columns that are not read: {'; '.join(told)}", help=advice, level=Level.WARNING)


def _with_nearest(name: str, reader: TableReader) -> str:
    """The name, and the nearest of the names that the files do not have."""
    have = {column for source in reader.sources for column in source.columns}
    near = difflib.get_close_matches(name.lower(), sorted(reader.wanted - have), n=1, cutoff=_NEAR)
    return f"{name} (did you mean {near[0]}?)" if near else name
