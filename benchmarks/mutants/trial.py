"""One mutant's tests in a forked child: the first that fails kills it."""

import json
import os
import resource
import signal
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from benchmarks.mutants.covered import Covered

MEMORY = 8 * 2**30
LONGEST = 5.0
"""Tests that take longer than so many seconds are left out: what they alone would find is written down as survived."""


@dataclass
class Trials:
    """Runs tests in the order of what they killed before, for a limited time each and together."""

    covered: Covered
    limit: float
    kills: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def order(self, tests: Sequence[str]) -> list[str]:
        """Module by module, so that what a module prepares is prepared once: first what kills most in a second."""
        by_file = defaultdict(list)
        for test in (test for test in tests if self.covered.seconds[test] <= LONGEST):
            by_file[test.split("::", 1)[0]].append(test)
        return [
            t
            for file in sorted(by_file, key=lambda f: self._cost(by_file[f]))
            for t in sorted(by_file[file], key=lambda t: self._cost([t]))
        ]

    def _cost(self, tests: Sequence[str]) -> tuple[float, str]:
        seconds = sum(self.covered.seconds[test] for test in tests)
        return seconds / (1 + sum(self.kills[test] for test in tests)), tests[0]

    def in_child(self, work: Callable[["Child"], None]) -> dict[str, object]:
        """Fork, work there, and give what the child told; a child that is ended by a signal hung."""
        begun = time.monotonic()
        ear, mouth = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(ear)
            _be_quiet()
            child = Child(mouth, self.limit, self.covered)
            try:
                work(child)
            except BaseException as error:  # noqa: BLE001 - a mutant may raise anything, and dies of it
                child.tell("killed", by=f"{type(error).__name__} outside a test")
            child.tell("survived")
        os.close(mouth)
        with os.fdopen(ear) as told:
            text = told.read()
        _, status = os.waitpid(pid, 0)
        out = json.loads(text) if text else {"outcome": "timeout", "by": f"signal {os.WTERMSIG(status)}"}
        if out["outcome"] == "killed" and out["by"] in self.covered.seconds:
            self.kills[str(out["by"])] += 1
        return out | {"seconds": round(time.monotonic() - begun, 2)}


def _be_quiet() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Child:
    """The plugin of the process that tries one mutant."""

    def __init__(self, mouth: int, limit: float, covered: Covered) -> None:
        self._mouth, self._limit, self._covered = mouth, limit, covered
        self._ran = self._of = 0

    def tell(self, outcome: str, by: str = "") -> None:
        """Say how it ended and end."""
        os.write(self._mouth, json.dumps({"outcome": outcome, "by": by, "ran": self._ran, "of": self._of}).encode())
        os._exit(0)

    def run(self, items: Sequence[pytest.Item]) -> None:
        """The items one after another, until the time is up."""
        self._of, end = len(items), time.monotonic() + self._limit
        for item, after in zip(items, [*items[1:], None], strict=True):
            if time.monotonic() > end:
                break
            self._watch(20 + 10 * self._covered.seconds.get(item.nodeid, 1))
            item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
            self._ran += 1
        self.tell("survived")

    @staticmethod
    def _watch(seconds: float) -> None:
        """End this process where one test takes so long: of its own time, or of anybody's where it only waits."""
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds / 2)
        signal.setitimer(signal.ITIMER_REAL, 4 * seconds)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The first failure decides."""
        if report.failed:
            self.tell("killed", report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A test file that cannot be read any more kills too."""
        if report.failed:
            self.tell("killed", report.nodeid)
