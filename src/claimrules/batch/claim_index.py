"""Which bucket a claim's rows belong to, at eight bytes a claim, exactly.

A claim is known by the 64-bit hash of its id. Where two claim rows share a hash (a doubled id, or two ids that collide)
the ids themselves decide.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.batch.dealt import Buckets
from claimrules.batch.hashing import Hashes, hash_rows, hash_strings
from claimrules.stopwatch import timed

ORPHAN = -1
LEFT_OUT = -2
SEQUENCE = "__seq"
"""The hidden column that numbers the claim rows of a run."""


class ClaimIndex:
    """Fed with claim rows, then closed by `finish`, then asked."""

    def __init__(self) -> None:
        self._hashes: list[Hashes] = []
        self._buckets: list[npt.NDArray[np.int16]] = []
        self._left: list[Hashes] = []
        self._rejected: list[Hashes] = []
        self._known: Hashes = np.empty(0, np.uint64)
        self._bucket_of: npt.NDArray[np.int16] = np.empty(0, np.int16)
        self._begin: tuple[np.uint64, npt.NDArray[np.int32]] = _beginnings(self._known)
        self._shared: Hashes = np.empty(0, np.uint64)
        self._shared_ids: Any = pa.array([], pa.string())
        self._shared_buckets: Buckets = np.empty(0, np.int64)
        self.doubled: npt.NDArray[np.int64] = np.empty(0, np.int64)
        """The sequence numbers of claim rows that give way to another row with their id, ascending."""

    def add(self, claim_id: Any, buckets: Buckets) -> None:
        """Accepted claim rows."""
        self._hashes.append(hash_strings(claim_id))
        self._buckets.append(buckets.astype(np.int16))

    def add_left_out(self, claim_id: Any) -> None:
        """Claims that the mapping filtered out."""
        self._left.append(hash_strings(claim_id))

    def add_rejected(self, claim_id: Any) -> None:
        """Claims whose own row was rejected."""
        self._rejected.append(hash_strings(claim_id))

    def was_rejected(self, claim_id: Any) -> npt.NDArray[np.bool_]:
        """True where a claim of that id was rejected; good for a reason in words, since two ids may share a hash."""
        known = np.unique(np.concatenate([*self._rejected, np.empty(0, np.uint64)]))
        hashes = hash_strings(claim_id)
        return _among(known, hashes) if len(known) else np.zeros(len(hashes), np.bool_)

    @timed("index")
    def finish(self, claims_of: Callable[[int], Any | None], visible: list[str]) -> None:
        """Sort, and settle the doubled ids: of equal ids the row with the least content hash stays.

        `claims_of`: the claims of a bucket, None where it has none.
        """
        hashes = np.concatenate([*self._hashes, np.empty(0, np.uint64)])
        buckets = np.concatenate([*self._buckets, np.empty(0, np.int16)])
        self._hashes, self._buckets = [], []
        order = np.argsort(hashes, kind="stable")
        hashes, buckets = hashes[order], buckets[order]
        first = np.ones(len(hashes), bool)
        first[1:] = hashes[1:] != hashes[:-1]
        self._known, self._bucket_of = hashes[first], buckets[first]
        self._begin = _beginnings(self._known)
        self._left = [np.unique(np.concatenate([*self._left, np.empty(0, np.uint64)]))]
        if not first.all():
            self._shared = np.unique(hashes[~first])
            self._settle(claims_of, np.unique(buckets[np.isin(hashes, self._shared)]), visible)

    def _settle(self, claims_of: Callable[[int], Any | None], buckets: npt.NDArray[np.int16], visible: list[str]) -> None:
        ids: list[Any] = []
        content: list[Hashes] = []
        sequence: list[npt.NDArray[np.int64]] = []
        where: list[Buckets] = []
        for bucket in buckets.tolist():
            table = claims_of(bucket)
            if table is None:
                continue
            hashes = hash_strings(table.column("claim_id"))
            table = table.filter(pa.array(_among(self._shared, hashes)))
            ids.append(table.column("claim_id").combine_chunks())
            content.append(hash_rows(table.select(visible)))
            sequence.append(np.asarray(table.column(SEQUENCE)))
            where.append(np.full(table.num_rows, bucket, np.int64))
        names = pa.concat_arrays([a.chunk(0) if isinstance(a, pa.ChunkedArray) else a for a in ids])
        number, place = np.concatenate(sequence), np.concatenate(where)
        coded = names.dictionary_encode()
        codes = np.asarray(coded.indices)
        order = np.lexsort((number, np.concatenate(content), codes))
        first = np.ones(len(order), bool)
        first[1:] = codes[order][1:] != codes[order][:-1]
        winners = order[first]
        self.doubled = np.sort(number[order[~first]])
        self._shared_ids, self._shared_buckets = names.take(pa.array(winners)), place[winners]

    def find(self, claim_id: Any) -> Buckets:
        """The bucket of each claim id; ORPHAN where there is no such claim, LEFT_OUT where it was filtered out."""
        hashes = hash_strings(claim_id)
        out = np.full(len(hashes), ORPHAN, np.int64)
        if len(self._known):
            at = self._places(hashes)
            found = self._known[at] == hashes
            out[found] = self._bucket_of[at[found]]
        if len(self._left[0]):
            out[(out == ORPHAN) & _among(self._left[0], hashes)] = LEFT_OUT
        if len(self._shared):
            rows = np.flatnonzero(_among(self._shared, hashes))
            exact = pc.index_in(claim_id.take(pa.array(rows)), value_set=self._shared_ids)
            place = np.asarray(exact.fill_null(-1))
            out[rows] = np.where(place < 0, ORPHAN, self._shared_buckets[np.maximum(place, 0)])
        return out

    def _places(self, hashes: Hashes) -> npt.NDArray[np.int64]:
        """Where in `_known` each hash stands, if it does: from where those with its first bits begin, a few steps on."""
        shift, begin = self._begin
        last = len(self._known) - 1
        at = np.minimum(begin[(hashes >> shift).astype(np.int64)].astype(np.int64), last)
        behind = np.flatnonzero(self._known[at] < hashes)
        while len(behind):
            at[behind] += 1
            behind = behind[at[behind] <= last]
            behind = behind[self._known[at[behind]] < hashes[behind]]
        return np.minimum(at, last)


def _beginnings(known: Hashes) -> tuple[np.uint64, npt.NDArray[np.int32]]:
    """By how much to shift a hash for its first bits, and where in `known`, ascending, those with each such bits begin.

    There are about as many beginnings as hashes. A binary search of millions would miss the cache at every step.
    """
    bits = max(1, min(24, len(known).bit_length()))
    shift = np.uint64(64 - bits)
    count = np.bincount((known >> shift).astype(np.int64), minlength=1 << bits)
    return shift, (np.cumsum(count) - count).astype(np.int32)


def _among(known: Hashes, hashes: Hashes) -> npt.NDArray[np.bool_]:
    """True where a hash is among `known`, which is sorted and not empty."""
    at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    found: npt.NDArray[np.bool_] = known[at] == hashes
    return found
