"""The cases of a rule file, as they are written."""

from claimrules.diagnostics import MappingNode, Node, read_yaml


class Examples:
    """What stands under `examples` in a rule's `file`.

    Most of a rule file is its cases, and an audit has no use for them: they are not pickled with the rule, but read again
    from the file's `text` when they are asked for.
    """

    __slots__ = ("_node", "file", "text")

    def __init__(self, file: str, text: str, node: Node | None = None) -> None:
        self.file, self.text, self._node = file, text, node

    @property
    def node(self) -> Node:
        """The list of cases, or what stands in its place."""
        if self._node is None:
            root = read_yaml(self.text, self.file)
            self._node = root.get("examples") if isinstance(root, MappingNode) else root
        assert self._node is not None  # noqa: S101 - only a file that has them gives any
        return self._node

    def __reduce__(self) -> tuple[object, ...]:
        return Examples, (self.file, self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Examples) and self.node == other.node

    def __hash__(self) -> int:
        return hash(self.node)

    def __repr__(self) -> str:
        return f"<examples of {self.file}>"
