"""A ledger in which only some rows are charges: money to the cent, and charges made twice."""

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import claimrules

LEDGER = (
    "ID,TYPE,CLAIMID,PROCEDURECODE,NOTES,UNITS,UNITAMOUNT,AMOUNT,FROMDATE,PROVIDERID,PLACEOFSERVICE",
    # Three dimes are 30 cents: 3 x 0.10 is not 0.30 in binary.
    "t1,CHARGE,c1,860975,metformin,3,0.10,0.30,2020-01-20T08:00:00Z,d1,o1",
    # Second of person p1, item 860975, 20 January: in another claim, for another amount.
    "t2,CHARGE,c2,860975,metformin,2,19.99,39.98,2020-01-20T23:59:59Z,d1,o1",
    # The day after, another item, another person: no duplicates.
    "t3,CHARGE,c2,860975,metformin,1,5.05,5.05,2020-01-21T00:00:00Z,d1,o1",
    "t4,CHARGE,c2,897122,liraglutide,1,600.10,600.10,2020-01-20T08:00:00Z,d1,o1",
    "t5,CHARGE,c3,860975,metformin,1,7.70,7.70,2020-01-20T08:00:00Z,d1,o1",
    # Second and third of person p2, item 430193006, 5 March, in one claim.
    "t6,CHARGE,c3,430193006,reconciliation,1,1000.01,1000.01,2020-03-05T10:00:00Z,d1,o1",
    "t7,CHARGE,c3,430193006,reconciliation,1,1000.02,1000.02,2020-03-05T10:00:00Z,d1,o1",
    "t8,CHARGE,c3,430193006,reconciliation,1,1000.03,1000.03,2020-03-05T11:00:00Z,d1,o1",
    # Rows of the ledger that repeat a charge and are none: left out.
    "t9,PAYMENT,c1,860975,metformin,1,,,2020-01-20T08:00:00Z,d1,o1",
    "u1,TRANSFEROUT,c1,860975,metformin,1,,,2020-01-20T08:00:00Z,d1,o1",
    "u2,TRANSFERIN,c1,860975,metformin,1,,0.15,2020-01-20T08:00:00Z,d1,o1",
)
# 0.30 + 39.98 + 5.05 + 600.10 + 7.70 + 1000.01 + 1000.02 + 1000.03
TOTAL = Decimal("3653.19")
DIAGNOSES = [f"DIAGNOSIS{n}" for n in range(1, 9)]


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    where = tmp_path / "ledger"
    where.mkdir()
    encounter = "e1,2020-01-20T07:00:00Z,2020-01-20T09:00:00Z,o1,ambulatory"
    files = {
        "claims_transactions.csv": LEDGER,
        "claims.csv": (
            f"Id,PATIENTID,PROVIDERID,PRIMARYPATIENTINSURANCEID,APPOINTMENTID,SERVICEDATE,{','.join(DIAGNOSES)}",
            "c1,p1,d1,i1,e1,2020-01-20T07:00:00Z,44054006" + "," * 7,
            "c2,p1,d1,i1,e1,2020-01-20T07:00:00Z,44054006" + "," * 7,
            "c3,p2,d1,i1,e1,2020-01-20T07:00:00Z,44054006" + "," * 7,
        ),
        "patients.csv": ("Id,BIRTHDATE,GENDER", "p1,1960-01-01,M", "p2,1970-01-01,F"),
        "encounters.csv": ("Id,START,STOP,ORGANIZATION,ENCOUNTERCLASS", encounter),
    }
    for name, rows in files.items():
        (where / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return where


def audited(places: Any, folder: Path) -> Any:
    pack = claimrules.load(places.test_rules)
    return pack.audit(folder, mapping=places.mappings / "synthea.yaml", only=["amount_mismatch", "same_charge_twice"])


def test_a_small_ledger(places: Any, ledger: Path) -> None:
    result = audited(places, ledger)
    lines = result.summary.tables["lines"]
    assert (lines.read, lines.audited, lines.left_out, lines.rejected) == (11, 8, 3, 0)
    assert lines.amount == TOTAL
    figures = result.summary.rules["amount_mismatch"]
    assert (figures.clean, figures.flagged, figures.undecided) == (8, 0, 0)
    assert result.undecided.num_rows == 0
    found = result.findings.to_pylist()
    assert {row["rule_id"] for row in found} == {"same_charge_twice"}
    # Person p1: t1 and t2 stand in two claims, t2 is later. Person p2: t7 and t8 follow t6 in one claim.
    flagged = {row["claim_id"]: (row["line_ids"], row["involved_line_ids"], row["amount"]) for row in found}
    assert flagged == {
        "c2": (["t2"], ["c1/t1"], Decimal("39.98")),
        "c3": (["t7", "t8"], ["t6"], Decimal("2000.05")),
    }
    assert result.summary.total_amount == Decimal("2040.03")


def test_a_cent_too_many_is_found(places: Any, ledger: Path) -> None:
    path = ledger / "claims_transactions.csv"
    path.write_text(path.read_text().replace("3,0.10,0.30", "3,0.10,0.31").replace("1,5.05,5.05", "1,,5.05"))
    result = audited(places, ledger)
    figures = result.summary.rules["amount_mismatch"]
    assert (figures.clean, figures.flagged, figures.undecided) == (6, 1, 1)
    (row,) = (row for row in result.findings.to_pylist() if row["rule_id"] == "amount_mismatch")
    assert (row["claim_id"], row["line_ids"]) == ("c1", ["t1"])
    (unknown,) = result.undecided.to_pylist()
    assert (unknown["claim_id"], unknown["missing"]) == ("c2", "line.unit_price")


@pytest.mark.data
def test_the_whole_ledger(places: Any, real_data: Callable[[str], Path]) -> None:
    folder = real_data("synthea_11pt")
    result = audited(places, folder)
    lines = result.summary.tables["lines"]
    assert (lines.read, lines.audited) == (5_567, 1_579)
    assert lines.amount == Decimal("1219867.22")
    figures = result.summary.rules["amount_mismatch"]
    assert (figures.subjects, figures.clean, figures.flagged, figures.undecided) == (1_579, 1_579, 0, 0)
    flagged = [line for row in result.findings.to_pylist() for line in row["line_ids"]]
    assert len(flagged) == len(set(flagged)) == 2
    with (folder / "claims_transactions.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["ID"]: row for row in csv.DictReader(file)}
    assert {(rows[line]["PROCEDURECODE"], rows[line]["FROMDATE"][:10]) for line in flagged} == {
        ("860975", "2020-01-20"),
        ("897122", "2020-01-20"),
    }
    assert {rows[line]["TYPE"] for line in flagged} == {"CHARGE"}
