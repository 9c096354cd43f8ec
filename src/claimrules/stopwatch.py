"""Seconds by rule and kernel, where somebody asks for them.

A kernel is a function marked `timed`. While no `Stopwatch` runs, that costs a look at one variable.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from functools import wraps
from types import TracebackType
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")


class Stopwatch:
    """Runs while it is entered, for the thread that entered it and for work that is `shared` with others.

    Each second counts once, for the innermost kernel and for the rule that it works for (`""`: for no one rule). Seconds
    of several threads are added.
    """

    def __init__(self) -> None:
        self._seconds: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._lock = threading.Lock()
        self._inside: list[tuple[str, str]] = []
        self._since = 0.0
        self._token: Token[Stopwatch | None] | None = None

    def __enter__(self) -> "Stopwatch":
        self._token = _RUNNING.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._token is not None:
            _RUNNING.reset(self._token)

    @property
    def by_kernel(self) -> dict[str, float]:
        """Seconds by kernel, slowest first."""
        out: defaultdict[str, float] = defaultdict(float)
        for (_, kernel), seconds in self._seconds.items():
            out[kernel] += seconds
        return dict(sorted(out.items(), key=lambda item: -item[1]))

    @property
    def by_rule(self) -> dict[str, dict[str, float]]:
        """Seconds by rule and then by kernel, slowest first."""
        out: defaultdict[str, dict[str, float]] = defaultdict(dict)
        for (rule, kernel), seconds in sorted(self._seconds.items(), key=lambda item: -item[1]):
            if rule:
                out[rule][kernel] = seconds
        return dict(sorted(out.items(), key=lambda item: -sum(item[1].values())))

    def begin(self, kernel: str, rule: str | None) -> None:
        """What follows is spent in a kernel; `rule` None: for the rule of the kernel around it."""
        now = time.perf_counter()
        self._charge(now)
        around = self._inside[-1][0] if self._inside else ""
        self._inside.append((around if rule is None else rule, kernel))

    def end(self) -> None:
        """What follows is spent in the kernel around."""
        self._charge(time.perf_counter())
        self._inside.pop()

    def add(self, seconds: Mapping[tuple[str, str], float]) -> None:
        """What another thread has spent."""
        with self._lock:
            for key, spent in seconds.items():
                self._seconds[key] += spent

    def _charge(self, now: float) -> None:
        if self._inside:
            with self._lock:
                self._seconds[self._inside[-1]] += now - self._since
        self._since = now


_RUNNING: ContextVar[Stopwatch | None] = ContextVar("stopwatch", default=None)


def timed(kernel: str, *, of: Callable[..., str] | None = None) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """The function is a kernel. `of`: the rule that it works for, from its arguments."""

    def mark(function: Callable[_P, _R]) -> Callable[_P, _R]:
        @wraps(function)
        def measured(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            watch = _RUNNING.get()
            if watch is None:
                return function(*args, **kwargs)
            watch.begin(kernel, None if of is None else of(*args, **kwargs))
            try:
                return function(*args, **kwargs)
            finally:
                watch.end()

        return measured

    return mark


def shared(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The function for other threads: what it spends there is added to the stopwatch that runs here, if one does."""
    watch = _RUNNING.get()
    if watch is None:
        return function

    @wraps(function)
    def measured(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with Stopwatch() as own:
            try:
                return function(*args, **kwargs)
            finally:
                watch.add(own._seconds)

    return measured
