"""`claimrules fmt`: rule files in canonical form."""

# ruff: noqa: PLC0415 - `claimrules --help` must not wait for the engine

import difflib
from pathlib import Path
from typing import Annotated

import typer

from claimrules.cli.exit_codes import DONE, JUDGED

Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="RULES", help="Folders of rules, or rule files; `rules` if left out.", exists=True),
]


def fmt(
    rules: Files = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit with 1 where a file would change.")] = False,  # noqa: FBT002
    diff: Annotated[bool, typer.Option("--diff", help="The same, and print what would change.")] = False,  # noqa: FBT002
) -> int:
    """Write rule files in canonical form: keys in order, quotes, indentation, empty lines, keywords in capital letters.

    Comments stay. What a rule says never changes: a file of which that is not certain is left alone, and named.
    """
    from claimrules.canonical import canonical_file
    from claimrules.cli.printing import counted
    from claimrules.diagnostics import ClaimRulesError, Diagnostic, LanguageError
    from claimrules.pack import rule_files

    folders = rules or [Path("rules")]
    files = [file for folder in folders for file in rule_files(folder)]
    if not files:
        raise LanguageError(Diagnostic("CR201", f"there is no rule file in `{folders[0]}`", help="rule files end in .yaml"))
    changed, wrong = 0, list[Diagnostic]()
    for file in files:
        try:
            before, after = canonical_file(file)
        except ClaimRulesError as error:
            wrong += error.diagnostics
            continue
        if before == after:
            continue
        changed += 1
        if diff:
            typer.echo(difference(str(file), before, after), nl=False)
        elif check:
            typer.echo(f"would change {file}")
        else:
            file.write_bytes(after.encode())
            typer.echo(f"wrote {file}")
    same = len(files) - changed - len({one.place.file for one in wrong if one.place})
    verb = "would change" if check or diff else "changed"
    typer.echo(f"{counted(changed, 'file')} {verb}, {same:,} unchanged", err=diff)
    if wrong:
        raise LanguageError(wrong)
    return JUDGED if changed and (check or diff) else DONE


def difference(name: str, before: str, after: str) -> str:
    """What changes, as a unified diff."""
    lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), name, name)
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
