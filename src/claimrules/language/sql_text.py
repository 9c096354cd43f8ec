"""An expression as it stands in a rule file, and where each of its characters is there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from claimrules.diagnostics import Place, ScalarNode

_SPACE = " \t\r\n\x85\u2028\u2029"
_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|\r\n|.)", re.DOTALL)
_ESCAPED_SPACE = "nrt \t\r\n_NLP"


@dataclass(frozen=True, slots=True)
class SqlText:
    """An expression: the part of the scalar `node` that begins at `offset` of its text."""

    text: str
    node: ScalarNode
    offset: int = 0

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Where the characters `start` to `end`, both ends in, stand in the node's `raw`: begin, and end without it."""
        text, raw = self.node.text or "", self.node.raw
        start, end = start + self.offset, end + self.offset
        # YAML folds lines and takes quotes and escapes away, which changes white space only: count the rest.
        before = _solid(text[:start])
        spots = list(_spots(raw))
        if not before < len(spots):
            return None
        last = spots[min(max(before, _solid(text[: end + 1]) - 1), len(spots) - 1)]
        return spots[before], last + 1

    def place(self, start: int, end: int) -> Place:
        """The place of the characters `start` to `end`, both ends in; at most to the end of the line."""
        raw, node = self.node.raw, self.node.place
        found = self.span(start, end)
        if found is None:
            return node
        first, last = found[0], found[1] - 1
        line_end = raw.find("\n", first)
        last = last if line_end < 0 else min(last, len(raw[:line_end].rstrip()) - 1)
        lines = raw.count("\n", 0, first)
        column = first - raw.rfind("\n", 0, first) if lines else node.column + first
        return Place(node.file, node.line + lines, column, max(1, last - first + 1))


def _solid(text: str) -> int:
    return sum(c not in _SPACE for c in text)


def _spots(raw: str) -> Iterator[int]:
    """Where each character of the value that is not white space stands in `raw`."""
    quote = raw[:1] if raw[:1] in ("'", '"') else ""
    at = 1 if quote else raw.find("\n") + 1 if raw[:1] in ("|", ">") else 0
    end = len(raw) - 1 if quote else len(raw)
    while at < end:
        step = 1
        solid = raw[at] not in _SPACE
        if quote == "'" and raw[at] == "'":
            step = 2
        elif quote == '"' and (found := _ESCAPE.match(raw, at)):
            step = found.end() - at
            solid = found[1][0] not in _ESCAPED_SPACE
        if solid:
            yield at
        at += step
