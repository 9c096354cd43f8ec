"""What is asked of every rule of the library: of a few in `make test`, of all in `make library`."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

ONE_IN = 12


def tiered(items: Iterable[Any], rule_of: Callable[[Any], str] = str, one_in: int = ONE_IN) -> list[Any]:
    """The items as parameters; those of all but one rule in so many are marked `library`."""
    items = list(items)
    few = set(sorted({rule_of(item) for item in items})[::one_in])
    return [
        pytest.param(
            *(item if isinstance(item, tuple) else (item,)),
            marks=() if rule_of(item) in few else pytest.mark.library,
        )
        for item in items
    ]
