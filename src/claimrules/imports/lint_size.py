"""Tables that have grown or shrunk by more than a share."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from claimrules.diagnostics import Diagnostic, Place
from claimrules.imports.tables import ReadTable


def sizes(before: Mapping[str, ReadTable], after: Mapping[str, ReadTable], share: Fraction) -> Iterator[Diagnostic]:
    """CR343: tables that are gone, or of whose keys more than `share` have come or gone, counted in rows that stand."""
    for name, old in before.items():
        new = after.get(name)
        if new is None:
            help_ = "bring it back, or compare with tables that never had it"
            yield Diagnostic("CR343", f"the table `{name}` is gone", Place(old.raw.file), help=help_)
            continue
        was, now = len(old.standing()), len(new.standing())
        if abs(now - was) > share * was:
            word = "grown" if now > was else "shrunk"
            moved = f"{float(Fraction(abs(now - was), was)):.0%}" if was else "nothing"
            message = f"`{name}` has {word} from {was:,} rows to {now:,}, by {moved if was else 'all of them'}"
            help_ = "look at `claimrules knowledge diff`; a wider --share lets it pass"
            yield Diagnostic("CR343", message, Place(new.raw.file), help=help_)
