"""`claimrules check`: lint, without data."""

# ruff: noqa: PLC0415 - `claimrules --help` must not wait for the engine

import json as json_text
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimrules.cli.exit_codes import DONE, JUDGED
from claimrules.cli.lock import lock_found
from claimrules.cli.options import KnowledgeOption, RulesArgument

if TYPE_CHECKING:
    from claimrules.diagnostics import Diagnostic


def check(
    rules: RulesArgument = Path("rules"),
    knowledge: KnowledgeOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print the diagnostics as JSON.")] = False,  # noqa: FBT002
) -> int:
    """Check the rule files of RULES: schema, names, types, dates, knowledge tables, cases, lock. Needs no data."""
    import claimrules
    from claimrules.cases import case_problems
    from claimrules.cli.printing import counted, print_diagnostics
    from claimrules.diagnostics import ClaimRulesError, Level
    from claimrules.pack import rule_files

    found: list[Diagnostic] = []
    try:
        pack = claimrules.load(rules, knowledge=knowledge or [])
    except ClaimRulesError as error:
        files = rule_files(rules)
        if not files:
            raise
        found.extend(error.diagnostics)
        checked = len(files)
    else:
        found.extend(pack.warnings)
        found.extend(case_problems(pack.rules, pack.knowledge))
        found.extend(lock_found(rules, pack.rules))
        checked = len(pack.rules)
    errors = sum(one.level is Level.ERROR for one in found)
    if json:
        typer.echo(json_text.dumps(documents(found), ensure_ascii=False))
        return JUDGED if errors else DONE
    print_diagnostics(found, most=1000, to_stdout=True)
    said = f"{counted(errors, 'error')}, {counted(len(found) - errors, 'warning')}"
    typer.echo(f"{said} in {counted(checked, 'rule')}")
    return JUDGED if errors else DONE


def documents(found: "Sequence[Diagnostic]") -> list[dict[str, object]]:
    """Diagnostics as JSON has them."""
    return [
        {
            "code": one.code,
            "level": str(one.level),
            "message": one.message,
            "file": one.place.file if one.place else None,
            "line": one.place.line if one.place else None,
            "column": one.place.column if one.place else None,
            "help": one.help,
        }
        for one in sorted(found)
    ]
