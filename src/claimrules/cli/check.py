"""`claimrules check`: lint, without data."""

# ruff: noqa: PLC0415 - `claimrules --help` must not wait for the engine

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claimrules.cli.exit_codes import DONE, JUDGED
from claimrules.cli.formats import FormatOption, IgnoreOption, OutputFormat, SelectOption, chosen, print_found
from claimrules.cli.options import KnowledgeOption, RulesArgument

if TYPE_CHECKING:
    from claimrules.diagnostics import Diagnostic


def check(
    rules: RulesArgument = Path("rules"),
    knowledge: KnowledgeOption = None,
    output_format: FormatOption = OutputFormat.TEXT,
    select: SelectOption = None,
    ignore: IgnoreOption = None,
    json: Annotated[bool, typer.Option("--json", help="The same as --output-format json.")] = False,  # noqa: FBT002
) -> int:
    """Check the rule files of RULES: schema, names, types, dates, knowledge tables, cases. Needs no data."""
    import claimrules
    from claimrules.cases import case_problems
    from claimrules.cli.printing import counted
    from claimrules.diagnostics import ClaimRulesError, Level
    from claimrules.lint import sift
    from claimrules.pack import rule_files

    found: list[Diagnostic] = []
    files = rule_files(rules)
    try:
        pack = claimrules.load(rules, knowledge=knowledge or [])
    except ClaimRulesError as error:
        if not files:
            raise
        sifted = sift(error.diagnostics, files, asked=lambda _: False)
    else:
        found.extend(pack.warnings)
        found.extend(case_problems(pack.rules, pack.knowledge))
        sifted = sift(found, files)
    found = chosen(sifted.found, select, ignore)
    errors = sum(one.level is Level.ERROR for one in found)
    said = f"{counted(errors, 'error')}, {counted(len(found) - errors, 'warning')} in {counted(len(files), 'rule')}"
    print_found(found, OutputFormat.JSON if json else output_format, said, sifted.allowed)
    return JUDGED if errors else DONE
