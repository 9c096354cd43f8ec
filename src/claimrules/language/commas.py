"""Expressions that a comma cut in two: inside [ ] and { } YAML ends an unquoted value there."""

from dataclasses import replace

from claimrules.diagnostics import Diagnostic, MappingNode, Node, ScalarNode

ADVICE = 'inside [ ] and { } a comma ends the value: put the expression in quotes, "…"'
_OPEN = ("this `(` is never closed", "a quote is left open")


def is_rest(text: object) -> bool:
    """Whether a text looks like what a comma cut off: it closes more than it opens."""
    return str(text).count(")") > str(text).count("(")


def cut(wrong: Diagnostic, node: ScalarNode, root: Node) -> tuple[Diagnostic, Node | None]:
    """`wrong` with the advice on commas, and the rest of the expression, where a comma cut `node`; else `wrong` alone."""
    rest = _after(root, node) if node.plain and wrong.message in _OPEN else None
    return (wrong, None) if rest is None else (replace(wrong, help=ADVICE), rest)


def _after(root: Node, node: ScalarNode) -> Node | None:
    """What follows on the same line: a block has one value a line, so that this is inside brackets."""
    flat = list(_scalars(root))
    at = next((i for i, one in enumerate(flat) if one is node), len(flat))
    following = flat[at + 1] if at + 1 < len(flat) else None
    return following if following is not None and following.place.line == node.place.line else None


def _scalars(node: Node) -> list[ScalarNode]:
    if isinstance(node, ScalarNode):
        return [node]
    if isinstance(node, MappingNode):
        return [one for key, value in node.items for one in (key, *_scalars(value))]
    return [one for item in node.items for one in _scalars(item)]
