"""Rows dealt to buckets: sorted by bucket, and counted."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from claimrules.batch.coded import indices_of

Buckets = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Dealt:
    """A table sorted by bucket, within a bucket in the order in which it came, and the rows of each bucket."""

    table: Any
    counts: Buckets

    def part(self, bucket: int, ends: Buckets) -> Any:
        """The rows of one bucket; `ends` are the sums of `counts`."""
        return self.table.slice(ends[bucket] - self.counts[bucket], self.counts[bucket])


def deal(table: Any, buckets: Buckets, n: int) -> Dealt:
    """Deal rows to `n` buckets; a row with a bucket below 0 goes nowhere."""
    kept = None if bool((buckets >= 0).all()) else np.flatnonzero(buckets >= 0)
    if kept is not None:
        buckets = buckets[kept]
    counts = np.bincount(buckets, minlength=n)
    if n == 1:
        return Dealt(table if kept is None else table.take(pa.array(kept)), counts)
    # Of 16-bit numbers numpy's stable sort is a radix sort, seven times as fast.
    order = np.argsort(buckets.astype(np.uint16), kind="stable")
    return Dealt(table.take(pa.array(order if kept is None else kept[order])), counts)


def deal_with_claims(table: Any, ids: Any, buckets: Buckets, n: int) -> tuple[Dealt, Dealt]:
    """Deal rows whose claim ids are the dictionary array `ids`; `buckets` are those of its words.

    The rows get in place of `claim_id` the place, int32, of the word among the words of their bucket; these are dealt
    beside them.
    """
    words = deal(pa.table({"claim_id": ids.dictionary}), buckets, n)
    place = np.zeros(len(buckets), np.int32)
    kept = np.flatnonzero(buckets >= 0)
    ascending = kept[np.argsort(buckets[kept].astype(np.uint16), kind="stable")]
    starts = np.cumsum(words.counts) - words.counts
    place[ascending] = np.arange(len(ascending)) - np.repeat(starts, words.counts)
    indices = indices_of(ids)
    at = table.column_names.index("claim_id")
    return deal(table.set_column(at, "claim_id", pa.array(place[indices])), buckets[indices], n), words
