"""Which files make up which table: folders in layers, the later winning table by table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from claimrules.diagnostics import Diagnostic, KnowledgeError, Place

DATA = (".csv", ".parquet")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class TableFiles:
    """A table's rows and the YAML that declares them, which may stand in an earlier layer. A register has no rows yet."""

    name: str
    data: Path | None
    declaration: Path


@dataclass(slots=True)
class _Found:
    data: tuple[int, Path] | None = None
    declared: tuple[int, Path] | None = None


def table_files(folders: Sequence[Path]) -> tuple[list[TableFiles], list[Diagnostic]]:
    """The tables of all layers, by name, and what is wrong with the files themselves.

    Raises:
        KnowledgeError: CR301 a folder that cannot be read.
    """
    tables: dict[str, _Found] = {}
    wrong: list[Diagnostic] = []
    for layer, folder in enumerate(folders):
        seen = len(wrong)
        placed = [_place_file(path, layer, tables, wrong) for path in _listed(folder)]
        if not any(placed) and len(wrong) == seen:
            wrong.append(_without_tables(Path(folder)))
    out = []
    for name, found in sorted(tables.items()):
        data, declared = found.data, found.declared
        if declared is not None and (data is None or declared[0] > data[0]):
            out.append(TableFiles(name, None, declared[1]))
        elif data is not None and declared is None:
            advice = f"write {name}.yaml beside it: columns, key, source"
            wrong.append(Diagnostic("CR303", f"`{name}` is not declared", Place(str(data[1])), help=advice))
        elif data is not None and declared is not None:
            out.append(TableFiles(name, data[1], declared[1]))
    return out, wrong


def without_rows(files: TableFiles) -> Diagnostic:
    """A declaration without rows, which only a register may be."""
    advice = f"write {files.name}.csv or {files.name}.parquet beside it"
    return Diagnostic("CR303", f"`{files.name}` is declared and has no rows", Place(str(files.declaration)), help=advice)


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in Path(folder).iterdir() if path.is_file() and path.name[0] not in ".~")
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"cannot read the folder of knowledge tables: {reason}"
        raise KnowledgeError(Diagnostic("CR301", message, Place(str(folder)))) from None


def _without_tables(folder: Path) -> Diagnostic:
    inner = folder / "knowledge"
    advice = "it needs <name>.csv with <name>.yaml"
    if inner.is_dir():
        advice += f"; did you mean `{inner}`?"
    return Diagnostic("CR303", f"no tables in `{folder}`", Place(str(folder)), help=advice)


def _place_file(path: Path, layer: int, tables: dict[str, _Found], wrong: list[Diagnostic]) -> bool:
    """Note a file of a table, or what is wrong with it. Whether it is one."""
    if path.suffix == ".yml":
        wrong.append(Diagnostic("CR304", "a declaration ends in `.yaml`", Place(str(path)), help="rename it"))
        return False
    if path.suffix not in (*DATA, ".yaml"):
        return False
    if not _NAME.fullmatch(path.stem):
        advice = "small letters, digits and `_`, so that a rule can name it"
        wrong.append(Diagnostic("CR304", f"`{path.stem}` cannot be a table's name", Place(str(path)), help=advice))
        return False
    found = tables.setdefault(path.stem, _Found())
    if path.suffix == ".yaml":
        found.declared = (layer, path)
    elif found.data is not None and found.data[0] == layer:
        message = f"`{path.stem}` has rows in two files: {found.data[1].name} and {path.name}"
        wrong.append(Diagnostic("CR303", message, Place(str(path)), help="keep one"))
    else:
        found.data = (layer, path)
    return True
