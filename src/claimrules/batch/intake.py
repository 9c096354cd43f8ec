"""Claims on their way in: read once, cut at persons, counted."""

from collections.abc import Callable, Iterator
from collections.abc import Mapping as AnyMapping
from functools import partial
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any

import numpy as np
import pyarrow as pa

from claimrules.batch.ahead import ahead, at_once
from claimrules.batch.chunks import Chunks, Done
from claimrules.batch.claim_batch import ClaimBatch
from claimrules.batch.claim_index import ClaimIndex
from claimrules.batch.coded import Remembered
from claimrules.batch.counts import TableCount, Tally
from claimrules.batch.documents import BadDocument
from claimrules.batch.files import Shelf
from claimrules.batch.hashing import hash_strings
from claimrules.batch.mapping import Mapping
from claimrules.batch.partition import Bench, judge
from claimrules.batch.registers import Registers
from claimrules.batch.rejects import DOCUMENT, Rejects
from claimrules.batch.rows import typed_nulls
from claimrules.batch.schema import CHILDREN, NAMES, absent_columns, empty_table
from claimrules.batch.spool import Spool
from claimrules.batch.stored import Stored
from claimrules.batch.table_reader import TableReader
from claimrules.batch.unread import unread_columns
from claimrules.batch.words import Vocabulary
from claimrules.catalog import TableSchema
from claimrules.diagnostics import Diagnostic
from claimrules.stopwatch import timed

MAX_BUCKETS = 4096
THREADS = min(4, pa.cpu_count())
"""Chunks that are worked on at once. More would hold more memory than they save time: one thread reads for all."""


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
        *,
        coded: bool = False,
    ) -> None:
        self._files: list[str] = []
        self._readers = {
            name: reader
            for name in NAMES
            if (how := mapping.tables.get(name)) and (reader := TableReader(how, shelf, self._files, coded=True)).sources
        }
        self._registers = Registers(schemas, [shelf] if registers is None else [registers, shelf], self._files)
        self._brought: dict[str, Any] = {}
        self._batch_lines = max(1, batch_lines)
        self._bad = bad
        self._coded = coded
        self._stored: Stored | None = None
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
        """Remove what was written to disk."""
        if self._stored is not None:
            self._stored.close()

    def attend(self, progress: Callable[[int, int | None], None] | None, folder: Path | None) -> None:
        """Before the first use: whom to tell of rows read and in all (of all tables), and where to write what is on disk."""
        self._progress, self._folder = progress, folder

    @property
    def buckets(self) -> int:
        """Into how many parts the persons are dealt, on which the cut into partitions depends."""
        return self._prepare().buckets

    @property
    def total_lines(self) -> int | None:
        """How many lines there are, for a progress bar; about, until they are read. None without a table of lines."""
        if self._stored is not None and "lines" in self._readers:
            return int(self._stored.counts("lines").sum())
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
        stored = self._prepare()
        rejects, tallies = self._early.copy(), {name: tally.copy() for name, tally in self._tallies.items()}
        batches = self._batches(stored, rejects, tallies)
        # From the disk a batch is read while the one before it is judged.
        yield from batches if stored.buckets == 1 else ahead(batches)
        counts = {name: tally.frozen(money=name == "lines") for name, tally in tallies.items()}
        self._final = (rejects.table(), counts)

    def _batches(self, stored: Stored, rejects: Rejects, tallies: dict[str, Tally]) -> Iterator[ClaimBatch]:
        bench = self._bench()
        blanks = {name: self._blank(name) for name in NAMES}
        for buckets in self._neighbours(stored):
            raw = {name: stored.read(name, buckets, blanks[name]) for name in NAMES}
            batch = judge(bench, raw, rejects, tallies)
            if batch.claims.num_rows:
                yield batch

    def _bench(self) -> Bench:
        lines = self._readers.get("lines")
        running = lines is not None and any(c.running for c in lines.columns)
        return Bench(self._index.doubled, running, self._files, self.absent, self._coded)

    def _blank(self, name: str) -> Any:
        reader = self._readers.get(name)
        return typed_nulls(reader.columns).empty_table() if reader is not None else empty_table(name)

    def _neighbours(self, stored: Stored) -> Iterator[list[int]]:
        """Buckets in order, small neighbours together up to `batch_lines` rows of the largest table."""
        sizes = np.max([stored.counts(name) for name in NAMES], axis=0).tolist()
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
    def _prepare(self) -> Stored:
        """Read everything once: claims first, since the others follow them."""
        if self._stored is not None:
            return self._stored
        expected = max(reader.expected_rows for reader in self._readers.values())
        wanted = 1 if expected <= self._batch_lines else min(MAX_BUCKETS, 1 + 2 * expected // self._batch_lines)
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
        vocabulary = Vocabulary()
        self._stored = stored = Stored(Spool(wanted, self._folder), vocabulary)
        self._documents()
        chunks = Chunks(self._index, vocabulary, self._files, self._early, wanted, Remembered(hash_strings))
        self._claims(stored, chunks)
        for name in CHILDREN:
            if name in self._readers:
                for done in self._counted(name, partial(chunks.children, name)):
                    stored.add_children(name, done.rows, done.words)
        vocabulary.sort()
        self._brought = self._registers.read(self._early, self._tallies)
        return stored

    def _documents(self) -> None:
        file, bad = self._bad
        self._tallies["claims"].read += len(bad)
        self._tallies["claims"].rejected += len(bad)
        if bad:
            rows = np.array([b.number for b in bad])
            reasons, raw = pa.array([b.reason for b in bad]), pa.array([b.raw for b in bad])
            self._early.add("claims", file, rows, DOCUMENT, reasons, raw)

    def _claims(self, stored: Stored, chunks: Chunks) -> None:
        visible: tuple[str, ...] = ()
        for done in self._counted("claims", chunks.claims):
            if done.read.left_ids is not None:
                self._index.add_left_out(done.read.left_ids)
            if done.read.rejected_ids is not None:
                self._index.add_rejected(done.read.rejected_ids)
            if done.buckets is not None:
                visible = done.visible
                self._index.add(done.ids, done.buckets)
                stored.add_claims(done.rows)
        chunks.vocabulary.sort()
        blank = self._blank("claims")
        self._index.finish(lambda bucket: stored.read("claims", [bucket], blank), list(visible))

    def _counted(self, name: str, work: Callable[[Any], Done]) -> Iterator[Done]:
        tally = self._tallies[name]
        for done in at_once(enumerate(self._readers[name].steps(self._early)), work, THREADS):
            read = done.read
            tally.read += read.read
            tally.rejected += read.rejected + done.orphans
            tally.left_out += read.left_out + done.left_out
            self._hash = (self._hash + done.hash) % 2**64
            if self._progress is not None:
                rows = sum(t.read for t in self._tallies.values())
                self._progress(rows, max(rows, sum(r.expected_rows for r in self._readers.values())))
            yield done
