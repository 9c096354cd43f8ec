"""Findings.

Takes: the engine's hits. Gives: tables of findings and undecided subjects with amounts, evidence and sentences, and the
figures. Never: decides anything.
"""

from claimrules.findings.from_hits import BatchFindings, cents_array, make_findings, make_undecided
from claimrules.findings.result import AuditResult, CheckResult, Finding, Undecided
from claimrules.findings.schema import FINDINGS, UNDECIDED, VERDICTS
from claimrules.findings.summary import Fingerprint, RuleSummary, Summary, TableSummary
from claimrules.findings.totals import Totals

__all__ = [
    "FINDINGS",
    "UNDECIDED",
    "VERDICTS",
    "AuditResult",
    "BatchFindings",
    "CheckResult",
    "Finding",
    "Fingerprint",
    "RuleSummary",
    "Summary",
    "TableSummary",
    "Totals",
    "Undecided",
    "cents_array",
    "make_findings",
    "make_undecided",
]
