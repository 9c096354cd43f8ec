"""The examples in rule files.

Takes: a `RulePack` and the `examples:` of its rules. Gives: `Case`, `CaseOutcome`, every case run as part of one batch.
Never: judges anything itself; the verdicts are the pack's.
"""

from claimrules.cases.case import Case, CaseOutcome, Expect, RuleCases
from claimrules.cases.completeness import case_problems
from claimrules.cases.from_examples import read_cases
from claimrules.cases.run import run_cases, run_pack
from claimrules.cases.world import Row, World

__all__ = [
    "Case",
    "CaseOutcome",
    "Expect",
    "Row",
    "RuleCases",
    "World",
    "case_problems",
    "read_cases",
    "run_cases",
    "run_pack",
]
