"""What a rule file says, without how it is written: what the canonical form must not change."""

from claimrules.canonical.frames import Path, is_sql, key_order
from claimrules.canonical.spelling import same_expression
from claimrules.diagnostics import MappingNode, Node, ScalarNode


def same_meaning(one: Node, other: Node, path: Path = ()) -> bool:
    """Whether two files say the same.

    The keys of a frame may stand in any order; names that the writer has chosen, and items of lists, may not. Texts
    are equal character by character, expressions as trees.
    """
    if isinstance(one, ScalarNode):
        return isinstance(other, ScalarNode) and _same_text(one, other, path)
    if isinstance(one, MappingNode):
        return isinstance(other, MappingNode) and _same_mapping(one, other, path)
    if isinstance(other, ScalarNode | MappingNode) or len(one.items) != len(other.items):
        return False
    pairs = zip(one.items, other.items, strict=True)
    return all(same_meaning(a, b, (*path, number)) for number, (a, b) in enumerate(pairs))


def _same_text(one: ScalarNode, other: ScalarNode, path: Path) -> bool:
    if one.text is None or other.text is None:
        return one.text == other.text
    return one.text == other.text or (is_sql(path) and same_expression(one.text, other.text))


def _same_mapping(one: MappingNode, other: MappingNode, path: Path) -> bool:
    these, those = [str(key.text) for key, _ in one.items], [str(key.text) for key, _ in other.items]
    if key_order(path) is not None:
        these, those = sorted(these), sorted(those)
    pairs = [(one.get(key), other.get(key), key) for key in these]
    return these == those and all(a and b and same_meaning(a, b, (*path, key)) for a, b, key in pairs)
