"""Parquet and Arrow IPC files."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from claimrules.batch.coded import MANY
from claimrules.batch.source import CHUNK_ROWS, Chunk, Known, unreadable

_WORD_BYTES = 1 << 20
"""How large a column's words grow before writers of Parquet give up numbering them."""

_STRETCH = 4 * CHUNK_ROWS

_FAULTS = (pa.ArrowException, OSError, EOFError, ValueError)


def _numbered(batch: Any, done: int) -> Chunk:
    rows = np.arange(done + 1, done + 1 + batch.num_rows, dtype=np.int64)
    return Chunk(pa.Table.from_batches([batch]), rows)


@dataclass(frozen=True)
class ParquetSource:
    """A `.parquet` file."""

    path: Path
    name: str

    @cached_property
    def _schema(self) -> tuple[tuple[str, ...], int]:
        try:
            with pq.ParquetFile(self.path) as file:
                return tuple(file.schema_arrow.names), int(file.metadata.num_rows)
        except _FAULTS as error:
            raise unreadable(self.name, error) from None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names in the file's schema."""
        return self._schema[0]

    @property
    def expected_rows(self) -> int:
        """As the file's footer says."""
        return self._schema[1]

    def chunks(self, names: tuple[str, ...], coded: Known | None = None) -> Iterator[Chunk]:
        """The rows, a part of a row group at a time."""
        done = 0
        try:
            stored, groups = self._stored(names)
            while groups:
                words = stored | (set(coded()) & set(names)) if coded and self.expected_rows >= MANY else set()
                with pq.ParquetFile(self.path, read_dictionary=sorted(words)) as file:
                    some, groups = _first(file.metadata, groups)
                    for batch in file.iter_batches(CHUNK_ROWS, row_groups=some, columns=list(names), use_threads=False):
                        yield _numbered(batch, done)
                        done += batch.num_rows
        except _FAULTS as error:
            raise unreadable(self.name, error, row=done + 1) from None

    def _stored(self, names: tuple[str, ...]) -> tuple[set[str], list[int]]:
        """The text columns that are stored as numbers of words to the end, which their size tells; and the row groups."""
        with pq.ParquetFile(self.path) as file:
            texts = {f.name for f in file.schema_arrow if pa.types.is_string(f.type)}
            meta = file.metadata
        groups = [meta.row_group(at) for at in range(meta.num_row_groups)]
        at_of = {meta.row_group(0).column(at).path_in_schema: at for at in range(meta.num_columns)} if groups else {}
        found = set()
        for name in texts & set(names) & set(at_of):
            parts = [group.column(at_of[name]) for group in groups]
            most = sum(min(_WORD_BYTES, 2 * part.num_values) + 3 * part.num_values for part in parts)
            if sum(p.total_uncompressed_size for p in parts) <= most and all(p.has_dictionary_page for p in parts):
                found.add(name)
        return found, list(range(len(groups)))


def _first(meta: Any, groups: list[int]) -> tuple[list[int], list[int]]:
    """So many row groups that they are worth opening the file for, and the rest."""
    rows = 0
    for at, group in enumerate(groups):
        rows += meta.row_group(group).num_rows
        if rows >= _STRETCH:
            return groups[: at + 1], groups[at + 1 :]
    return groups, []


@dataclass(frozen=True)
class IpcSource:
    """An `.arrow` file, in the file or the stream format."""

    path: Path
    name: str

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names in the file's schema."""
        for schema, _ in self._batches():
            return tuple(schema.names)
        return ()

    @property
    def expected_rows(self) -> int:
        """An estimate: a row takes a hundred bytes or so."""
        return self.path.stat().st_size // 100

    def chunks(self, names: tuple[str, ...], coded: Known | None = None) -> Iterator[Chunk]:  # noqa: ARG002
        """The rows as they were written."""
        done = 0
        for _, batch in self._batches():
            if batch is None:
                continue
            for start in range(0, batch.num_rows, CHUNK_ROWS):
                part = batch.slice(start, CHUNK_ROWS).select(list(names))
                yield _numbered(part, done)
                done += part.num_rows

    def _batches(self) -> Iterator[tuple[Any, Any]]:
        """The schema alone first, then with each batch."""
        try:
            with pa.memory_map(str(self.path)) as file:
                if file.read(6) == b"ARROW1":
                    reader = pa.ipc.open_file(file)
                    yield reader.schema, None
                    for number in range(reader.num_record_batches):
                        yield reader.schema, reader.get_batch(number)
                else:
                    file.seek(0)
                    stream = pa.ipc.open_stream(file)
                    yield stream.schema, None
                    for batch in stream:
                        yield stream.schema, batch
        except _FAULTS as error:
            raise unreadable(self.name, error) from None
