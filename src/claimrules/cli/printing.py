"""What the commands print, and where: results to stdout, everything about the run to stderr."""

import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console

from claimrules.diagnostics import Diagnostic, Level, render

_MOST = 50
_PIPE_WIDTH = 120


def out() -> Console:
    """The console of stdout. A pipe gets no colour and a width that does not depend on the terminal."""
    return Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH, highlight=False, soft_wrap=False)


def err() -> Console:
    """The console of stderr."""
    return Console(stderr=True, highlight=False)


def print_diagnostics(diagnostics: Iterable[Diagnostic], *, most: int = _MOST, to_stdout: bool = False) -> None:
    """Each with its line and caret, errors before warnings; a count of those left out."""
    stream: Any = sys.stdout if to_stdout else sys.stderr
    found = sorted(diagnostics, key=lambda d: (d.level is not Level.ERROR, d))
    for diagnostic in found[:most]:
        print(render(diagnostic), file=stream, end="\n\n")
    if len(found) > most:
        print(f"… and {len(found) - most} more", file=stream, end="\n\n")


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 error`, `2 errors`, `1,234 errors`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
