"""How far the data go."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the data go.

    `since`: the first day known (None: from ever). `alone`: only one claim is at hand; `person`: one person's claims, so
    that nothing is known of a provider's others.
    """

    since: int | None = None
    alone: bool = False
    person: bool = False
