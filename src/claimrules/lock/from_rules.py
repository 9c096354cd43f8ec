"""Rules → what the lock file should say of them."""

from collections.abc import Mapping
from datetime import date

from claimrules.language import Rule, logic_hash
from claimrules.lock.lock import DELETED, Lock, LockedRule, LockedVersion

ACTIVE = "active"


def make_lock(rules: Mapping[str, Rule], before: Lock | None, on: date) -> Lock:
    """The lock of all rules of a base, by id, on a day. `before`: what was locked so far, none of which is lost."""
    known = dict(before.rules) if before else {}
    ids = sorted({*known, *rules})
    return Lock({one: _locked(known.get(one, LockedRule(DELETED)), rules.get(one), on) for one in ids})


def _locked(known: LockedRule, rule: Rule | None, on: date) -> LockedRule:
    if rule is None:
        return LockedRule(DELETED, known.versions)
    if rule.status != ACTIVE or known.version(rule.version) is not None:
        return LockedRule(rule.status, known.versions)
    new = LockedVersion(rule.version, on, logic_hash(rule))
    return LockedRule(rule.status, tuple(sorted((*known.versions, new), key=lambda one: one.version)))
