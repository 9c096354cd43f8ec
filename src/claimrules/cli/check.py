"""`claimrules check`: lint, without data."""

# ruff: noqa: PLC0415 - `claimrules --help` must not wait for the engine

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimrules.cli.exit_codes import DONE, JUDGED
from claimrules.cli.formats import FormatOption, IgnoreOption, OutputFormat, SelectOption, chosen, print_found
from claimrules.cli.lock import lock_found
from claimrules.cli.options import KnowledgeOption, RulesArgument

if TYPE_CHECKING:
    from claimrules.diagnostics import Diagnostic


def check(
    rules: RulesArgument = Path("rules"),
    knowledge: KnowledgeOption = None,
    output_format: FormatOption = OutputFormat.TEXT,
    select: SelectOption = None,
    ignore: IgnoreOption = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what is beyond doubt, then check.")] = False,  # noqa: FBT002
    json: Annotated[bool, typer.Option("--json", help="The same as --output-format json.")] = False,  # noqa: FBT002
) -> int:
    """Check the rule files of RULES: schema, names, types, dates, knowledge tables, cases, lock. Needs no data."""
    import claimrules
    from claimrules.cases import case_problems
    from claimrules.cli.printing import counted
    from claimrules.diagnostics import ClaimRulesError, Level
    from claimrules.lint import OF_ALL_RULES, declarations, lint_rules, sift
    from claimrules.pack import root_of, rule_files

    found: list[Diagnostic] = []
    files = rule_files(rules)
    if fix:
        _fix(rules, knowledge or [])
    try:
        pack = claimrules.load(rules, knowledge=knowledge or [])
    except ClaimRulesError as error:
        if not files:
            raise
        sifted = sift(error.diagnostics, files, asked=lambda _: False)
    else:
        found.extend(pack.warnings)
        found.extend(case_problems(pack.rules, pack.knowledge))
        found.extend(lock_found(rules, pack.rules))
        whole = rules.is_dir() and root_of(rules) == rules
        found.extend(lint_rules(pack, whole=whole))
        tables = declarations([root_of(rules) / "knowledge", *(knowledge or [])])
        sifted = sift(found, files, asked=lambda code: whole or code not in OF_ALL_RULES)
        sifted = sifted.then(tables, OF_ALL_RULES if whole else frozenset())
    found = chosen(sifted.found, select, ignore)
    errors = sum(one.level is Level.ERROR for one in found)
    said = f"{counted(errors, 'error')}, {counted(len(found) - errors, 'warning')} in {counted(len(files), 'rule')}"
    allowed = {one: sifted.allowed[one] for one in chosen(list(sifted.allowed), select, ignore)}
    print_found(found, OutputFormat.JSON if json else output_format, said, allowed)
    return JUDGED if errors else DONE


def _fix(rules: Path, knowledge: list[Path]) -> None:
    """Write fixes, and say on stderr where."""
    import claimrules
    from claimrules.cli.printing import counted
    from claimrules.diagnostics import ClaimRulesError
    from claimrules.lint import fix_files
    from claimrules.pack import rule_files

    def errors() -> "tuple[Diagnostic, ...]":
        try:
            claimrules.load(rules, knowledge=knowledge)
        except ClaimRulesError as error:
            return error.diagnostics
        return ()

    done = fix_files(rule_files(rules), errors)
    for path, count in sorted(done.fixes.items()):
        typer.echo(f"fixed {counted(count, 'mistake')} in {path}", err=True)
    for path in sorted(done.taken_back):
        typer.echo(f"left {path} as it was: its fixes would have made it worse", err=True)
