"""What a loaded pack depends on, as one hash: every byte that is read, the code that reads it, and how it was asked for."""

import hashlib
import os
import platform
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pydantic
import sqlglot
import yaml

from claimrules.version import __version__


def stamp(files: Iterable[Path], asked: object) -> str:
    """64 hex digits. `asked`: the arguments, of types whose `repr` says all of them.

    Raises:
        OSError: a file cannot be read.
    """
    state = hashlib.sha256(repr((_code(), asked)).encode())
    for path in files:
        data = path.read_bytes()
        state.update(f"\0{path}\0{len(data)}\0".encode())
        state.update(data)
    return state.hexdigest()


@cache
def _code() -> tuple[object, ...]:
    """The version of everything that has a part in what a file means.

    The files of the package tell by size and time that somebody has worked on them, whatever the version says.
    """
    root = Path(__file__).parents[1]
    made = tuple(sorted(_python_files(root)))
    libraries = tuple(module.__version__ for module in (np, pa, pydantic, sqlglot, yaml))
    return (__version__, sys.version, platform.machine(), sys.byteorder, libraries, made)


def _python_files(folder: Path | str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _python_files(entry.path)
            elif entry.name.endswith((".py", ".so", ".pyd")):
                stat = entry.stat()
                yield entry.path, stat.st_size, stat.st_mtime_ns
