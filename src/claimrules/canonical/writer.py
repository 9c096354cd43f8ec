"""The nodes of a rule file → its lines in canonical form."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from claimrules.canonical.frames import APART, Path, first_asked, in_order, is_sql
from claimrules.canonical.spelling import keywords, quotes
from claimrules.diagnostics import MappingNode, Node, ScalarNode, SequenceNode
from claimrules.diagnostics.comments import Comment, block_of, last_line

STEP = 2
"""Columns by which what is inside stands further right."""


class UnusualError(Exception):
    """The file has a form that the writer does not know; holds the number of the line."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(slots=True)
class _Entry:
    """A key with its value, or an item of a list; the lines above that go with it, and what it becomes."""

    key: str
    above: list[str]
    body: list[str]
    column: int = 0
    below: list[str] = field(default_factory=list)


class Writer:
    """Writes one file. `lines` are those of the text, `comments` what `comments_of` found in it."""

    def __init__(self, lines: Sequence[str], comments: Sequence[Comment]) -> None:
        self.lines = lines
        self.behind = {
            one.place.line: f"# {one.text}" if one.text[:1] not in ("", ">", "!", "#") else f"#{one.text}"
            for one in comments
            if lines[one.place.line - 1][: one.place.column - 1].strip()
        }

    def file(self, root: MappingNode) -> list[str]:
        """All lines."""
        entries = self._entries(root, (), 0, 0)
        end = last_line(root)
        tail = self._trivia(end + 1, len(self.lines), 0)
        entries[-1].below, tail = self._deeper(end, tail, entries[-1].column, 0)
        head: list[str] = []
        if "" in entries[0].above:  # what an empty line parts from the first key is of the whole file
            at = len(entries[0].above) - entries[0].above[::-1].index("")
            head, entries[0].above = [*_no_blanks_around(entries[0].above[:at]), ""], entries[0].above[at:]
            head = head if len(head) > 1 else []
        entries = in_order((), entries, lambda entry: entry.key)
        apart = {first_asked([entry.key for entry in entries]), *APART}
        out = head
        for number, entry in enumerate(entries):
            out += _apart(entry.above, wanted=entry.key in apart, first=number == 0)
            out += [*entry.body, *entry.below]
        return [*out, *_no_blanks_around(tail, front=False)]

    # ------------------------------------------------------------------ blocks

    def _entries(self, node: MappingNode | SequenceNode, path: Path, indent: int, above: int) -> list[_Entry]:
        """The entries of a block; `above` is the line that they come after."""
        out: list[_Entry] = []
        for number, item in enumerate(node.items):
            key, value = item if isinstance(item, tuple) else (None, item)
            start = value.place if key is None else key.place
            column = start.column - 1 if key is not None else self._dash(start.line)
            trivia = self._trivia(above + 1, start.line - 1, indent)
            if out:
                out[-1].below, trivia = self._deeper(above, trivia, out[-1].column, indent)
            step = number if key is None else str(key.text)
            body = self._item(value, (*path, step), indent) if key is None else self._value(key, value, path, indent)
            out.append(_Entry(str(step), trivia, body, column))
            above = max(start.line, last_line(value))
        return out

    def _dash(self, line: int) -> int:
        text = self.lines[line - 1]
        column = len(text) - len(text.lstrip(" "))
        if not text[column:].startswith("-"):
            raise UnusualError(line)
        return column

    def _trivia(self, first: int, last: int, indent: int) -> list[str]:
        """The comments and empty lines from `first` to `last`, at `indent`; of several empty lines one."""
        out: list[str] = []
        for number in range(first, last + 1):
            text = self.lines[number - 1].strip()
            if text and not text.startswith("#") and text != "---":
                raise UnusualError(number)
            if text.startswith("#") or (not text and out[-1:] != [""]):
                out.append(" " * indent + text if text else "")
        return out

    def _deeper(self, above: int, trivia: list[str], column: int, indent: int) -> tuple[list[str], list[str]]:
        """Comments right below an entry that stand further right than its begin belong to it."""
        deeper = []
        for number in range(above + 1, above + 1 + len(trivia)):
            text = self.lines[number - 1]
            right = len(text) - len(text.lstrip(" "))
            if not text.strip() or right <= column:
                break
            deeper.append(" " * (indent + STEP) + text.strip())
        return deeper, trivia[len(deeper) :]

    def _block(self, node: MappingNode | SequenceNode, path: Path, indent: int, above: int) -> list[str]:
        entries = in_order(path, self._entries(node, path, indent, above), lambda entry: entry.key)
        out: list[str] = []
        for number, entry in enumerate(entries):
            if path == ("examples",):
                out += _apart(entry.above, wanted=True, first=number == 0)
            else:
                out += _no_blanks_around(entry.above, back=False) if number == 0 else entry.above
            out += [*entry.body, *entry.below]
        return out

    def _item(self, value: Node, path: Path, indent: int) -> list[str]:
        """An item of a list, its dash at `indent`."""
        inside = indent + STEP
        if isinstance(value, ScalarNode) or value.raw:
            text = self._inline(value, path, value.place.column - 1, inside)
            return self._with_comment([" " * indent + "- " + text[0], *text[1:]], last_line(value))
        body = self._block(value, path, inside, value.place.line - 1)
        return [" " * indent + "- " + body[0].lstrip(" "), *body[1:]]

    def _value(self, key: ScalarNode, value: Node, path: Path, indent: int) -> list[str]:
        """A key and what stands under it."""
        head = " " * indent + quotes(key.raw) + ":"
        inner = (*path, str(key.text))
        if isinstance(value, ScalarNode) and not value.raw:
            return self._with_comment([head], key.place.line)
        if not isinstance(value, ScalarNode) and not value.raw:
            block = self._block(value, inner, indent + STEP, key.place.line)
            return [*self._with_comment([head], key.place.line), *block]
        text = self._inline(value, inner, key.place.column - 1, indent)
        last = last_line(value)
        if value.place.line == key.place.line:
            behind = [f"{head} {text[0]}", *text[1:]]
            return behind if text[0][:1] in ("|", ">") else self._with_comment(behind, last)
        between = self._trivia(key.place.line + 1, value.place.line - 1, indent + STEP)
        below = [" " * (indent + STEP) + text[0], *text[1:]]
        return [*self._with_comment([head], key.place.line), *between, *self._with_comment(below, last)]

    def _with_comment(self, body: list[str], line: int) -> list[str]:
        comment = self.behind.get(line)
        return [*body[:-1], f"{body[-1]}  {comment}"] if comment else body

    # ------------------------------------------------------------------ values

    def _inline(self, value: Node, path: Path, column: int, indent: int) -> list[str]:
        """A scalar, or what is in brackets: its lines, the first without indentation.

        `column` is where what it belongs to began, `indent` where that begins now.
        """
        if isinstance(value, ScalarNode):
            raw = self._spelt(value, path)
            if raw[:1] in ("|", ">"):
                return _folded(raw, indent + STEP, strip=is_sql(path))
            first, *rest = raw.split("\n")
            return [first.rstrip(), *(" " * (indent + STEP) + line.strip() if line.strip() else "" for line in rest)]
        if "\n" not in value.raw:
            return [self._flow(value, path)]
        first, *rest = value.raw.split("\n")
        return [first.rstrip(), *(_shifted(line, indent - column) for line in rest)]

    def _flow(self, value: Node, path: Path) -> str:
        """What is in brackets, on one line."""
        if isinstance(value, ScalarNode):
            if not value.raw:
                raise UnusualError(value.place.line)
            return self._spelt(value, path)
        if isinstance(value, SequenceNode):
            return "[" + ", ".join(self._flow(item, (*path, number)) for number, item in enumerate(value.items)) + "]"
        items = in_order(path, list(value.items), lambda item: str(item[0].text))
        inside = ", ".join(f"{quotes(key.raw)}: {self._flow(one, (*path, str(key.text)))}" for key, one in items)
        return f"{{{inside}}}" if value.raw.startswith("{") else inside

    def _spelt(self, value: ScalarNode, path: Path) -> str:
        return quotes(keywords(value) if is_sql(path) else value.raw)


