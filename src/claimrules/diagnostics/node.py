"""What stands in a YAML file, with its places."""

from collections.abc import Iterator
from dataclasses import dataclass

from claimrules.diagnostics.place import Place


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
