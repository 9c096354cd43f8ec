"""`claimrules docs`: pages about rules and diagnostics."""

# ruff: noqa: PLC0415 - `claimrules --help` must not wait for the engine

from pathlib import Path
from typing import Annotated

import typer

from claimrules.cli.exit_codes import DONE
from claimrules.cli.options import KnowledgeOption, RulesArgument


def docs(
    rules: RulesArgument = Path("rules"),
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the pages go.")] = Path("OUT/docs"),
    knowledge: KnowledgeOption = None,
) -> int:
    """Write a page of Markdown for each rule of RULES and for each diagnostic code, and their lists."""
    import claimrules
    from claimrules.cli.printing import counted
    from claimrules.pages import pages_of

    pack = claimrules.load(rules, knowledge=knowledge or [])
    pages = dict(pages_of(pack))
    try:
        for path, text in pages.items():
            file = out / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{error.filename or out}: {error.strerror}", param_hint="--out") from None
    typer.echo(f"{counted(len(pages), 'page')} on {counted(len(pack.rules), 'rule')} in {out}")
    return DONE
