"""claimrules audits health-insurance settlement claims (医保结算智能审核) by declarative rules.

The names below are loaded when they are first used, so that importing the package costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from claimrules.version import __version__

if TYPE_CHECKING:
    from claimrules.batch import ClaimBatch
    from claimrules.diagnostics import ClaimRulesError, Diagnostic
    from claimrules.findings import AuditResult, CheckResult, Finding
    from claimrules.models import Claim, Diagnosis, FeeLine, Operation
    from claimrules.pack import RulePack, WorkFolder, load
    from claimrules.stopwatch import Stopwatch

_HOMES = {
    "AuditResult": "findings",
    "CheckResult": "findings",
    "Claim": "models",
    "ClaimBatch": "batch",
    "ClaimRulesError": "diagnostics",
    "Diagnosis": "models",
    "Diagnostic": "diagnostics",
    "FeeLine": "models",
    "Finding": "findings",
    "Operation": "models",
    "RulePack": "pack",
    "Stopwatch": "stopwatch",
    "WorkFolder": "pack",
    "load": "pack",
}

__all__ = [
    "AuditResult",
    "CheckResult",
    "Claim",
    "ClaimBatch",
    "ClaimRulesError",
    "Diagnosis",
    "Diagnostic",
    "FeeLine",
    "Finding",
    "Operation",
    "RulePack",
    "Stopwatch",
    "WorkFolder",
    "__version__",
    "load",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
