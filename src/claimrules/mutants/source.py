"""Where a mutant stands in its rule file, and how the line reads before and after."""

from dataclasses import dataclass
from pathlib import Path as FilePath

from claimrules.diagnostics import ClaimRulesError, MappingNode, Node, Place, ScalarNode, SequenceNode, read_yaml
from claimrules.language.expression import Expr
from claimrules.language.rule import Rule
from claimrules.language.sql_text import SqlText
from claimrules.mutants.change import Change
from claimrules.mutants.tokens import place_of
from claimrules.mutants.tree import Path, put
from claimrules.plan.print import show


@dataclass(frozen=True, slots=True)
class Shown:
    """A place, and what stands there before and after."""

    place: Place
    before: str
    after: str


class Source:
    """The text of one rule file. Without the file (a rule read from a text) places are the rule's own."""

    def __init__(self, rule: Rule) -> None:
        self.whole = rule.place
        self.root: Node | None = None
        self.lines: list[str] = []
        try:
            self.root = read_yaml(FilePath(rule.file))
            self.lines = FilePath(rule.file).read_text(encoding="utf-8-sig").split("\n")
        except (ClaimRulesError, OSError):
            return

    def node(self, key: Path) -> Node | None:
        """The YAML under `key`; None where it is not written. A mapping that may be a bare value is one."""
        node = self.root
        for step in key:
            if isinstance(node, SequenceNode) and isinstance(step, int):
                node = node.items[step] if step < len(node.items) else None
            elif isinstance(node, MappingNode):
                node = node.get(str(step))
        return node

    def place(self, key: Path) -> Place:
        """Where `key` is written, as far as it leads."""
        for length in range(len(key), 0, -1):
            parent = self.node(key[: length - 1])
            found = parent.key(str(key[length - 1])) if isinstance(parent, MappingNode) else None
            if found is not None:
                return found.place
            if isinstance(parent, SequenceNode):
                node = self.node(key[:length])
                return parent.place if node is None else node.place
        return self.whole

    def changed(self, key: Path, expression: Expr, change: Change) -> Shown:
        """The line of `key` with the word of `change` changed; the whole condition where it is not one word."""
        node = self.node(key)
        if isinstance(node, MappingNode):
            node = node.get("when") or node.get("default")
        if isinstance(node, ScalarNode) and change.token:
            found = place_of(expression, change.path, node.text or "")
            if found is not None:
                place = SqlText(node.text or "", node).place(found[0], found[1] - 1)
                return self.word(place, change.before, change.after)
        name = str(key[-1])
        after = show(put(expression, change.path, change.node))
        return Shown(self.place(key), f"{name}: {show(expression)}", f"{name}: {after}")

    def word(self, place: Place, before: str, after: str) -> Shown:
        """The line at `place` with the word there replaced."""
        if not 0 < place.line <= len(self.lines):
            return Shown(place, before, after)
        line = self.lines[place.line - 1]
        start, end = place.column - 1, place.column - 1 + place.length
        rest = line[end:] if after else line[end:].lstrip()
        return Shown(place, line.strip(), f"{line[:start]}{after}{rest}".strip())

    def value(self, key: Path, before: str, after: str) -> Shown:
        """The line of the scalar under `key` with the scalar replaced."""
        node = self.node(key)
        if isinstance(node, ScalarNode) and self.lines:
            return self.word(node.place, before, after)
        return Shown(self.place(key), f"{key[-1]}: {before}", f"{key[-1]}: {after}")

    def dropped(self, key: Path, said: str) -> Shown:
        """What stands under `key` left out."""
        place = self.place(key)
        if 0 < place.line <= len(self.lines):
            return Shown(place, self.lines[place.line - 1].strip(), "")
        return Shown(place, said, "")
