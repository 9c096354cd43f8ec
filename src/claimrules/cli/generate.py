"""`claimrules generate`: realistic claims with planted violations."""

# ruff: noqa: PLC0415 - `claimrules --help` must not wait for the engine

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from claimrules.cli.exit_codes import DONE


class Format(StrEnum):
    """The form of the files."""

    PARQUET = "parquet"
    CSV = "csv"


def generate(
    out: Annotated[Path, typer.Argument(help="The folder for the claims and the labels of what was planted.")],
    lines: Annotated[int, typer.Option(metavar="N", min=1, help="Fee lines, about.")] = 100_000,
    seed: Annotated[int, typer.Option(metavar="S", min=0, help="The same seed gives the same files.")] = 0,
    format: Annotated[Format, typer.Option(help="The form of the files.")] = Format.PARQUET,  # noqa: A002
) -> int:
    """Write realistic claims with planted, labelled violations into OUT."""
    from claimrules.cli.printing import counted
    from claimrules.cli.progress import progress_bar
    from claimrules.generate import generate_claims

    with progress_bar("generating") as progress:
        done = generate_claims(out, lines, seed, progress=progress, format=format.value)
    typer.echo(f"{counted(done.lines, 'line')} of {counted(done.claims, 'claim')} → {done.out}/")
    typer.echo("planted: " + ", ".join(f"{rule} {count:,}" for rule, count in done.labels.items()))
    return DONE
