"""Texts that repeat, as numbers of words: each distinct word is checked, hashed and written once."""

from collections.abc import Callable
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.batch.arrays import one_array
from claimrules.batch.coerce import plain
from claimrules.batch.hashing import Hashes, hash_strings

MANY = 10_000
"""From how many rows on coding is worth its while."""

MOST = 1 << 17
"""How many words a column may have. One with more tells rows apart rather than saying what they are: it goes on plain."""

_KEPT = 64

KEYS = frozenset({"person_id", "encounter_id", "line_id", "reverses_line_id"})
"""Columns that tell rows apart, and are compared with one another: they stay plain."""


class Coding:
    """Which columns of one table are coded: those whose texts, in the first many rows, stand there twice on average."""

    def __init__(self, plain_ones: frozenset[str]) -> None:
        self._coded: dict[str, bool] = dict.fromkeys(plain_ones, False)
        self._words: dict[str, Any] = {}
        self._index: dict[str, WordIndex] = {}
        self._placed: dict[str, tuple[Any, Any]] = {}
        self._lock = Lock()

    def of(self, name: str, array: Any) -> Any:
        """The column of a chunk as a dictionary array with int32 indices if it is worth it, else plain."""
        known = self._coded.get(name)
        if known is False or (known is None and len(array) < MANY):
            return plain(array)
        array = array if is_coded(array.type) else plain(array)
        if is_coded(array.type):
            if array.dictionary.null_count:
                return plain(array)
        elif not pa.types.is_string(array.type):
            return array
        if name == "claim_id":  # the claims of a chunk are its own
            coded = array if is_coded(array.type) else array.dictionary_encode()
        else:
            coded = self._translated(name, array) if is_coded(array.type) else self._encoded(name, array)
        if coded is None:
            self._coded[name] = False
            return plain(array)
        if known is None:
            self._coded[name] = known = 2 * len(coded.dictionary) <= len(array) - array.null_count
        return coded if known else plain(array)

    @property
    def repeating(self) -> set[str]:
        """The columns that are coded, as far as is known; but claim ids, which are another chunk by chunk."""
        return {name for name, coded in self._coded.items() if coded} - {"claim_id"}

    def _encoded(self, name: str, array: Any) -> Any | None:
        """Plain texts coded by the words of the column; None where they are too many."""
        words = self._words.get(name)
        if words is None:
            coded = array.dictionary_encode()
            return self._translated(name, coded)
        codes = pc.index_in(array, value_set=words)
        if codes.null_count > array.null_count:
            if self._places(name, array.filter(codes.is_null()).drop_null().unique()) is None:
                return None
            words = self._words[name]
            codes = pc.index_in(array, value_set=words)
        return from_codes(codes, words)

    def _translated(self, name: str, array: Any) -> Any | None:
        """Coded texts in the words of the column; None where they are too many."""
        with self._lock:
            before, place = self._placed.get(name, (None, None))
        # A file's words may grow from chunk to chunk: what they begin with has its place already.
        n = 0 if before is None or len(before) > len(array.dictionary) else len(before)
        if not n or not array.dictionary.slice(0, n).equals(before):
            n, place = 0, pa.array([], pa.int32())
        if n < len(array.dictionary) or name not in self._words:
            more = self._places(name, array.dictionary.slice(n))
            if more is None:
                return None
            place = pa.concat_arrays([place, more])
            with self._lock:
                self._placed[name] = (array.dictionary, place)
        return from_codes(array.indices if ascending(place) else place.take(array.indices), self._words[name])

    def _places(self, name: str, some: Any) -> Any | None:
        """The places, int32, of distinct words among those of the column; new ones follow them, so that a place stays."""
        with self._lock:
            index = self._index.setdefault(name, WordIndex(some.slice(0, 0)))
            places = index.add(some)
            self._words[name] = index.words
            return places


class WordIndex:
    """Distinct words that grow, found by their hashes: a table built anew for each look-up would cost more than it."""

    def __init__(self, words: Any) -> None:
        self.words = words
        self._hashes: Hashes = np.empty(0, np.uint64)
        self._place: npt.NDArray[np.int32] = np.empty(0, np.int32)

    def add(self, some: Any) -> Any | None:
        """The places of distinct words, the new ones added; None where they are too many."""
        hashes = hash_strings(some)
        at = np.minimum(np.searchsorted(self._hashes, hashes), max(0, len(self._hashes) - 1))
        found = self._hashes[at] == hashes if len(self._hashes) else np.zeros(len(hashes), np.bool_)
        places = np.zeros(len(hashes), np.int32)
        places[found] = self._place[at[found]]
        known = some if found.all() else some.filter(pa.array(found))
        if not self.words.take(pa.array(places[found])).equals(known):  # two words with one hash
            exact = pc.index_in(some, value_set=self.words)
            found, places = np.asarray(exact.is_valid()), np.array(exact.fill_null(0))
        if not found.all():
            new = np.flatnonzero(~found)
            if len(self.words) + len(new) > MOST:
                return None
            places[new] = np.arange(len(new)) + len(self.words)
            self.words = pa.concat_arrays([self.words, some.take(pa.array(new))])
            new = new[np.argsort(hashes[new])]
            into = np.searchsorted(self._hashes, hashes[new])
            self._hashes = np.insert(self._hashes, into, hashes[new])
            self._place = np.insert(self._place, into, places[new])
        return pa.array(places)


def ascending(places: Any) -> bool:
    """Whether they are 0, 1, 2 …: then there is nothing to translate."""
    return bool((np.asarray(places) == np.arange(len(places), dtype=np.int32)).all())


class Remembered:
    """A function of the words of coded texts that keeps its answer to the latest words of each length."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._function = function
        self._kept: dict[int, tuple[Any, Any]] = {}
        self._lock = Lock()

    def __call__(self, words: Any) -> Any:
        """The function's answer."""
        kept = self._kept.get(len(words))
        if kept is None or not kept[0].equals(words):
            kept = (words, self._function(words))
            with self._lock:
                self._kept[len(words)] = kept
                if len(self._kept) > _KEPT:
                    del self._kept[next(iter(self._kept))]
        return kept[1]


def is_coded(kind: Any) -> bool:
    """Whether it is the type of coded texts."""
    return bool(pa.types.is_dictionary(kind) and pa.types.is_string(kind.value_type) and pa.types.is_int32(kind.index_type))


def coded(column: Any) -> Any:
    """One dictionary array of a text column, coded or not."""
    array = one_array(column)
    return array if is_coded(array.type) else array.dictionary_encode()


def from_codes(codes: Any, words: Any) -> Any:
    """The dictionary array of int32 `codes`."""
    return pa.DictionaryArray.from_arrays(codes, words, safe=False)


def as_texts(table: Any) -> Any:
    """The table with plain texts in place of coded ones."""
    for at, field in enumerate(table.schema):
        if is_coded(field.type):
            table = table.set_column(at, field.name, table.column(at).cast(pa.string()))
    return table


def indices_of(array: Any) -> Any:
    """The codes of a coded column without NULL, as numpy."""
    return np.asarray(array.indices)
