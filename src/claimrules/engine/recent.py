"""What was made of the arrays of words that were last asked about."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from claimrules.engine.column import Words

V = TypeVar("V")


class Recent(Generic[V]):
    """A function of words that remembers its answers to the last `most` arrays, by identity; safe for threads.

    The rules of a batch share its columns, and so the very arrays. An array that was asked about must not change.
    """

    def __init__(self, make: Callable[[Words], V], most: int) -> None:
        self._make, self._most = make, most
        # The array is kept too, so that no other comes to have its identity.
        self._kept: OrderedDict[int, tuple[Words, V]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, words: Words) -> V:
        """The answer; made by one thread at a time."""
        with self._lock:
            found = self._kept.get(id(words))
            if found is None:
                found = self._kept[id(words)] = (words, self._make(words))
                if len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            return found[1]
