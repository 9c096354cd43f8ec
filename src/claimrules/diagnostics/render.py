"""The printed form of a diagnostic: the line, a caret, the reason, the advice."""

import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

from claimrules.diagnostics.diagnostic import Diagnostic


def width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two, a combining mark none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _source_line(file: str, line: int) -> str | None:
    try:
        lines = Path(file).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    return lines[line - 1] if 0 < line <= len(lines) else None


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
            shown = text.replace("\t", " ").rstrip()
            out.append(f"{number}│ {shown}")
            if d.place.column:
                start = min(d.place.column - 1, len(shown))
                length = max(1, min(d.place.length, max(1, len(shown) - start)))
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
