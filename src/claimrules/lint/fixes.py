"""What `check --fix` writes: the text that a diagnostic puts in place of the one it marks."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from claimrules.diagnostics import Diagnostic

NO_YAML = frozenset({"CR201", "CR202", "CR203", "CR204", "CR205"})
ROUNDS = 10
"""One mistake can hide another: after a round of fixes everything is looked at again, so many times at most."""


@dataclass(slots=True)
class Fixed:
    """How many fixes were written into each file, and the files whose fixes were taken back."""

    fixes: dict[Path, int] = field(default_factory=lambda: defaultdict(int))
    taken_back: set[Path] = field(default_factory=set)


def fix_files(files: Sequence[Path], errors: Callable[[], Sequence[Diagnostic]]) -> Fixed:
    """Write the fixes of `errors()` into `files`, until there are no more.

    A file that still has one of the mistakes after its fix, or is no YAML any more, gets its old text back, and is left
    alone from then on. That other mistakes come to light is no reason: one hides another.
    """
    done = Fixed()
    found = errors()
    for _ in range(ROUNDS):
        waiting = {path: one for path in files if path not in done.taken_back and (one := _of(found, path))}
        if not waiting:
            break
        before = {path: path.read_bytes() for path in waiting}
        for path, fixes in waiting.items():
            path.write_bytes(_written(before[path], fixes))
        after = errors()
        for path, fixes in waiting.items():
            if _worse(after, path, fixes):
                path.write_bytes(before[path])
                done.taken_back.add(path)
            else:
                done.fixes[path] += len(fixes)
        found = errors() if done.taken_back & waiting.keys() else after
    return done


def _of(found: Sequence[Diagnostic], path: Path) -> list[Diagnostic]:
    return [one for one in found if one.instead and one.place and one.place.line and one.place.file == str(path)]


def _worse(found: Sequence[Diagnostic], path: Path, fixes: Sequence[Diagnostic]) -> bool:
    gone = {(one.code, one.message) for one in fixes}
    mine = [one for one in found if one.place and one.place.file == str(path)]
    return any((one.code, one.message) in gone or one.code in NO_YAML for one in mine)


def _written(text: bytes, fixes: Sequence[Diagnostic]) -> bytes:
    """The text with the marked spans replaced, the last of a line first, so that places stay true."""
    mark = b"\xef\xbb\xbf" if text.startswith(b"\xef\xbb\xbf") else b""
    lines = text.removeprefix(mark).decode().split("\n")
    for one in sorted(fixes, reverse=True):
        place = one.place
        assert place is not None  # noqa: S101 - `_of` takes those that have one
        line, start = lines[place.line - 1], place.column - 1
        lines[place.line - 1] = line[:start] + one.instead + line[start + place.length :]
    return mark + "\n".join(lines).encode()
