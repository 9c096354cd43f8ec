"""A part ↔ one file: complete under its name, or not there."""

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from claimrules.engine.hits import Counts
from claimrules.findings import BatchFindings, Totals
from claimrules.pack.gathered import Part

_FIGURES = b"figures"


def write_part(part: Part, path: Path) -> None:
    """Findings and undecided as two IPC streams, one after the other; the figures are metadata of the first."""
    figures = {
        "amounts": part.found.amounts,
        "totals": asdict(part.found.totals),
        "counts": {rule: asdict(counts) for rule, counts in part.counts.items()},
        "rule_seconds": dict(part.rule_seconds),
        "seconds": dict(part.seconds),
        "lines": part.lines,
        "leftover": part.leftover,
    }
    sink = pa.BufferOutputStream()
    _write(part.found.findings.replace_schema_metadata({_FIGURES: json.dumps(figures)}), sink)
    _write(part.undecided, sink)
    write_whole(sink.getvalue(), path)


def read_part(path: Path) -> Part | None:
    """The part of a file; None where there is none, or none that can be read."""
    try:
        with pa.memory_map(str(path)) as file:
            findings, undecided = (pa.ipc.open_stream(file).read_all() for _ in range(2))
            said = json.loads(findings.schema.metadata[_FIGURES])
            return Part(
                BatchFindings(
                    findings.replace_schema_metadata(None),
                    {rule: (amount, loss) for rule, (amount, loss) in said["amounts"].items()},
                    Totals(**said["totals"]),
                ),
                undecided,
                {rule: Counts(**counts) for rule, counts in said["counts"].items()},
                said["rule_seconds"],
                said["seconds"],
                said["lines"],
                said["leftover"],
                kept=True,
            )
    except (OSError, pa.ArrowException, KeyError, TypeError, ValueError):
        return None


def write_whole(data: Any, path: Path) -> None:
    """Bytes that are on the disk before they have their name, whatever stops us in between."""
    beside = path.with_name(f"{path.name}.tmp")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # elsewhere a folder cannot be opened
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(table: Any, sink: Any) -> None:
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(table)
