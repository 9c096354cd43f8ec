"""A page that is followed: its commands, the files that it shows, the changes that it makes, in their order."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r'^```(?P<kind>\w+)(?: title="(?P<file>[^"]+)")?\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL)
_ELLIPSIS = "…"


@dataclass(frozen=True)
class Block:
    """One fenced block. `file`: the path in its title, empty for commands; `line`: where it stands on the page."""

    kind: str
    file: str
    text: str
    line: int


@dataclass(frozen=True)
class Command:
    """A line behind a `$`. `exit_code` is not on the page; what the command prints is, stdout before stderr."""

    line: str
    shown: str


def blocks(page: str) -> Iterator[Block]:
    """All blocks that have a kind."""
    for found in _FENCE.finditer(page):
        yield Block(found["kind"], found["file"] or "", found["text"], page.count("\n", 0, found.start()) + 1)


def commands(block: Block) -> Iterator[Command]:
    """The commands of a `console` block."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        line, _, shown = part.partition("\n")
        yield Command(line, shown)


def edited(text: str, change: str) -> str:
    """A file after a change of the page. What it takes away, with the lines around it, stands there once."""
    lines = change.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    assert text.count(before) == 1, f"not there once, but {text.count(before)} times:\n{before}"
    return text.replace(before, after)


def prints(shown: str, printed: str) -> bool:
    """Whether this was printed, where a `…` stands for anything; blank ends of lines do not count."""
    wanted = re.escape(_trimmed(shown)).replace(re.escape(_ELLIPSIS), ".*")
    return re.fullmatch(wanted, _trimmed(printed), flags=re.DOTALL) is not None


def ran(line: str, folder: Path, environment: Mapping[str, str]) -> str:
    """What a command prints in a pipe, on a screen of 100 columns."""
    done = subprocess.run(  # noqa: S602 - the page's own commands, in the shell that they were written for
        line,
        shell=True,
        cwd=folder,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "PYTHONUTF8": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    return done.stdout


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
