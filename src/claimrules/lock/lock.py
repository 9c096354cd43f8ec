"""What a lock file says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

DELETED = "deleted"
"""The status of an id whose rule is gone: it stays, and is never given to another rule."""


@dataclass(frozen=True, slots=True)
class LockedVersion:
    """A version that was active. `logic`: the hash of what it decides; `active`: the first day on which it was."""

    version: int
    active: date
    logic: str


@dataclass(frozen=True, slots=True)
class LockedRule:
    """An id that is taken. `status`: that of the rule file, or `deleted`; `versions`: those ever active, ascending."""

    status: str
    versions: tuple[LockedVersion, ...] = ()

    def version(self, number: int) -> LockedVersion | None:
        """What that version decided; None for one that was never active."""
        return next((one for one in self.versions if one.version == number), None)

    @property
    def newest(self) -> LockedVersion | None:
        """The version of the highest number; None where no version was ever active."""
        return self.versions[-1] if self.versions else None


@dataclass(frozen=True, slots=True)
class Lock:
    """All ids that were ever taken, in their order."""

    rules: Mapping[str, LockedRule] = field(default_factory=dict)
