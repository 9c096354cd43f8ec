"""Real inputs, with numbers counted by others. They are not part of the project: CLAIMRULES_DATA points at them."""

import csv
import gzip
import os
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from claimrules.batch import ClaimBatch, Intake, open_claims

pytestmark = pytest.mark.data
MAPPINGS = Path(__file__).parent.parent / "data" / "mappings"


def taken(folder: str, mapping: Path, batch_lines: int = 1_000_000) -> tuple[dict[str, pa.Table], Intake]:
    root = os.environ.get("CLAIMRULES_DATA")
    if not root or not (Path(root) / folder).is_dir():
        pytest.skip(f"set CLAIMRULES_DATA to a folder that holds {folder}/")
    with open_claims(Path(root) / folder, mapping=mapping, batch_lines=batch_lines) as intake:
        parts: list[ClaimBatch] = list(intake.partitions())
    for count in intake.counts.values():
        assert count.read == count.audited + count.rejected + count.left_out
    names = ("claims", "lines", "diagnoses", "operations")
    return {name: pa.concat_tables([b.tables()[name] for b in parts]) for name in names}, intake


@pytest.mark.parametrize("batch_lines", [1_000_000, 3_000])
@pytest.mark.parametrize("name", ["provider_stays", "provider_stays_mangled"])
def test_provider_stays(name: str, batch_lines: int) -> None:
    tables, intake = taken("provider_stays", MAPPINGS / f"{name}.yaml", batch_lines)
    claims = tables["claims"]
    assert claims.num_rows == 9_551
    assert tables["diagnoses"].num_rows == 76_969
    assert tables["operations"].num_rows == 6_941
    assert sum(claims["fund_amount"].to_pylist()) == 96_515_780
    assert claims["physician_id"].null_count == 31
    assert len(set(claims["person_id"].to_pylist())) == 8_351
    assert claims["birth_date"].null_count == 0
    assert intake.rejects.num_rows == 0
    stays = [
        (b.date() - a.date()).days
        for a, b in zip(claims["admitted_at"].to_pylist(), claims["discharged_at"].to_pylist(), strict=True)
    ]
    assert (stays.count(0), sum(s > 15 for s in stays), sum(s > 30 for s in stays), max(stays)) == (151, 586, 128, 35)


def test_day_before_month_does_not_pass_in_silence(tmp_path: Path) -> None:
    text = (MAPPINGS / "provider_stays_mangled.yaml").read_text().replace("%m/%d/%Y", "%d/%m/%Y")
    mapping = tmp_path / "swapped.yaml"
    mapping.write_text(text)
    _, intake = taken("provider_stays", mapping)
    count = intake.counts["claims"]
    # Every stay with a day over twelve in any of its dates is refused; the README counts no other fault.
    path = Path(os.environ["CLAIMRULES_DATA"]) / "provider_stays" / "test_inpatient_excel_mangled.csv.gz"
    with gzip.open(path, "rt") as file:
        dates = [[r["AdmissionDt"], r["DischargeDt"], r["ClaimEndDt"]] for r in csv.DictReader(file)]
    assert count.rejected == sum(any(int(d.split("/")[1]) > 12 for d in row) for row in dates) > 5_000


def test_synthea_charges() -> None:
    tables, intake = taken("synthea_11pt", MAPPINGS / "synthea.yaml")
    lines = intake.counts["lines"]
    assert (lines.audited, lines.left_out, lines.rejected) == (1_579, 3_988, 0)
    assert lines.amount == Decimal("1219867.22")
    assert intake.counts["claims"].audited == 561
    keys = set(tables["lines"]["claim_id"].to_pylist())
    assert len(keys) == 561
    rows = tables["lines"].select(["quantity", "unit_price", "amount"]).to_pylist()
    assert all(r["quantity"] * r["unit_price"] == r["amount"] for r in rows)
    providers = dict(zip(tables["claims"]["claim_id"].to_pylist(), tables["claims"]["provider_id"].to_pylist(), strict=True))
    for row in tables["lines"].select(["claim_id", "place_of_service"]).to_pylist():
        assert providers[row["claim_id"]] == row["place_of_service"]


@pytest.mark.parametrize("batch_lines", [1_000_000, 100])
def test_desynpuf_outpatient(batch_lines: int) -> None:
    tables, intake = taken("desynpuf_slice", MAPPINGS / "desynpuf.yaml", batch_lines)
    assert intake.counts["claims"].audited == 197
    assert intake.counts["lines"].audited == 859
    assert intake.rejects.num_rows == 0
    units = Counter(zip(tables["lines"]["claim_id"].to_pylist(), tables["lines"]["item_code"].to_pylist(), strict=True))
    assert len({claim for claim, _ in units}) == 181
    assert (len(units), sum(n - 1 for n in units.values())) == (627, 232)
    assert tables["claims"]["admitted_at"].null_count == 0
