"""Claims on their way in: read once, cut at persons, counted."""

import shutil
from collections.abc import Callable, Iterator
from collections.abc import Mapping as AnyMapping
from functools import partial
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any

import numpy as np
import pyarrow as pa

from claimrules.batch.arrow_source import IpcSource, ParquetSource
from claimrules.batch.claim_batch import ClaimBatch, with_encounters
from claimrules.batch.claim_index import LEFT_OUT, ORPHAN, SEQUENCE, ClaimIndex
from claimrules.batch.counts import TableCount, Tally
from claimrules.batch.csv_source import CsvSource
from claimrules.batch.documents import BadDocument
from claimrules.batch.files import Shelf
from claimrules.batch.hashing import hash_rows, hash_strings, total
from claimrules.batch.kept import Kept, is_kept, keep, kept_in, state_of
from claimrules.batch.mapping import Mapping
from claimrules.batch.partition import FILE, ROW, Bench, judge, lost_reason, reject_rows
from claimrules.batch.registers import Registers
from claimrules.batch.rejects import DOCUMENT, Rejects
from claimrules.batch.rejects import ORPHAN as ORPHAN_CODE
from claimrules.batch.rows import typed_nulls
from claimrules.batch.schema import CHILDREN, NAMES, absent_columns, empty_table
from claimrules.batch.spool import Buckets, Spool
from claimrules.batch.table_reader import Read, TableReader
from claimrules.batch.unread import unread_columns
from claimrules.catalog import TableSchema
from claimrules.diagnostics import Diagnostic
from claimrules.stopwatch import timed

MAX_BUCKETS = 4096


