"""The mutants of a room: tried in children of a process that has its tests collected, or of one that has not begun."""

import importlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

import pytest
from benchmarks.mutants.covered import QUIET
from benchmarks.mutants.mutant import Mutant
from benchmarks.mutants.room import Room, module_name
from benchmarks.mutants.swap import MutatedImport, changed_functions, swap_code
from benchmarks.mutants.trial import Child, Trials


@dataclass(frozen=True)
class Queue:
    """Numbers that several processes take from, each number once."""

    end: int

    @classmethod
    def of(cls, numbers: Sequence[int]) -> "Queue":
        out, into = os.pipe()
        os.write(into, b"".join(number.to_bytes(4, "big") for number in numbers))
        os.close(into)
        return cls(out)

    def take(self) -> int | None:
        """The next number; None where there is none."""
        taken = os.read(self.end, 4)
        return int.from_bytes(taken, "big") if taken else None


@dataclass(frozen=True)
class Case:
    """A mutant with its tests and its code."""

    mutant: Mutant
    tests: tuple[str, ...]
    code: CodeType
    functions: list[tuple[CodeType, CodeType]] | None

    @classmethod
    def of(cls, mutant: Mutant, tests: Sequence[str]) -> "Case":
        before, after = (compile(t, str(mutant.path), "exec", dont_inherit=True) for t in (mutant.original, mutant.mutated))
        return cls(mutant, tuple(tests), after, changed_functions(before, after))

    def install(self) -> None:
        """Let the module be imported as mutated."""
        MutatedImport(module_name(self.mutant.path), self.mutant.path, self.code).install()


class Worker:
    """One of the processes that try a room's mutants; it is a pytest plugin for those that change functions alone."""

    def __init__(self, room: Room, cases: Sequence[Case], trials: Trials, results: Path) -> None:
        self._room, self._cases, self._trials, self._results = room, cases, trials, results
        self._swapped: Queue | None = None
        self._temporary = "--basetemp=" + str(results.parent / f"files{os.getpid()}")

    def work(self, imported: Queue, swapped: Queue) -> None:
        """First the mutants that must be imported anew, while nothing of the package is imported; then the others."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        while (number := imported.take()) is not None:
            self._record(number, self._trials.in_child(lambda child, n=number: self._alone(n, child)))
        self._swapped = swapped
        pytest.main([*QUIET, self._temporary, *self._room.tests], plugins=[self])

    def _alone(self, number: int, child: Child) -> None:
        case = self._cases[number]
        case.install()
        tests = self._trials.order(case.tests)
        files = sorted({test.split("::", 1)[0] for test in tests})
        pytest.main([*QUIET, self._temporary, *files], plugins=[child, _Picked(tests, child)])

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:  # noqa: ARG002
        """Import all that the room holds, so that no child has to."""
        for path in self._room.files():
            importlib.import_module(module_name(path))

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try one mutant after another in children."""
        items = {item.nodeid: item for item in session.items}
        while self._swapped is not None and (number := self._swapped.take()) is not None:
            self._record(number, self._trials.in_child(lambda child, n=number: self._swap(n, child, session, items)))
        return True

    def _swap(self, number: int, child: Child, session: pytest.Session, items: dict[str, pytest.Item]) -> None:
        case = self._cases[number]
        if not swap_code(case.mutant.path, case.functions or []):
            child.tell("import")
        session.config.pluginmanager.register(child)
        child.run([items[test] for test in self._trials.order(case.tests) if test in items])

    def _record(self, number: int, told: dict[str, object]) -> None:
        mutant = self._cases[number].mutant
        old, new = mutant.change
        row = {"id": mutant.id, "room": mutant.room, **told, "old": old, "new": new}
        with self._results.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


class _Picked:
    """Runs the wanted tests alone, in their order."""

    def __init__(self, tests: list[str], child: Child) -> None:
        self._tests, self._child = tests, child

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        self._child.run([items[test] for test in self._tests if test in items])
        return True
