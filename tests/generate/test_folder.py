"""The folder: parts, formats, the summary, what is refused."""

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from claimrules.diagnostics import ClaimsError
from claimrules.generate import claim_tables, generate_claims

TABLES = ("claims", "lines", "diagnoses", "operations")


def test_parts_are_read_back_with_the_catalogs_types_in_order_of_settlement(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    result = generate_claims(tmp_path, 20_000, 3, parts_lines=4_000, progress=lambda *done: seen.append(done))
    assert result.parts == len(seen) == len(list((tmp_path / "lines").iterdir())) == 5
    assert seen[-1] == (20_000, 20_000)
    whole = claim_tables(20_000, 3)
    for name in TABLES:
        files = sorted((tmp_path / name).iterdir())
        table = pa.concat_tables([ds.dataset(f).to_table() for f in files])
        assert table.schema.types == whole[name].schema.types
        if name == "claims":
            settled = table["settled_at"].to_pylist()
            assert settled == sorted(settled)


def test_labels_hold_however_the_file_is_cut(tmp_path: Path, judge: Any) -> None:
    generate_claims(tmp_path, 40_000, 8, parts_lines=3_000)
    tables: dict[str, Any] = {name: ds.dataset(tmp_path / name).to_table() for name in TABLES}
    tables["labels"] = ds.dataset(tmp_path / "labels.parquet").to_table()
    case = judge(tables)
    assert case.found() == case.planted() != []


def test_the_summary_counts_the_labels(tmp_path: Path) -> None:
    result = generate_claims(tmp_path, 6_000, 9)
    summary = json.loads((tmp_path / "labels_summary.json").read_text())
    labels = ds.dataset(tmp_path / "labels.parquet").to_table()
    assert sum(summary["labels"].values()) == labels.num_rows
    assert sum(Decimal(a) for a in summary["amounts"].values()) == sum(labels["amount"].to_pylist())
    assert summary["lines"] == result.lines == 6_000
    assert "out" not in summary


def test_csv_holds_the_same_claims(tmp_path: Path) -> None:
    generate_claims(tmp_path, 3_000, 4, format="csv", parts_lines=1_000)
    generate_claims(tmp_path, 3_000, 4, format="csv")
    tables = claim_tables(3_000, 4)
    for name in (*TABLES, "labels"):
        file = tmp_path / f"{name}.csv"
        with file.open(encoding="utf-8", newline="") as text:
            rows = list(csv.DictReader(text))
        assert list(rows[0]) == tables[name].column_names
        for column in ("claim_id", "amount", "charged_at"):
            if column in rows[0]:
                expected = ["" if v is None else str(v) for v in tables[name][column].to_pylist()]
                assert [row[column] for row in rows] == expected
    assert (tmp_path / "claims.csv").read_text(encoding="utf-8").count("true") > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [({"lines": 0}, "lines"), ({"seed": -1}, "seed"), ({"months": 1}, "months"), ({"parts_lines": 10}, "parts_lines")],
)
def test_arguments_out_of_range_are_named(tmp_path: Path, change: dict[str, int], words: str) -> None:
    arguments: dict[str, Any] = {"lines": 100, "seed": 1} | change
    with pytest.raises(ClaimsError, match=words) as caught:
        generate_claims(tmp_path, **arguments)
    assert [d.code for d in caught.value.diagnostics] == ["CR180"]


def test_a_folder_with_other_claims_is_refused(tmp_path: Path) -> None:
    generate_claims(tmp_path, 200, 1)
    for kind in ("parquet", "csv"):
        with pytest.raises(ClaimsError, match="holds claims already") as caught:
            generate_claims(tmp_path, 200, 1, format=kind)  # type: ignore[arg-type]
        assert caught.value.diagnostics[0].code == "CR181"


def test_a_path_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ClaimsError, match="cannot write"):
        generate_claims(tmp_path / "file", 200, 1)
