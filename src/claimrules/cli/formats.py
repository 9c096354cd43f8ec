"""The forms in which linters print what they have found."""

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from claimrules.diagnostics import Diagnostic


class OutputFormat(StrEnum):
    """Text for people, JSON for scripts, workflow commands for GitHub, SARIF for code hosts and editors."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


FormatOption = Annotated[
    OutputFormat, typer.Option("--output-format", help="How to print them: text, json, github or sarif.")
]
CodesOption = list[str] | None
SelectOption = Annotated[CodesOption, typer.Option("--select", metavar="CODE", help="Only these, as CR214 or CR6.")]
IgnoreOption = Annotated[CodesOption, typer.Option("--ignore", metavar="CODE", help="All but these, as CR214 or CR6.")]


def print_found(
    found: "Sequence[Diagnostic]", form: OutputFormat, closing: str, allowed: "Mapping[Diagnostic, str] | None" = None
) -> None:
    """Print them in one of the forms; text ends with the line `closing`."""
    from claimrules.cli.printing import print_diagnostics  # noqa: PLC0415 - `claimrules --help` must not wait for rich
    from claimrules.diagnostics.github import as_github  # noqa: PLC0415
    from claimrules.diagnostics.sarif import as_sarif  # noqa: PLC0415

    match form:
        case OutputFormat.TEXT:
            print_diagnostics(found, most=1000, to_stdout=True)
            typer.echo(closing)
        case OutputFormat.JSON:
            typer.echo(json.dumps(documents(found), ensure_ascii=False))
        case OutputFormat.GITHUB:
            typer.echo(as_github(found), nl=bool(found))
        case OutputFormat.SARIF:
            typer.echo(json.dumps(as_sarif(found, allowed), ensure_ascii=False, indent=2))


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


def chosen(found: "Sequence[Diagnostic]", select: list[str] | None, ignore: list[str] | None) -> "list[Diagnostic]":
    """Those of which the code begins with one that is selected, and with none that is ignored."""
    wanted, unwanted = _codes(select, "--select"), _codes(ignore, "--ignore")
    return [one for one in found if one.code.startswith(wanted or "CR") and not (unwanted and one.code.startswith(unwanted))]


def _codes(given: list[str] | None, option: str) -> tuple[str, ...]:
    from claimrules.diagnostics.meanings import MEANINGS  # noqa: PLC0415

    codes = tuple(code.strip().upper() for text in given or () for code in text.split(",") if code.strip())
    for code in codes:
        if not any(known.startswith(code) for known in MEANINGS):
            raise typer.BadParameter(f"there is no diagnostic `{code}`; docs/diagnostics.md lists them", param_hint=option)
    return codes
