"""Arrow arrays in one piece."""

from typing import Any

import pyarrow as pa


def one_array(column: Any) -> Any:
    """One array of a column that is an array or has one or more chunks. A single chunk is not copied."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    column = column.combine_chunks()
    return column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
