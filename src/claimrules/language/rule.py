"""A rule, parsed, named and typed."""

from dataclasses import dataclass
from datetime import date

from claimrules.catalog import Type
from claimrules.diagnostics import Node, Place
from claimrules.language.examples import Examples
from claimrules.language.expression import Expr, Value


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Basis:
    """The legal ground: a source of `sources.yaml` and the article in it."""

    source: str
    article: str = ""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named number with its default, typed by it."""

    name: str
    type: Type
    default: Value
    unit: str = ""
    source: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchSpec:
    """A look-up of knowledge rows. `at` None: the row's own time; `ever`: whatever the date."""

    name: str
    table: str
    keys: tuple[tuple[str, Expr], ...]
    where: Expr | None = None
    at: Expr | None = None
    ever: bool = False
    take_all: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True)
class KeySpec:
    """One key of `per` or `same`: its name and what it is."""

    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class OrderSpec:
    """One part of `order`."""

    value: Expr
    descending: bool = False


@dataclass(frozen=True, slots=True)
class WindowSpec:
    """Which other rows are near: a fixed window, one whose number is computed, or one that a knowledge column holds.

    `period`: the same day, encounter, …; else a distance of `n` `unit`s in `direction` (before, after, apart, last), `n`
    None for any distance. `column`: the window itself is read from the row.
    """

    period: str = ""
    unit: str = ""
    direction: str = ""
    n: Expr | None = None
    column: Expr | None = None


@dataclass(frozen=True, slots=True)
class OtherSpec:
    """Rows that are not this one. `kind` "subject": the rule's own subjects.

    `of_subject`: they stand beside the subject and not beside each of its rows, because only its keys are named.
    """

    name: str
    kind: str
    own: bool
    rows: Expr | None
    matches: tuple[MatchSpec, ...]
    same: tuple[tuple[Expr, Expr], ...]
    within: WindowSpec | None
    where: Expr | None
    itself: bool
    take: str
    order: tuple[OrderSpec, ...]
    of_subject: bool = False


@dataclass(frozen=True, slots=True)
class LetSpec:
    """A named value; `of_subject` where it speaks of the subject and not of a row."""

    name: str
    value: Expr
    of_subject: bool


@dataclass(frozen=True, slots=True)
class Proviso:
    """A named exception (`unless`) or doubt, with its reason and source."""

    name: str
    when: Expr
    because: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class AmountSpec:
    """How the money is found: a method of the closed list with its arguments, or `expression`."""

    method: str
    arguments: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen and what is allowed, for the finding."""

    value: Expr | None = None
    limit: Expr | None = None
    unit: Expr | str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence with values filled in: texts and expressions by turns."""

    parts: tuple[str | Expr, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. What is `None` or empty was not written."""

    id: str
    version: int
    title: Text
    description: Text
    category: str
    verdict: str
    severity: str
    status: str
    effective_from: date | None
    effective_to: date | None
    basis: tuple[Basis, ...]
    national_number: int | None
    national_code: str
    kind: str
    rows: Expr | None
    params: tuple[Parameter, ...]
    matches: tuple[MatchSpec, ...]
    per: tuple[KeySpec, ...]
    order: tuple[OrderSpec, ...]
    others: tuple[OtherSpec, ...]
    lets: tuple[LetSpec, ...]
    flag: tuple[tuple[str, Expr], ...]
    flags_rows: bool
    unless: tuple[Proviso, ...]
    doubt: tuple[Proviso, ...]
    amount: AmountSpec
    observed: Observed
    message: tuple[Message, Message]
    file: str
    place: Place
    written: Examples | None = None

    @property
    def examples(self) -> Node | None:
        """Its cases, as they stand in its file."""
        return None if self.written is None else self.written.node

    @property
    def tables(self) -> frozenset[str]:
        """The knowledge tables and registers that it looks into."""
        return frozenset(m.table for m in (*self.matches, *(m for other in self.others for m in other.matches)))

    def match(self, name: str) -> MatchSpec:
        """The match of that name."""
        return next(m for m in self.matches if m.name == name)

    def other(self, name: str) -> OtherSpec:
        """The other rows of that name."""
        return next(o for o in self.others if o.name == name)
