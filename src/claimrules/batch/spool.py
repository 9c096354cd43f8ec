"""Dealt rows by bucket: in memory where there is one bucket, else on disk in a folder of our own."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from claimrules.batch.dealt import Buckets, Dealt
from claimrules.stopwatch import timed

_HELD_ROWS = 1_000_000
_HELD_BYTES = 192 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Stretch:
    """One file: a record batch for each bucket that has rows, and which it is; -1 where it has none."""

    reader: Any
    number: Buckets


class Spool:
    """Rows of several tables in `buckets` buckets.

    On disk a stretch of rows is one Arrow file with one record batch a bucket: rows are gathered until they are many, so
    that thousands of buckets need neither as many files nor tiny batches. Nothing is compressed: that would take longer
    than to write it. `folder`: where its own folder is made; the system's for temporary files if left out.
    """

    def __init__(self, buckets: int, folder: Path | None = None) -> None:
        self.buckets = buckets
        self._held: dict[str, list[Dealt]] = {}
        self._counts: dict[str, Buckets] = {}
        self._stretches: dict[str, list[_Stretch]] = {}
        self._files = 0
        self._folder = tempfile.TemporaryDirectory(prefix="claimrules-", dir=folder) if buckets > 1 else None

    def add(self, name: str, rows: Dealt) -> None:
        """Add rows."""
        if not rows.table.num_rows:
            return
        if self._folder and (held := self._held.get(name)) and held[0].table.schema != rows.table.schema:
            self._flush(name)  # a column is coded from here on, or no longer
        held = self._held.setdefault(name, [])
        held.append(rows)
        self._counts[name] = self.counts(name) + rows.counts
        full = sum(part.table.num_rows for part in held) >= _HELD_ROWS or sum(p.table.nbytes for p in held) >= _HELD_BYTES
        if full and self._folder:
            self._flush(name)

    def counts(self, name: str) -> Buckets:
        """Rows by bucket."""
        return self._counts.get(name, np.zeros(self.buckets, np.int64))

    def read(self, name: str, buckets: list[int]) -> Iterator[Any]:
        """The rows of some buckets, bucket by bucket, in the order in which they came; none where they have none."""
        if self._folder is not None and self._held.get(name):
            self._flush(name)
        for bucket in buckets:
            for stretch in self._stretches.get(name, []):
                if stretch.number[bucket] >= 0:
                    yield pa.Table.from_batches([stretch.reader.get_batch(int(stretch.number[bucket]))])
            for part in self._held.get(name, []):
                yield part.table  # in memory there is one bucket

    def close(self) -> None:
        """Remove everything."""
        self._held.clear()
        self._stretches.clear()
        if self._folder is not None:
            self._folder.cleanup()

    @timed("partition")
    def _flush(self, name: str) -> None:
        parts = self._held.pop(name)
        assert self._folder is not None  # noqa: S101 - only on disk are there files
        path = Path(self._folder.name) / f"{self._files:05d}.arrow"
        self._files += 1
        number = np.full(self.buckets, -1, np.int64)
        ends = [np.cumsum(part.counts) for part in parts]
        filled = np.flatnonzero(np.sum([part.counts for part in parts], axis=0))
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, parts[0].table.schema) as writer:
            for bucket in filled.tolist():
                rows = [part.part(bucket, end) for part, end in zip(parts, ends, strict=True) if part.counts[bucket]]
                writer.write_table(pa.concat_tables(rows).combine_chunks())
        number[filled] = np.arange(len(filled))
        self._stretches.setdefault(name, []).append(_Stretch(pa.ipc.open_file(pa.OSFile(str(path), "rb")), number))
