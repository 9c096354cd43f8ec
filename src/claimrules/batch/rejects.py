"""Rows that are not audited, with the reason in plain words."""

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

UNREADABLE = "CR110"
EMPTY = "CR111"
RAGGED = "CR112"
ORPHAN = "CR113"
DOUBLED = "CR114"
DOCUMENT = "CR115"

MASK = "***"
RAW_LENGTH = 2000

SCHEMA = pa.schema(
    [
        ("source_table", pa.string()),
        ("source_file", pa.string()),
        ("row_number", pa.int64()),
        ("code", pa.string()),
        ("reason", pa.string()),
        ("raw", pa.string()),
    ]
)


class Rejects:
    """Gathers reject rows. Held in memory: an input whose every row is bad is not an input."""

    def __init__(self) -> None:
        self._parts: list[Any] = []

    def add(self, table: str, files: Any, rows: npt.NDArray[np.int64], codes: Any, reasons: Any, raw: Any) -> None:
        """Add rows; `files`, `codes` and `reasons` are Arrow arrays or one text for all."""
        n = len(rows)
        if n:
            columns = [
                table,
                files,
                pa.array(rows, pa.int64()),
                codes,
                reasons,
                pc.utf8_slice_codeunits(raw, 0, RAW_LENGTH),
            ]
            arrays = [pa.repeat(pa.scalar(c, pa.string()), n) if isinstance(c, str) else c for c in columns]
            self._parts.append(pa.Table.from_arrays(arrays, schema=SCHEMA))

    def copy(self) -> "Rejects":
        """Another gathering that begins with these rows."""
        other = Rejects()
        other._parts = list(self._parts)
        return other

    def table(self) -> Any:
        """All of them, sorted by table, file, row, code and reason."""
        joined = pa.concat_tables(self._parts) if self._parts else SCHEMA.empty_table()
        keys = [(name, "ascending") for name in SCHEMA.names]
        return joined.sort_by(keys).combine_chunks()


def raw_text(columns: dict[str, Any], personal: Collection[str]) -> Any:
    """Each row as `name=value, name=value`; empty values are left out, personal ones masked."""
    shown = []
    for name, column in columns.items():
        if name in personal:
            text = pc.if_else(column.is_valid(), pa.scalar(MASK), pa.scalar(None, pa.string()))
        else:
            text = column.cast(pa.string())
            text = pc.if_else(pc.equal(pc.binary_length(text), 0), pa.scalar(None, pa.string()), text)
        shown.append(pc.binary_join_element_wise(f"{name}=", text, ""))
    if not shown:
        return pa.array([], pa.string())
    return pc.binary_join_element_wise(*shown, ", ", null_handling="skip")


def mask_ragged(cells: tuple[str, ...], header: tuple[str, ...], personal: Collection[str]) -> str:
    """A row with too many or too few cells: every cell that may be personal after the shift is masked."""
    shift = len(cells) - len(header)
    hidden = {i + by for i, name in enumerate(header) if name in personal for by in range(min(0, shift), max(0, shift) + 1)}
    return ", ".join(MASK if i in hidden else cell for i, cell in enumerate(cells))
