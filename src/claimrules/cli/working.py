"""The folder of an unfinished audit, and what is said of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from claimrules.cli.printing import counted, err
from claimrules.pack import WorkFolder
from claimrules.pack.run_facts import WHOLE


@contextmanager
def working(out: Path, *, resume: bool) -> Iterator[WorkFolder]:
    """`OUT.partial` for one run: what is found in it is told, and what is left in it where the run is stopped."""
    work = WorkFolder(out.absolute().with_name(f"{out.absolute().name}.partial"), resume=resume)
    name = f"{out}.partial/"
    begun = False
    try:
        with work:
            begun = True
            _say(_beginning(work, name))
            yield work
    except BaseException:
        if begun:
            _say(_end(work, name))
        raise


def _beginning(work: WorkFolder, name: str) -> str:
    found = counted(work.found, "finished partition")
    if not work.resume:
        return f"{name}, left by an audit that was stopped, is discarded: {found}" if work.left else ""
    if work.found:
        return f"{found} in {name}: the audit goes on from there"
    if work.left and work.facts.get("partitions") == WHOLE:
        return f"nothing to resume in {name}: {_ALL_IN_ONE}"
    return f"nothing to resume in {name}: the audit starts at the beginning"


def _end(work: WorkFolder, name: str) -> str:
    if work.finished:
        return f"{counted(work.finished, 'finished partition')} kept in {name}, from which --resume goes on"
    if work.facts.get("partitions") == WHOLE:
        return f"no partition was finished, nothing is kept: {_ALL_IN_ONE}"
    return ""


_ALL_IN_ONE = "some of these rules look beyond one person, so that all claims are one partition"


def _say(text: str) -> None:
    if text:
        err().print(text, markup=False, soft_wrap=True)
