"""The commands, by name."""

from typing import Annotated

import typer

from claimrules.cli.audit import audit
from claimrules.cli.cases import cases
from claimrules.cli.check import check
from claimrules.cli.diff import diff
from claimrules.cli.docs import docs
from claimrules.cli.explain import explain
from claimrules.cli.fmt import fmt
from claimrules.cli.generate import generate
from claimrules.cli.knowledge import knowledge
from claimrules.cli.lock import lock
from claimrules.cli.new import new
from claimrules.cli.schema import schema
from claimrules.cli.sql import sql
from claimrules.version import __version__

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:  # noqa: FBT001 - typer's form of a callback
    if value:
        typer.echo(f"claimrules {__version__}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)]


@app.callback()
def claimrules(version: Version = False) -> None:  # noqa: FBT002
    """Audit health-insurance settlement claims (医保结算智能审核) by declarative rules.

    Exit codes: 0 done; 1 findings, failing cases or lint errors where the command is asked to judge; 2 misuse or
    unusable input; 3 our own fault.
    """


app.command()(audit)
app.command()(check)
app.command("test")(cases)
app.command()(diff)
app.command()(docs)
app.command()(explain)
app.command()(fmt)
app.command()(generate)
app.command()(lock)
app.command()(new)
app.command()(schema)
app.command()(sql)
app.add_typer(knowledge, name="knowledge")
