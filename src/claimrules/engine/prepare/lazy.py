"""A mapping whose values are made when they are first asked for."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from claimrules.stopwatch import timed

V = TypeVar("V")


class Lazy(Mapping[str, V]):
    """Values by name, each made by its maker at the first look-up and then kept.

    Rules read a few of some sixty columns: converting a column that nobody reads would cost most of the batch's time.
    Makers are pure, so that two threads asking at once make the same value twice and no harm.
    """

    def __init__(self, makers: Mapping[str, Callable[[], V]], ready: Mapping[str, V] | None = None) -> None:
        self._makers = dict(makers)
        self._made: dict[str, V] = dict(ready or {})
        self._names = dict.fromkeys((*self._makers, *self._made))

    def __getitem__(self, name: str) -> V:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    @timed("prepare", of=lambda *_: "")  # the rule that happens to ask first has no more to do with it than others
    def _make(self, name: str) -> V:
        return self._makers[name]()

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or `default` where there is none. That of Mapping raises an error and catches it."""
        return self[name] if name in self._names else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names
