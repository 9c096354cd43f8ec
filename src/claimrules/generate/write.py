"""The folder: parts as Parquet, or one CSV file a table."""

from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from claimrules.diagnostics import ClaimsError, Diagnostic, Place
from claimrules.generate.tables import Tables, plain_text

Format = Literal["parquet", "csv"]
TABLES = ("claims", "lines", "diagnoses", "operations")


def open_folder(out: Path, kind: Format) -> None:
    """Make the folder ready: a new one, or one whose files this run replaces.

    Raises:
        ClaimsError: CR180 an unknown format, CR181 not to be written, or parts of another run stand in it.
    """
    if kind not in ("parquet", "csv"):
        raise ClaimsError(Diagnostic("CR180", f"the format must be parquet or csv, not {kind}"))
    try:
        out.mkdir(parents=True, exist_ok=True)
        standing = [t for t in TABLES for p in (out / t, out / f"{t}.csv", out / f"{t}.parquet") if _other(p, kind)]
        if standing:
            message = f"the folder holds claims already: {', '.join(dict.fromkeys(standing))}"
            raise ClaimsError(Diagnostic("CR181", message, Place(str(out)), help="name another folder, or remove them"))
        for table in TABLES:
            if kind == "parquet":
                (out / table).mkdir(exist_ok=True)
            else:
                (out / f"{table}.csv").unlink(missing_ok=True)
    except OSError as error:
        raise _refused(out, error) from None


def _other(path: Path, kind: Format) -> bool:
    """Whether what stands at `path` would be read beside our files: CSV files are replaced, all else is not ours."""
    if path.is_dir():
        return kind == "csv" or any(path.iterdir())
    return path.exists() and (kind != "csv" or path.suffix != ".csv")


def write_part(out: Path, number: int, tables: Tables, kind: Format) -> None:
    """Write one part of every table; CSV parts are appended."""
    try:
        for name, table in tables.items():
            if kind == "csv":
                _append_csv(out / f"{name}.csv", table)
            else:
                _write_parquet(out / name / f"part-{number:05d}.parquet", table)
    except OSError as error:
        raise _refused(out, error) from None


def write_labels(out: Path, labels: Any, summary: str, kind: Format) -> None:
    """Write the labels and their summary."""
    try:
        if kind == "csv":
            (out / "labels.csv").unlink(missing_ok=True)
            _append_csv(out / "labels.csv", labels)
        else:
            _write_parquet(out / "labels.parquet", labels)
        (out / "labels_summary.json").write_text(summary, encoding="utf-8")
    except OSError as error:
        raise _refused(out, error) from None


def _write_parquet(path: Path, table: Any) -> None:
    """Dictionaries are stored as such and read back as strings, for the Arrow schema is left out."""
    few = [f.name for f in table.schema if pa.types.is_dictionary(f.type) or pa.types.is_boolean(f.type)]
    pq.write_table(
        table,
        path,
        store_schema=False,
        use_dictionary=few,
        compression="lz4",
        write_statistics=["claim_id"],
        store_decimal_as_integer=True,
    )


def _append_csv(path: Path, table: Any) -> None:
    """Booleans as true and false, times to the second, unquoted."""
    table = plain_text(table)
    for at, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            seconds = table.column(at).cast(pa.timestamp("s"))
            table = table.set_column(at, field.name, pc.strftime(seconds, "%Y-%m-%d %H:%M:%S"))
    options = pa_csv.WriteOptions(include_header=not path.exists(), quoting_style="needed")
    with path.open("ab") as file:
        pa_csv.write_csv(table, file, options)


def _refused(out: Path, error: OSError) -> ClaimsError:
    reason = error.strerror or str(error)
    return ClaimsError(Diagnostic("CR181", f"cannot write the claims: {reason}", Place(str(out))))
