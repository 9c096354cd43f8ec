"""YAML nodes read on after an error, so that all of a description's errors are found at once."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from claimrules.diagnostics import Diagnostic, KnowledgeError, MappingNode, Node, Place, ScalarNode, SequenceNode, suggest


@dataclass(slots=True)
class NodeReader:
    """What is wrong is kept in `found`, and raised together by `finish`."""

    found: list[Diagnostic] = field(default_factory=list)

    def fault(self, message: str, node: Node | None, help: str = "") -> None:  # noqa: A002
        """Note one error."""
        self.found.append(Diagnostic("CR332", message, node.place if node is not None else None, help=help))

    def finish(self) -> None:
        """Raise all that was noted."""
        if self.found:
            raise KnowledgeError(self.found)

    def mapping(self, node: Node | None, known: Sequence[str] | None) -> MappingNode:
        """The mapping, its unknown keys noted; an empty one where there is none."""
        if isinstance(node, MappingNode):
            for key, _ in node.items:
                if known is not None and key.text not in known:
                    near = suggest(key.text or "", known)
                    advice = f"did you mean `{near}`?" if near else f"there is {', '.join(known)}"
                    self.fault(f"unknown key `{key.text}`", key, advice)
            return node
        if node is not None:
            self.fault("keys and values expected here", node)
        return MappingNode((), node.place if node is not None else Place(""))

    def text(self, node: Node | None) -> str:
        """A scalar's text; "" where there is none."""
        if node is None:
            return ""
        if isinstance(node, ScalarNode):
            return node.text or ""
        self.fault("one text expected here", node)
        return ""

    def texts(self, node: Node | None) -> tuple[str, ...]:
        """One text or a list of them."""
        items = node.items if isinstance(node, SequenceNode) else () if node is None else (node,)
        return tuple(text for item in items if (text := self.text(item)))

    def flag(self, node: Node | None) -> bool:
        """True or false; false where nothing is said."""
        text = self.text(node)
        if text not in ("", "true", "false"):
            self.fault(f"`{text}` is neither `true` nor `false`", node)
        return text == "true"

    def choice(self, node: Node | None, known: Sequence[str], default: str) -> str:
        """One of a closed list."""
        text = self.text(node)
        if not text or text in known:
            return text or default
        near = suggest(text, known)
        self.fault(
            f"`{text}` is not allowed here", node, f"did you mean `{near}`?" if near else f"write {' or '.join(known)}"
        )
        return default

    def compiled(self, text: str, node: Node | None) -> re.Pattern[str] | None:
        """A pattern, as Python's `re` spells it."""
        try:
            return re.compile(text)
        except re.error as error:
            self.fault(f"`{text}` is no pattern: {error}", node)
            return None
