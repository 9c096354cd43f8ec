"""Comments that allow a finding of the lint: `# allow CR622: REASON`."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from claimrules.diagnostics import ClaimRulesError, Diagnostic, Level, Place, read_yaml, suggest
from claimrules.diagnostics.comments import Comment, comments_of
from claimrules.diagnostics.meanings import MEANINGS

OF_JUDGEMENT = frozenset({"CR342", "CR343", "CR621", "CR622", "CR623"})
"""Errors that a person may overrule: rows that look contradictory, tables of another size, cases that are missing.
Every warning may be allowed; any other error says that a rule cannot run, or not as it is written."""

_WRITTEN = re.compile(r"allow\s+(CR\d+(?:\s*,\s*CR\d+)*)\s*(:?)\s*(.*)", re.IGNORECASE)
_HINT = re.compile(rb"#\s*allow\s+CR\d", re.IGNORECASE)
_FORM = "write `# allow CR622: why it is right here`"


@dataclass(frozen=True, slots=True)
class Allowance:
    """One code that a comment allows, and why: on the lines `first` to `last` of its file, or anywhere in a table."""

    code: str
    reason: str
    place: Place
    first: int
    last: int
    table: bool

    def means(self, one: Diagnostic) -> bool:
        """Whether `one` has the code and stands where the comment speaks."""
        if one.place is None or one.code != self.code:
            return False
        if self.table:
            return Path(one.place.file).with_suffix("") == Path(self.place.file).with_suffix("")
        return one.place.file == self.place.file and self.first <= max(1, one.place.line) <= self.last


@dataclass(frozen=True, slots=True)
class Sifted:
    """What is left of the findings, with what is wrong with the comments; and what they allow, with the reasons."""

    found: list[Diagnostic]
    allowed: dict[Diagnostic, str]

    def then(self, tables: Sequence[Path], asked: frozenset[str]) -> "Sifted":
        """The same without what comments in the declarations of tables allow; `asked`: the codes looked for in tables."""
        more = sift(self.found, tables, tables=True, asked=asked.__contains__)
        return Sifted(more.found, {**self.allowed, **more.allowed})


def may_be_allowed(one: Diagnostic) -> bool:
    """Whether a comment may allow it."""
    return one.level is Level.WARNING or one.code in OF_JUDGEMENT


def sift(
    found: Sequence[Diagnostic],
    files: Sequence[Path],
    *,
    tables: bool = False,
    asked: Callable[[str], bool] = lambda _: True,
) -> Sifted:
    """Take out of `found` what comments in `files` allow.

    `tables`: the files declare knowledge tables, and a comment speaks of all rows of its table. `asked`: whether a code
    has been looked for, so that a comment which allows it and meets none is one too many.
    """
    allowances, wrong = _read(files, tables=tables)
    allowed: dict[Diagnostic, str] = {}
    for mine in allowances:
        meant = [one for one in found if mine.means(one)]
        allowed |= {one: mine.reason for one in meant if may_be_allowed(one)}
        if meant and not any(may_be_allowed(one) for one in meant):
            message = f"{mine.code} is an error that cannot be allowed"
            wrong.append(Diagnostic("CR243", message, mine.place, help="mend what it says"))
        elif not meant and asked(mine.code):
            message = f"nothing that this comment covers is reported as {mine.code}"
            wrong.append(Diagnostic("CR242", message, mine.place, help="remove the comment", level=Level.WARNING))
    return Sifted([*(one for one in found if one not in allowed), *wrong], allowed)


def declarations(folders: Sequence[Path]) -> list[Path]:
    """The declarations of the tables in these folders."""
    return [path for folder in folders for path in sorted(folder.glob("*.yaml"))]


def _read(files: Sequence[Path], *, tables: bool) -> tuple[list[Allowance], list[Diagnostic]]:
    """The allowances of files, and the comments that are none. A file that is no YAML has none: that is told elsewhere."""
    allowances: list[Allowance] = []
    wrong: list[Diagnostic] = []
    for path in files:
        try:
            data = path.read_bytes()
            if not _HINT.search(data):  # most files have none, and need not be read for it once more
                continue
            root = read_yaml(path)
        except (ClaimRulesError, OSError):
            continue
        for comment in comments_of(data.decode("utf-8-sig"), root):
            for one in _allowances(comment, table=tables):
                if isinstance(one, Allowance):
                    allowances.append(one)
                else:
                    wrong.append(one)
    return allowances, wrong


def _allowances(comment: Comment, *, table: bool) -> Iterator[Allowance | Diagnostic]:
    written = _WRITTEN.fullmatch(comment.text)
    if written is None:
        return
    codes = [code.strip().upper() for code in written[1].split(",")]
    if not written[2] or not written[3]:
        message = f"{', '.join(codes)} is allowed, and it is not said why"
        yield Diagnostic("CR241", message, comment.place, help=_FORM)
        return
    for code in codes:
        if code in MEANINGS:
            yield Allowance(code, written[3], comment.place, comment.first, comment.last, table)
        else:
            near = suggest(code, MEANINGS)
            advice = f"did you mean `{near}`?" if near else "docs/diagnostics.md lists them"
            yield Diagnostic("CR243", f"there is no diagnostic `{code}` to allow", comment.place, help=advice)