def _folded(raw: str, indent: int, *, strip: bool) -> list[str]:
    """A block of text at `indent`; one that says itself how far it is indented stays as it is."""
    head, _, block = raw.partition("\n")
    lines = block_of(block).split("\n")
    while lines and not lines[-1].strip() and "+" not in head:
        lines.pop()
    sign, *comment = head.split(None, 1)
    head = "  ".join([sign, *comment])
    if any(char.isdigit() for char in sign):
        return [head, *lines]
    first = next((line for line in lines if line.strip()), "")
    delta = indent - (len(first) - len(first.lstrip(" ")))
    return [head, *(_shifted(line, delta, strip=strip) for line in lines)]


def _shifted(line: str, delta: int, *, strip: bool = True) -> str:
    """A line further right by `delta` columns; further left as far as there are blanks."""
    if not line.strip():
        return ""
    bare = line.lstrip(" ")
    return " " * max(0, len(line) - len(bare) + delta) + (bare.rstrip() if strip else bare)


def _apart(above: list[str], *, wanted: bool, first: bool) -> list[str]:
    """The lines above an entry, with an empty one where it is wanted; empty lines alone are none where it is not."""
    if first:
        return _no_blanks_around(above, back=False)
    if wanted:
        return above if "" in above else ["", *above]
    return _no_blanks_around(above, back=False)


def _no_blanks_around(lines: list[str], *, front: bool = True, back: bool = True) -> list[str]:
    first, last = 0, len(lines)
    while front and first < last and not lines[first]:
        first += 1
    while back and last > first and not lines[last - 1]:
        last -= 1
    return lines[first:last]
