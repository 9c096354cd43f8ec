"""What a rule asks, part by part: as it is written, and read aloud."""

from collections.abc import Iterator
from dataclasses import dataclass

from claimrules.catalog import KINDS
from claimrules.diagnostics import MappingNode, Node, ScalarNode, SequenceNode
from claimrules.explain.words import word
from claimrules.knowledge import KnowledgeSet
from claimrules.language.expression import Expr
from claimrules.language.rule import MatchSpec, OtherSpec, Proviso, Rule
from claimrules.pages.markdown import code, plain, table, unfolded
from claimrules.pages.phrases import AMOUNTS, NAMES, PLURALS, TAKES, Phrase
from claimrules.pages.reading import Reader, reader_of, spaced
from claimrules.pages.words import both


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the rule: what it is called, how it is written, how it is read."""

    name: str
    written: str
    zh: str
    en: str


def logic_table(rule: Rule, root: MappingNode, knowledge: KnowledgeSet) -> str:
    """All parts of the rule's logic. `root` is its file."""
    logic = Logic(rule, root, reader_of(rule, knowledge, "zh"), reader_of(rule, knowledge, "en"))
    rows = [
        (plain(part.name), code(part.written), "<br>".join(plain(said) for said in (part.zh, part.en) if said))
        for part in logic.parts()
    ]
    return table(["部分 · part", "条件 · as written", "读作 · in words"], rows)


@dataclass(frozen=True, slots=True)
class Logic:
    """The parts of one rule, in the order in which they are done."""

    rule: Rule
    root: MappingNode
    zh: Reader
    en: Reader

    def parts(self) -> Iterator[Part]:
        """All of them."""
        rule = self.rule
        yield Part("逐行检查 · walks over", rule.kind, KINDS[rule.kind].zh, f"every {rule.kind.replace('_', ' ')}")
        if rule.rows is not None:
            yield self._said(both(word("rows_condition", "zh"), "only those with"), rule.rows, "rows")
        for match in rule.matches:
            yield from self._match(match, "match", match.name)
        if rule.per:
            keys = [(key.name, key.value) for key in rule.per]
            yield Part("合并判断 · together by", self._text("per"), *self._keys(keys))
        for other in rule.others:
            yield from self._other(other)
        for let in rule.lets:
            yield self._said(f"{let.name} 是 · is", let.value, "let", let.name)
        yield from self._flags()
        for key, zh, en in (("unless", "例外", "except"), ("doubt", "疑点", "in doubt if")):
            for proviso in getattr(rule, key):
                yield self._proviso(key, f"{zh} · {en}: {proviso.name}", proviso)
        yield self._amount()

    def _said(self, name: str, value: Expr, *path: str) -> Part:
        return Part(name, self._text(*path), self.zh.read(value), self.en.read(value))

    def _node(self, *path: str) -> Node | None:
        node: Node | None = self.root
        for step in path:
            node = node.get(step) if isinstance(node, MappingNode) else None
        return node

    def _text(self, *path: str) -> str:
        """How it is written in the file."""
        return _flow(self._node(*path))

    def _keys(self, keys: list[tuple[str, Expr]]) -> tuple[str, str]:
        zh = [NAMES[name][0] if name in NAMES else self.zh.read(value) for name, value in keys]
        en = [NAMES[name][1] if name in NAMES else self.en.read(value) for name, value in keys]
        return spaced(f"同一{'、'.join(zh)}"), f"the same {', '.join(en)}"

    def _match(self, match: MatchSpec, *path: str) -> Iterator[Part]:
        zh = "、".join(f"{column} = {self.zh.read(value)}" for column, value in match.keys)
        en = ", ".join(f"{column} = {self.en.read(value)}" for column, value in match.keys)
        many = ("各行", "all rows") if match.take_all else ("最合的一行", "the row that fits best")
        yield Part(
            f"知识 · knowledge: {match.name}",
            self._text(*path, "key"),
            f"知识表 {match.table} 中 {zh} 的{many[0]}",
            f"of the table {match.table} {many[1]} with {en}",
        )
        if match.where is not None:
            yield self._said(f"{match.name}: 其中 · of those", match.where, *path, "where")
        if match.at is not None:
            yield self._said(f"{match.name}: 时点 · as of", match.at, *path, "at")

    def _other(self, other: OtherSpec) -> Iterator[Part]:
        path = ("others", other.name)
        kind: Phrase = NAMES["subject"] if other.kind == "subject" else (KINDS[other.kind].zh, other.kind.replace("_", " "))
        keys = list(zip(_texts(self._node(*path, "same")), (mine for mine, _ in other.same), strict=True))
        zh, en = self._keys(keys) if keys else ("任意", "any")
        within = self._text(*path, "within")
        taken = TAKES[other.take]
        yield Part(
            f"其他行 · other rows: {other.name}",
            _flow(_some(self._node(*path), ("of", "same", "within", "take", "order", "itself"))),
            f"{zh}的{kind[0]}{'，时间窗口 ' + within if within else ''}，{taken[0]}",
            f"{en}: the {PLURALS.get(other.kind, kind[1] + 's')}{' within ' + within if within else ''}, {taken[1]}",
        )
        if other.rows is not None:
            yield self._said(f"{other.name}: 其中 · of those", other.rows, *path, "rows")
        for match in other.matches:
            yield from self._match(match, *path, "match", match.name)
        if other.where is not None:
            yield self._said(f"{other.name}: 关联条件 · related by", other.where, *path, "where")

    def _flags(self) -> Iterator[Part]:
        key = "flag_rows" if self.rule.flags_rows else "flag"
        title = both("逐行违规", "each row violates if") if self.rule.flags_rows else both("违规", "it violates if")
        for name, value in self.rule.flag:
            path = (key, name) if name else (key,)
            yield self._said(f"{title}{': ' + name if name else ''}", value, *path)

    def _proviso(self, key: str, title: str, proviso: Proviso) -> Part:
        own = self._node(key, proviso.name)
        written = own.get("when") if isinstance(own, MappingNode) else own
        because = f"（{unfolded(proviso.because)}）" if proviso.because else ""
        return Part(title, _flow(written), self.zh.read(proviso.when) + because, self.en.read(proviso.when))

    def _amount(self) -> Part:
        amount = self.rule.amount
        zh, en = AMOUNTS.get(amount.method, ("{0}", "{0}"))
        return Part(
            "金额 · amount",
            self._text("amount") or "full_line",
            zh.format(*map(self.zh.read, amount.arguments)),
            en.format(*map(self.en.read, amount.arguments)),
        )


def _flow(node: Node | None) -> str:
    """A node on one line, as YAML's flow style writes it; an expression as it is."""
    if node is None:
        return ""
    if isinstance(node, ScalarNode):
        return node.text or ""
    if isinstance(node, MappingNode):
        return f"{{{', '.join(f'{key.text}: {_flow(value)}' for key, value in node.items)}}}"
    return f"[{', '.join(_flow(item) for item in node.items)}]"


def _some(node: Node | None, keys: tuple[str, ...]) -> Node | None:
    """Some keys of a mapping, in the order written."""
    if not isinstance(node, MappingNode):
        return node
    return MappingNode(tuple(item for item in node.items if item[0].text in keys), node.place)


def _texts(node: Node | None) -> list[str]:
    return [_flow(item) for item in node.items] if isinstance(node, SequenceNode) else []
