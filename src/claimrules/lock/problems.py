"""How the rules of a base are at odds with its lock file."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from claimrules.diagnostics import ClaimRulesError, Diagnostic, MappingNode, Place, read_yaml
from claimrules.language import Rule, logic_hash
from claimrules.lock.from_rules import ACTIVE
from claimrules.lock.lock import DELETED, Lock, LockedRule

REFUSED = frozenset({"CR261", "CR262"})
"""What is mended in the rules; of all else, writing the lock anew is the remedy."""
_SHOWN = 5


def lock_problems(rules: Mapping[str, Rule], lock: Lock, file: Path, *, whole: bool) -> list[Diagnostic]:
    """What is wrong. `file`: the lock's own, for its place; `whole`: `rules` are all there are.

    CR261 an active version decides something else; CR262 an id is given to another rule; CR263 a rule is gone; CR264 the
    lock does not know of what has become active, was retired, or is new.
    """
    found = [problem for rule in rules.values() for problem in _of_rule(rule, lock.rules.get(rule.id))]
    if whole:
        found += _gone(rules, lock, file)
    stale = [said for rule in rules.values() if (said := _unknown(rule, lock.rules.get(rule.id)))]
    if stale:
        shown = ", ".join(stale[:_SHOWN]) + (f" and {len(stale) - _SHOWN} more" if len(stale) > _SHOWN else "")
        advice = "run `claimrules lock` and commit the file with the rules"
        found.append(Diagnostic("CR264", f"the lock file is out of date: {shown}", Place(str(file)), help=advice))
    return found


def _of_rule(rule: Rule, known: LockedRule | None) -> Iterator[Diagnostic]:
    newest = known.newest if known else None
    if known is None or newest is None:
        return
    same = known.version(rule.version)
    if same is not None and same.logic == logic_hash(rule):
        return
    if known.status == DELETED:
        message = f"the id `{rule.id}` was that of another rule, which is deleted"
        advice = "take a new id; where it is the old rule, restore its file as it was, lock, and change it then"
        yield Diagnostic("CR262", message, _place(rule, "id"), f"its version {newest.version} decided otherwise", advice)
    elif same is not None:
        message = f"`{rule.id}` decides otherwise than version {rule.version} did, which is active since {same.active}"
        advice = f"write `version: {newest.version + 1}`, or take the change back"
        yield Diagnostic("CR261", message, _place(rule, "version"), help=advice)
    elif rule.version < newest.version and rule.status == ACTIVE:
        message = f"`{rule.id}` has gone back to version {rule.version}, which was never active; {newest.version} was"
        yield Diagnostic("CR261", message, _place(rule, "version"), help=f"write `version: {newest.version + 1}`")


def _gone(rules: Mapping[str, Rule], lock: Lock, file: Path) -> Iterator[Diagnostic]:
    for rule_id, known in lock.rules.items():
        if rule_id not in rules and known.status != DELETED:
            advice = "keep the file with `status: retired`; or run `claimrules lock`, which notes that it was deleted"
            yield Diagnostic("CR263", f"the rule `{rule_id}` is locked, and gone", Place(str(file)), help=advice)


def _unknown(rule: Rule, known: LockedRule | None) -> str:
    """What the lock does not know of a rule; nothing where it knows all."""
    if known is None:
        return f"`{rule.id}` is new"
    if rule.status == ACTIVE and known.version(rule.version) is None and rule.version > _highest(known):
        return f"`{rule.id}` has version {rule.version}"
    return f"`{rule.id}` is {rule.status}" if rule.status != known.status else ""


def _highest(known: LockedRule) -> int:
    return -1 if known.newest is None else known.newest.version


def _place(rule: Rule, key: str) -> Place:
    """Where the key stands in the rule's file; the file, where it is not written or cannot be read."""
    try:
        root = read_yaml(Path(rule.file))
    except ClaimRulesError:
        return rule.place
    found = root.key(key) if isinstance(root, MappingNode) else None
    return found.place if found else rule.place
