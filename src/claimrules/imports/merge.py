"""A new edition laid over a table: what holds on, what ends, what begins.

A row that a new edition ends is not changed: a copy of it that ends the day before is added, learnt on the day of the
import, which the engine takes instead from then on. So `--as-of` an earlier day still finds what was known then, and a
line of an earlier day still finds the row that held.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from claimrules.imports.shape import REPLACES
from claimrules.imports.versions import SlotOf as _SlotOf
from claimrules.imports.versions import Version, day_after, day_before, standing

Group = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Edition:
    """What is laid over the table. `since`: the first day, "" for always; `known`: when it is learnt.

    `key`, `identity`: places in a row's cells. `dated`: each row says itself from when it holds. `ended`: rows of which
    only region and identity are meant: what is said of them ends.
    """

    rows: tuple[Version, ...]
    since: str
    known: str
    key: tuple[int, ...]
    identity: tuple[int, ...]
    many: bool = False
    mode: str = REPLACES
    dated: bool = False
    ended: tuple[Version, ...] = ()

    @property
    def slot(self) -> _SlotOf:
        """What a row stands for."""
        return _SlotOf(self.key, self.many)

    def group(self, row: Version) -> Group:
        """By what a row of another edition is the same row."""
        return row.region, tuple(row.cells[i] for i in self.identity)


@dataclass(slots=True)
class Merged:
    """The rows of the table now, and what was done to them. `undated`: rows that a day is needed for, and none was given."""

    rows: list[Version]
    added: list[Version] = field(default_factory=list)
    ended: list[Version] = field(default_factory=list)
    corrected: list[tuple[Version, Version]] = field(default_factory=list)
    withdrawn: list[Version] = field(default_factory=list)
    unchanged: int = 0
    undated: list[Version] = field(default_factory=list)
    _gone: set[int] = field(default_factory=set)

    def take_out(self, row: Version) -> None:
        """A row that is not in the table any more. It must be one of `rows` itself, not one that equals it."""
        self._gone.add(id(row))

    def close(self) -> "Merged":
        """The same without the rows that were taken out."""
        self.rows = [row for row in self.rows if id(row) not in self._gone]
        return self


def merge(table: Sequence[Version], edition: Edition) -> Merged:
    """Lay an edition over a table's rows."""
    out = Merged(list(table))
    stands = standing(table, edition.slot)
    if edition.dated:
        _merge_dated(stands, edition, out)
    else:
        _merge_since(stands, edition, out)
    return out.close()


def _merge_since(stands: Sequence[Version], edition: Edition, out: Merged) -> None:
    """All rows of the edition hold from one day on."""
    before: dict[Group, list[Version]] = defaultdict(list)
    for row in stands:
        before[edition.group(row)].append(row)
    new: dict[Group, list[Version]] = defaultdict(list)
    for row in edition.rows:
        new[edition.group(row)].append(row)
    for row in edition.ended:
        new.setdefault(edition.group(row), [])
    for group, rows in new.items():
        _lay(before.get(group, []), rows, edition, out)
    if edition.mode == REPLACES:
        regions = {row.region for row in edition.rows}
        for group, rows in before.items():
            if group[0] in regions and group not in new:
                _lay(rows, [], edition, out)


def _lay(before: Sequence[Version], new: Sequence[Version], edition: Edition, out: Merged) -> None:
    """One identity: what it says now over what it said."""
    says = {row.cells: row for row in new}
    current = [row for row in before if row.holds_on(edition.since)]
    later = min((row.start for row in before if row.start > edition.since), default="")
    kept = {row.cells: row for row in current if row.cells in says}
    out.unchanged += len(kept)
    ends = [row for row in current if row.cells not in says]
    begins = [row for cells, row in says.items() if cells not in kept]
    if not edition.since and before and (ends or begins):
        out.undated += ends or list(before)
        return
    for cells, row in kept.items():  # one that was to end holds on; of its own edition it is known that it ended
        if row.end and row.start < edition.since and not later and not says[cells].end:
            _add(replace(says[cells], start=day_after(row.end)), edition, out)
    for row in ends:
        _end(row, begins, edition, out)
    for row in begins:
        end = min(row.until, day_before(later)) if later else row.end
        _add(replace(row, start=edition.since, end=end), edition, out)


def _add(row: Version, edition: Edition, out: Merged) -> None:
    added = replace(row, known=edition.known)
    out.rows.append(added)
    out.added.append(added)


def _end(row: Version, begins: Sequence[Version], edition: Edition, out: Merged) -> None:
    """End a row on the day before the edition. One that began on the edition's own day is corrected by it."""
    if row.start < edition.since:
        closed = replace(row, end=day_before(edition.since), known=edition.known, id="")
        if row.known == edition.known:
            out.take_out(row)
        out.rows.append(closed)
        out.ended.append(closed)
        return
    follower = next((new for new in begins if edition.slot(replace(new, start=row.start)) == edition.slot(row)), None)
    if follower is None or row.known >= edition.known:
        out.take_out(row)
    if follower is None:
        out.withdrawn.append(row)
    else:
        out.corrected.append((row, follower))


def _merge_dated(stands: Sequence[Version], edition: Edition, out: Merged) -> None:
    """Each row says itself when it holds: a later edition adds rows, and ends or corrects those that are there."""
    before: dict[tuple[Group, str], list[Version]] = defaultdict(list)
    for row in stands:
        before[edition.group(row), row.start].append(row)
    told: set[tuple[Group, str]] = set()
    for row in edition.rows:
        place = (edition.group(row), row.start)
        told.add(place)
        was = next((old for old in before.get(place, ()) if old.cells == row.cells), None)
        if was is not None and was.end == row.end:
            out.unchanged += 1
        elif was is not None:
            _replace_end(was, row, edition, out)
        else:
            for old in before.get(place, ()):
                _correct(old, row, edition, out)
            _add(row, edition, out)
    if edition.mode == REPLACES:
        regions = {row.region for row in edition.rows}
        for place, rows in before.items():
            if place not in told and place[0][0] in regions:
                out.withdrawn += rows
                for row in rows:
                    out.take_out(row)


def _replace_end(was: Version, row: Version, edition: Edition, out: Merged) -> None:
    if was.known >= edition.known:
        out.take_out(was)
    changed = replace(row, known=edition.known)
    out.rows.append(changed)
    out.ended.append(changed)


def _correct(old: Version, row: Version, edition: Edition, out: Merged) -> None:
    """Another text for the same row. Where several rows may hold, only taking the old one out ends it."""
    if edition.many or old.known >= edition.known:
        out.take_out(old)
    if edition.many:
        out.withdrawn.append(old)
    else:
        out.corrected.append((old, row))
