"""What every part of the compiler shares: the file, its places, what is wrong with it, and its expressions."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from sqlglot import exp

from claimrules.catalog import TableSchema, Type
from claimrules.diagnostics import Diagnostic, MappingNode, Node, Place, ScalarNode, SequenceNode
from claimrules.language.checker import Checker
from claimrules.language.checking import NOTHING
from claimrules.language.commas import cut
from claimrules.language.expression import Expr
from claimrules.language.frame import RuleFrame
from claimrules.language.rule import LetSpec, OtherSpec
from claimrules.language.scope import Scope
from claimrules.language.sources import Source
from claimrules.language.sql import parse
from claimrules.language.sql_text import SqlText


class Compiling(ABC):
    """One rule file in the making. What is wrong goes into `found`."""

    def __init__(
        self,
        frame: RuleFrame,
        root: MappingNode,
        tables: Mapping[str, TableSchema],
        sets: frozenset[str],
        sources: Mapping[str, Source] | None,
        extra: Mapping[str, Mapping[str, Type]],
    ) -> None:
        self.frame = frame
        self.root = root
        self.sources = sources
        self.found: list[Diagnostic] = []
        self.scope = Scope(frame.of, tables, sets, grouped=bool(frame.per), extra=extra)
        self.rests: set[Place] = set()
        self.pending: list[str] = []
        self.others: dict[str, OtherSpec] = {}
        self.reached: dict[str, int] = {}

    @abstractmethod
    def _let(self, name: str) -> LetSpec | None:
        """The definition of `name`, compiled at its first use; None where there is none."""

    @abstractmethod
    def _finer(self, node: Expr, inside: frozenset[str] = frozenset()) -> str:
        """The first name in `node` of a single row of the subject, or nothing; `inside`: others whose names are at hand."""

    @abstractmethod
    def _of_subject(self, node: Expr, path: tuple[str | int, ...], part: str, inside: frozenset[str] = frozenset()) -> None:
        """Report a finer name."""

    def _wrong(self, code: str, message: str, path: tuple[str | int, ...], help_: str = "", label: str = "") -> None:
        self.found.append(Diagnostic(code, message, self._node(path).place, label, help_))

    def _node(self, path: tuple[str | int, ...]) -> Node:
        node: Node = self.root
        for step in path:
            following: Node | None = None
            if isinstance(node, MappingNode):
                following = node.get(str(step))
            elif isinstance(node, SequenceNode) and isinstance(step, int):
                following = node.items[step]
            if following is None:
                break
            node = following
        return node

    def _source(self, path: tuple[str | int, ...]) -> SqlText:
        node = self._node(path)
        if isinstance(node, ScalarNode):
            return SqlText(node.text or "", node)
        return SqlText("", ScalarNode("", node.place))

    def _place_of_key(self, path: tuple[str | int, ...]) -> Place:
        """The place of the key that `path` ends in."""
        parent = self._node(path[:-1])
        key = parent.key(str(path[-1])) if isinstance(parent, MappingNode) else None
        return key.place if key else parent.place

    def _tree(self, source: SqlText) -> exp.Expr | None:
        tree = parse(source)
        if isinstance(tree, Diagnostic):
            wrong, rest = cut(tree, source.node, self.root)
            self.found.append(wrong)
            if rest is not None:
                self.rests.add(rest.place)
            return None
        return tree

    def _circle(self, name: str, part: str) -> None:
        """Report a name that is defined by itself."""
        steps = [*self.pending[self.pending.index(name) :], name]
        shown = " → ".join(f"`{step}`" for step in steps)
        place = self._place_of_key((part, name))
        message = f"`{name}` is defined by itself"
        self.found.append(Diagnostic("CR209", message, place, shown, "break the circle: one of them must not need it"))

    def _expression(
        self, path: tuple[str | int, ...], inside: frozenset[str] = frozenset(), *, is_key: bool = False
    ) -> Expr:
        source = self._source(path)
        tree = self._tree(source)
        if tree is None:
            return NOTHING
        checker = self._checker(source, inside)
        checker.is_key = is_key and isinstance(tree, exp.Anonymous)
        return checker.check(tree)

    def _condition(self, path: tuple[str | int, ...], inside: frozenset[str] = frozenset()) -> Expr:
        source = self._source(path)
        tree = self._tree(source)
        return NOTHING if tree is None else self._checker(source, inside).condition(tree)

    def _checker(self, source: SqlText, inside: frozenset[str] = frozenset()) -> Checker:
        return Checker(self.scope, source, self.found, self._let, inside)
