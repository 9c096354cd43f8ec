"""The door: any input as an Intake."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from claimrules.batch.claim_batch import ClaimBatch
from claimrules.batch.documents import Documents, from_models, read_documents
from claimrules.batch.files import Folder, Tables
from claimrules.batch.intake import Intake
from claimrules.batch.mapping import Mapping as TableMapping
from claimrules.batch.mapping_yaml import Extra, load_mapping
from claimrules.batch.registers import filed
from claimrules.catalog import TableSchema
from claimrules.diagnostics import ClaimsError, Diagnostic, Place, suggest
from claimrules.models import Claim

_BYTES_A_LINE = 2_000
"""What a line takes while it is audited, by which `memory` becomes lines."""

ClaimsSource = Path | str | Mapping[str, Any] | ClaimBatch | Iterable[Claim]


def open_claims(
    source: ClaimsSource,
    *,
    mapping: str | Path = "canonical",
    batch_lines: int = 1_000_000,
    memory: int | None = None,
    extra: Extra | None = None,
    registers: Mapping[str, TableSchema] = MappingProxyType({}),
    given: Mapping[str, Any] | None = None,
    coded: bool = False,
) -> Intake:
    """Open any input; its files, headers and mapping are checked here, its rows when they are asked for.

    `source`: a folder, a `.json` or `.jsonl`, a dict of Arrow tables, a ClaimBatch, or Claims. `mapping`: `canonical`,
    `nhsa` or a YAML file. `memory` in bytes lowers `batch_lines`. `extra` declares columns by table, name and type.
    `registers`: those that are read, if the input brings them; `given`: tables of some, before those of the input.
    `coded`: in the partitions texts that repeat may be dictionary arrays of sorted words instead of plain strings.

    Raises:
        ClaimsError: CR10x the input, CR12x the mapping.
    """
    how = load_mapping(mapping, extra)
    lines = batch_lines if memory is None else max(1_000, min(batch_lines, memory // _BYTES_A_LINE))
    beside = None if not given else Tables(filed({"registers": given}, ()))
    if isinstance(source, ClaimBatch):
        filled = {name: table for name, table in source.tables().items() if name == "claims" or table.num_rows}
        return Intake(Tables(filled), how, lines, schemas=registers, registers=beside, coded=coded)
    if isinstance(source, Mapping):
        return Intake(Tables(filed(source, registers)), how, lines, schemas=registers, registers=beside, coded=coded)
    if not isinstance(source, Path | str):
        return _of_documents(from_models(source), "", how, lines, registers, beside, coded=coded)
    path = Path(source)
    if path.suffix in (".json", ".jsonl") and path.is_file():
        return _of_documents(read_documents(path), path.name, how, lines, registers, beside, coded=coded)
    if not path.is_dir():
        raise _no_folder(path)
    return Intake(Folder(path), how, lines, schemas=registers, registers=beside, coded=coded)


def _of_documents(
    documents: Documents,
    file: str,
    how: TableMapping,
    lines: int,
    registers: Mapping[str, TableSchema],
    beside: Tables | None,
    *,
    coded: bool,
) -> Intake:
    if how.file != "<canonical>":
        advice = "leave --mapping out, or give the claims as tables"
        raise ClaimsError(Diagnostic("CR109", "a mapping is for tables, not for Claim documents", Place(file), help=advice))
    tables = Tables(documents.tables, documents.rows, file)
    return Intake(tables, how, lines, (file, documents.bad), registers, beside, coded=coded)


def _no_folder(path: Path) -> ClaimsError:
    if path.exists():
        advice = "put it in a folder as `claims.csv` or `claims.parquet`, or give a .json or .jsonl of claims"
        return ClaimsError(Diagnostic("CR103", "this is a file, not a folder of claims", Place(str(path)), help=advice))
    parent = path.parent if path.parent.is_dir() else None
    near = suggest(path.name, [p.name for p in parent.iterdir()]) if parent else None
    advice = f"is it `{near}`?" if near else "name a folder with `claims`, `lines` …"
    return ClaimsError(Diagnostic("CR103", "there is no such file or folder", Place(str(path)), help=advice))
