"""`pytest rules/`: the cases of rule files as tests, each named by its sentence, failing at its YAML line.

Lies outside the package, so that pytest loads it without importing claimrules until a rule file is collected.
"""

# ruff: noqa: PLC0415 - claimrules is imported late on purpose

from __future__ import annotations

import re
from collections.abc import Iterator
from os import PathLike
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from claimrules.cases import Case, CaseOutcome

_RULE_KEYS = re.compile(r"^id:.*^(flag|flag_rows):", re.MULTILINE | re.DOTALL)
_NO_RULES = {"sources.yaml", "parameters.yaml", "exemptions.yaml", "columns.yaml"}
_NO_RULE_FOLDERS = {"knowledge", "bases"}
_packs = pytest.StashKey[dict[Path, Any]]()


class CaseFailure(Exception):  # noqa: N818 - read by people: "CaseFailure", not an error of ours
    """A case that does not hold, or a file that cannot be read."""


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> RuleFile | None:
    """Collect a rule file; leave every other YAML file alone."""
    if file_path.suffix not in (".yaml", ".yml") or file_path.name in _NO_RULES:
        return None
    if _NO_RULE_FOLDERS.intersection(file_path.parent.parts):
        return None
    in_base = any((folder / "sources.yaml").is_file() for folder in file_path.parents)
    if not in_base and not _RULE_KEYS.search(file_path.read_text(encoding="utf-8", errors="replace")):
        return None
    found: RuleFile = RuleFile.from_parent(parent, path=file_path)
    return found


class RuleFile(pytest.File):
    """A rule file. Its cases run together, once, when the first of them is asked for."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item a case; one failing item where the file cannot be read."""
        from claimrules.cases import read_cases, run_cases
        from claimrules.diagnostics import ClaimRulesError, render_all

        try:
            pack = self._pack()
            cases = tuple(case for rule in pack.rules.values() if self._holds(rule) for case in read_cases(rule))
        except ClaimRulesError as error:
            yield BrokenFile.from_parent(self, name="the file can be read", text=render_all(error.diagnostics))
            return
        outcomes: dict[str, CaseOutcome] = {}

        def outcome(case: Case) -> CaseOutcome:
            if not outcomes:
                outcomes.update((one.name, one) for one in run_cases(pack, cases))
            return outcomes[case.name]

        for case in cases:
            yield CaseItem.from_parent(self, name=case.name, case=case, outcome=outcome)

    def _holds(self, rule: Any) -> bool:
        return Path(rule.file).resolve() == self.path.resolve()

    def _pack(self) -> Any:
        import claimrules
        from claimrules.diagnostics import ClaimRulesError
        from claimrules.pack import root_of

        packs = self.config.stash.setdefault(_packs, {})
        root = root_of(self.path)
        if root not in packs:
            try:
                packs[root] = claimrules.load(root)
            except ClaimRulesError:
                packs[root] = None
        # Where one file of the base is broken, the others are loaded each by itself and still run.
        return packs[root] if packs[root] is not None else claimrules.load(self.path)


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
    """A rule file that cannot be read."""

    def __init__(self, *, text: str, **options: Any) -> None:
        super().__init__(**options)
        self.text = text

    def runtest(self) -> None:
        """Fail with all that is wrong with the file."""
        raise CaseFailure(self.text)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The diagnostics, without a traceback."""
        return str(excinfo.value) if isinstance(excinfo.value, CaseFailure) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[PathLike[str] | str, int | None, str]:
        """The file."""
        return self.path, 0, f"{self.path.name}: {self.name}"
