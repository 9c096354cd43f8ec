"""The sound part of a rule base some of whose files are broken: the others can still be tested."""

from dataclasses import dataclass
from pathlib import Path

from claimrules.diagnostics import ClaimRulesError, Diagnostic
from claimrules.pack.load import load, load_without, rule_files
from claimrules.pack.rule_pack import RulePack


@dataclass(frozen=True)
class Sound:
    """`pack`: the rules of all files without an error; None where what they share is broken. `found`: all errors."""

    pack: RulePack | None
    found: tuple[Diagnostic, ...] = ()

    def found_in(self, file: Path) -> tuple[Diagnostic, ...]:
        """The errors of one file."""
        return tuple(one for one in self.found if _file_of(one) == file.resolve())


def load_sound(rules: Path) -> Sound:
    """Load a folder without the rule files that have errors. A table that is broken leaves nothing sound."""
    files = {path.resolve() for path in rule_files(rules)}
    found: dict[Diagnostic, None] = {}
    broken: set[Path] = set()
    while True:
        try:
            return Sound(load_without(broken, rules) if broken else load(rules), tuple(found))
        except ClaimRulesError as error:
            found |= dict.fromkeys(error.diagnostics)
            further = {file for one in error.diagnostics if (file := _file_of(one)) in files} - broken
        broken |= further
        if not further or broken == files:
            return Sound(None, tuple(found))


def _file_of(one: Diagnostic) -> Path | None:
    return Path(one.place.file).resolve() if one.place else None
