"""Markdown, so that no text of a rule is taken for markup."""

import re
from collections.abc import Iterable, Sequence

_MARKUP = re.compile(r"([\\`*\[\]<>|#])")
_BREAK = re.compile(r"\s*\n\s*")
_CHINESE = "\u3000-\u303f\u3400-\u9fff\uff00-\uffef“”‘’"
_FOLDED = re.compile(rf"(?<=[{_CHINESE}]) (?=[{_CHINESE}])")


def plain(text: str) -> str:
    """Words as they are. A space between two Chinese characters is what is left of a line's end."""
    return _MARKUP.sub(r"\\\1", unfolded(text))


def unfolded(text: str) -> str:
    """The text on one line."""
    return _FOLDED.sub("", _BREAK.sub(" ", text.strip()))


def code(text: str) -> str:
    """Code in a line or a cell; nothing for nothing."""
    one_line = _BREAK.sub(" ", text.strip())
    if not one_line:
        return ""
    fence = "``" if "`" in one_line else "`"
    return f"{fence}{one_line}{fence}" if fence == "`" else f"{fence} {one_line} {fence}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; nothing where there are no rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if not lines:
        return ""
    return "\n".join([f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *lines])


def section(title: str, *parts: str, level: int = 2) -> str:
    """A heading and what stands under it; nothing where nothing does."""
    said = [part for part in parts if part]
    return "\n\n".join([f"{'#' * level} {title}", *said]) if said else ""


def page(title: str, *sections: str) -> str:
    """A page of a heading and its sections."""
    return "\n\n".join([f"# {title}", *(one for one in sections if one)]) + "\n"
