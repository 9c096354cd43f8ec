"""The worked micro-examples of the field's reference: one small rule file each, its worlds and findings in Python."""

from pathlib import Path

import pytest
from micro_world import Outcome, tables

import claimrules

collect_ignore = ["rules"]  # without examples of their own: the tests beside them are

RULES = Path(__file__).parent / "rules"

WAITING = {
    "svc_min_interval": "excess_within is being built",
}
"""Rules with words that the language does not have yet. Delete an entry once its word is there."""


@pytest.fixture
def found():
    """Audits claims by one rule; gives its findings, undecided subjects and figures."""

    def run(rule, claims, lines=(), knowledge=None, *, params=None, history_from=None):
        if rule in WAITING:
            pytest.skip(WAITING[rule])
        path = RULES / rule
        pack = claimrules.load(path if path.is_dir() else RULES / f"{rule}.yaml", params=params)
        if knowledge:
            pack = pack.with_knowledge(knowledge)
        return Outcome(pack.audit(tables(claims, lines), history_from=history_from))

    return run
