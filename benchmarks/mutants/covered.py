"""Which tests run which lines, and how long each takes: one run of the rooms' tests under coverage."""

import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from benchmarks.mutants.room import PACKAGE, ROOMS

QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:cov", "-p", "no:xdist", "--capture=sys", "-o", "python_files=test_*.py")
"""The last: else pytest loads `engine/window_test.py`, which is named like a test, by its own loader, unmutated."""


@dataclass(frozen=True)
class Covered:
    """Seconds of every test that passes, and for every line of a file the tests that run it."""

    seconds: dict[str, float]
    lines: dict[str, dict[int, list[str]]]

    def tests(self, path: Path, lines: Sequence[int]) -> set[str]:
        """The tests that run one of the lines; where an import does, those of the module, or all."""
        of_file = self.lines.get(str(path.relative_to(PACKAGE)), {})
        found = {test for line in lines for test in of_file.get(line, ())}
        if set(lines) & _import_lines(path):
            found = {test for tests in of_file.values() for test in tests} or set(self.seconds)
        return {near for test in found for near in self._beside(test)}

    def _beside(self, test: str) -> list[str]:
        """The cases of a rule file run together, in the first of them that is asked for."""
        file = test.split("::", 1)[0]
        return [t for t in self.seconds if t.startswith(file + "::")] if file.endswith(".yaml") else [test]


def _import_lines(path: Path) -> set[int]:
    """The lines that importing a module runs."""
    pending, out = [compile(path.read_text(encoding="utf-8"), str(path), "exec")], set()
    while pending:
        code = pending.pop()
        out |= {line for _, _, line in code.co_lines() if line}
        # The bodies of classes run with the module; those of functions (optimised, flag 1) do not.
        pending += [
            c for c in code.co_consts if isinstance(c, type(code)) and (not c.co_flags & 1 or c.co_name.startswith("<"))
        ]
    return out


class _Watch:
    """Tells coverage which test is running."""

    def __init__(self, coverage: object) -> None:
        self.coverage = coverage
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.coverage.switch_context(item.nodeid)
        begun = time.perf_counter()
        yield
        self.seconds[item.nodeid] = time.perf_counter() - begun
        self.coverage.switch_context("")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed or report.skipped:
            self.failed.add(report.nodeid)


def _part(folders: list[str], out: Path) -> None:
    from coverage import Coverage  # noqa: PLC0415 - started in the process that is watched alone

    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    coverage = Coverage(data_file=None, config_file=False, include=[f"{PACKAGE}/{room.name}/*" for room in ROOMS])
    watch = _Watch(coverage)
    coverage.start()
    pytest.main([*QUIET, *folders], plugins=[watch])
    coverage.stop()
    data, lines = coverage.get_data(), {}
    for file in data.measured_files():
        by_line = data.contexts_by_lineno(file)
        lines[str(Path(file).relative_to(PACKAGE))] = {n: [t for t in tests if t] for n, tests in by_line.items()}
    out.write_text(json.dumps({"seconds": watch.seconds, "failed": sorted(watch.failed), "lines": lines}), encoding="utf-8")


def measure(folder: Path) -> Covered:
    """Run all tests of all rooms, in two processes; print those that fail unmutated, which are not used."""
    everywhere = sorted({test for room in ROOMS for test in room.tests})
    parts = [["tests/oracle"], [test for test in everywhere if test != "tests/oracle"]]
    files = [folder / f"covered{number}.json" for number in range(len(parts))]
    for old in folder.glob("covered?.json"):
        old.unlink()
    children = []
    for part, file in zip(parts, files, strict=True):
        child = os.fork()
        if not child:
            _part(part, file)
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    return read(folder)


def add(folder: Path, tests: Sequence[str]) -> None:
    """Measure some tests that were written since, beside those that are measured."""
    child = os.fork()
    if not child:
        _part(list(tests), folder / f"covered{len(list(folder.glob('covered?.json')))}.json")
        os._exit(0)
    os.waitpid(child, 0)


def read(folder: Path) -> Covered:
    """What `measure` wrote."""
    seconds, lines = {}, defaultdict(lambda: defaultdict(list))
    for file in sorted(folder.glob("covered?.json")):
        part = json.loads(file.read_text(encoding="utf-8"))
        failed = set(part["failed"])
        for test in part["failed"]:
            print("not used, as it does not pass unmutated:", test, file=sys.stderr)
        seconds |= {test: taken for test, taken in part["seconds"].items() if test not in failed}
        for name, by_line in part["lines"].items():
            for line, tests in by_line.items():
                lines[name][int(line)] += [test for test in tests if test not in failed]
    return Covered(seconds, lines)
