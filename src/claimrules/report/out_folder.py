"""OUT/: five files that appear together or not at all."""

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel

from claimrules.diagnostics import ClaimRulesError, Diagnostic, Place
from claimrules.stopwatch import timed

TABLES = ("findings", "undecided", "rejects")
FILES = (*(f"{name}.parquet" for name in TABLES), "summary.json", "timings.json")
_ROW_GROUP = 128 * 1024


class ReportError(ClaimRulesError):
    """CR7xx: a place that results cannot be written to."""


class Result(Protocol):
    """What is written of an audit."""

    @property
    def findings(self) -> Any:
        """An Arrow table, sorted."""

    @property
    def undecided(self) -> Any:
        """An Arrow table, sorted."""

    @property
    def rejects(self) -> Any:
        """An Arrow table, sorted."""

    @property
    def summary(self) -> BaseModel:
        """The figures by rule and in total."""

    @property
    def timings(self) -> Mapping[str, Any]:
        """Seconds by phase; the only thing that differs between two equal runs."""


def check_out(out: Path) -> None:
    """Refuse a place that results cannot go to, before hours of work and not after.

    Raises:
        ReportError: CR701 it is a file, CR702 it holds something that is not ours, CR703 it cannot be written to.
    """
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise _error("CR701", "is not a folder", out, "name a new folder")
    if out.is_dir():
        foreign = sorted(path.name for path in out.iterdir() if path.name not in FILES or not path.is_file())
        if foreign:
            more = len(foreign) - 1
            others = f" and {more} other{'s' if more > 1 else ''}" if more else ""
            message = f"holds `{foreign[0]}`{others}, which no audit wrote"
            raise _error("CR702", message, out, "name a new folder: nothing that is not ours is overwritten")
    parent = _existing(out.absolute().parent)
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise _error("CR703", f"cannot be written to: no right to write in {parent}", out, "name another folder")


@timed("write")
def write(result: Result, out: Path | str) -> None:
    """Write the five files into a folder beside `out`, then let it take the place of `out`.

    Equal results give equal bytes (`timings.json` aside). An older OUT is replaced as a whole.

    Raises:
        ReportError: see `check_out`; CR704 the disk is full or failed; what was there before stays.
    """
    out = Path(out)
    check_out(out)
    target = out.absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = _beside(target)
        fresh.mkdir()
    except OSError as error:
        raise _error("CR704", f"cannot be written: {error.strerror or error}", out, "") from None
    try:
        for name in TABLES:
            _write_table(getattr(result, name), fresh / f"{name}.parquet")
        (fresh / "summary.json").write_text(result.summary.model_dump_json(indent=2) + "\n", encoding="utf-8")
        (fresh / "timings.json").write_text(json.dumps(dict(result.timings), indent=2, default=str) + "\n", encoding="utf-8")
        _replace(fresh, target)
    except OSError as error:
        raise _error(
            "CR704", f"cannot be written: {error.strerror or error}", out, "what was there before is kept"
        ) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _write_table(table: Any, path: Path) -> None:
    """One Parquet file whose bytes follow from the rows alone: chunks are joined, metadata dropped, sizes fixed."""
    plain = pa.table(table).combine_chunks().replace_schema_metadata(None)
    pq.write_table(
        plain,
        path,
        version="2.6",
        compression="zstd",
        compression_level=3,
        row_group_size=_ROW_GROUP,
        data_page_size=1024 * 1024,
        write_statistics=True,
        store_schema=True,
    )


def _replace(fresh: Path, target: Path) -> None:
    if not target.exists():
        fresh.rename(target)
        return
    aside = _beside(target)
    target.rename(aside)
    try:
        fresh.rename(target)
    except BaseException:
        aside.rename(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(6)}")


def _existing(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder


def _error(code: str, message: str, out: Path, advice: str) -> ReportError:
    return ReportError(Diagnostic(code, f"the output folder {message}", Place(str(out)), help=advice))
