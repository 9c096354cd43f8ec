"""The printed form of a diagnostic: the line, a caret, the reason, the advice."""

import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

from claimrules.diagnostics.diagnostic import Diagnostic

MOST = 160
"""Columns of a source line that are shown; of a longer one, the part around the caret."""


def width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two, a combining or invisible mark none."""
    return sum(_columns(c) for c in text)


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _source_line(file: str, line: int) -> str | None:
    try:
        data = Path(file).read_bytes()
    except (OSError, ValueError):
        return None
    # A line ends at a line feed alone: a form feed or U+2028 inside a text must not shift the numbers.
    lines = data.decode("utf-8-sig", errors="replace").split("\n")
    return lines[line - 1] if 0 < line <= len(lines) else None


def _window(text: str, start: int, length: int) -> tuple[str, int, int]:
    """The line with what cannot be printed as spaces, cut around the caret where it is long; the caret in it."""
    shown = "".join(c if c.isprintable() or c == "\u3000" else " " for c in text).rstrip()
    start = min(start, len(shown))
    length = max(1, min(length, len(shown) - start))
    if width(shown) <= MOST:
        return shown, start, length
    first = max(0, start - MOST // 4)
    last = first
    columns = 0
    while last < len(shown) and columns + _columns(shown[last]) <= MOST:
        columns += _columns(shown[last])
        last += 1
    before, after = "…" if first else "", "…" if last < len(shown) else ""
    return f"{before}{shown[first:last]}{after}", len(before) + start - first, max(1, min(length, last - start))


def render(diagnostic: Diagnostic, source: Callable[[str, int], str | None] = _source_line) -> str:
    """One diagnostic as several lines of text, without colour, without a final newline."""
    d = diagnostic
    out = [f"{d.level}[{d.code}]: {d.message}"]
    gutter = 1
    if d.place:
        number = str(d.place.line) if d.place.line else ""
        gutter = max(1, len(number))
        out.append(f"{' ' * gutter} ┌─ {d.place}")
        text = source(d.place.file, d.place.line) if d.place.line else None
        if text is not None:
            shown, start, length = _window(text, max(0, d.place.column - 1), d.place.length)
            out.append(f"{number}│ {shown}".rstrip())
            if d.place.column:
                caret = "^" * max(1, width(shown[start : start + length]))
                out.append(f"{' ' * gutter}│ {' ' * width(shown[:start])}{caret} {d.label}".rstrip())
            elif d.label:
                out.append(f"{' ' * gutter}│ {d.label}")
        elif d.label:
            out.append(f"{' ' * gutter}│ {d.label}")
    elif d.label:
        out.append(f"{' ' * gutter}│ {d.label}")
    if d.help:
        out.append(f"{' ' * gutter} = help: {d.help}")
    return "\n".join(out)


def render_all(diagnostics: Iterable[Diagnostic]) -> str:
    """All of them, sorted by place, a blank line between."""
    return "\n\n".join(render(d) for d in sorted(diagnostics))
