"""Canonical rows by bucket: in memory where there is one bucket, else on disk in a folder of our own."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from claimrules.stopwatch import timed

Buckets = npt.NDArray[np.int64]
_HELD_ROWS = 500_000
_HELD_BYTES = 64 * 1024 * 1024


class Spool:
    """Rows of several tables in `buckets` buckets.

    On disk each bucket of a table is one file of IPC streams, one after the other: rows are gathered until they are
    many, sorted by bucket and appended, so that thousands of buckets need neither as many open files nor tiny writes.
    `folder`: a folder for them, which is left alone in the end; a temporary one if left out. `counts`: rows by bucket of
    the tables that are there already.
    """

    def __init__(self, buckets: int, folder: Path | None = None, counts: Mapping[str, list[int]] | None = None) -> None:
        self.buckets = buckets
        self._held: dict[str, list[tuple[Any, Buckets]]] = {}
        self._held_rows: dict[str, int] = {}
        self._held_bytes: dict[str, int] = {}
        self._counts: dict[str, Buckets] = {name: np.array(rows, np.int64) for name, rows in (counts or {}).items()}
        self._temporary = tempfile.TemporaryDirectory(prefix="claimrules-") if buckets > 1 and folder is None else None
        self._folder = Path(self._temporary.name) if self._temporary else folder if buckets > 1 else None

    @timed("partition")
    def add(self, name: str, table: Any, buckets: Buckets) -> None:
        """Add rows, each with its bucket."""
        if not table.num_rows:
            return
        self._held.setdefault(name, []).append((table, buckets))
        self._held_rows[name] = self._held_rows.get(name, 0) + table.num_rows
        self._held_bytes[name] = self._held_bytes.get(name, 0) + table.nbytes
        counts = np.bincount(buckets, minlength=self.buckets)
        self._counts[name] = self._counts.get(name, np.zeros(self.buckets, np.int64)) + counts
        if self._folder and (self._held_rows[name] > _HELD_ROWS or self._held_bytes[name] > _HELD_BYTES):
            self._flush(name)

    def counts(self, name: str) -> Buckets:
        """Rows by bucket."""
        return self._counts.get(name, np.zeros(self.buckets, np.int64))

    def read(self, name: str, bucket: int) -> Any | None:
        """The rows of one bucket, or None where it has none."""
        if not self.counts(name)[bucket]:
            return None
        if self._folder is None:
            return pa.concat_tables([table for table, _ in self._held[name]])
        if self._held.get(name):
            self._flush(name)
        return pa.concat_tables(list(self._streams(name, bucket)))

    def close(self) -> None:
        """Remove everything."""
        self._held.clear()
        if self._temporary is not None:
            self._temporary.cleanup()

    def flush(self) -> None:
        """Write everything that is held to disk, if that is where it goes."""
        if self._folder is not None:
            for name in [name for name, held in self._held.items() if held]:
                self._flush(name)

    def _path(self, name: str, bucket: int) -> Path:
        assert self._folder is not None  # noqa: S101 - only on disk are there paths
        return self._folder / f"{name}-{bucket:04d}.arrows"

    def _streams(self, name: str, bucket: int) -> Iterator[Any]:
        with pa.OSFile(str(self._path(name, bucket)), "rb") as file:
            size = file.size()
            while file.tell() < size:
                with pa.ipc.open_stream(file) as reader:
                    yield reader.read_all()

    def _flush(self, name: str) -> None:
        held = self._held.pop(name, [])
        self._held_rows[name] = self._held_bytes[name] = 0
        buckets = np.concatenate([b for _, b in held])
        order = np.argsort(buckets, kind="stable")
        table = pa.concat_tables([t for t, _ in held]).combine_chunks()
        del held
        table = table.take(pa.array(order))
        found, starts = np.unique(buckets[order], return_index=True)
        ends = np.append(starts[1:], len(order))
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        for bucket, start, end in zip(found.tolist(), starts.tolist(), ends.tolist(), strict=True):
            with (
                self._path(name, bucket).open("ab") as file,
                pa.ipc.new_stream(file, table.schema, options=options) as writer,
            ):
                writer.write_table(table.slice(start, end - start))
