"""Work in threads, in order: one step ahead, or several at once."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
S = TypeVar("S")


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items in the same order; an error comes where its item would have come. One item more is held at once."""
    end: Any = object()
    with ThreadPoolExecutor(1, thread_name_prefix="claimrules-ahead") as pool:
        waiting = pool.submit(next, items, end)
        while (item := waiting.result()) is not end:
            waiting = pool.submit(next, items, end)
            yield item


def at_once(items: Iterator[S], work: Callable[[S], T], threads: int) -> Iterator[T]:
    """What `work` makes of each item, in the order of items; of `threads` items at once, from the second on.

    The first is worked on alone: what it settles for all holds for all, and a single one needs no thread.
    """
    for item in items:
        yield work(item)
        break
    end: Any = object()
    if (second := next(items, end)) is end:
        return
    waiting: deque[Future[T]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="claimrules-door") as pool:
        try:
            waiting.append(pool.submit(work, second))
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
