"""Where things lie, and the ways in: the Python API, the command line in this process, the command line as a process."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import claimrules
from claimrules.cli import run

TESTS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Places:
    """Folders of the repository."""

    rules: Path = TESTS.parent / "rules"
    test_rules: Path = TESTS / "data" / "rules"
    mappings: Path = TESTS / "data" / "mappings"


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Ran]


@pytest.fixture(scope="session")
def places() -> Places:
    return Places()


@pytest.fixture(scope="session")
def pack(places: Places) -> Any:
    """The repository's seven rules with its sample tables."""
    return claimrules.load(places.rules)


@pytest.fixture
def real_data() -> Callable[[str], Path]:
    """A folder of real inputs, which are no part of the project; skips where there is none."""

    def find(name: str) -> Path:
        root = os.environ.get("CLAIMRULES_DATA")
        if not root or not (Path(root) / name).is_dir():
            pytest.skip(f"set CLAIMRULES_DATA to a folder that holds {name}/")
        return Path(root) / name

    return find


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """`claimrules ARGUMENTS` in this process."""

    def call(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        code = run([str(a) for a in arguments])
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return call


@pytest.fixture
def process() -> Command:
    """`python -m claimrules ARGUMENTS` as a user starts it."""

    def call(*arguments: str | Path, cwd: Path | None = None) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "claimrules", *map(str, arguments)],
            capture_output=True,
            cwd=cwd,
            timeout=120,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call
