"""`claimrules schema`: JSON Schema for editors."""

# ruff: noqa: PLC0415 - `claimrules --help` must not wait for the engine

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from claimrules.cli.exit_codes import DONE


class Kind(StrEnum):
    """The kinds of file that have a schema."""

    RULE = "rule"
    TABLE = "table"
    MAPPING = "mapping"
    PARAMETERS = "parameters"
    EXEMPTIONS = "exemptions"
    SOURCES = "sources"


def schema(
    kind: Annotated[Kind, typer.Argument(help="The kind of file.")] = Kind.RULE,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there, and print nothing.")] = None,
) -> int:
    """Print the JSON Schema of a kind of file: the keys that an editor completes and explains."""
    from claimrules.schema import schema_of

    text = json.dumps(schema_of(kind.value), ensure_ascii=False, indent=1) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return DONE
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{error.filename or out}: {error.strerror}", param_hint="--out") from None
    return DONE
