"""The words that were ever looked up, numbered once for all batches."""

from typing import Any

import numpy as np
import pyarrow as pa

from claimrules.engine.column import Index, Words
from claimrules.engine.recent import Recent

_REMEMBERED = 64


class Vocabulary:
    """Each distinct word has a number, in the order of their first appearance; safe for threads.

    Batches share most of their codes. What a table knows of a word is found out once, and asked for by number. `ids`: the
    numbers of an array of words; new ones get theirs.
    """

    def __init__(self) -> None:
        self._place: dict[str, int] = {}
        self._words: list[str] = []
        self.ids = Recent(self._numbers, _REMEMBERED)
        self._since: tuple[tuple[int, int], Any] = ((0, 0), pa.array([], pa.string()))

    def __len__(self) -> int:
        return len(self._words)

    def since(self, first: int) -> Any:
        """The words from number `first` on, as an Arrow string array; many tables ask for the same ones in turn."""
        asked, texts = self._since
        if asked != (first, len(self._words)):
            asked = (first, len(self._words))
            texts = pa.array(self._words[first : asked[1]], pa.string())
            self._since = asked, texts
        return texts

    def _numbers(self, words: Words) -> Index:
        place, texts = self._place, words.tolist()
        out = np.fromiter((place.get(word, -1) for word in texts), np.int64, len(texts))
        for at in np.flatnonzero(out < 0).tolist():
            word = str(texts[at])
            out[at] = place.setdefault(word, len(self._words))
            if out[at] == len(self._words):
                self._words.append(word)
        return out
