"""Finding the files of a CLAIMS folder, or the tables of a dict, by the names a mapping gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from claimrules.batch.arrow_source import IpcSource, ParquetSource
from claimrules.batch.csv_source import CsvSource
from claimrules.batch.source import MemorySource, Source
from claimrules.diagnostics import ClaimsError, Diagnostic, Place

EXTENSIONS = (".parquet", ".csv", ".csv.gz", ".arrow")


class Shelf(Protocol):
    """Where sources stand."""

    @property
    def name(self) -> str:
        """What messages call it."""

    def find(self, pattern: str, encoding: str, delimiter: str) -> list[Source]:
        """The sources that `pattern` names, sorted by name; none is an empty list."""

    def names(self) -> list[str]:
        """What there is, for suggestions."""

    def inside(self, folder: str) -> list[str]:
        """The tables whose names begin with `folder`, without it and without extensions."""


@dataclass(frozen=True)
class Folder:
    """A folder of files. A pattern is a file, a glob, a folder of parts, or a name without its extension."""

    path: Path

    @property
    def name(self) -> str:
        """The folder's path."""
        return str(self.path)

    def names(self) -> list[str]:
        """Files and folders directly inside."""
        return sorted(p.name for p in self.path.iterdir())

    def inside(self, folder: str) -> list[str]:
        """Files with a known extension and folders of parts, of a folder inside; none where it is not there."""
        path = self.path / folder
        found = list(path.iterdir()) if path.is_dir() else []
        return sorted({p.name.split(".")[0] for p in found if p.is_dir() or p.name.endswith(EXTENSIONS)})

    def find(self, pattern: str, encoding: str, delimiter: str) -> list[Source]:
        """See `Shelf`. CR103 where a name without extension fits two files."""
        pure = PurePosixPath(pattern)
        if pure.is_absolute() or ".." in pure.parts:
            raise ClaimsError(
                Diagnostic("CR103", f"`{pattern}` is outside the claims folder", Place(self.name), help="name files inside")
            )
        return [self._source(path, encoding, delimiter) for path in self._paths(pattern)]

    def _paths(self, pattern: str) -> list[Path]:
        if any(c in pattern for c in "*?["):
            return sorted(p for p in self.path.glob(pattern) if p.is_file())
        exact = [self.path / pattern] if (self.path / pattern).exists() else []
        candidates = exact or [p for e in EXTENSIONS if (p := self.path / f"{pattern}{e}").exists()]
        if len(candidates) > 1:
            names = " and ".join(p.name for p in candidates)
            advice = "keep one: both would be read as the same claims"
            raise ClaimsError(Diagnostic("CR103", f"there are {names}", Place(self.name), help=advice))
        if candidates and candidates[0].is_dir():
            return sorted(p for p in candidates[0].iterdir() if p.is_file() and p.name.endswith(EXTENSIONS))
        return candidates

    def _source(self, path: Path, encoding: str, delimiter: str) -> Source:
        name = path.relative_to(self.path).as_posix()
        if name.endswith(".parquet"):
            return ParquetSource(path, name)
        if name.endswith(".arrow"):
            return IpcSource(path, name)
        return CsvSource(path, name, encoding, delimiter)


@dataclass(frozen=True)
class Tables:
    """Tables in memory. A pattern is a key, with or without an extension. `rows` may number their rows."""

    tables: Mapping[str, Any]
    rows: Mapping[str, npt.NDArray[np.int64]] = field(default_factory=dict)
    file: str = ""
    name: str = "the tables"

    def names(self) -> list[str]:
        """The keys."""
        return sorted(self.tables)

    def inside(self, folder: str) -> list[str]:
        """The keys that begin with `folder`, without it."""
        return sorted(key.removeprefix(folder).split(".")[0] for key in self.tables if key.startswith(folder))

    def find(self, pattern: str, encoding: str, delimiter: str) -> list[Source]:  # noqa: ARG002
        """See `Shelf`."""
        stem = pattern.split(".", maxsplit=1)[0]
        for key in (pattern, stem):
            if key in self.tables:
                if not isinstance(self.tables[key], pa.Table):
                    raise _no_table(key, self.tables[key])
                return [MemorySource(self.file or key, self.tables[key], self.rows.get(key))]
        return []


def _no_table(key: str, value: object) -> ClaimsError:
    kind = type(value)
    library = kind.__module__.partition(".")[0]
    advice = {
        ("pandas", "DataFrame"): "write pyarrow.Table.from_pandas(df)",
        ("polars", "DataFrame"): "write df.to_arrow()",
        ("builtins", "dict"): "write pyarrow.table(columns)",
        ("builtins", "list"): "write pyarrow.Table.from_pylist(rows)",
    }.get((library, kind.__name__), "")
    return ClaimsError(Diagnostic("CR106", f"`{key}` is a {kind.__name__}, not a pyarrow.Table", help=advice))
