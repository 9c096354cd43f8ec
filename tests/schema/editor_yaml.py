"""A file as an editor types it: plain scalars by the core schema of YAML 1.2, which knows no dates and no `yes`."""

import re
from pathlib import Path
from typing import Any

from claimrules.diagnostics import MappingNode, Node, ScalarNode, read_yaml

_INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def as_edited(source: Path | str) -> Any:
    """The file's values, or those of a text."""
    return values(read_yaml(source) if isinstance(source, Path) else read_yaml(source, "text"))


def values(node: Node) -> Any:
    """The values of a node."""
    if isinstance(node, MappingNode):
        return {str(key.text): values(value) for key, value in node.items}
    if not isinstance(node, ScalarNode):
        return [values(item) for item in node.items]
    return _typed(node.text) if node.plain and node.text is not None else node.text


def _typed(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text
