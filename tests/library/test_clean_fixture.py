"""fixtures/clean: ten thousand lawful claims, on which no rule that finds violations or suspicions fires."""

from collections import Counter
from importlib import import_module
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import claimrules

ROOT = Path(__file__).parents[2]
CLEAN = ROOT / "fixtures" / "clean"
SILENT_FOR_WANT_OF_ITEMS = 97
"""Rules that judge nothing there: mostly limits of items that only the sample tables have. The number may only shrink."""
CARE = {"outpatient", "emergency", "chronic_outpatient", "pharmacy", "inpatient", "day_surgery", "maternity_inpatient"}


@pytest.fixture(scope="module")
def result():
    return claimrules.load(ROOT / "rules").audit(CLEAN)


def test_there_are_ten_thousand_claims_and_none_is_rejected(result):
    assert result.summary.tables["claims"].read == 10_000
    assert result.rejects.num_rows == 0


def test_no_violation_and_no_suspicion_is_found(result):
    found = Counter((row["rule_id"], row["verdict"]) for row in result.findings.to_pylist())
    assert {rule_id for rule_id, verdict in found if verdict != "indicator"} == set()


def test_claims_are_of_all_kinds():
    claims = pq.read_table(CLEAN / "claims.parquet")
    kinds = Counter(claims["care_type"].to_pylist())
    assert set(kinds) == CARE
    assert min(kinds.values()) >= 5
    lines = pq.read_table(CLEAN / "lines.parquet")
    assert {"drug", "service", "consumable", "herbal_piece"} <= set(lines["item_type"].to_pylist())
    for name in ("is_newborn", "is_internet", "is_reversed"):
        assert any(claims[name].to_pylist()), name
    assert any(lines["reverses_line_id"].to_pylist())
    assert any(lines["is_discharge_medication"].to_pylist())
    assert max(Counter(row for row in claims["encounter_id"].to_pylist() if row).values()) > 1


def test_many_rules_judge_something_there(result):
    silent = [rule_id for rule_id, counts in result.summary.rules.items() if not counts.clean + counts.flagged]
    assert len(silent) <= SILENT_FOR_WANT_OF_ITEMS


def test_the_script_makes_just_this_folder(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "fixtures"))
    import_module("make_clean").write(tmp_path / "clean")
    made = {file.name: file.read_bytes() for file in (tmp_path / "clean").rglob("*") if file.is_file()}
    assert made == {file.name: file.read_bytes() for file in CLEAN.rglob("*") if file.is_file()}
