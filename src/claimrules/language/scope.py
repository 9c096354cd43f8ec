"""The names that a rule can use, and what they stand for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from claimrules.catalog import INTEGER, KIND_TABLES, KINDS, TableSchema, Type, kind_fields
from claimrules.catalog import Field as Column
from claimrules.diagnostics import Place
from claimrules.language.expression import (
    Aggregate,
    Expr,
    Field,
    Key,
    Let,
    MatchField,
    MatchRow,
    Missing,
    RowId,
    Walk,
    children,
    walk,
)
from claimrules.language.rule import KeySpec, LetSpec, MatchSpec, Parameter

BELOW: dict[str, tuple[str, ...]] = {
    "claim": ("line", "diagnosis", "operation"),
    "encounter": ("line", "claim", "diagnosis", "operation"),
    "day": ("line", "diagnosis", "operation"),
    "line": ("diagnosis", "operation"),
    "raw_line": ("diagnosis", "operation"),
    "diagnosis": ("line", "diagnosis", "operation"),
    "operation": ("line", "diagnosis", "operation"),
}
"""Which kinds a row sees in aggregates: those of its claim (for a claim), of its encounter (for the rest)."""

KEY_WORDS = (
    *("person", "provider", "region", "encounter", "claim", "prescription", "item", "physician", "department"),
    *("hour", "day", "week", "month", "year"),
)


@dataclass(frozen=True, slots=True)
class OtherNames:
    """What the checker must know of one of `others` to resolve a name in it. `sets`: matches of its own that take all."""

    name: str
    kind: str
    own: bool
    take: str
    matches: Mapping[str, MatchSpec]
    sets: frozenset[str] = frozenset()

    @property
    def is_set(self) -> bool:
        """Whether it stands for several rows, so that its names need an aggregate."""
        return self.take == "all"


@dataclass(slots=True)
class Scope:
    """The names of one rule.

    `lets` and `keys` fill up while the rule is checked; `broken` holds names whose definition is wrong, so that their
    uses are not reported once more. `sets_of_rows`: matches that take all knowledge rows and are no key of `per`.
    `relating`: others of which an aggregate names the knowledge rows that relate them, and where. `beside`: whether others
    stand beside the subject and not beside a row. `extra`: declared columns beyond the catalog, by table.
    """

    kind: str
    tables: Mapping[str, TableSchema]
    sets: frozenset[str]
    params: dict[str, Parameter] = field(default_factory=dict)
    matches: dict[str, MatchSpec] = field(default_factory=dict)
    others: dict[str, OtherNames] = field(default_factory=dict)
    lets: dict[str, LetSpec] = field(default_factory=dict)
    keys: dict[str, KeySpec] = field(default_factory=dict)
    sets_of_rows: set[str] = field(default_factory=set)
    relating: list[tuple[str, str, Place]] = field(default_factory=list)
    beside: Callable[[str], bool] = lambda _: False
    grouped: bool = False
    broken: set[str] = field(default_factory=set)
    extra: Mapping[str, Mapping[str, Type]] = field(default_factory=dict)

    def fields(self, kind: str) -> Mapping[str, Column]:
        """The fields of a kind, by the name a rule writes."""
        table = KIND_TABLES.get(kind, "")
        more = self.extra.get(table, {})
        return {**kind_fields(kind), **{name: Column(table, name, type_, name) for name, type_ in more.items()}}

    def kinds(self, kind: str) -> tuple[str, ...]:
        """The kind itself and those above it, as a rule spells them."""
        return (kind, *KINDS[kind].above)

    def spelled(self, kind: str) -> str:
        """`raw_line` is spelt `line`."""
        return "line" if kind == "raw_line" else kind

    def actual(self, word: str, kind: str) -> str | None:
        """The kind that `word` means for a row of `kind`, or None."""
        return next((k for k in self.kinds(kind) if self.spelled(k) == word), None)


def key_word(word: str, kind: str, owner: str = "") -> Expr | None:
    """What a key word means for a row of `kind`; None where the kind has no such thing."""
    kinds = (kind, *KINDS[kind].above)

    def column(*choices: tuple[str, str]) -> Expr | None:
        for of, name in choices:
            if of in kinds and name in kind_fields(of):
                return Field(kind_fields(of)[name].type, owner, of, name)
        return None

    match word:
        case "person":
            return column(("encounter", "person_id"))
        case "provider":
            return column(("encounter", "provider_id"))
        case "region":
            return column(("claim", "region"), ("encounter", "region"))
        case "encounter" | "claim":
            return RowId(INTEGER, owner, word) if word in kinds else None
        case "prescription":
            return column((kind, "prescription_id"))
        case "item":
            return column((kind, "item_code"))
        case "physician" | "department":
            name = f"{word}_id" if word == "physician" else f"{word}_code"
            return column((kind, name), ("claim", name), ("encounter", name))
        case _:
            return None


def time_of(kind: str, owner: str = "") -> Expr:
    """The time that orders a kind: a diagnosis has its encounter's."""
    of = "encounter" if kind == "diagnosis" else kind
    name = KINDS[kind].time[0]
    return Field(kind_fields(of)[name].type, owner, of, name)


def is_row_level(node: Expr, scope: Scope) -> bool:
    """Whether `node` speaks of a row: it names one outside of an aggregate over the subject's rows."""
    if isinstance(node, Aggregate) and (node.over == "" or (node.over in scope.others and scope.beside(node.over))):
        return False
    owner = getattr(node, "owner", "") or (node.name if isinstance(node, Missing) else "")
    if owner in scope.others and scope.beside(owner):
        return False
    if isinstance(node, Field | MatchField | MatchRow | Missing | RowId | Walk):
        return True
    if isinstance(node, Aggregate):
        return True
    if isinstance(node, Let):
        return node.name in scope.lets and not scope.lets[node.name].of_subject
    if isinstance(node, Key):
        return False
    return any(is_row_level(child, scope) for child in children(node))


def owners(node: Expr) -> set[str]:
    """The names of `others` that `node` uses as rows."""
    return {n.owner for n in walk(node) if isinstance(n, Field | MatchField | MatchRow | RowId | Missing) and n.owner}
