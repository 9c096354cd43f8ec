"""The one YAML reader: every scalar as text, every node with its place.

PyYAML's own types turn `0011` into 9 and `no` into False, and keep the last of two equal keys without a word. Here a
scalar is text until a schema types it, an equal key is an error, and anchors, aliases and tags are refused: none of our
files needs them, and they are what a YAML bomb is made of.
"""

from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import yaml

from claimrules.diagnostics.diagnostic import Diagnostic
from claimrules.diagnostics.errors import ClaimRulesError
from claimrules.diagnostics.node import MappingNode, Node, ScalarNode, SequenceNode
from claimrules.diagnostics.place import Place

FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader, ten times as fast, where PyYAML was built with it. What it stumbles over is read again by PyYAML's own,
so that a mistake is told in the same words on every machine."""
MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 40

_NULLS = {"", "~", "null", "Null", "NULL"}


def read_yaml(source: Path | str, file: str | None = None) -> Node:
    """Read one document. `source` is a path, or the text itself where `file` names it.

    Raises:
        ClaimRulesError: CR201 not readable, CR202 not YAML, CR203 a doubled key, CR204 an anchor, alias or tag,
            CR205 too deep or too large.
    """
    documents = read_yaml_all(source, file)
    if len(documents) != 1:
        place = documents[1].place if documents else Place(file or str(source), 1, 1)
        raise ClaimRulesError(Diagnostic("CR202", f"one document expected, {len(documents)} found", place))
    return documents[0]


def read_yaml_all(source: Path | str, file: str | None = None) -> tuple[Node, ...]:
    """Read every document of a stream. See `read_yaml`."""
    name, text = read_text(source, file)
    lines = _Lines(name, text)
    try:
        return _documents(lines, FAST)
    except (yaml.YAMLError, RecursionError):
        return _told(lines, name)


def _documents(lines: "_Lines", loader: type) -> tuple[Node, ...]:
    builder = _Builder(lines, yaml.parse(lines.text, Loader=loader))
    out = tuple(builder.documents())
    if builder.found:
        raise ClaimRulesError(builder.found)
    return out


def _told(lines: "_Lines", name: str) -> tuple[Node, ...]:
    """By PyYAML's own loader, with its mistakes as diagnostics."""
    try:
        return _documents(lines, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        place = lines.place(error.problem_mark or error.context_mark)
        what, advice = _explain(error)
        raise ClaimRulesError(Diagnostic("CR202", f"not valid YAML: {what}", place, help=advice)) from None
    except yaml.YAMLError as error:
        raise ClaimRulesError(Diagnostic("CR202", f"not valid YAML: {error}", Place(name))) from None
    except RecursionError:
        raise ClaimRulesError(Diagnostic("CR205", "nested too deeply", Place(name))) from None


def read_text(source: Path | str, file: str | None = None) -> tuple[str, str]:
    """The name and the text of a file, for `read_yaml(text, name)`; both as they are where `file` names the text.

    Raises:
        ClaimRulesError: CR201 not readable or no UTF-8, CR205 too large.
    """
    if file is not None:
        return file, str(source)
    path = Path(source)
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ClaimRulesError(Diagnostic("CR201", f"cannot read the file: {reason}", Place(str(path)))) from None
    if len(data) > MAX_BYTES:
        raise ClaimRulesError(
            Diagnostic("CR205", f"the file has {len(data)} bytes; {MAX_BYTES} are allowed", Place(str(path)))
        )
    try:
        return str(path), data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ClaimRulesError(
            Diagnostic("CR201", "the file is not UTF-8", Place(str(path), line), help="save it as UTF-8")
        ) from None


class _Mark(Protocol):
    """A position as either of PyYAML's two parsers tells it."""

    index: int


class _Event(Protocol):
    """What either of the two tells of a node's begin, or of a collection's end."""

    start_mark: _Mark
    end_mark: _Mark
    anchor: str | None
    tag: str | None
    value: str
    style: str | None
    flow_style: bool | None


class _Lines:
    """Where the lines of a text begin. A line ends at a line feed alone, as in editors: YAML counts more than that."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self._starts = [0, *(i + 1 for i, c in enumerate(text) if c == "\n")]

    def place(self, mark: "_Mark | None") -> Place:
        """The place of `mark`; the file alone without one."""
        return Place(self.file) if mark is None else self.span(mark.index, mark.index)

    def span(self, start: int, end: int) -> Place:
        """The place from `start` to `end`, as far as that is on one line."""
        line = bisect_right(self._starts, start)
        one_line = line == len(self._starts) or end < self._starts[line]
        return Place(self.file, line, start - self._starts[line - 1] + 1, max(1, end - start) if one_line else 1)


def _explain(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    """What is wrong and what to do, in words for somebody who does not know YAML's own."""
    problem = str(error.problem or error.context)
    if "'\\t'" in problem:
        return "a tab stands where the indentation should be", "YAML indents by spaces: replace the tab by two of them"
    if "mapping values are not allowed" in problem or "expected ',' or '}'" in problem or "expected ',' or ']'" in problem:
        return problem, "quote the text, or write it in a block after `>-`, where it holds `: `, `,`, `[` or `{`"
    if "expected <block end>, but found '<scalar>'" in problem:
        return "text after the end of a value", "put the whole text in quotes where it begins with `{`, `[` or a quote"
    if "cannot start any token" in problem:
        return problem, "quote the text: it begins with a character that YAML keeps for itself"
    if "unexpected end of stream" in problem:
        return problem, "is a quote or a bracket left open?"
    return problem, ""


class _Builder:
    """Nodes from the events of a parser, in one pass: PyYAML's own nodes would be made to be thrown away.

    `found`: keys that cannot be. What is not allowed at all is raised.
    """

    def __init__(self, lines: _Lines, events: Iterator[Any]) -> None:
        self.lines, self.events = lines, events
        self.found: list[Diagnostic] = []

    def documents(self) -> Iterator[Node]:
        beginning: Any = yaml.NodeEvent
        for event in self.events:
            if isinstance(event, beginning):
                yield self.node(event, 1)

    def node(self, event: _Event, depth: int) -> Node:
        if getattr(event, "anchor", None) or getattr(event, "tag", None):  # an alias has an anchor as well
            self.refuse(event)
        start = event.start_mark.index
        if isinstance(event, yaml.ScalarEvent):
            end = event.end_mark.index
            plain = not event.style  # None, or of libyaml an empty text
            text = None if plain and event.value in _NULLS else str(event.value)
            return ScalarNode(text, self.lines.span(start, end), plain, self.lines.text[start:end])
        if depth > MAX_DEPTH:
            place = self.lines.place(event.start_mark)
            raise ClaimRulesError(Diagnostic("CR205", f"nested deeper than {MAX_DEPTH} levels", place))
        if isinstance(event, yaml.SequenceStartEvent):
            items = tuple(self.node(item, depth + 1) for item in self.until(yaml.SequenceEndEvent))
            return SequenceNode(items, self.lines.span(start, self.end), self.raw(event))
        pairs = tuple(self.pairs(depth))
        return MappingNode(pairs, self.lines.span(start, start), self.raw(event))

    def until(self, last: type[Any]) -> Iterator[Any]:
        """The events that begin a node, up to the one that ends the collection."""
        for event in self.events:
            if isinstance(event, last):
                self.end = event.end_mark.index
                return
            yield event

    def raw(self, event: _Event) -> str:
        return self.lines.text[event.start_mark.index : self.end] if event.flow_style else ""

    def pairs(self, depth: int) -> Iterator[tuple[ScalarNode, Node]]:
        seen: dict[str, Place] = {}
        for event in self.until(yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            value = self.node(next(self.events), depth + 1)
            if not isinstance(key, ScalarNode) or key.text is None:
                self.found.append(Diagnostic("CR202", "a key must be text", key.place))
            elif key.text in seen:
                self.found.append(_doubled(key, seen[key.text]))
            else:
                seen[key.text] = key.place
                yield key, value

    def refuse(self, event: _Event) -> None:
        place = self.lines.place(event.start_mark)
        if getattr(event, "anchor", None):
            raise ClaimRulesError(
                Diagnostic("CR204", "anchors and aliases are not allowed", place, help="write the value out")
            )
        shown = str(event.tag).replace("tag:yaml.org,2002:", "!!")
        advice = "leave it out: a value is typed by where it stands"
        raise ClaimRulesError(Diagnostic("CR204", f"the tag `{shown}` is not allowed", place, help=advice))


def _doubled(key: ScalarNode, first: Place) -> Diagnostic:
    return Diagnostic(
        "CR203",
        f"the key `{key.text}` stands twice",
        key.place,
        f"first on line {first.line}",
        "YAML readers keep the last of two equal keys without a word: remove one",
    )
