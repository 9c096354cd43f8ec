"""The words of coded columns, numbered once for the whole input."""

from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.batch.arrays import one_array
from claimrules.batch.coded import MOST, ascending, from_codes, is_coded


class Words:
    """The distinct words of one column, numbered as they come; sorted at the end."""

    def __init__(self) -> None:
        self._known = pa.array([], pa.string())
        self._last: tuple[Any, Any] = (self._known, None)
        self._rank: npt.NDArray[np.int32] = np.empty(0, np.int32)
        self._sorted = self._known
        self._full = False
        self._lock = Lock()

    def codes(self, array: Any) -> Any | None:
        """The numbers, int32, of a coded column; None where there would be too many words."""
        with self._lock:
            if self._full:
                return None
            last, numbers = self._last
            if not last.equals(array.dictionary):
                found = self._numbers(array.dictionary)
                if found is None:
                    self._full = True
                    return None
                numbers = None if ascending(found) else found
                self._last = (array.dictionary, numbers)
        return array.indices if numbers is None else numbers.take(array.indices)

    def _numbers(self, words: Any) -> Any | None:
        n = len(self._known)
        if n <= len(words) and words.slice(0, n).equals(self._known):
            # The usual case: the words of a file's column, and what has come to them since.
            self._known = words
            return pa.array(np.arange(len(words), dtype=np.int32))
        place = pc.index_in(words, value_set=self._known)
        if place.null_count:
            new = words.filter(place.is_null())
            if len(self._known) + len(new) > MOST:
                return None
            # Words of one dictionary are distinct: the new ones are numbered on in their order.
            number = np.array(place.fill_null(0))
            number[np.asarray(place.is_null())] = np.arange(len(new), dtype=np.int32) + np.int32(len(self._known))
            self._known = pa.concat_arrays([self._known, new])
            return pa.array(number)
        return place

    def sort(self) -> None:
        """From here on codes are decoded into sorted words."""
        order = pc.sort_indices(self._known)
        self._sorted = self._known.take(order)
        self._rank = np.empty(len(order), np.int32)
        self._rank[np.asarray(order)] = np.arange(len(order), dtype=np.int32)

    def decoded(self, codes: Any) -> Any:
        """The coded column of numbers that `codes` gave. All such columns share one array of sorted words."""
        ranks = pa.array(self._rank).take(codes)
        return from_codes(ranks, self._sorted)


class Vocabulary:
    """The words of all coded columns by table and column. A table's coded columns become int32, and back."""

    def __init__(self) -> None:
        self._words: dict[tuple[str, str], Words] = {}
        self._lock = Lock()

    def encode(self, table_name: str, table: Any, but: str = "") -> Any:
        """The table with the codes of its coded columns, except the column `but`."""
        for at, field in enumerate(table.schema):
            if is_coded(field.type) and field.name != but:
                with self._lock:
                    words = self._words.setdefault((table_name, field.name), Words())
                array = one_array(table.column(at))
                codes = words.codes(array)
                table = table.set_column(at, field.name, array.cast(pa.string()) if codes is None else codes)
        return table

    def sort(self) -> None:
        """All that come have come."""
        for words in self._words.values():
            words.sort()

    def decode(self, table_name: str, table: Any) -> Any:
        """The table with coded columns in place of codes."""
        for at, field in enumerate(table.schema):
            words = self._words.get((table_name, field.name))
            if words is not None and pa.types.is_int32(field.type):
                table = table.set_column(at, field.name, words.decoded(one_array(table.column(at))))
        return table
