"""What the engine found: for every rule the verdicts, and what belongs to the flagged subjects."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.lookup import Lookup
from claimrules.engine.prepare import Prepared
from claimrules.knowledge import Exemption
from claimrules.plan import RulePlan

Texts = Callable[[], Any]
"""Makes an Arrow string array: names are for findings, and cost more than the verdicts."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Subjects by verdict."""

    flagged: int = 0
    clean: int = 0
    not_applicable: int = 0
    undecided: int = 0

    @property
    def subjects(self) -> int:
        """All of them."""
        return self.flagged + self.clean + self.not_applicable + self.undecided


@dataclass(frozen=True, slots=True)
class Flagged:
    """The flagged subjects of one rule in one batch, numbered 0 to n-1.

    `subject`: makes each one's text. `rows`: violating rows of the rule's kind, `owner` each one's subject, sorted by
    subject, then row. `arguments`: the amount method's, one value a violating row. `values`: what messages and `observed`
    need, by expression: one value a violating row. `involved`: (kind, owner, row) of rows that are evidence only.
    `knowledge`: (look-up, owner, row). `suspicious`: subjects with a doubt; `doubts`: each doubt's name and its subjects.
    `reasons`: named conditions that are TRUE, by subject.
    """

    n: int
    subject: Texts
    rows: Index
    owner: Index
    arguments: tuple[Column, ...]
    values: Mapping[object, Column]
    involved: tuple[tuple[str, Index, Index], ...]
    knowledge: tuple[tuple[Lookup, Index, Index], ...]
    suspicious: Mask
    reasons: tuple[tuple[str, Mask], ...]
    doubts: tuple[tuple[str, Mask], ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """Subjects that could not be decided, and for each the column or reason to blame.

    `subject`, `claim`: make each one's text, and the claim of its first row. `rows`: all their rows of the rule's kind,
    `owner` each one's subject. `counted`: how many more there are for want of what the whole input does not have.
    """

    subject: Texts
    claim: Texts
    missing: Any
    rows: Index
    owner: Index
    counted: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Trace:
    """For each row of the rule's kind its subject's verdict; made on request only. A row may stand several times."""

    rows: Index
    subject: Any
    verdict: Any
    violating: Mask
    suspicious: Mask
    missing: Any


@dataclass(frozen=True, slots=True)
class Exempted:
    """Rows of a rule's kind that left it by one entry of `exemptions.yaml`. A row may have left by several."""

    exemption: Exemption
    rows: Index


@dataclass(frozen=True, slots=True)
class RuleHits:
    """One rule on one batch. `exempted`: rows that left before anything was asked of them, by the entry that names them."""

    plan: RulePlan
    counts: Counts
    flagged: Flagged | None = None
    undecided: Undecided | None = None
    trace: Trace | None = None
    seconds: float = 0.0
    exempted: tuple[Exempted, ...] = ()


@dataclass(frozen=True, slots=True)
class Hits:
    """All rules on one batch, with the rows they speak of."""

    prepared: Prepared
    rules: tuple[RuleHits, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)


NOTHING = np.zeros(0, np.int64)
