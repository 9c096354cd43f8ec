"""`claimrules lock`: which versions of the rules were active, for good."""

# ruff: noqa: PLC0415 - `claimrules --help` must not wait for the engine

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimrules.cli.exit_codes import DONE, JUDGED
from claimrules.cli.options import RulesArgument, day

if TYPE_CHECKING:
    from claimrules.diagnostics import Diagnostic
    from claimrules.language import Rule
    from claimrules.lock import Lock


def lock(
    rules: RulesArgument = Path("rules"),
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="The first day of what has become active; else today.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Say whether it is up to date; write nothing.")] = False,  # noqa: FBT002
) -> int:
    """Write RULES/rules.lock: every id, its versions that were ever active, a hash of what each decides, its first day.

    What was locked stays: an active version that decides something else, or an id that is given to another rule, is an
    error, and nothing is written.
    """
    import claimrules
    from claimrules.cli.printing import counted, print_diagnostics
    from claimrules.lock import FILE, REFUSED, Lock, lock_problems, make_lock, read_lock, write_lock

    _refuse_part(rules)
    file = rules / FILE
    before = read_lock(rules)
    pack = claimrules.load(rules)
    problems = lock_problems(pack.rules, before or Lock(), file, whole=True)
    found = problems if check else [one for one in problems if one.code in REFUSED]
    if found:
        print_diagnostics(found, most=1000, to_stdout=True)
        typer.echo(counted(len(found), "error"))
        return JUDGED
    locked = f"{counted(len(pack.rules), 'rule')}"
    if check:
        typer.echo(f"{file} is up to date: {locked}")
        return DONE
    after = make_lock(pack.rules, before, day(on, "--on") or dt.datetime.now().astimezone().date())
    wrote = write_lock(after, file)
    for line in _news(before or Lock(), after):
        typer.echo(line)
    typer.echo(f"{'wrote' if wrote else 'nothing new in'} {file}: {locked}")
    return DONE


def lock_found(folder: Path, rules: "Mapping[str, Rule]") -> "list[Diagnostic]":
    """How the rules, read from a folder or a part of one, are at odds with its lock file; nothing where it has none."""
    from claimrules.diagnostics import ClaimRulesError
    from claimrules.lock import FILE, lock_problems, read_lock
    from claimrules.pack import root_of

    root = root_of(folder)
    try:
        known = read_lock(root)
    except ClaimRulesError as error:
        return list(error.diagnostics)
    return [] if known is None else lock_problems(rules, known, root / FILE, whole=folder == root)


def _refuse_part(rules: Path) -> None:
    from claimrules.pack import root_of

    root = root_of(rules)
    if rules != root or not rules.is_dir():
        raise typer.BadParameter(f"it is a part of {root}; name the whole rule base", param_hint="RULES")


def _news(before: "Lock", after: "Lock") -> list[str]:
    """What the new lock says that the old one did not, a line a rule."""
    out = []
    for rule_id, rule in after.rules.items():
        old = before.rules.get(rule_id)
        versions = [f"version {one.version}" for one in rule.versions if old is None or old.version(one.version) is None]
        status = [rule.status] if old is None or old.status != rule.status else []
        if said := ", ".join([*status, *versions]):
            out.append(f"  {rule_id}: {said}")
    return out
