"""The folder beside OUT that holds what is finished of an audit, until OUT is there."""

import errno
import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from claimrules.diagnostics import ClaimRulesError, Diagnostic, Place
from claimrules.pack.gathered import Part
from claimrules.pack.part_file import read_part, write_part, write_whole
from claimrules.stopwatch import timed

if sys.platform != "win32":
    import fcntl

_LOCK, _RUN, _SPOOL = "lock", "run.json", "spool"
_OURS = (_LOCK, f"{_RUN}*", "part-*.arrows*", _SPOOL)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class WorkError(ClaimRulesError):
    """CR72x: the folder of an unfinished audit."""


class WorkFolder:
    """What is finished of an audit that may be stopped; given to `RulePack.audit`, which fills it.

    A context manager: leaving it in peace removes the folder, leaving it by an error keeps what is finished. `resume`:
    go on from what an earlier run of the same audit left in it; else that is discarded. Only its owner can read it, since
    it holds claims. One run at a time can have it.

    `found`: the finished partitions that an earlier run had left. `finished`: those that are there now. `facts`: what the
    results depend on, by name.

    Raises:
        WorkError: CR721 another run has it, CR722 it is not ours, CR723 the disk is full, CR724 it is of another audit.
    """

    def __init__(self, path: Path | str, *, resume: bool = False) -> None:
        self.path = Path(path)
        self.resume = resume
        self.found = 0
        self.left = False
        """Whether an earlier run had left a folder at all."""
        self.facts: dict[str, str] = {}
        self._lock: int | None = None

    def __enter__(self) -> "WorkFolder":
        self._refuse_foreign()
        self.left = self.path.exists()
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._take()
        self.found = self.finished
        if self.resume:
            self._clear("*.tmp", _SPOOL)
            self.facts = self._known()
        else:
            self._clear(*(pattern for pattern in _OURS if pattern != _LOCK))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None or not self.finished:
            shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        if isinstance(error, OSError) and error.errno in _FULL:
            message = f"the disk is full: {error.strerror or error}"
            advice = "make room, and run the same again with --resume"
            raise WorkError(Diagnostic("CR723", message, Place(str(self.path)), help=advice)) from error

    @property
    def finished(self) -> int:
        """How many partitions are finished."""
        return sum(1 for _ in self.path.glob("part-*.arrows"))

    @property
    def spool(self) -> Path:
        """Where claims are on their way to the rules."""
        return self.path / _SPOOL

    def agree(self, facts: Mapping[str, str]) -> None:
        """Note what the results depend on, by name; CR724 where the run that left this folder had something else."""
        other = sorted(name for name, said in facts.items() if self.facts.get(name, said) != said)
        if other:
            message = f"the audit that was stopped had other {', '.join(other)}"
            advice = "run it with what it had, or without --resume, which discards it and begins anew"
            raise WorkError(Diagnostic("CR724", message, Place(str(self.path)), help=advice))
        self.facts |= facts
        write_whole(json.dumps(self.facts, indent=2, ensure_ascii=False).encode(), self.path / _RUN)

    @timed("keep")
    def part(self, number: int) -> Part | None:
        """What is kept of a partition, if it is finished."""
        return read_part(self._part(number))

    @timed("keep")
    def keep(self, number: int, part: Part) -> None:
        """Keep a finished partition, for good."""
        write_part(part, self._part(number))

    def _part(self, number: int) -> Path:
        return self.path / f"part-{number:05d}.arrows"

    def _known(self) -> dict[str, str]:
        try:
            facts: dict[str, str] = json.loads((self.path / _RUN).read_bytes())
        except (OSError, ValueError):
            self._clear("part-*", _SPOOL)  # nobody can say of what they are part
            self.found = 0
            return {}
        return facts

    def _refuse_foreign(self) -> None:
        if self.path.is_symlink() or (self.path.exists() and not self.path.is_dir()):
            raise self._not_ours("it is not a folder")
        if self.path.is_dir():
            foreign = sorted(p.name for p in self.path.iterdir() if not any(p.match(pattern) for pattern in _OURS))
            if foreign:
                raise self._not_ours(f"it holds `{foreign[0]}`, which no audit wrote")

    def _not_ours(self, why: str) -> WorkError:
        message = f"what is finished of the audit cannot be kept: {why}"
        return WorkError(Diagnostic("CR722", message, Place(str(self.path)), help="move it away, or name another --out"))

    def _take(self) -> None:
        self._lock = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        if sys.platform == "win32":
            return
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            self._lock = None
            message = "another audit with the same --out is running"
            advice = "wait for it, or name another --out"
            raise WorkError(Diagnostic("CR721", message, Place(str(self.path)), help=advice)) from None

    def _clear(self, *patterns: str) -> None:
        for path in [found for pattern in patterns for found in self.path.glob(pattern)]:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
