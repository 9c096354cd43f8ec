"""The rows of all tables by bucket, as they were read: what the spool holds as numbers comes back as texts."""

from typing import Any

import numpy as np
import pyarrow as pa

from claimrules.batch.arrays import one_array
from claimrules.batch.coded import as_texts, from_codes
from claimrules.batch.dealt import Buckets, Dealt
from claimrules.batch.spool import Spool
from claimrules.batch.words import Vocabulary
from claimrules.stopwatch import timed


class Stored:
    """A spool with its vocabulary. Rows of a child name their claim by a place among the claim ids of their bucket."""

    def __init__(self, spool: Spool, vocabulary: Vocabulary) -> None:
        self.buckets = spool.buckets
        self._spool = spool
        self._vocabulary = vocabulary

    def add_claims(self, rows: Dealt | None) -> None:
        """Add claims."""
        if rows is not None:
            self._spool.add("claims", rows)

    def add_children(self, name: str, rows: Dealt | None, words: Dealt | None) -> None:
        """Add rows of a child with the claim ids that their `claim_id` counts in, from 0 in each bucket."""
        if rows is None or words is None:
            return
        before = np.repeat(self._spool.counts(_ids(name)), rows.counts)
        self._spool.add(name, Dealt(_moved(rows.table, before), rows.counts))
        self._spool.add(_ids(name), words)

    def counts(self, name: str) -> Buckets:
        """Rows by bucket."""
        return self._spool.counts(name)

    @timed("fetch")
    def read(self, name: str, buckets: list[int], blank: Any) -> Any:
        """The rows of some buckets, coded texts as dictionary arrays; `blank` where there are none."""
        parts = list(self._spool.read(name, buckets))
        if not parts:
            return blank
        ids = list(self._spool.read(_ids(name), buckets))
        if len({part.schema for part in parts}) > 1:  # a column was coded at first, and no longer
            parts = [as_texts(self._vocabulary.decode(name, part)) for part in parts]
        table = self._vocabulary.decode(name, pa.concat_tables(parts).combine_chunks())
        if not ids:
            return table
        words = one_array(pa.concat_tables(ids).column("claim_id"))
        many = self._spool.counts(_ids(name))[buckets]
        table = _moved(table, np.repeat(np.cumsum(many) - many, self._spool.counts(name)[buckets]))
        at = table.column_names.index("claim_id")
        return table.set_column(at, "claim_id", from_codes(one_array(table.column(at)), words))

    def close(self) -> None:
        """Remove everything."""
        self._spool.close()


def _ids(name: str) -> str:
    return f"{name}: claim ids"


def _moved(table: Any, by: Buckets) -> Any:
    at = table.column_names.index("claim_id")
    place = np.asarray(one_array(table.column(at))) + by.astype(np.int32)
    return table.set_column(at, "claim_id", pa.array(place))
