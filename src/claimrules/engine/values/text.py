"""Texts: work on the distinct words, then on their codes."""

import re
from collections.abc import Callable
from typing import cast

import numpy as np
import numpy.typing as npt

from claimrules.catalog import BOOLEAN, INTEGER, TEXT
from claimrules.engine.column import Column, Mask, Words
from claimrules.engine.kernels.segments import marked
from claimrules.engine.recent import Recent
from claimrules.engine.values.truth import both_known

_FEW = 64
Codes = npt.NDArray[np.int64]


def words_of(column: Column) -> Words:
    """The distinct words; one empty word for a column without any."""
    if column.words is None or not len(column.words):
        return np.array([""], dtype=object)
    return column.words


def _placed(words: Words) -> dict[str, int]:
    return {word: at for at, word in enumerate(words.tolist())}


places_of = Recent(_placed, 32)
"""Where each of some distinct words stands."""


def equal_alike(left: Column, right: Column) -> tuple[Codes, Codes]:
    """Codes of both columns, equal where their texts are; they say nothing of the order of texts."""
    a, b = words_of(left), words_of(right)
    if a is b:
        return cast(Codes, left.data), cast(Codes, right.data)
    if len(a) < len(b):
        theirs, mine = equal_alike(right, left)
        return mine, theirs
    place, far = places_of(a), len(a)
    table = np.fromiter((place.get(word, far + at) for at, word in enumerate(b.tolist())), np.int64, len(b))
    return cast(Codes, left.data), table[cast(Codes, right.data)]


def codes_alike(left: Column, right: Column) -> tuple[Codes, Codes]:
    """Codes of both columns in one numbering, so that equal texts have equal codes and order is text order."""
    a, b = words_of(left), words_of(right)
    if a is b:
        return cast(Codes, left.data), cast(Codes, right.data)
    both = sorted({*a.tolist(), *b.tolist()})
    place = {word: i for i, word in enumerate(both)}
    return renumbered(left, a, place), renumbered(right, b, place)


def renumbered(column: Column, words: Words, place: dict[str, int]) -> Codes:
    """The codes of `column` in another numbering of its words."""
    table = np.fromiter((place[word] for word in words.tolist()), np.int64, len(words))
    return table[cast(Codes, column.data)]


def mapped_words(column: Column, function: Callable[[str], str]) -> Column:
    """`function` of each text."""
    old = words_of(column)
    made = [function(word) for word in old.tolist()]
    new = sorted(set(made))
    place = {word: i for i, word in enumerate(new)}
    table = np.fromiter((place[word] for word in made), np.int32, len(made))
    return Column(TEXT, table[cast(Codes, column.data)], column.known, np.array(new, dtype=object))


def tested_words(column: Column, test: Callable[[list[str]], Mask]) -> Column:
    """A condition on each text, asked once for each distinct word."""
    answer = test(words_of(column).tolist())
    return Column(BOOLEAN, answer[cast(Codes, column.data)], column.known)


def counted_words(column: Column) -> Column:
    """How many characters each text has."""
    words = words_of(column)
    lengths = np.fromiter((len(word) for word in words.tolist()), np.int64, len(words))
    return Column(INTEGER, lengths[cast(Codes, column.data)], column.known)


def starts_with(left: Column, right: Column) -> Column:
    """Whether the left text begins with the right one; asked once for each pair of distinct words that meets."""
    a, b = words_of(left), words_of(right)
    known = both_known(left, right)
    if len(b) == 1:
        head = str(b[0])
        answer = np.fromiter((word.startswith(head) for word in a.tolist()), np.bool_, len(a))
        return Column(BOOLEAN, answer[cast(Codes, left.data)], known)
    pair = cast(Codes, left.data).astype(np.int64) * len(b) + cast(Codes, right.data)
    distinct, where = distinct_values(pair)
    hits = np.fromiter(
        (str(a[p // len(b)]).startswith(str(b[p % len(b)])) for p in distinct.tolist()), np.bool_, len(distinct)
    )
    return Column(BOOLEAN, hits[where], known)


def distinct_values(values: Codes) -> tuple[Codes, Codes]:
    """The distinct values and where each row's stands. Sorting and comparing neighbours beats np.unique by far."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    first = np.empty(len(values), dtype=np.bool_)
    first[:1] = True
    first[1:] = ordered[1:] != ordered[:-1]
    where = np.empty(len(values), dtype=np.int64)
    where[order] = np.cumsum(first) - 1
    return ordered[first], where


def used_words(column: Column) -> Column:
    """The same with the words alone that some row has: a few rows of a large table, and what is asked of each word."""
    if column.words is None or len(column.words) <= _FEW:
        return column
    codes = cast(Codes, column.data)
    used = marked(codes, len(column.words))
    place = np.cumsum(used) - 1
    return Column(column.type, place[codes], column.known, column.words[used], column.least)


def like_pattern(pattern: str) -> Callable[[list[str]], Mask]:
    """The test of a LIKE pattern: `%` any characters, `_` one."""
    escaped = "".join(".*" if c == "%" else "." if c == "_" else re.escape(c) for c in pattern)
    compiled = re.compile(escaped, re.DOTALL)

    def test(words: list[str]) -> Mask:
        return np.fromiter((compiled.fullmatch(word) is not None for word in words), np.bool_, len(words))

    return test
