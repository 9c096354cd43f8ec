"""A lock as a file: sorted, one line a version, so that git shows what became active and nothing else."""

from collections.abc import Iterator
from pathlib import Path

from claimrules.diagnostics import Diagnostic, LanguageError, Place
from claimrules.lock.from_file import FORMAT
from claimrules.lock.lock import Lock

HEAD = "# Written by `claimrules lock`, never by hand: which versions of the rules were ever active, and what they decide.\n"


def lock_text(lock: Lock) -> str:
    """The whole file."""
    return "".join(_lines(lock))


def write_lock(lock: Lock, path: Path) -> bool:
    """Write the file. Whether it says something new; it is not touched where it does not.

    Raises:
        LanguageError: CR265 it cannot be written.
    """
    text = lock_text(lock)
    try:
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return False
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        message = f"the lock file cannot be written: {error.strerror or error}"
        raise LanguageError(Diagnostic("CR265", message, Place(str(path)))) from None
    return True


def _lines(lock: Lock) -> Iterator[str]:
    yield HEAD
    yield f"format: {FORMAT}\n"
    yield "rules:\n" if lock.rules else "rules: {}\n"
    for rule_id, rule in sorted(lock.rules.items()):
        yield f"  {rule_id}:\n    status: {rule.status}\n"
        yield "    versions:\n" if rule.versions else "    versions: []\n"
        for one in rule.versions:
            yield f"      - {{version: {one.version}, active: {one.active}, logic: {one.logic}}}\n"
