"""A table's YAML in: its columns, key, completeness and source."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from claimrules.catalog import Absence, Base, KeyColumn, Match, TableSchema, Type
from claimrules.catalog.registers import REGISTERS
from claimrules.diagnostics import (
    ClaimRulesError,
    Diagnostic,
    KnowledgeError,
    MappingNode,
    Node,
    Place,
    ScalarNode,
    SequenceNode,
    read_yaml,
    suggest,
)
from claimrules.knowledge.table import COMMON, ColumnLabel, Completeness, Declaration, Source
from claimrules.knowledge.type_syntax import CUT_ADVICE, column_type

_KEYS = ("title", "columns", "key", "absence", "complete", "symmetric", "many", "gaps", "source", "invented", "register")
_WORDS = {"true": True, "false": False, "yes": True, "no": False}
_Value = TypeVar("_Value")
_NOWHERE = Place("")
_CUT = re.compile(r"\d+\)")
_CUT_KEY = re.compile(r"the key `\d+\)` stands twice")


def read_declaration(path: Path, name: str) -> Declaration:
    """Read `<name>.yaml`.

    Raises:
        KnowledgeError: CR2xx it is no YAML, CR305 an unknown key, CR306 a value that is not allowed, CR307 one missing.
    """
    try:
        root = read_yaml(path)
    except ClaimRulesError as error:
        raise KnowledgeError(_decimals_explained(error.diagnostics)) from None
    reader = _Reader()
    declaration = reader.declaration(root, name, str(path))
    if reader.found:
        raise KnowledgeError(reader.found)
    return declaration


def _decimals_explained(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Two decimals inside { } are cut at their commas into two equal keys, `2)`, which nobody has written."""
    return [
        replace(d, message="a decimal inside { } is cut off at its comma", label="", help=CUT_ADVICE)
        if d.code == "CR203" and _CUT_KEY.fullmatch(d.message)
        else d
        for d in found
    ]


