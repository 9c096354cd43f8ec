"""`exemptions.yaml`: rows that leave rules before anything is asked of them, each with its reason."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

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

NAMED = ("claim_id", "line_id", "person_id", "provider_id", "encounter_id", "item_code", "diagnosis", "region")
"""What an entry may name rows by."""

OF_LINES = frozenset({"line_id", "item_code"})
"""What only lines have."""

_KEYS = ("id", "rules", *NAMED, "from", "to", "known_from", "because", "source")


@dataclass(frozen=True, slots=True)
class Exemption:
    """One entry. A row is named by it if it has one of the values of every name, on a date from `begin` to `end`.

    `rules`: whose rows leave; None for all rules. Both ends belong to the period; None is open. `known_from`: since when we
    know it. An `item_code` that ends in `*`, and every diagnosis and region, stands for what begins with it.
    """

    id: str
    rules: tuple[str, ...] | None
    names: tuple[tuple[str, tuple[str, ...]], ...]
    because: str
    source: str = ""
    begin: date | None = None
    end: date | None = None
    known_from: date | None = None
    place: Place | None = field(default=None, compare=False)

    def speaks_of(self, rule: str, kind: str, as_of: int | None) -> bool:
        """Whether rows of the rule, which are of `kind`, can be named by it, as far as was known on `as_of`."""
        if self.rules is not None and rule not in self.rules:
            return False
        if as_of is not None and self.known_from is not None and (self.known_from - date(1970, 1, 1)).days > as_of:
            return False
        return kind in ("line", "raw_line") or not OF_LINES & {name for name, _ in self.names}


def read_exemptions(path: Path, sources: Collection[str] | None = None) -> tuple[Exemption, ...]:
    """All entries, by id; none where the file is not there. `sources`: the ids that an entry may name (None: any).

    Raises:
        KnowledgeError: CR305 an unknown key, CR306 a wrong value, CR307 something missing, CR320 a source that nobody
            knows, CR321 an entry that names no rows, or too many.
    """
    if not path.exists():
        return ()
    try:
        root = read_yaml(path)
    except ClaimRulesError as error:
        raise KnowledgeError(error.diagnostics) from None
    reader = _Reader(sources)
    if not isinstance(root, SequenceNode):
        raise KnowledgeError(Diagnostic("CR306", "exemptions are a list: begin each with `- id:`", root.place))
    found = [reader.entry(node) for node in root.items]
    out = {entry.id: entry for entry in found if entry is not None}
    if reader.found:
        raise KnowledgeError(reader.found)
    return tuple(out[key] for key in sorted(out))


@dataclass(slots=True)
class _Reader:
    sources: Collection[str] | None
    found: list[Diagnostic] = field(default_factory=list)
    ids: dict[str, Place] = field(default_factory=dict)

    def entry(self, node: Node) -> Exemption | None:
        if not isinstance(node, MappingNode):
            self.wrong("CR306", "an exemption is keys and values", node.place, "begin it with `- id:`")
            return None
        before = len(self.found)
        for key, _ in node.items:
            if key.text not in _KEYS:
                near = suggest(str(key.text), _KEYS)
                advice = f"did you mean `{near}`?" if near else f"allowed are: {', '.join(_KEYS)}"
                self.wrong("CR305", f"unknown key `{key.text}`", key.place, advice)
        name = self.one(node, "id")
        if name in self.ids:
            self.wrong("CR306", f"two exemptions are called `{name}`", node.place, "an id is never used twice")
        self.ids[name] = node.place
        for needed in ("id", "rules", "because"):
            if node.get(needed) is None:
                self.wrong("CR307", f"the exemption lacks `{needed}`", node.place, _NEEDED[needed])
        rules = self.several(node, "rules")
        names = tuple((key, values) for key in NAMED if (values := self.several(node, key)))
        if names or len(self.found) == before:  # a misspelt name is one error
            self.rows(node, names)
        begin, end = self.day(node, "from"), self.day(node, "to")
        if begin and end and begin > end:
            self.wrong("CR311", f"`from` {begin} is after `to` {end}", node.place, "both days belong to the period")
        known = self.day(node, "known_from")
        whose = None if rules == ("all",) else rules
        return Exemption(name, whose, names, self.one(node, "because"), self.source(node), begin, end, known, node.place)

    def rows(self, node: MappingNode, names: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
        said = {key for key, _ in names}
        if not said:
            advice = f"name rows by {', '.join(NAMED)}; to stop a rule, write `status: retired` into it"
            self.wrong("CR321", "the exemption names no rows", node.place, advice)
        if "line_id" in said and "claim_id" not in said:
            key = node.key("line_id")
            advice = "a line_id is unique in its claim only: name the claim_id too"
            self.wrong("CR321", "lines of every claim would leave", key.place if key else node.place, advice)
        for code in dict(names).get("region", ()):
            if not (len(code) == 6 and code.isdecimal() and code.isascii()):
                at = node.get("region")
                self.wrong("CR306", f"`{code}` is not a region", (at or node).place, "write its six digits, as 330000")

    def source(self, node: MappingNode) -> str:
        source = self.one(node, "source")
        if source and self.sources is not None and source not in self.sources:
            near = suggest(source, self.sources)
            at = node.get("source")
            advice = f"did you mean `{near}`?" if near else "add it to sources.yaml"
            self.wrong("CR320", f"unknown source `{source}`", (at or node).place, advice)
        return source

    def one(self, node: MappingNode, key: str) -> str:
        value = node.get(key)
        if value is not None and not isinstance(value, ScalarNode):
            self.wrong("CR306", f"`{key}` takes one text", value.place, "")
        return (value.text or "").strip() if isinstance(value, ScalarNode) else ""

    def several(self, node: MappingNode, key: str) -> tuple[str, ...]:
        value = node.get(key)
        if value is None:
            return ()
        items = value.items if isinstance(value, SequenceNode) else (value,)
        texts = [(item.text or "").strip() for item in items if isinstance(item, ScalarNode)]
        if len(texts) < len(items) or not all(text.removesuffix("*") for text in texts) or not texts:
            self.wrong("CR306", f"`{key}` takes a text or a list of texts, none of them empty", value.place, "")
        return tuple(texts)

    def day(self, node: MappingNode, key: str) -> date | None:
        text = self.one(node, key)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            at = node.get(key)
            self.wrong("CR306", f"`{text}` is not a date", (at or node).place, "write 2025-01-31")
            return None

    def wrong(self, code: str, message: str, place: Place, advice: str) -> None:
        self.found.append(Diagnostic(code, message, place, help=advice))


_NEEDED = {
    "id": "a name of its own, by which findings and explanations call it",
    "rules": "whose rows leave: `rules: [drug_sex]`, or `rules: all`",
    "because": "say why, in words",
}


def check_rules(entries: Collection[Exemption], kinds: dict[str, str], *, whole: bool) -> list[Diagnostic]:
    """Entries for rules that there are not (CR322, where `whole`), and for rows that have no such thing (CR321).

    `kinds`: the kind of row of each rule.
    """
    out: list[Diagnostic] = []
    for entry in entries:
        said = sorted(OF_LINES & {name for name, _ in entry.names})
        for rule in entry.rules or ():
            if rule not in kinds:
                near = suggest(rule, kinds)
                advice = f"did you mean `{near}`?" if near else "name rules by their ids, or write `rules: all`"
                if whole:
                    out.append(Diagnostic("CR322", f"there is no rule `{rule}`", entry.place, help=advice))
            elif said and kinds[rule] not in ("line", "raw_line"):
                message = f"the rows of `{rule}` are of the kind {kinds[rule]}, which has no `{said[0]}`"
                out.append(Diagnostic("CR321", message, entry.place, help="name its rows by claim_id, person_id …"))
    return out
