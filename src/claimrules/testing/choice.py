"""Where made-up values come from: hypothesis, which shrinks, or a seeded generator, which is fast."""

from collections.abc import Sequence
from random import Random
from typing import Protocol, TypeVar

T = TypeVar("T")


class Choice(Protocol):
    """The two questions that everything in this room is made of."""

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`; the first is the simplest."""

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends in."""


class Seeded:
    """The same choices for the same seed."""

    def __init__(self, seed: int | str) -> None:
        self._random = Random(seed)  # noqa: S311 - made-up claims, no secrets

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`."""
        return options[int(self._random.random() * len(options))]

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends in."""
        return least + int(self._random.random() * (most - least + 1))


def one_in(choice: Choice, n: int) -> bool:
    """TRUE once in `n`; never where `n` is 0."""
    return n > 0 and choice.number(1, n) == n