@dataclass(slots=True)
class _Reader:
    """Reads on after an error, so that all of a file's errors are found at once."""

    found: list[Diagnostic] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)

    def declaration(self, node: Node, name: str, file: str) -> Declaration:
        root = self.mapping(node, _KEYS)
        columns, labels = self.columns(root.get("columns"))
        register = self.boolean(root.get("register"))
        known = REGISTERS.get(name) if register and not {"columns", "key"} & {key.text for key, _ in root.items} else None
        if register:
            self.no_windows(columns, root)
        for needed in ("columns", "key"):
            if root.get(needed) is None and isinstance(node, MappingNode) and known is None:
                self.found.append(Diagnostic("CR307", f"`{needed}` is missing", root.place))
        key = self.key(root.get("key"), columns)
        complete = self.complete(root.get("complete"))
        symmetric = self.boolean(root.get("symmetric"))
        if symmetric and (len(key) < 2 or columns.get(key[0].name) != columns.get(key[1].name)):
            message = "a symmetric table needs two key columns of one type"
            self.found.append(Diagnostic("CR306", message, (root.key("symmetric") or root).place))
        if known is not None:
            columns, key = known.columns, known.key
        schema = TableSchema(
            name,
            columns,
            key,
            self.choice(root.get("absence"), tuple(Absence), Absence.NO_LIMIT),
            complete is not None,
            symmetric,
            self.titles(root.get("title")),
        )
        gaps = self.choice(root.get("gaps"), ("allowed", "error"), "error") == "allowed"
        source, invented = self.source(root.get("source")), self.boolean(root.get("invented"))
        many = self.boolean(root.get("many")) or register  # what holds at once is for the look-up to say
        return Declaration(schema, file, complete, source, invented, many, gaps, labels, register)

    def no_windows(self, columns: dict[str, Type], root: MappingNode) -> None:
        for name, kind in columns.items():
            if kind.base is Base.WINDOW:
                message = f"a register holds facts, and `{name}` is a window"
                self.found.append(Diagnostic("CR306", message, root.place, help="a limit belongs in a knowledge table"))

    def columns(self, node: Node | None) -> tuple[dict[str, Type], tuple[ColumnLabel, ...]]:
        out: dict[str, Type] = {}
        labels: list[ColumnLabel] = []
        for key, value in self.mapping(node, None).items:
            name = key.text or ""
            if _CUT.fullmatch(name) and labels:
                continue  # the other half of a decimal whose comma ended it, complained of at its first half
            self.declared.add(name)
            if name in COMMON:
                message = f"every table may have `{name}`: do not declare it"
                self.found.append(Diagnostic("CR306", message, key.place))
                continue
            if not (name.isidentifier() and name.isascii()):
                advice = "letters, digits and `_`, so that a rule can name it"
                self.found.append(Diagnostic("CR306", f"`{name}` cannot be a column's name", key.place, help=advice))
                continue
            kind, label = self.column(name, value)
            labels.append(label)
            if kind is not None:
                out[name] = kind
        return out, tuple(labels)

    def column(self, name: str, node: Node) -> tuple[Type | None, ColumnLabel]:
        if not isinstance(node, MappingNode):
            return column_type(node, self.found), ColumnLabel(name)
        parts = self.mapping(node, ("type", "zh", "en"))
        label = ColumnLabel(name, self.text(parts.get("zh")), self.text(parts.get("en")))
        kind = parts.get("type")
        if kind is None:
            self.found.append(Diagnostic("CR307", f"the column `{name}` has no `type`", node.place))
            return None, label
        return column_type(kind, self.found), label

    def key(self, node: Node | None, columns: dict[str, Type]) -> tuple[KeyColumn, ...]:
        if node is None:
            return ()
        if isinstance(node, MappingNode):
            pairs = [(key, self.choice(value, tuple(Match), Match.EXACT)) for key, value in node.items]
        else:
            items = node.items if isinstance(node, SequenceNode) else (node,)
            pairs = [(item, Match.EXACT) for item in items if self.is_text(item) and isinstance(item, ScalarNode)]
        out: list[KeyColumn] = []
        for name, match in pairs:
            text = name.text or ""
            if text not in self.declared:
                self.unknown(name, f"the key column `{text}` is not among the columns", self.declared)
            elif text not in columns:
                continue  # its declaration has an error of its own
            elif text in {column.name for column in out}:
                self.found.append(Diagnostic("CR306", f"`{text}` stands twice in the key", name.place))
            elif match is not Match.EXACT and columns[text].base is not Base.TEXT:
                self.found.append(Diagnostic("CR306", f"only a text matches by prefix; `{text}` is none", name.place))
            else:
                out.append(KeyColumn(text, match))
        if not pairs and not self.found:
            self.found.append(Diagnostic("CR306", "a key needs a column", node.place))
        return tuple(out)

    def complete(self, node: Node | None) -> Completeness | None:
        if node is None:
            return None
        if isinstance(node, ScalarNode):
            return Completeness() if self.boolean(node) else None
        parts = self.mapping(node, ("from", "prefixes"))
        prefixes = parts.get("prefixes")
        if prefixes is not None and not isinstance(prefixes, SequenceNode):
            self.found.append(Diagnostic("CR306", "a list expected: [X, Z]", prefixes.place))
            prefixes = None
        texts = tuple(sorted({self.text(item) for item in prefixes or ()}))
        return Completeness(self.date(parts.get("from")), texts)

    def source(self, node: Node | None) -> Source | None:
        if node is None:
            return None
        parts = self.mapping(node, ("title", "url", "date", "verified"))
        title = self.text(parts.get("title"))
        if not title and isinstance(node, MappingNode):
            self.found.append(Diagnostic("CR307", "a source needs a `title`", node.place))
        url, when = self.text(parts.get("url")), self.date(parts.get("date"))
        return Source(title, url, when, self.boolean(parts.get("verified")))

    def titles(self, node: Node | None) -> dict[str, str] | None:
        if node is None:
            return None
        parts = self.mapping(node, ("zh", "en"))
        return {key.text or "": self.text(value) for key, value in parts.items if key.text in ("zh", "en")}

    def mapping(self, node: Node | None, allowed: Sequence[str] | None) -> MappingNode:
        """The mapping itself, its unknown keys noted; an empty one where there is none."""
        if isinstance(node, MappingNode):
            for key, _ in node.items:
                if allowed is not None and key.text not in allowed:
                    self.unknown(key, f"unknown key `{key.text}`", allowed, "CR305")
            return node
        if node is not None:
            self.found.append(Diagnostic("CR306", "keys and values expected here", node.place))
            return MappingNode((), node.place)
        return MappingNode((), _NOWHERE)

    def unknown(self, node: ScalarNode, message: str, known: Iterable[str], code: str = "CR306") -> None:
        near = suggest(node.text or "", known)
        names = ", ".join(f"`{name}`" for name in sorted(known))
        advice = f"did you mean `{near}`?" if near else f"there is {names}" if names else ""
        self.found.append(Diagnostic(code, message, node.place, help=advice))

    def is_text(self, node: Node) -> bool:
        if isinstance(node, ScalarNode) and node.text is not None:
            return True
        self.found.append(Diagnostic("CR306", "text expected", node.place))
        return False

    def text(self, node: Node | None) -> str:
        return node.text or "" if node is not None and self.is_text(node) and isinstance(node, ScalarNode) else ""

    def boolean(self, node: Node | None) -> bool:
        if node is None:
            return False
        word = node.text if isinstance(node, ScalarNode) else None
        if word is None or word.lower() not in _WORDS:
            self.found.append(Diagnostic("CR306", "`true` or `false` expected", node.place))
            return False
        return _WORDS[word.lower()]

    def date(self, node: Node | None) -> date | None:
        if node is None or not self.is_text(node):
            return None
        try:
            return date.fromisoformat(self.text(node))
        except ValueError:
            self.found.append(Diagnostic("CR306", f"`{self.text(node)}` is not a date", node.place, help="write 2025-01-31"))
            return None

    def choice(self, node: Node | None, known: Sequence[_Value], default: _Value) -> _Value:
        if node is None:
            return default
        text = node.text if isinstance(node, ScalarNode) else None
        for value in known:
            if str(value) == text:
                return value
        words = [str(value) for value in known]
        message = f"`{text}` is not allowed here" if text else "one word expected"
        self.found.append(Diagnostic("CR306", message, node.place, help=f"write {' or '.join(words)}"))
        return default
