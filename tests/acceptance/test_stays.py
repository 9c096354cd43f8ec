"""Readmissions after a short gap: counted by hand on a dozen stays, and by others on 9,551."""

import csv
import gzip
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import claimrules

RULE = "readmission_gap"

# Gap = admission - discharge of the stay before it, in the order admission, discharge, claim id (as text), of one
# person at one provider. Beside each stay its gap in days.
STAYS = [
    ("S01", "A", "H1", "2009-01-01", "2009-01-10"),  # first
    ("S02", "A", "H1", "2009-01-10", "2009-01-12"),  # 0: readmitted on the day of discharge
    ("S20", "A", "H2", "2009-01-12", "2009-01-12"),  # first at H2; would be 0 were the provider left out
    ("S03", "A", "H1", "2009-01-19", "2009-01-20"),  # 7
    ("S04", "A", "H1", "2009-01-28", "2009-02-05"),  # 8
    ("S05", "A", "H1", "2009-01-30", "2009-02-02"),  # -6: inside S04
    ("S06", "A", "H1", "2009-02-17", "2009-02-17"),  # 15 after S05, which is immediately before it (12 after S04)
    ("S07", "A", "H1", "2009-03-20", "2009-03-25"),  # 31: 17 February to 17 March are 28 days, and 3 more
    ("S08", "B", "H1", "2009-05-01", "2009-05-20"),  # -2: of two admissions on 1 May the one discharged later is later
    ("S09", "B", "H1", "2009-05-01", "2009-05-03"),  # first
    ("S10", "B", "H1", "2009-06-04", "2009-06-09"),  # 15 after S08: 11 days of May and 4 of June (32 after S09)
    ("X9", "C", "H1", "2009-07-01", "2009-07-01"),  # 0: the same day in and out twice; as text X10 < X9
    ("X10", "C", "H1", "2009-07-01", "2009-07-01"),  # first
    ("S13", "D", "H1", "2008-12-01", "2008-12-05"),  # first
    ("S14", "D", "H1", "2009-01-04", "2009-01-06"),  # 30: 26 days of December and 4 of January
    ("S15", "E", "H1", "2009-01-01", "NA"),  # first
    ("S16", "E", "H1", "2009-01-05", "2009-01-07"),  # nobody knows
]
FLAGGED = {
    7: {"S02", "S03", "X9"},
    15: {"S02", "S03", "X9", "S04", "S06", "S10"},
    30: {"S02", "S03", "X9", "S04", "S06", "S10", "S14"},
}
PAID = {stay[0]: 1000 + 10 * number for number, stay in enumerate(STAYS)}  # S01 1000, S02 1010, S20 1020, S03 1030 ...
# S02 1010, S03 1030, S04 1040, S06 1060, S10 1100, X9 1110
AMOUNT_15 = Decimal("6350.00")

CODES = [f"ClmDiagnosisCode_{n}" for n in range(1, 11)] + [f"ClmProcedureCode_{n}" for n in range(1, 7)]


def as_text(day: str, *, mangled: bool) -> str:
    """As it stands in the file, or as a spreadsheet program left it: 1/9/2009, and nothing for NA."""
    if not mangled:
        return day
    if day == "NA":
        return ""
    value = date.fromisoformat(day)
    return f"{value.month}/{value.day}/{value.year}"


