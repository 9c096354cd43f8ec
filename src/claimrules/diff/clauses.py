"""A rule file cut into clauses: which of them two versions write differently, and a version with some put back."""

import json
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

from claimrules.diagnostics import ClaimRulesError, MappingNode, Node, Place, ScalarNode, read_yaml
from claimrules.language import Rule
from claimrules.language.from_yaml import find, plain

Path = tuple[str, ...]
"""The keys that lead to a clause: ("match", "limit", "where")."""

WORDS = frozenset({"id", "version", "title", "description", "message", "observed", "basis", "severity", "category"})
WORDS |= {"supersedes", "national_number", "national_code", "examples", "equivalent_mutants"}
"""Keys that decide neither a verdict nor an amount."""
_WORDED = ("unless", "doubt", "params")
_NAMED = frozenset({"match", "others", "let", "flag", "flag_rows", "unless", "doubt", "params", "effective"})


def file_of(rule: Rule) -> MappingNode | None:
    """The rule's file, read; None where there is none any more: then the rule is one clause."""
    try:
        root = read_yaml(FilePath(rule.file))
    except ClaimRulesError:
        return None
    return root if isinstance(root, MappingNode) else None


def differing(old: Node | None, new: Node | None, path: Path = ()) -> Iterator[Path]:
    """The clauses that are not written alike, words aside; what is only laid out otherwise is not told apart here."""
    if _text(old) == _text(new):
        return
    if not _is_cut(old, new, path):
        yield path
        return
    for key in _keys(old, new):
        if path or key not in WORDS:
            yield from differing(_get(old, key), _get(new, key), (*path, key))


def _is_cut(old: Node | None, new: Node | None, path: Path) -> bool:
    """Whether the clauses are further down; a name that only one side has is one clause as a whole."""
    both = isinstance(old, MappingNode) and isinstance(new, MappingNode)
    one = isinstance(old, MappingNode | None) and isinstance(new, MappingNode | None)
    match path:
        case ():
            return both
        case (key,):
            return key in _NAMED and one
        case ("match" | "others", _) | ("others", _, "match", _):
            return both
        case ("others", _, "match"):
            return one
        case _:
            return False


def _keys(*nodes: Node | None) -> list[str]:
    return list(dict.fromkeys(str(k.text) for node in nodes if isinstance(node, MappingNode) for k, _ in node.items))


def _get(node: Node | None, key: str) -> Node | None:
    return node.get(key) if isinstance(node, MappingNode) else None


def _text(node: Node | None) -> object:
    return None if node is None else plain(node)


def mixed_text(base: MappingNode, other: MappingNode, paths: frozenset[Path]) -> str:
    """The base's file with the clauses under `paths` as the other has them, as text without its cases."""
    document: Any = plain(base, skip="examples")
    source = plain(other, skip="examples")
    for path in sorted(paths):
        _put(document, source, path)
    return json.dumps(document, ensure_ascii=False)  # a form of YAML


def _put(document: Any, source: Any, path: Path) -> None:
    """What stands under `path` in the source, or nothing where nothing does."""
    for key in path[:-1]:
        source = source.get(key) if isinstance(source, dict) else None
        if not isinstance(document.get(key), dict):
            document[key] = {}
        document = document[key]
    if isinstance(source, dict) and path[-1] in source:
        document[path[-1]] = source[path[-1]]
    else:
        document.pop(path[-1], None)


def shown(root: MappingNode | None, path: Path) -> str:
    """A clause in one line; empty where it is not written."""
    node: Node | None = root
    for key in path:
        node = _get(node, key)
    return "" if node is None else _flow(_without_words(node) if path[:1] and path[0] in _WORDED else node)


def _without_words(node: Node) -> Node:
    """Of an exception or a parameter what decides: reasons, units and sources are words."""
    if not isinstance(node, MappingNode):
        return node
    kept = tuple((key, value) for key, value in node.items if key.text in ("when", "default", "values"))
    return kept[0][1] if len(kept) == 1 else MappingNode(kept, node.place)


def _flow(node: Node) -> str:
    if isinstance(node, ScalarNode):
        return " ".join((node.text or "").split())
    if isinstance(node, MappingNode):
        return f"{{{', '.join(f'{key.text}: {_flow(value)}' for key, value in node.items)}}}"
    return f"[{', '.join(_flow(item) for item in node.items)}]"


def place(rule: Rule, root: MappingNode | None, path: Path) -> Place | None:
    """Where a clause stands: its key; None where it is not written."""
    if root is None:
        return rule.place
    if not shown(root, path):
        return None
    node, key = find(root, path)
    return key.place if key is not None else node.place
