"""`pytest rules/`: the cases of rule files as tests, each named by its sentence, failing at its YAML line.

Lies outside the package, so that pytest loads it without importing claimrules until a rule file is collected.
"""

# ruff: noqa: PLC0415 - claimrules is imported late on purpose

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from os import PathLike
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from claimrules.cases import Case, CaseOutcome
    from claimrules.diagnostics import Diagnostic
    from claimrules.pack import Sound

_RULE = re.compile(r"^id:.*^(flag|flag_rows):", re.MULTILINE | re.DOTALL)
_RULE_KEY = re.compile(r"^(id|of|per|match|flag|flag_rows|message|basis|examples)\s*:", re.MULTILINE)
_NO_RULES = {"sources.yaml", "parameters.yaml", "exemptions.yaml", "columns.yaml"}
_NO_RULE_FOLDERS = {"knowledge", "bases"}
_MOST = 5
_bases = pytest.StashKey[dict[Path, "Sound"]]()


class CaseFailure(Exception):  # noqa: N818 - read by people: "CaseFailure", not an error of ours
    """A case that does not hold, or a file that cannot be read."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> RuleFile | None:
    """Collect a rule file; leave every other YAML file alone."""
    if file_path.suffix not in (".yaml", ".yml") or file_path.name in _NO_RULES:
        return None
    base = _base_of(file_path)
    if base is not None and _NO_RULE_FOLDERS.intersection(file_path.parent.relative_to(base).parts):
        return None
    looks_like_one = _RULE if base is None else _RULE_KEY  # beside tables and sources a broken rule is one as well
    if not looks_like_one.search(file_path.read_text(encoding="utf-8", errors="replace")):
        return None
    found: RuleFile = RuleFile.from_parent(parent, path=file_path)
    return found


def _base_of(file: Path) -> Path | None:
    """The rule base that a file is in, as loading it finds it; None where nothing but the file itself says so."""
    for folder in file.parents[:4]:
        if any((folder / name).exists() for name in _NO_RULES) or any((folder / "knowledge").glob("*.yaml")):
            return folder
    return None


class RuleFile(pytest.File):
    """A rule file. Its cases run together, once, when the first of them is asked for."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item a case; one failing item where the file cannot be read."""
        from claimrules.cases import read_cases, run_cases
        from claimrules.diagnostics import ClaimRulesError

        base = self._base()
        if base.pack is None or base.found_in(self.path):
            yield self._broken(base.found_in(self.path), base.found)
            return
        pack = base.pack
        try:
            cases = tuple(case for rule in pack.rules.values() if self._holds(rule) for case in read_cases(rule))
        except ClaimRulesError as error:
            yield self._broken(error.diagnostics, ())
            return
        outcomes: dict[str, CaseOutcome] = {}

        def outcome(case: Case) -> CaseOutcome:
            if not outcomes:
                outcomes.update((one.name, one) for one in run_cases(pack, cases))
            return outcomes[case.name]

        for case in cases:
            yield CaseItem.from_parent(self, name=case.name, case=case, outcome=outcome)

    def _holds(self, rule: Any) -> bool:
        file = Path(rule.file)
        return file.name == self.path.name and file.resolve() == self.path.resolve()

    def _broken(self, own: Sequence[Diagnostic], shared: Sequence[Diagnostic]) -> pytest.Item:
        item: pytest.Item = BrokenFile.from_parent(self, name="the file can be read", own=own, shared=shared)
        return item

    def _base(self) -> Sound:
        """The rule base of the file, loaded once; where files of it are broken, the others still run."""
        from claimrules.pack import load_sound, root_of

        bases = self.config.stash.setdefault(_bases, {})
        root = root_of(self.path)
        if root not in bases:
            bases[root] = load_sound(root)
        return bases[root]


class CaseItem(pytest.Item):
    """One case."""

    def __init__(self, *, case: Case, outcome: Any, **options: Any) -> None:
        super().__init__(**options)
        self.case, self.outcome = case, outcome

    def runtest(self) -> None:
        """Fail with what differs."""
        outcome: CaseOutcome = self.outcome(self.case)
        if not outcome.passed:
            raise CaseFailure(outcome.text)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The place of the case and what differs, without a traceback."""
        if not isinstance(excinfo.value, CaseFailure):
            return super().repr_failure(excinfo, style)
        where = relpath(self.path, self.config.invocation_params.dir)
        return f"{where}:{self.case.place.line}: {self.case.rule_id}: {self.name}\n{excinfo.value}"

    def reportinfo(self) -> tuple[PathLike[str] | str, int | None, str]:
        """The line of the case in its YAML file."""
        return self.path, self.case.place.line - 1, f"{self.case.rule_id}: {self.name}"


class BrokenFile(pytest.Item):
    """A rule file that cannot be read, or whose rule base cannot. `own`, `shared`: the errors of either."""

    def __init__(self, *, own: Sequence[Diagnostic], shared: Sequence[Diagnostic], **options: Any) -> None:
        super().__init__(**options)
        self.own, self.shared = own, shared

    def runtest(self) -> None:
        """Fail with all that is wrong with the file; or in a few lines, as every file says it, with what all share."""
        from claimrules.diagnostics import render_all

        if self.own:
            raise CaseFailure(render_all(self.own))
        more = [f"and {len(self.shared) - _MOST} more"] if len(self.shared) > _MOST else []
        raise CaseFailure("\n".join(["its rule base cannot be read:", *map(str, self.shared[:_MOST]), *more]))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The diagnostics, without a traceback."""
        return str(excinfo.value) if isinstance(excinfo.value, CaseFailure) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[PathLike[str] | str, int | None, str]:
        """The line of the first error of the file."""
        line = min((one.place.line for one in self.own if one.place), default=1)
        return self.path, max(0, line - 1), f"{self.path.name}: {self.name}"
