"""The rule files that `claimrules new` begins with, and how a user's own words come into them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

_TABLE = re.compile(r"^ +table: (\w+)$", re.MULTILINE)
_TITLE = re.compile(r"^title: \{zh: (?P<zh>.+), en: (?P<en>.+)\}$", re.MULTILINE)
_BASIS = re.compile(r"^# basis: .*$", re.MULTILINE)
_PLAIN = re.compile(r"[^\W\d_](?:[^:#,\[\]{}\"'\\]*[^:#,\[\]{}\"'\\\s])?")
_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off"})
_SETS = "code_sets"


@dataclass(frozen=True)
class Wanted:
    """What a new rule is to be called and to rest on. Where it is empty, the template's own words stay."""

    rule: str
    zh: str = ""
    en: str = ""
    table: str = ""
    source: str = ""
    article: str = ""


@dataclass(frozen=True)
class Template:
    """A rule file of one archetype (原型). `name`: t05_qty_window; `about`: its first line, without the number."""

    name: str
    text: str

    @property
    def about(self) -> str:
        """What it is for, in a sentence."""
        return self.text.partition("\n")[0].partition(": ")[2]

    @property
    def spellings(self) -> frozenset[str]:
        """What it may be asked for by: t05_qty_window, t05, t5, qty_window."""
        number, _, word = self.name.partition("_")
        return frozenset({self.name, number, f"t{int(number[1:])}", word})

    @property
    def titles(self) -> Mapping[str, str]:
        """Its own title, by language: zh, en."""
        found = _TITLE.search(self.text)
        return found.groupdict() if found else {}

    @property
    def tables(self) -> tuple[str, ...]:
        """The knowledge tables that it looks into, its own first."""
        asked = dict.fromkeys(_TABLE.findall(self.text))
        return (*asked, _SETS) if _SETS in self.text else tuple(asked)

    @property
    def own_table(self) -> str:
        """The table with the rule's limits, which may be called otherwise; empty where it has none."""
        return next((table for table in self.tables if table != _SETS), "")

    def called(self, table: str, wanted: Wanted) -> str:
        """What one of its tables is called in the new rule."""
        return wanted.table if wanted.table and table == self.own_table else table

    def written_for(self, wanted: Wanted) -> str:
        """The rule file."""
        text = self.text.replace(f"\nid: {self.name}\n", f"\nid: {wanted.rule}\n", 1)
        if wanted.zh or wanted.en:
            zh, en = (flow_text(given or self.titles[of]) for of, given in (("zh", wanted.zh), ("en", wanted.en)))
            text = _TITLE.sub(lambda _: f"title: {{zh: {zh}, en: {en}}}", text, count=1)
        if wanted.source:
            article = f", article: {flow_text(wanted.article)}" if wanted.article else ""
            text = _BASIS.sub(lambda _: f"basis: [{{source: {wanted.source}{article}}}]", text, count=1)
        if wanted.table:
            name = self.own_table
            mentioned = rf"(?<=\btable: ){name}$|\b{name}(?=: \[)|(?<=#>   ){name}(?=:$)"  # in `match`, in cases
            text = re.sub(mentioned, wanted.table, text, flags=re.MULTILINE)
        return text


def templates() -> tuple[Template, ...]:
    """All templates that are shipped, in the order of their numbers."""
    found = (item for item in _shipped().iterdir() if item.name.endswith(".yaml"))
    return tuple(
        Template(item.name.removesuffix(".yaml"), item.read_text(encoding="utf-8"))
        for item in sorted(found, key=lambda item: item.name)
    )


def table_declaration(table: str) -> str:
    """What a template's table is, as its YAML file."""
    return _shipped().joinpath("knowledge", f"{table}.yaml").read_text(encoding="utf-8")


def flow_text(text: str) -> str:
    """A text as a value inside braces: as it is where YAML reads it so, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shipped() -> Traversable:
    return resources.files("claimrules").joinpath("templates")
