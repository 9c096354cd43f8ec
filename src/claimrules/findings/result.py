"""The whole answer of an audit, and of a check."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from claimrules.diagnostics import Diagnostic
from claimrules.findings.summary import Summary


class Finding(BaseModel):
    """One row of `findings` as an object; the contract's columns."""

    model_config = ConfigDict(frozen=True)

    finding_id: str
    subject: str
    rule_id: str
    rule_version: int
    category: str
    verdict: str
    severity: str
    person_id: str
    provider_id: str
    claim_id: str
    line_ids: tuple[str, ...]
    involved_line_ids: tuple[str, ...]
    related_claim_ids: tuple[str, ...]
    event_date: dt.date | None
    observed: str | None
    allowed: str | None
    amount: Decimal | None
    fund_loss: Decimal | None
    amount_method: str
    message_zh: str
    message_en: str
    basis: str
    knowledge_ids: tuple[str, ...]
    region: str | None


class Undecided(BaseModel):
    """One row of `undecided` as an object."""

    model_config = ConfigDict(frozen=True)

    rule_id: str
    subject: str | None
    claim_id: str | None
    missing: str
    subjects: int


@dataclass(frozen=True, slots=True, repr=False)
class AuditResult:
    """Tables sorted by rule, claim and subject; `summary` in figures; `timings` in seconds."""

    findings: Any
    undecided: Any
    rejects: Any
    summary: Summary
    timings: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[Diagnostic, ...] = ()

    def __repr__(self) -> str:
        found, open_, bad = (table.num_rows for table in (self.findings, self.undecided, self.rejects))
        return f"<AuditResult: {found} findings, {open_} undecided, {bad} rejects, {self.summary.total_amount} yuan>"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What can be said of one claim."""

    findings: tuple[Finding, ...]
    undecided: tuple[Undecided, ...]
