"""Arrow strings put together. A Python string costs Arrow fifty times what a scalar does: each is made once."""

from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from claimrules.engine.column import Mask


@lru_cache(maxsize=4096)
def word(text: str) -> Any:
    """A text as an Arrow scalar."""
    return pa.scalar(text, pa.string())


def joined(*parts: Any, between: str = "") -> Any:
    """Strings and arrays of them, element by element; a part that is an array says how many there are."""
    return pc.binary_join_element_wise(*(word(p) if isinstance(p, str) else p for p in parts), word(between))


def chosen(mask: Mask, texts: Any, otherwise: Any) -> Any:
    """`texts` where `mask`, else `otherwise`; arrays or strings."""
    first, second = (word(t) if isinstance(t, str) else t for t in (texts, otherwise))
    return pc.if_else(pa.array(mask), first, second)
