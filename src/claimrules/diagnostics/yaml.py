"""The one YAML reader: every scalar as text, every node with its place.

PyYAML's own types turn `0011` into 9 and `no` into False, and keep the last of two equal keys without a word. Here a
scalar is text until a schema types it, an equal key is an error, and anchors, aliases and tags are refused: none of our
files needs them, and they are what a YAML bomb is made of.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import yaml

from claimrules.diagnostics.diagnostic import Diagnostic
from claimrules.diagnostics.errors import ClaimRulesError
from claimrules.diagnostics.place import Place

FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader, ten times as fast, where PyYAML was built with it. What it stumbles over is read again by PyYAML's own,
so that a mistake is told in the same words on every machine."""
MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 40


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A scalar. `text` is its value (None for an empty value or a bare `null`); `plain` means unquoted.

    `raw` is how it stands in the file, with quotes, escapes and line ends: positions in `text` are found again there.
    """

    text: str | None
    place: Place
    plain: bool = True
    raw: str = ""


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """A list. `raw` is how it stands in the file where that is in brackets; a block has none."""

    items: tuple["Node", ...]
    place: Place
    raw: str = ""

    def __iter__(self) -> Iterator["Node"]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class MappingNode:
    """A mapping, in the order written. Keys are scalars with places of their own. `raw` as of a list."""

    items: tuple[tuple[ScalarNode, "Node"], ...]
    place: Place
    raw: str = ""

    def get(self, key: str) -> "Node | None":
        """The value under `key`, or None."""
        return next((v for k, v in self.items if k.text == key), None)

    def key(self, key: str) -> ScalarNode | None:
        """The key's own node, for its place."""
        return next((k for k, _ in self.items if k.text == key), None)


Node = ScalarNode | SequenceNode | MappingNode

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
        nodes = _composed(lines, text, FAST)
    except (yaml.YAMLError, RecursionError):
        nodes = _told(lines, text, name)
    found: list[Diagnostic] = []
    out = tuple(_convert(node, lines, found) for node in nodes)
    if found:
        raise ClaimRulesError(found)
    return out


def _composed(lines: "_Lines", text: str, loader: type) -> list[yaml.Node]:
    _refuse(lines, text, loader)
    return list(yaml.compose_all(text, Loader=loader))


def _told(lines: "_Lines", text: str, name: str) -> list[yaml.Node]:
    """By PyYAML's own loader, with its mistakes as diagnostics."""
    try:
        return _composed(lines, text, yaml.SafeLoader)
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


class _Lines:
    """Where the lines of a text begin. A line ends at a line feed alone, as in editors: YAML counts more than that."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self._starts = [0, *(i + 1 for i, c in enumerate(text) if c == "\n")]

    def place(self, mark: "_Mark | None", end: "_Mark | None" = None) -> Place:
        """The place from `mark` to `end`, as far as that is on one line; the file alone without a mark."""
        if mark is None:
            return Place(self.file)
        line = bisect_right(self._starts, mark.index) - 1
        one_line = end is not None and bisect_right(self._starts, end.index) - 1 == line
        length = end.index - mark.index if end is not None and one_line else 1
        return Place(self.file, line + 1, mark.index - self._starts[line] + 1, max(1, length))


def _refuse(lines: _Lines, text: str, loader: type) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        place = lines.place(event.start_mark)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise ClaimRulesError(
                Diagnostic("CR204", "anchors and aliases are not allowed", place, help="write the value out")
            )
        tag = getattr(event, "tag", None)
        if tag:
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            advice = "leave it out: a value is typed by where it stands"
            raise ClaimRulesError(Diagnostic("CR204", f"the tag `{shown}` is not allowed", place, help=advice))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise ClaimRulesError(Diagnostic("CR205", f"nested deeper than {MAX_DEPTH} levels", place))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


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


def _convert(node: yaml.Node, lines: _Lines, found: list[Diagnostic]) -> Node:
    start, end = node.start_mark, node.end_mark
    place = lines.place(start, end)
    if isinstance(node, yaml.ScalarNode):
        plain = not node.style  # None, or of libyaml an empty text
        text = None if plain and node.value in _NULLS else str(node.value)
        return ScalarNode(text, place, plain, lines.text[start.index : end.index])
    assert isinstance(node, yaml.CollectionNode)  # noqa: S101 - there are scalars and collections
    raw = lines.text[start.index : end.index] if node.flow_style else ""
    if isinstance(node, yaml.SequenceNode):
        return SequenceNode(tuple(_convert(item, lines, found) for item in node.value), place, raw)
    items: list[tuple[ScalarNode, Node]] = []
    seen: dict[str, Place] = {}
    for raw_key, raw_value in node.value:
        key = _convert(raw_key, lines, found)
        value = _convert(raw_value, lines, found)
        if not isinstance(key, ScalarNode) or key.text is None:
            found.append(Diagnostic("CR202", "a key must be text", key.place))
            continue
        if key.text in seen:
            found.append(
                Diagnostic(
                    "CR203",
                    f"the key `{key.text}` stands twice",
                    key.place,
                    f"first on line {seen[key.text].line}",
                    "YAML readers keep the last of two equal keys without a word: remove one",
                )
            )
            continue
        seen[key.text] = key.place
        items.append((key, value))
    return MappingNode(tuple(items), lines.place(start), raw)
