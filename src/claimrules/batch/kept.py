"""What is left when claims have been read: beside the spool, so that a run that was stopped need not read them again.

The spool is not forced to the disk, which would take long. So it is good only until the machine is restarted, and only
where that can be told.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from claimrules.batch.counts import Tally

_READ, _REJECTS, _REGISTER = "read.json", "rejects.arrow", "register-{}.arrow"
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class Kept:
    """The spool's rows by table and bucket, and what else partitions and results are made from.

    `hashes`: of claims and their rows, and of registers. `doubled`: see `ClaimIndex`. `files`: what file codes stand for.
    """

    counts: Mapping[str, list[int]]
    hashes: tuple[int, int]
    doubled: list[int]
    files: list[str]
    tallies: Mapping[str, Tally]
    rejects: Any
    registers: Mapping[str, Any]


def state_of(paths: Iterable[Path]) -> list[Any] | None:
    """What tells that files are still the same; None where it cannot be told."""
    if not _BOOT.exists():
        return None
    stats = [(str(path.absolute()), path.stat()) for path in paths]
    return [_BOOT.read_text().strip(), *([name, s.st_size, s.st_mtime_ns, s.st_ino] for name, s in stats)]


def keep(kept: Kept, state: list[Any], folder: Path) -> None:
    """Write it into the spool's folder, whole or not at all."""
    _write(kept.rejects, folder / _REJECTS)
    for name, table in kept.registers.items():
        _write(table, folder / _REGISTER.format(name))
    said = {
        "state": state,
        "sizes": _sizes(folder),
        "counts": kept.counts,
        "hashes": kept.hashes,
        "doubled": kept.doubled,
        "files": kept.files,
        "tallies": {name: {**asdict(tally), "amount": str(tally.amount)} for name, tally in kept.tallies.items()},
        "registers": list(kept.registers),
    }
    beside = folder / f"{_READ}.tmp"
    beside.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    beside.replace(folder / _READ)


def is_kept(folder: Path) -> bool:
    """Whether claims have been read to the end here."""
    return (folder / _READ).exists()


def kept_in(folder: Path, state: list[Any]) -> Kept | None:
    """What was kept of the same files; None where they or the spool have changed since."""
    try:
        said = json.loads((folder / _READ).read_bytes())
        if said["state"] != state or said["sizes"] != _sizes(folder):
            return None
        return Kept(
            said["counts"],
            (said["hashes"][0], said["hashes"][1]),
            said["doubled"],
            said["files"],
            {name: Tally(**{**t, "amount": Decimal(t["amount"])}) for name, t in said["tallies"].items()},
            _read(folder / _REJECTS),
            {name: _read(folder / _REGISTER.format(name)) for name in said["registers"]},
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError, pa.ArrowException):
        return None


def _sizes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in sorted(folder.iterdir()) if not path.name.startswith(_READ)}


def _write(table: Any, path: Path) -> None:
    with path.open("wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)


def _read(path: Path) -> Any:
    with path.open("rb") as file:
        return pa.ipc.open_stream(file).read_all()
