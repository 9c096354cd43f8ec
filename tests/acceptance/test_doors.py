"""The same claims by every door give the same answer."""

import gzip
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from claimrules import Claim, ClaimBatch
from claimrules.generate import claim_tables

CHILDREN = ("lines", "diagnoses", "operations")
Door = Callable[[dict[str, Any], Path], Any]


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    made = claim_tables(3_000, 29)
    del made["labels"]
    return made


@pytest.fixture(scope="module")
def expected(pack: Any, tables: dict[str, Any]) -> Any:
    result = pack.audit(tables)
    assert result.findings.num_rows > 5
    assert result.undecided.num_rows > 0
    return result


def documents(tables: dict[str, Any]) -> list[dict[str, Any]]:
    """Claims with their rows inside, as a program would send them; what is null is left out."""
    rows: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for name in CHILDREN:
        for row in tables[name].to_pylist():
            rows[row["claim_id"]][name].append({k: v for k, v in row.items() if v is not None and k != "claim_id"})
    claims = tables["claims"].to_pylist()
    return [{k: v for k, v in row.items() if v is not None} | dict(rows[row["claim_id"]]) for row in claims]


def each(tables: dict[str, Any], folder: Path, write: Callable[[Any, Path], object], suffix: str) -> Path:
    folder.mkdir()
    for name, table in tables.items():
        write(table, folder / f"{name}{suffix}")
    return folder


def write_gz(table: Any, path: Path) -> None:
    sink = pa.BufferOutputStream()
    pa_csv.write_csv(table, sink)
    path.write_bytes(gzip.compress(sink.getvalue().to_pybytes()))


def write_arrow(table: Any, path: Path) -> None:
    with pa.ipc.new_file(path, table.schema) as file:
        file.write_table(table)


def json_list(tables: dict[str, Any], folder: Path) -> Path:
    path = folder.with_suffix(".json")
    path.write_text(json.dumps(documents(tables), default=str, ensure_ascii=False), encoding="utf-8")
    return path


def json_lines(tables: dict[str, Any], folder: Path) -> Path:
    path = folder.with_suffix(".jsonl")
    lines = [json.dumps(claim, default=str, ensure_ascii=False) for claim in documents(tables)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


DOORS: dict[str, Door] = {
    "a folder of CSV": lambda tables, folder: each(tables, folder, pa_csv.write_csv, ".csv"),
    "a folder of CSV.gz": lambda tables, folder: each(tables, folder, write_gz, ".csv.gz"),
    "a folder of Parquet": lambda tables, folder: each(tables, folder, pq.write_table, ".parquet"),
    "a folder of Arrow": lambda tables, folder: each(tables, folder, write_arrow, ".arrow"),
    "JSON": json_list,
    "JSON lines": json_lines,
    "claims in Python": lambda tables, _: (Claim.model_validate(claim) for claim in documents(tables)),
    "a ClaimBatch": lambda tables, _: ClaimBatch.from_tables(tables),
}


@pytest.mark.parametrize("door", DOORS)
def test_the_same_answer(pack: Any, tables: dict[str, Any], expected: Any, tmp_path: Path, door: str) -> None:
    result = pack.audit(DOORS[door](tables, tmp_path / "claims"))
    assert result.rejects.num_rows == 0, result.rejects.slice(0, 3).to_pylist()
    assert result.findings.equals(expected.findings)
    assert result.undecided.equals(expected.undecided)
    before, after = expected.summary.model_dump(), result.summary.model_dump()
    assert after["rules"] == before["rules"]
    assert after["tables"]["lines"] == before["tables"]["lines"]
    assert (after["total_amount"], after["total_fund_loss"]) == (before["total_amount"], before["total_fund_loss"])


# Lines are numbered from nought, as programs do; a person's sex is written as a word for what is not known.
ODD = {
    "claims": [{"claim_id": "0001", "person_id": "P", "provider_id": "H", "sex": "unknown", "birth_date": ""}],
    "lines": [
        {"line_id": str(n), "claim_id": "0001", "item_code": "007", "quantity": "1", "amount": "10.00"} for n in range(3)
    ],
    "diagnoses": [{"claim_id": "0001", "diagnosis_code": "0389"}],
    "operations": [{"claim_id": "0001", "operation_code": "0066"}],
}


@pytest.mark.parametrize("door", [name for name in DOORS if name != "a ClaimBatch"])
def test_odd_values_are_read_alike(pack: Any, tmp_path: Path, door: str) -> None:
    tables = {name: pa.Table.from_pylist(rows) for name, rows in ODD.items()}
    result = pack.audit(DOORS[door](tables, tmp_path / "claims"))
    assert result.rejects.to_pylist() == []
    assert result.summary.tables["lines"].audited == 3