def write_gz(path: Path, rows: list[dict[str, str]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def stays(tmp_path: Path) -> Path:
    """Files of the same names and columns as the public ones."""
    where = tmp_path / "stays"
    where.mkdir()
    persons = [{"BeneID": p, "DOB": "1940-02-01", "DOD": "NA", "Gender": "2"} for p in "ABCDE"]
    write_gz(where / "test_beneficiary.csv.gz", persons)
    for mangled in (False, True):
        none = "" if mangled else "NA"
        rows = [
            {
                "BeneID": person,
                "ClaimID": claim,
                "ClaimStartDt": as_text(first, mangled=mangled),
                "ClaimEndDt": as_text(last, mangled=mangled),
                "Provider": provider,
                "InscClaimAmtReimbursed": str(PAID[claim]),
                "AttendingPhysician": none,
                "OperatingPhysician": none,
                "AdmissionDt": as_text(first, mangled=mangled),
                "DischargeDt": as_text(last, mangled=mangled),
                "DiagnosisGroupCode": "201",
                **dict.fromkeys(CODES, none),
                "ClmDiagnosisCode_1": "389" if mangled else "0389",
            }
            for claim, person, provider, first, last in STAYS
        ]
        write_gz(where / f"test_inpatient{'_excel_mangled' * mangled}.csv.gz", rows)
    return where


@pytest.mark.parametrize("mapping", ["provider_stays", "provider_stays_mangled"])
@pytest.mark.parametrize("days", [7, 15, 30])
def test_a_dozen_stays(places: Any, stays: Path, days: int, mapping: str) -> None:
    pack = claimrules.load(places.test_rules, params={"max_gap_days": str(days)})
    result = pack.audit(stays, mapping=places.mappings / f"{mapping}.yaml", only=[RULE])
    assert set(result.findings["claim_id"].to_pylist()) == FLAGGED[days]
    assert result.findings.num_rows == len(FLAGGED[days])
    (unknown,) = result.undecided.to_pylist()
    assert "S16" in unknown.pop("subject")
    assert unknown == {"rule_id": RULE, "claim_id": "S16", "missing": "previous.discharged_at", "subjects": 1}
    figures = result.summary.rules[RULE]
    assert (figures.subjects, figures.flagged, figures.undecided) == (17, len(FLAGGED[days]), 1)
    assert (figures.clean, figures.not_applicable) == (16 - len(FLAGGED[days]), 0)
    if days == 15:
        assert figures.amount == result.summary.total_amount == AMOUNT_15
        seen = dict(zip(result.findings["claim_id"].to_pylist(), result.findings["observed"].to_pylist(), strict=True))
        assert seen == {"S02": "0 天", "S03": "7 天", "S04": "8 天", "S06": "15 天", "S10": "15 天", "X9": "0 天"}


def test_the_default_is_fifteen_days(places: Any, stays: Path) -> None:
    result = claimrules.load(places.test_rules / f"{RULE}.yaml").audit(
        stays, mapping=places.mappings / "provider_stays.yaml"
    )
    assert set(result.findings["claim_id"].to_pylist()) == FLAGGED[15]


@pytest.mark.parametrize("days", [7, 30])
def test_a_dozen_stays_by_the_command_line(places: Any, stays: Path, tmp_path: Path, process: Any, days: int) -> None:
    arguments = arguments_of(places, stays, tmp_path / "OUT", f"max_gap_days={days}")
    ran = process(*arguments, cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    found = pq.read_table(tmp_path / "OUT" / "findings.parquet")
    assert set(found["claim_id"].to_pylist()) == FLAGGED[days]


def arguments_of(places: Any, folder: Path, out: Path, param: str) -> list[str | Path]:
    mapping = places.mappings / "provider_stays.yaml"
    return [
        *("audit", folder, "--rules", places.test_rules, "--mapping", mapping),
        *("--only", RULE, "--param", param, "--out", out),
    ]


@pytest.mark.data
@pytest.mark.parametrize(
    ("mapping", "days", "flagged"),
    [
        ("provider_stays", 7, 68),
        ("provider_stays", 15, 113),
        ("provider_stays", 30, 224),
        ("provider_stays_mangled", 15, 113),
    ],
)
def test_nine_thousand_stays(places: Any, real_data: Callable[[str], Path], mapping: str, days: int, flagged: int) -> None:
    pack = claimrules.load(places.test_rules, params={"max_gap_days": str(days)})
    result = pack.audit(real_data("provider_stays"), mapping=places.mappings / f"{mapping}.yaml", only=[RULE])
    figures = result.summary.rules[RULE]
    assert (figures.subjects, figures.flagged, figures.undecided) == (9_551, flagged, 0)
    assert max(Counter(result.findings["claim_id"].to_pylist()).values()) == 1
    assert result.findings.num_rows == flagged


@pytest.mark.data
def test_nine_thousand_stays_by_the_command_line(
    places: Any, real_data: Callable[[str], Path], tmp_path: Path, process: Any
) -> None:
    folder = real_data("provider_stays")
    ran = process(*arguments_of(places, folder, tmp_path / "OUT", "max_gap_days=30"), cwd=tmp_path)
    assert (ran.code, ran.err) == (0, "")
    assert pq.read_metadata(tmp_path / "OUT" / "findings.parquet").num_rows == 224
