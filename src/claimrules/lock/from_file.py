"""`rules.lock`, read."""

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from claimrules.diagnostics import ClaimRulesError, Diagnostic, LanguageError, Node, Place, read_yaml
from claimrules.language.frame import Name, Strict
from claimrules.language.from_yaml import find, plain
from claimrules.lock.lock import Lock, LockedRule, LockedVersion

FILE = "rules.lock"
FORMAT = 1
"""Goes up where the same logic would hash to something else, or the file has another form."""
_ADVICE = "it is written by machine: take it back from version control and run `claimrules lock`"


class _Version(Strict):
    version: int = Field(ge=0)
    active: date
    logic: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Rule(Strict):
    status: Literal["draft", "shadow", "active", "retired", "deleted"]
    versions: tuple[_Version, ...]


class _File(Strict):
    format: int
    rules: dict[Name, _Rule]


def read_lock(folder: Path) -> Lock | None:
    """The lock of a rule base; None where it has none.

    Raises:
        LanguageError: CR265 a file that is not as `write_lock` writes it.
    """
    path = folder / FILE
    if not path.exists():
        return None
    try:
        root = read_yaml(path)
    except ClaimRulesError as error:
        first = error.diagnostics[0]
        raise _broken(first.message, first.place) from None
    try:
        read = _File.model_validate(plain(root))
    except ValidationError as error:
        raise _of_form(root, error) from None
    if read.format != FORMAT:
        message = f"it is of format {read.format}, and this version of claimrules writes {FORMAT}"
        raise _broken(
            message, find(root, ("format",))[0].place, "use the version of claimrules that wrote it, or a newer one"
        )
    return Lock({name: _rule(name, rule, root) for name, rule in read.rules.items()})


def _rule(name: str, rule: _Rule, root: Node) -> LockedRule:
    for number, (one, following) in enumerate(pairwise(rule.versions), 1):
        if one.version >= following.version:
            place = find(root, ("rules", name, "versions", number))[0].place
            raise _broken(f"version {following.version} of `{name}` stands after {one.version}", place)
    return LockedRule(rule.status, tuple(LockedVersion(v.version, v.active, v.logic) for v in rule.versions))


def _of_form(root: Node, error: ValidationError) -> LanguageError:
    detail = error.errors()[0]
    path = tuple(detail["loc"])
    where = ".".join(str(step) for step in path)
    return _broken(f"`{where}`: {detail['msg'].lower()}" if where else "it is a mapping", find(root, path)[0].place)


def _broken(message: str, place: Place | None, advice: str = _ADVICE) -> LanguageError:
    return LanguageError(Diagnostic("CR265", f"the lock file cannot be read: {message}", place, help=advice))
