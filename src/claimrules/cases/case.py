"""One example of a rule, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from claimrules.cases.world import World
from claimrules.diagnostics import Node, Place
from claimrules.knowledge import ParameterRows, Written

if TYPE_CHECKING:
    from claimrules.cases.found_before import FoundBefore


class RuleCases(Protocol):
    """What cases need to know of a rule."""

    @property
    def id(self) -> str:
        """The rule's id."""

    @property
    def kind(self) -> str:
        """The kind of row that the rule walks over."""

    @property
    def file(self) -> str | Path:
        """The rule's file."""

    @property
    def examples(self) -> Node | None:
        """The YAML under `examples:`."""


@dataclass(frozen=True, slots=True)
class Expect:
    """What a case expects. Labels are full (`second`, `claim.l1`), as the world spells them.

    `flagged` are the violating rows and `undecided` the rows whose subject is undecided: both complete, anything else
    that is flagged or undecided fails. `nothing_else` is the one word of `expect: clean` or `expect: not_applicable`.
    `amount` is the sum over the flagged rows, `amounts` single rows of it.
    """

    flagged: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    not_applicable: tuple[str, ...] = ()
    clean: tuple[str, ...] = ()
    nothing_else: str | None = None
    amount: Decimal | None = None
    amounts: tuple[tuple[str, Decimal], ...] = ()
    suspicious: bool | None = None
    missing: str | None = None


Rows = tuple[tuple[tuple[str, str], ...], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, a small world, and what the rule must say of it. `stated` is the world before it was filled in.

    `knowledge` holds, for each table named, all its rows as (column, text) pairs; `params` (name, text) pairs;
    `parameters` the rows that `parameters.yaml` would have for each name; `findings` what other rules have found.
    `alone`: its rule looks beyond one person, so that it must not lie in one batch with other cases.
    """

    rule_id: str
    name: str
    place: Place
    world: World
    expect: Expect
    stated: World
    knowledge: tuple[tuple[str, Rows], ...] = ()
    params: tuple[tuple[str, str], ...] = ()
    knowledge_places: Mapping[str, Written] = field(default_factory=dict, compare=False)
    params_place: Place | None = field(default=None, compare=False)
    parameters: tuple[tuple[str, Rows], ...] = ()
    parameter_rows: Mapping[str, ParameterRows] = field(default_factory=dict, compare=False)
    findings: tuple["FoundBefore", ...] = ()
    alone: bool = False


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """How a case went. `text` is empty where it passed, else what differs, in the case's own labels."""

    rule_id: str
    name: str
    place: Place
    passed: bool
    text: str = ""
