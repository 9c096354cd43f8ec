"""The comments of a YAML file, which its nodes do not hold, and what each of them stands at."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from claimrules.diagnostics.node import MappingNode, Node, ScalarNode, SequenceNode
from claimrules.diagnostics.place import Place


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment without its `#`, where it stands, and the lines that it is about: from `first` to `last`, both in.

    At the end of a line it is about what begins on that line; on lines of its own about what begins on the next one.
    What begins on a line is a key with its value, or an item of a list, however many lines these take.
    """

    text: str
    place: Place
    first: int
    last: int


def comments_of(text: str, root: Node) -> tuple[Comment, ...]:
    """The comments of `text`, of which `root` is what `read_yaml` made. A `#` inside a value is none."""
    lines = text.split("\n")
    spans = _spans(text, root)
    found = [(number, at) for number, line in enumerate(lines, 1) if (at := _begin(line, number, spans)) >= 0]
    bare = {number for number, at in found if not lines[number - 1][:at].strip()}
    ends = dict(_ends(root))
    out = []
    for number, at in found:
        first = number
        while first in bare or (first <= len(lines) and first != number and not lines[first - 1].strip()):
            first += 1
        said = lines[number - 1][at + 1 :].strip()
        place = Place(root.place.file, number, at + 1, len(lines[number - 1].rstrip()) - at)
        out.append(Comment(said, place, first, max(first, ends.get(first, first))))
    return tuple(out)


def _begin(line: str, number: int, spans: "_Spans") -> int:
    """Where the comment of a line begins; -1 without one."""
    at = line.find("#")
    while at >= 0:
        if (at == 0 or line[at - 1] in " \t") and not spans.hold(number, at):
            return at
        at = line.find("#", at + 1)
    return -1


class _Spans:
    """Which characters of a text belong to its scalars."""

    def __init__(self, starts: list[int], spans: list[tuple[int, int]]) -> None:
        self._starts, self._spans = starts, sorted(spans)

    def hold(self, line: int, column: int) -> bool:
        """Whether the character at `column` (from 0) of `line` (from 1) is inside a scalar."""
        index = self._starts[line - 1] + column
        at = bisect_right(self._spans, (index, len(self._starts) + index)) - 1
        return at >= 0 and self._spans[at][0] <= index < self._spans[at][1]


def _spans(text: str, root: Node) -> _Spans:
    starts = [0, *(i + 1 for i, char in enumerate(text) if char == "\n")]
    spans = []
    for node in scalars(root):
        begin = starts[node.place.line - 1] + node.place.column - 1
        raw = node.raw
        if raw[:1] in ("|", ">"):  # after the sign of a block a comment may stand, and after its last line others
            begin, raw = begin + raw.find("\n") + 1, block_of(raw[raw.find("\n") + 1 :])
        spans.append((begin, begin + len(raw)))
    return _Spans(starts, spans)


def block_of(raw: str) -> str:
    """The lines of a block: libyaml counts the comments after it, less indented, to it."""
    lines = raw.split("\n")
    first = next((line for line in lines if line.strip()), "")
    indent = len(first) - len(first.lstrip(" "))
    kept = 0
    for number, line in enumerate(lines):
        if line.strip() and len(line) - len(line.lstrip(" ")) < indent:
            break
        kept = number + 1
    return "\n".join(lines[:kept])


def scalars(node: Node) -> Iterator[ScalarNode]:
    """Every scalar of a node, keys too, as they are written."""
    if isinstance(node, ScalarNode):
        yield node
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from scalars(item)
    else:
        for key, value in node.items:
            yield key
            yield from scalars(value)


def _ends(node: Node) -> Iterator[tuple[int, int]]:
    """For each line on which something begins, the last line of the widest thing that does; narrower ones first."""
    if isinstance(node, MappingNode):
        for key, value in node.items:
            yield from _ends(value)
            yield key.place.line, max(key.place.line, last_line(value))
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from _ends(item)
            yield item.place.line, last_line(item)


def last_line(node: Node) -> int:
    """The last line of a node."""
    if isinstance(node, ScalarNode):
        raw = node.raw
        if raw[:1] in ("|", ">"):
            head, _, block = raw.partition("\n")
            raw = f"{head}\n{block_of(block)}"
        return node.place.line + raw.rstrip().count("\n")
    if node.raw:
        return node.place.line + node.raw.count("\n")
    inner = node.items if isinstance(node, SequenceNode) else [one for item in node.items for one in item]
    return max((last_line(one) for one in inner), default=node.place.line)
