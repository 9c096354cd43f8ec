"""One step ahead: the next item is made in a thread while this one is used."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items in the same order; an error comes where its item would have come. One item more is held at once."""
    end: Any = object()
    with ThreadPoolExecutor(1, thread_name_prefix="claimrules-ahead") as pool:
        waiting = pool.submit(next, items, end)
        while (item := waiting.result()) is not end:
            waiting = pool.submit(next, items, end)
            yield item
