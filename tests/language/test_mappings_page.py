"""docs/mappings.md: its examples run, and it names every key there is."""

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

from claimrules.batch import ClaimBatch, Intake, open_claims
from claimrules.batch.mapping_columns import _COLUMN
from claimrules.batch.mapping_yaml import _TABLE, _TOP, BUILT_IN
from claimrules.catalog import TABLES

PAGE = (Path(__file__).parents[2] / "docs" / "mappings.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"(?:`(\w+\.csv)`:\n\n)?```(\w+)\n(.*?)```", PAGE, flags=re.DOTALL)
MAPPINGS = [text for _, kind, text in BLOCKS if kind == "yaml"]
FILES = {name: text for name, kind, text in BLOCKS if kind == "csv"}


def taken(where: Path, files: list[str], mapping: str) -> tuple[ClaimBatch, Intake]:
    claims = where / "claims"
    claims.mkdir()
    for name in files:
        (claims / name).write_text(FILES[name], encoding="utf-8")
    path = where / "mapping.yaml"
    path.write_text(mapping, encoding="utf-8")
    with open_claims(claims, mapping=path) as intake:
        [batch] = intake.partitions()
        assert intake.rejects.num_rows == 0
        return batch, intake


def test_the_flat_file_of_stays(tmp_path: Path) -> None:
    batch, _ = taken(tmp_path, ["stays.csv"], MAPPINGS[0])
    one, two = sorted(batch.claims.to_pylist(), key=lambda row: row["claim_id"])
    assert (one["claim_id"], one["person_id"], one["provider_id"], one["sex"]) == ("0011", "p1", "H1", "female")
    assert one["birth_date"] == dt.date(1985, 3, 15)
    assert (one["admitted_at"].isoformat(), one["discharged_at"].isoformat()) == (
        "2025-06-01T00:00:00",
        "2025-06-10T00:00:00",
    )
    assert (one["fund_amount"], one["care_type"]) == (Decimal("5000.00"), "inpatient")
    assert (two["claim_id"], two["sex"], two["birth_date"], two["fund_amount"]) == ("0012", None, None, None)
    rows = {(r["claim_id"], r["sequence"], r["diagnosis_code"], r["is_principal"]) for r in batch.diagnoses.to_pylist()}
    assert rows == {("0011", 1, "I20.900", True), ("0011", 2, "E11.900", False), ("0012", 1, "J18.900", True)}


def test_the_ledger_with_a_filter_and_a_join(tmp_path: Path) -> None:
    batch, intake = taken(tmp_path, ["bills.csv", "persons.csv", "ledger.csv"], MAPPINGS[1])
    assert {(r["claim_id"], r["person_id"], r["sex"]) for r in batch.claims.to_pylist()} == {
        ("b1", "7", "male"),
        ("b2", "8", "female"),
    }
    assert {
        (r["line_id"], r["claim_id"], r["item_code"], r["quantity"], r["amount"], r["item_type"], r["ledger_kind"])
        for r in batch.lines.to_pylist()
    } == {
        ("1", "b1", "XA01", Decimal(2), Decimal("40.00"), "drug", "CHARGE"),
        ("3", "b2", "FS02", Decimal(1), Decimal("15.50"), "service", "CHARGE"),
    }
    counts = intake.counts["lines"]
    assert (counts.read, counts.audited, counts.left_out, counts.rejected) == (4, 2, 2, 0)


@pytest.mark.parametrize(
    ("title", "keys"),
    [("The file", _TOP), ("A table", _TABLE), ("A column", [key for key in _COLUMN if key != "type"])],
)
def test_every_key_is_described(title: str, keys: list[str]) -> None:
    text = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    file = PAGE.split("\n## The file\n")[1].split("\n## ")[0]
    assert [key for key in keys if f"`{key}`" not in text and f"`{key}`" not in file] == []


def test_built_in_mappings_and_required_columns_are_named() -> None:
    assert all(f"`{name}`" in PAGE for name in BUILT_IN)
    last = PAGE.split("Required are")[1]
    assert all(f"`{field.name}`" in last for fields in TABLES.values() for field in fields if field.required)
