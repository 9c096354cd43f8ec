"""What the results of an audit depend on, by the names that a user knows."""

import datetime as dt
import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from claimrules.batch import Intake
from claimrules.plan import Plan
from claimrules.version import __version__

if TYPE_CHECKING:
    from claimrules.pack.rule_pack import RulePack

WHOLE = "one for all claims"
"""The cut of a pack with rules that look beyond one person."""


def facts_of_run(
    pack: "RulePack",
    plan: Plan,
    *,
    mapping: str | Path,
    history_from: dt.date | str | None,
    cut: str,
) -> dict[str, str]:
    """What is known before a claim is read. `cut`: what says how the claims are cut into partitions."""
    return {
        "version": __version__,
        "rules": pack.digest,
        "knowledge": pack.knowledge.fingerprint,
        "parameters": repr(sorted(pack.parameters.items())),
        "region": pack.region or "",
        "as_of": str(pack.as_of or ""),
        "only": ",".join(sorted(rule.rule.id for rule in plan.rules)),
        "history_from": str(history_from or ""),
        "mapping": _content(mapping),
        "partitions": cut,
    }


def facts_of_claims(intake: Intake, absent: Collection[str]) -> dict[str, str]:
    """What is known once they are read. Columns without a value have no part in the fingerprint: that they are there has."""
    return {"claims": f"{intake.fingerprint} in {intake.buckets}, without {','.join(sorted(absent))}"}


def _content(mapping: str | Path) -> str:
    path = Path(mapping)
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else str(mapping)
