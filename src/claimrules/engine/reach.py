"""How far the data go."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the data go: `since` the first day known (None: from ever); `alone`: only one claim is at hand."""

    since: int | None = None
    alone: bool = False
