"""What becomes of one chunk of rows at the door: read, checked, hashed and dealt to buckets, all in one thread."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa

from claimrules.batch.arrays import one_array
from claimrules.batch.claim_batch import with_encounters
from claimrules.batch.claim_index import LEFT_OUT, ORPHAN, SEQUENCE, ClaimIndex
from claimrules.batch.coded import Remembered, as_texts, coded, indices_of
from claimrules.batch.dealt import Buckets, Dealt, deal, deal_with_claims
from claimrules.batch.hashing import hash_rows, hash_strings, total
from claimrules.batch.partition import FILE, ROW, lost_reason, reject_rows
from claimrules.batch.rejects import ORPHAN as ORPHAN_CODE
from claimrules.batch.rejects import Rejects
from claimrules.batch.table_reader import Read
from claimrules.batch.words import Vocabulary

Step = tuple[int, Callable[[], Read]]
"""A chunk that is still to be read, with its number in its table."""


@dataclass(frozen=True, slots=True)
class Done:
    """A chunk as read, and its good rows dealt. `words`: the claim ids of a child's rows, dealt too.

    `hash`: of the good rows. `ids`, `buckets`: of claims before they were dealt. `left_out`, `orphans`: of a child's rows.
    """

    read: Read
    rows: Dealt | None = None
    words: Dealt | None = None
    hash: int = 0
    ids: Any = None
    buckets: Buckets | None = None
    left_out: int = 0
    orphans: int = 0
    visible: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chunks:
    """What all chunks of an input share."""

    index: ClaimIndex
    vocabulary: Vocabulary
    files: list[str]
    rejects: Rejects
    buckets: int
    hash_words: Remembered

    def claims(self, step: Step) -> Done:
        """A chunk of claims."""
        number, take = step
        read = take()
        if read.table is None or not read.table.num_rows:
            return Done(read)
        table = with_encounters(read.table)
        buckets = (hash_strings(table.column("person_id")) % np.uint64(self.buckets)).astype(np.int64)
        sequence = (np.int64(number) << 32) + np.arange(table.num_rows, dtype=np.int64)
        whole = _with_origin(self.vocabulary.encode("claims", table), read).append_column(SEQUENCE, pa.array(sequence))
        return Done(
            read,
            deal(whole, buckets, self.buckets),
            hash=total(hash_rows(table, "claims", self.hash_words)),
            ids=one_array(table.column("claim_id")),
            buckets=buckets,
            visible=tuple(table.column_names),
        )

    def children(self, name: str, step: Step) -> Done:
        """A chunk of lines, diagnoses or operations; those without a claim are rejected."""
        read = step[1]()
        if read.table is None or not read.table.num_rows:
            return Done(read)
        ids = coded(read.table.column("claim_id"))
        table = read.table.set_column(read.table.column_names.index("claim_id"), "claim_id", ids)
        buckets = self.index.find(ids.dictionary)
        of_row = buckets[indices_of(ids)] if (buckets < 0).any() else None
        left_out = orphans = 0
        if of_row is not None:
            left_out, orphan = int((of_row == LEFT_OUT).sum()), of_row == ORPHAN
            orphans = int(orphan.sum())
            if orphans:
                self._reject(name, _with_origin(table, read).filter(pa.array(orphan)))
        whole = _with_origin(self.vocabulary.encode(name, table, but="claim_id"), read)
        rows, words = deal_with_claims(whole, ids, buckets, self.buckets)
        return Done(read, rows, words, total(hash_rows(table, name, self.hash_words)), left_out=left_out, orphans=orphans)

    def _reject(self, name: str, lost: Any) -> None:
        lost = as_texts(lost)
        rejected = self.index.was_rejected(one_array(lost.column("claim_id")))
        reject_rows(self.files, name, lost, ORPHAN_CODE, partial(lost_reason, rejected=rejected), self.rejects)


def _with_origin(table: Any, read: Read) -> Any:
    return table.append_column(FILE, pa.array(read.files)).append_column(ROW, pa.array(read.rows))