class Intake:
    """Claims on their way in; a context manager that removes its temporary files.

    `fingerprint`, `absent` and `warnings` read the whole input at first use; `rejects` and `counts` are complete once
    `partitions()` is exhausted.
    """

    def __init__(
        self,
        shelf: Shelf,
        mapping: Mapping,
        batch_lines: int,
        bad: tuple[str, tuple[BadDocument, ...]] = ("", ()),
        schemas: AnyMapping[str, TableSchema] = MappingProxyType({}),
        registers: Shelf | None = None,
    ) -> None:
        self._files: list[str] = []
        self._readers = {
            name: reader
            for name in NAMES
            if name in mapping.tables and (reader := TableReader(mapping.tables[name], shelf, self._files)).sources
        }
        self._registers = Registers(schemas, [shelf] if registers is None else [registers, shelf], self._files)
        self._brought: dict[str, Any] = {}
        self._batch_lines = max(1, batch_lines)
        self._bad = bad
        self._spool: Spool | None = None
        self._index = ClaimIndex()
        self._hash = 0
        self._early = Rejects()
        self._tallies = {name: Tally() for name in NAMES}
        self._final: tuple[Any, dict[str, TableCount]] | None = None
        self._folder: Path | None = None
        self._progress: Callable[[int, int | None], None] | None = None

    def __enter__(self) -> "Intake":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Remove what was written to disk; what another run can go on from stays in a folder that was given for it."""
        if self._spool is not None:
            self._spool.close()
        if self._folder is not None and not is_kept(self._folder):
            shutil.rmtree(self._folder, ignore_errors=True)

    def attend(self, progress: Callable[[int, int | None], None] | None, folder: Path | None) -> None:
        """Before the first use: whom to tell of rows read and in all (of all tables), and a folder for what is on disk.

        Where an earlier run has read the same files to the end into that folder, by the same mapping and cut, they are not
        read again.
        """
        self._progress, self._folder = progress, folder

    @property
    def buckets(self) -> int:
        """Into how many parts the persons are dealt, on which the cut into partitions depends."""
        return self._prepare().buckets

    @property
    def total_lines(self) -> int | None:
        """How many lines there are, for a progress bar; about, until they are read. None without a table of lines."""
        if self._spool is not None and "lines" in self._readers:
            return int(self._spool.counts("lines").sum())
        return self._readers["lines"].expected_rows if "lines" in self._readers else None

    @property
    def absent(self) -> frozenset[tuple[str, str]]:
        """(table, column) of the catalog that the whole input does not have."""
        have = {name: {c.target for c in reader.columns} for name, reader in self._readers.items()}
        have["claims"] |= {"encounter_id"}
        return frozenset[tuple[str, str]]().union(*(absent_columns(name, have.get(name, set())) for name in NAMES))

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """One for all columns that nothing reads, in tables that are read by the catalog's own names."""
        found = (unread_columns({**self._readers, **self._registers.readers}), self._registers.warning)
        return tuple(warning for warning in found if warning is not None)

    @property
    def registers(self) -> dict[str, Any]:
        """The registers that the input brings, as tables of the columns that they have."""
        self._prepare()
        return self._brought

    @property
    def fingerprint(self) -> str:
        """A hash of the content of all readable rows, the same for every order and batch size; 16 hex digits."""
        self._prepare()
        return f"{(self._hash + self._registers.hash) % 2**64:016x}"

    @property
    def rejects(self) -> Any:
        """The rows that are not audited, with the contract's columns; `row_number` counts data rows from 1."""
        return self._finished()[0]

    @property
    def counts(self) -> dict[str, TableCount]:
        """What became of the rows of each table."""
        return self._finished()[1]

    def _finished(self) -> tuple[Any, dict[str, TableCount]]:
        if self._final is None:
            raise RuntimeError("rejects and counts are complete once partitions() is exhausted")
        return self._final

    def partitions(self) -> Iterator[ClaimBatch]:
        """The accepted claims and their rows; all rows of one person are in one batch. There may be none."""
        spool = self._prepare()
        rejects, tallies = self._early.copy(), {name: tally.copy() for name, tally in self._tallies.items()}
        bench = self._bench()
        for buckets in self._neighbours(spool):
            raw = {name: self._read(spool, name, buckets, bench) for name in NAMES}
            batch = judge(bench, raw, rejects, tallies)
            if batch.claims.num_rows:
                yield batch
        counts = {name: tally.frozen(money=name == "lines") for name, tally in tallies.items()}
        self._final = (rejects.table(), counts)

    def _bench(self) -> Bench:
        lines = self._readers.get("lines")
        running = lines is not None and any(c.running for c in lines.columns)
        blanks = {
            name: typed_nulls(reader.columns).empty_table() if (reader := self._readers.get(name)) else empty_table(name)
            for name in NAMES
        }
        return Bench(self._index.doubled, running, blanks, self._files, self.absent)

    @timed("fetch")
    def _read(self, spool: Spool, name: str, buckets: list[int], bench: Bench) -> Any:
        parts = [table for bucket in buckets if (table := spool.read(name, bucket)) is not None]
        return pa.concat_tables(parts).combine_chunks() if parts else bench.blanks[name]

    def _neighbours(self, spool: Spool) -> Iterator[list[int]]:
        """Buckets in order, small neighbours together up to `batch_lines` rows of the largest table."""
        sizes = np.max([spool.counts(name) for name in NAMES], axis=0).tolist()
        some: list[int] = []
        rows = 0
        for bucket, size in enumerate(sizes):
            if some and rows + size > self._batch_lines:
                yield some
                some, rows = [], 0
            some.append(bucket)
            rows += size
        if some:
            yield some

    @timed("read")
    def _prepare(self) -> Spool:
        """Read everything once: claims first, since the others follow them."""
        if self._spool is not None:
            return self._spool
        expected = max(reader.expected_rows for reader in self._readers.values())
        wanted = 1 if expected <= self._batch_lines else min(MAX_BUCKETS, 1 + 2 * expected // self._batch_lines)
        state = self._state() if wanted > 1 else None
        if self._folder is not None:
            if state is not None and (kept := kept_in(self._folder, state)) is not None:
                return self._restored(kept, wanted)
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder.mkdir(parents=True)
        self._spool = spool = Spool(wanted, self._folder)
        self._documents()
        self._claims(spool)
        for name in CHILDREN:
            if name in self._readers:
                self._children(spool, name)
        self._brought = self._registers.read(self._early, self._tallies)
        if self._folder is not None and state is not None:
            spool.flush()
            keep(self._kept(spool), state, self._folder)
        return spool

    def _state(self) -> list[Any] | None:
        """What tells that the input is still the same; None where it does not all come from files."""
        sources = [s for r in (*self._readers.values(), *self._registers.readers.values()) for s in r.all_sources]
        paths = [source.path for source in sources if isinstance(source, ParquetSource | IpcSource | CsvSource)]
        return state_of(paths) if len(paths) == len(sources) else None

    def _kept(self, spool: Spool) -> Kept:
        return Kept(
            {name: spool.counts(name).tolist() for name in NAMES},
            (self._hash, self._registers.hash),
            self._index.doubled.tolist(),
            self._files,
            self._tallies,
            self._early.table(),
            self._brought,
        )

    def _restored(self, kept: Kept, buckets: int) -> Spool:
        self._spool = Spool(buckets, self._folder, kept.counts)
        self._hash, self._registers.hash = kept.hashes
        self._index.doubled = np.array(kept.doubled, np.int64)
        self._files[:] = kept.files
        self._tallies = dict(kept.tallies)
        self._early = Rejects.of(kept.rejects)
        self._brought = dict(kept.registers)
        return self._spool

    def _documents(self) -> None:
        file, bad = self._bad
        self._tallies["claims"].read += len(bad)
        self._tallies["claims"].rejected += len(bad)
        if bad:
            rows = np.array([b.number for b in bad])
            reasons, raw = pa.array([b.reason for b in bad]), pa.array([b.raw for b in bad])
            self._early.add("claims", file, rows, DOCUMENT, reasons, raw)

    def _claims(self, spool: Spool) -> None:
        number = 0
        visible: list[str] = []
        for read in self._counted("claims"):
            if read.left_ids is not None:
                self._index.add_left_out(read.left_ids)
            if read.rejected_ids is not None:
                self._index.add_rejected(read.rejected_ids)
            if read.table is None or not read.table.num_rows:
                continue
            table = with_encounters(read.table)
            visible = table.column_names
            self._hash = (self._hash + total(hash_rows(table, "claims"))) % 2**64
            buckets = (hash_strings(table.column("person_id")) % np.uint64(spool.buckets)).astype(np.int64)
            self._index.add(table.column("claim_id"), buckets)
            sequence = np.arange(number, number + table.num_rows, dtype=np.int64)
            number += table.num_rows
            spool.add("claims", _with_origin(table, read).append_column(SEQUENCE, pa.array(sequence)), buckets)
        self._index.finish(spool, visible)

    def _children(self, spool: Spool, name: str) -> None:
        for read in self._counted(name):
            if read.table is None or not read.table.num_rows:
                continue
            self._hash = (self._hash + total(hash_rows(read.table, name))) % 2**64
            claim_id = read.table.column("claim_id").combine_chunks()
            buckets = self._index.find(claim_id)
            table = _with_origin(read.table, read)
            buckets = self._route(name, table, buckets)
            spool.add(name, table.filter(pa.array(buckets >= 0)), buckets[buckets >= 0])

    def _route(self, name: str, table: Any, buckets: Buckets) -> Buckets:
        tally = self._tallies[name]
        tally.left_out += int((buckets == LEFT_OUT).sum())
        orphan = buckets == ORPHAN
        if orphan.any():
            tally.rejected += int(orphan.sum())
            lost = table.filter(pa.array(orphan))
            rejected = self._index.was_rejected(lost.column("claim_id").combine_chunks())
            reject_rows(self._files, name, lost, ORPHAN_CODE, partial(lost_reason, rejected=rejected), self._early)
        return buckets

    def _counted(self, name: str) -> Iterator[Read]:
        tally = self._tallies[name]
        for read in self._readers[name].read(self._early):
            tally.read += read.read
            tally.rejected += read.rejected
            tally.left_out += read.left_out
            if self._progress is not None:
                done = sum(t.read for t in self._tallies.values())
                self._progress(done, max(done, sum(r.expected_rows for r in self._readers.values())))
            yield read


def _with_origin(table: Any, read: Read) -> Any:
    return table.append_column(FILE, pa.array(read.files)).append_column(ROW, pa.array(read.rows))
