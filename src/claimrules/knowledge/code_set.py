"""Sets of codes, given by prefixes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_FOREVER = 1 << 22


@dataclass(frozen=True, slots=True)
class CodeSet:
    """The codes that begin with a prefix of `include`, unless a longer one of `exclude` fits: the longest decides.

    `changes`: the days (since 1970) on which the set changes; `phases`: what it is before the first of them and from each
    of them on. Both are empty where it is always the same; else `include` and `exclude` are those of all phases.
    """

    name: str
    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    changes: tuple[int, ...] = ()
    phases: "tuple[CodeSet, ...]" = ()

    def contains(self, codes: Sequence[str]) -> npt.NDArray[np.bool_]:
        """For each of the (distinct) codes, whether it is in the set."""
        given: Any = pa.array(codes, pa.string())
        inside = np.zeros(len(given), dtype=np.bool_)
        by_length: dict[int, tuple[list[str], list[str]]] = {}
        for side, prefixes in enumerate((self.include, self.exclude)):
            for prefix in prefixes:
                by_length.setdefault(len(prefix), ([], []))[side].append(prefix)
        for length in sorted(by_length):
            heads = pc.utf8_slice_codeunits(given, 0, length)
            include, exclude = (pa.array(side, pa.string()) for side in by_length[length])
            inside[pc.is_in(heads, value_set=include).to_numpy(zero_copy_only=False)] = True
            inside[pc.is_in(heads, value_set=exclude).to_numpy(zero_copy_only=False)] = False
        return inside


def code_sets(rows: Any, as_of: dt.date | None = None) -> Mapping[str, CodeSet]:
    """The sets of a checked `code_sets` table, by name, as far as they were known on `as_of` (None: all)."""
    names = ("set_id", "prefix", "valid_from", "valid_to", "known_from")
    by_set: dict[str, list[_Entry]] = {}
    for name, *cells in zip(*(rows[column].to_pylist() for column in names), strict=True):
        by_set.setdefault(name, []).append(_Entry(*cells))
    return {name: _set(name, _known(by_set[name], as_of)) for name in sorted(by_set)}


class _Entry(NamedTuple):
    """A prefix, `-` before it where it excludes, with its validity (None: open) and since when it is known."""

    prefix: str
    begin: dt.date | None
    end: dt.date | None
    known: dt.date | None


def _known(entries: list[_Entry], as_of: dt.date | None) -> list[_Entry]:
    """What was known then; an entry learnt later replaces the one with its prefix and first day."""
    latest: dict[tuple[str, dt.date | None], _Entry] = {}
    for entry in sorted(entries, key=lambda e: (e.known or dt.date.min, e.prefix, e.end or dt.date.max)):
        if as_of is None or entry.known is None or entry.known <= as_of:
            latest[entry.prefix.removeprefix("-"), entry.begin] = entry
    return list(latest.values())


def _set(name: str, entries: list[_Entry]) -> CodeSet:
    """The set of all its prefixes, with its phases where they are dated."""
    days = {_day(e.begin) for e in entries if e.begin is not None}
    days |= {_day(e.end) + 1 for e in entries if e.end is not None}
    changes = tuple(sorted(days))
    phases = tuple(
        _plain(f"{name}@{number}", [e for e in entries if _holds(e, first)])
        for number, first in enumerate((-_FOREVER, *changes))
    )
    return replace(_plain(name, entries), changes=changes, phases=phases if changes else ())


def _holds(entry: _Entry, day: int) -> bool:
    begin = -_FOREVER if entry.begin is None else _day(entry.begin)
    return begin <= day <= (_FOREVER if entry.end is None else _day(entry.end))


def _plain(name: str, entries: list[_Entry]) -> CodeSet:
    include = {e.prefix for e in entries if not e.prefix.startswith("-")}
    exclude = {e.prefix[1:] for e in entries if e.prefix.startswith("-")}
    return CodeSet(name, tuple(sorted(include)), tuple(sorted(exclude)))


def _day(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days
