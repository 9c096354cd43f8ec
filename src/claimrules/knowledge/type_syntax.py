"""How a table's YAML writes the type of a column."""

import re

from claimrules.catalog import BOOLEAN, DATE, DOUBLE, INTEGER, TEXT, TIMESTAMP, WINDOW, Type, decimal, enumeration
from claimrules.diagnostics import Diagnostic, MappingNode, Node, ScalarNode, SequenceNode, suggest

NAMED: dict[str, Type] = {
    "text": TEXT,
    "boolean": BOOLEAN,
    "integer": INTEGER,
    "double": DOUBLE,
    "date": DATE,
    "timestamp": TIMESTAMP,
    "window": WINDOW,
}

_DECIMAL = re.compile(r"decimal\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)")
_MOST_DIGITS = 38
CUT_ADVICE = "inside { } a comma ends the value: write one column a line, or quote the type: 'decimal(16,2)'"
_EXPECTED = f"{', '.join(NAMED)}, decimal(16,2) or a list of values: [male, female]"


def column_type(node: Node, found: list[Diagnostic]) -> Type | None:
    """The type that `node` names; None where it names none, which is noted in `found`."""
    if isinstance(node, SequenceNode):
        return _enumeration(node, found)
    if isinstance(node, MappingNode) or node.text is None:
        found.append(Diagnostic("CR306", "a type expected", node.place, help=f"write {_EXPECTED}"))
        return None
    return _scalar(node, node.text.strip(), found)


def _scalar(node: ScalarNode, text: str, found: list[Diagnostic]) -> Type | None:
    if text in NAMED:
        return NAMED[text]
    if match := _DECIMAL.fullmatch(text):
        precision, scale = int(match[1]), int(match[2])
        if 1 <= precision <= _MOST_DIGITS and scale <= precision:
            return decimal(precision, scale)
        advice = f"decimal(p,s) has p digits from 1 to {_MOST_DIGITS}, s of them after the point"
        found.append(Diagnostic("CR306", f"no such decimal: `{text}`", node.place, help=advice))
        return None
    if text.startswith("decimal("):
        found.append(Diagnostic("CR306", f"`{text}` is cut off", node.place, help=CUT_ADVICE))
        return None
    near = suggest(text, [*NAMED, "decimal(16,2)"])
    advice = f"did you mean `{near}`?" if near else f"write {_EXPECTED}"
    found.append(Diagnostic("CR306", f"unknown type `{text}`", node.place, help=advice))
    return None


def _enumeration(node: SequenceNode, found: list[Diagnostic]) -> Type | None:
    values: list[str] = []
    for item in node:
        if not isinstance(item, ScalarNode) or item.text is None:
            found.append(Diagnostic("CR306", "a value of a closed list must be text", item.place))
        elif item.text in values:
            found.append(Diagnostic("CR306", f"`{item.text}` stands twice in the list", item.place))
        else:
            values.append(item.text)
    if not node.items:
        found.append(Diagnostic("CR306", "a closed list with no value", node.place))
        return None
    return enumeration(*values) if len(values) == len(node.items) else None
