"""Parquet and Arrow IPC files."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from claimrules.batch.source import CHUNK_ROWS, Chunk, unreadable

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

    def chunks(self, names: tuple[str, ...]) -> Iterator[Chunk]:
        """The rows, a part of a row group at a time."""
        done = 0
        try:
            with pq.ParquetFile(self.path) as file:
                for batch in file.iter_batches(batch_size=CHUNK_ROWS, columns=list(names), use_threads=False):
                    yield _numbered(batch, done)
                    done += batch.num_rows
        except _FAULTS as error:
            raise unreadable(self.name, error, row=done + 1) from None


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

    def chunks(self, names: tuple[str, ...]) -> Iterator[Chunk]:
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
