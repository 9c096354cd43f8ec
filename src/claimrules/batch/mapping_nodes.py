"""Typed reading of YAML nodes that gathers faults instead of stopping at the first."""

import re
from collections.abc import Iterable, Sequence

from claimrules.diagnostics import ClaimsError, Diagnostic, MappingNode, Place, ScalarNode, SequenceNode, suggest

_RANGE = re.compile(r"(\d{1,4})\.\.(\d{1,4})")


class Reader:
    """Reads nodes; what is wrong is kept in `found` and raised together by `finish`."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []

    def fault(self, code: str, message: str, place: Place, label: str = "", help: str = "") -> None:  # noqa: A002
        """Note one error."""
        self.found.append(Diagnostic(code, message, place, label, help))

    def finish(self) -> None:
        """Raise all that was noted."""
        if self.found:
            raise ClaimsError(self.found)

    def mapping(
        self, node: object, what: str, known: Sequence[str] | None, place: Place | None = None
    ) -> MappingNode | None:
        """A mapping whose keys are all `known` (any, if None)."""
        if not isinstance(node, MappingNode):
            self.fault("CR121", f"{what} must be a mapping of keys and values", getattr(node, "place", place) or Place(""))
            return None
        for key, _ in node.items:
            if known is not None and key.text not in known:
                near = suggest(str(key.text), known)
                advice = f"did you mean `{near}`?" if near else f"known are {', '.join(known)}"
                self.fault("CR121", f"{what} has no key `{key.text}`", key.place, help=advice)
        return node

    def needs(self, node: MappingNode, keys: Iterable[str], what: str) -> None:
        """Note each of `keys` that is not there."""
        for key in keys:
            if node.get(key) is None:
                self.fault("CR122", f"{what} must say `{key}`", node.place)

    def text(self, node: object) -> str | None:
        """A scalar's text; None where there is none."""
        if node is None:
            return None
        if isinstance(node, ScalarNode):
            return node.text
        self.fault("CR121", "one text is expected here", getattr(node, "place", Place("")))
        return None

    def texts(self, node: object) -> tuple[str, ...]:
        """One text or a list of them."""
        if isinstance(node, SequenceNode):
            return tuple(text for item in node if (text := self.text(item)) is not None)
        text = self.text(node)
        return () if text is None else (text,)

    def sequence(self, node: object) -> tuple[object, ...]:
        """The items of a list; one node that is no list counts as one item."""
        if node is None:
            return ()
        return tuple(node) if isinstance(node, SequenceNode) else (node,)

    def flag(self, node: object) -> bool | None:
        """True or false."""
        text = self.text(node)
        if text is None or text in ("true", "false"):
            return None if text is None else text == "true"
        self.fault("CR123", f"`{text}` is neither `true` nor `false`", getattr(node, "place", Place("")))
        return None

    def choice(self, node: object, known: Sequence[str], what: str) -> str | None:
        """One of a closed list."""
        text = self.text(node)
        if text is None or text in known:
            return text
        near = suggest(text, known)
        advice = f"did you mean `{near}`?" if near else f"known are {', '.join(known)}"
        self.fault("CR123", f"`{what}` cannot be `{text}`", getattr(node, "place", Place("")), help=advice)
        return None

    def numbers(self, node: object) -> tuple[int, ...]:
        """A range `1..10`, or a list of numbers."""
        out: list[int] = []
        for text in self.texts(node):
            span = _RANGE.fullmatch(text)
            if span and int(span[1]) <= int(span[2]):
                out += range(int(span[1]), int(span[2]) + 1)
            elif re.fullmatch(r"\d{1,4}", text):
                out.append(int(text))
            else:
                place = getattr(node, "place", Place(""))
                self.fault("CR123", f"`{text}` is no number and no range", place, help="write `1..10` or [1, 2, 5]")
        return tuple(out)
