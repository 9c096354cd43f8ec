"""Diagnostics as workflow commands of GitHub Actions, which shows them beside the changed lines."""

from collections.abc import Iterable
from pathlib import Path

from claimrules.diagnostics.diagnostic import Diagnostic, Level
from claimrules.diagnostics.place import Place


def as_github(diagnostics: Iterable[Diagnostic]) -> str:
    """One `::error …::` or `::warning …::` a line, errors first: GitHub shows the first ten of a step alone."""
    found = sorted(diagnostics, key=lambda one: (one.level is not Level.ERROR, one))
    return "\n".join(_command(one) for one in found)


def _command(one: Diagnostic) -> str:
    properties: dict[str, object] = {}
    if one.place:
        properties["file"] = path_of(one.place)
        if one.place.line:
            properties["line"] = one.place.line
        if one.place.line and one.place.column:
            properties |= {"col": one.place.column, "endColumn": one.place.column + one.place.length}
    properties["title"] = one.code
    said = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{one.level} {said}::{_data(text_of(one))}"


def path_of(place: Place) -> str:
    """The file from where the command runs, with `/`: code hosts know files by their path in the repository."""
    path = Path(place.file)
    inside = path.is_absolute() and path.is_relative_to(Path.cwd())
    return (path.relative_to(Path.cwd()) if inside else path).as_posix()


def text_of(one: Diagnostic) -> str:
    """What is wrong, why, and what to do, a line each."""
    return "\n".join(part for part in (one.message, one.label, f"help: {one.help}" if one.help else "") if part)


def _data(text: str) -> str:
    """The part after `::` ends at the line's end, and `%` begins an escape."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """In a property `:` and `,` separate as well."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
