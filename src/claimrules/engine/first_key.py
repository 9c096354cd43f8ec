"""The rows of a table by the first column of its key, for all words that were ever looked up."""

import threading

import numpy as np

from claimrules.engine.cell_index import CellIndex, Ranges
from claimrules.engine.column import Index, Words
from claimrules.engine.vocabulary import Vocabulary


class FirstKey:
    """For each word of the vocabulary the range of its rows, found out when the word is first met."""

    def __init__(self, index: CellIndex, vocabulary: Vocabulary) -> None:
        self._index, self._vocabulary = index, vocabulary
        self._lock = threading.Lock()
        none = np.zeros(0, np.int64)
        self._known = Ranges(none, none, none)

    def ranges(self, words: Words) -> Ranges:
        """For each word the rows that fit it."""
        ids = self._vocabulary.ids(words)
        known = self._grown()
        return Ranges(known.starts[ids], known.counts[ids], known.rows)

    def counts(self, first: int) -> Index:
        """How many rows fit each word of the vocabulary, from number `first` on."""
        return self._grown().counts[first:]

    def _grown(self) -> Ranges:
        """The ranges of the whole vocabulary as it is now."""
        if len(self._known.starts) < len(self._vocabulary):
            with self._lock:
                known = self._known
                if len(known.starts) < len(self._vocabulary):
                    self._known = _beside(known, self._index.ranges(self._vocabulary.since(len(known.starts))))
        return self._known


def _beside(known: Ranges, new: Ranges) -> Ranges:
    """The ranges of words of which some were known; each of the new ones may come with rows of its own."""
    counts = np.concatenate([known.counts, new.counts])
    if not len(known.starts) or new.rows is known.rows:
        return Ranges(np.concatenate([known.starts, new.starts]), counts, new.rows)
    starts = np.concatenate([known.starts, new.starts + len(known.rows)])
    return Ranges(starts, counts, np.concatenate([known.rows, new.rows]))
