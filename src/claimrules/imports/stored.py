"""A table in its folder: read for a merge, and written back."""

import csv
import io
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from claimrules.catalog import DATE, TEXT, TableSchema
from claimrules.diagnostics import Diagnostic, KnowledgeError, Place
from claimrules.imports.errors import listed, refused
from claimrules.imports.shape import Shape
from claimrules.imports.values import canonical_all
from claimrules.imports.versions import Version
from claimrules.knowledge import KnowledgeSet
from claimrules.knowledge.cells import folded
from claimrules.knowledge.from_files import read_raw
from claimrules.knowledge.from_yaml import read_declaration
from claimrules.knowledge.raw_table import RawTable
from claimrules.knowledge.table import COMMON, NATION, Declaration

_NATURAL = re.compile(r"(\d+)")
_DATES = ("valid_from", "valid_to", "known_from")


@dataclass(frozen=True, slots=True)
class Stored:
    """A table that is there: what its YAML says, its rows, and the columns of its file in their order."""

    path: Path
    declaration: Declaration
    rows: tuple[Version, ...]
    columns: tuple[str, ...]

    @property
    def schema(self) -> TableSchema:
        """What the columns mean."""
        return self.declaration.schema


def read_stored(folder: Path, shape: Shape) -> Stored | None:
    """The table that a shape is laid over; None where there is none yet.

    Raises:
        KnowledgeError: CR336 it is not the table that the shape makes; CR3xx it does not load by itself.
    """
    path, yaml = folder / f"{shape.table}.csv", folder / f"{shape.table}.yaml"
    if (folder / f"{shape.table}.parquet").exists():
        message, help_ = f"`{shape.table}` is a Parquet file", "write it as CSV first: what an import changes is to be read"
        raise refused("CR336", message, str(folder / f"{shape.table}.parquet"), help=help_)
    if not yaml.exists():
        if path.exists():
            raise refused("CR336", f"`{shape.table}` has rows and no declaration", str(path), help=f"write {yaml.name}")
        return None
    declaration = read_declaration(yaml, shape.table)
    _check_fits(declaration, shape, yaml)
    if not path.exists():
        return Stored(path, declaration, (), ())
    _check_loads(path, yaml, path.read_text(encoding="utf-8-sig"), str(path))
    raw = read_raw(path)
    return Stored(path, declaration, tuple(versions_of(raw, declaration.schema)), tuple(raw.cells.column_names))


def _check_fits(declaration: Declaration, shape: Shape, yaml: Path) -> None:
    if declaration.invented:
        help_ = "import into a folder of your own, --into DIR, and lay it over the rules by --knowledge DIR"
        raise refused(
            "CR336", f"the rows of `{shape.table}` are invented: official ones do not go among them", str(yaml), help=help_
        )
    schema = declaration.schema
    lacking = [column.name for column in shape.declared if column.name not in schema.columns]
    if lacking:
        help_ = f"declare it there, leave it out of the shape, or choose another name: --table {shape.table}_2"
        raise refused("CR336", f"`{shape.table}` has no column {listed(lacking)}", str(yaml), help=help_)
    own, other = tuple(c.name for c in schema.key), tuple(c.name for c in shape.key)
    if set(own) != set(other):
        message = f"the key of `{shape.table}` is {listed(own)}, and the shape's is {listed(other)}"
        raise refused("CR336", message, str(yaml), help="make them the same, or choose another name: --table")


def versions_of(raw: RawTable, schema: TableSchema) -> list[Version]:
    """The rows of a table that loads, in the order of its file."""
    names = raw.cells.column_names
    keys = {column.name for column in schema.key}
    rows = raw.cells.num_rows

    def column(name: str) -> list[str]:
        if name not in names:
            return [""] * rows
        kind = DATE if name in _DATES else schema.columns.get(name, TEXT)
        cells = raw.cells[name].combine_chunks()
        if name in keys or name == "region" or kind != TEXT:
            cells = folded(cells)
        return canonical_all(cells.to_pylist(), kind)

    cells = zip(*(column(name) for name in schema.columns), strict=True)
    regions = ["" if region == NATION else region for region in column("region")]
    common = ("valid_from", "valid_to", "known_from", "knowledge_id", "source", "source_row")
    rest = zip(*(column(name) for name in common), strict=True)
    return [Version(c, region, *more) for c, region, more in zip(cells, regions, rest, strict=True)]


def table_text(rows: Sequence[Version], schema: TableSchema, columns: Sequence[str]) -> str:
    """The CSV of a table: rows by key, region, first day and when they were learnt, so that a change reads as a change.

    `columns`: those that the file has now, in their order; further ones follow as they are needed.
    """
    keys = [list(schema.columns).index(column.name) for column in schema.key]
    ordered = sorted(rows, key=lambda r: ([_natural(r.cells[i]) for i in keys], r.region, r.start, r.known, r.cells, r.end))
    parts = {name: [row.cells[i] for row in ordered] for i, name in enumerate(schema.columns)}
    parts |= {
        "valid_from": [row.start for row in ordered],
        "valid_to": [row.end for row in ordered],
        "region": [row.region for row in ordered],
        "known_from": [row.known for row in ordered],
        "knowledge_id": [row.id for row in ordered],
        "source": [row.source for row in ordered],
        "source_row": [row.source_row for row in ordered],
    }
    if "region" in columns:
        parts["region"] = [region or NATION for region in parts["region"]]
    always = (*schema.columns, "valid_from", "valid_to")
    names = [*columns, *(name for name in always if name not in columns)]
    names += [name for name in COMMON if name not in names and any(parts[name])]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(zip(*(parts[name] for name in names), strict=True))
    return out.getvalue()


def _natural(text: str) -> tuple[tuple[int, str], ...]:
    """Texts in the order in which a reader expects numbers in them."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in _NATURAL.split(text))


def write_table(folder: Path, name: str, csv_text: str, yaml_text: str | None) -> None:
    """Write a table's rows, and its YAML where there is none, after looking whether they load.

    Raises:
        KnowledgeError: whatever the table would be refused for; nothing is written then. CR330 it cannot be written.
    """
    path, yaml = folder / f"{name}.csv", folder / f"{name}.yaml"
    _check_loads(path, yaml, csv_text, str(path), yaml_text)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if yaml_text is not None:
            _replace(yaml, yaml_text)
        _replace(path, csv_text)
    except OSError as error:
        raise refused("CR330", f"cannot write the table: {error.strerror or error}", str(path)) from None


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="")
    part.replace(path)


def _check_loads(path: Path, yaml: Path, csv_text: str, shown: str, yaml_text: str | None = None) -> None:
    with tempfile.TemporaryDirectory() as name:
        trial = Path(name)
        (trial / path.name).write_text(csv_text, encoding="utf-8", newline="")
        if yaml_text is None:
            shutil.copy(yaml, trial / yaml.name)
        else:
            (trial / yaml.name).write_text(yaml_text, encoding="utf-8")
        try:
            KnowledgeSet.read([trial])
        except KnowledgeError as error:
            raise KnowledgeError(_moved(one, trial, path.parent, shown) for one in error.diagnostics) from None


def _moved(one: Diagnostic, trial: Path, folder: Path, shown: str) -> Diagnostic:
    """The error of a trial, said of the table's own file; the line is that of the table as it would be written."""
    where = one.place.file if one.place else shown
    at = one.place
    place = Place(where.replace(str(trial) + os.sep, str(folder) + os.sep), at.line if at else 0)
    text = one.message.replace(str(trial) + os.sep, "")
    return Diagnostic(one.code, text, place, one.label, one.help.replace(str(trial) + os.sep, ""), one.level)
