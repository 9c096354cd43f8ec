"""NCCI files as CMS publishes them: a notice above the header, a header of several lines, dates in the rows."""

from datetime import date

import pytest
from openpyxl import load_workbook
from sheets import csv_text, table_rows, workbook

from claimrules.diagnostics import KnowledgeError
from claimrules.imports import ImportOptions, import_files

PTP = (
    "CPT only copyright 2025 American Medical Association.  All rights reserved.",
    "\t\tColumn1/Column2 Edits",
    "Column 1\tColumn 2\t*=in existence prior to 1996\tEffective Date\tDeletion Date\tModifier\tPTP Edit Rationale",
    "\t\t\t\t\t0=not allowed",
    "\t\t\t\t*=no data\t1=allowed",
    "\t\t\t\t\t9=not applicable",
    "ZZ001\tZZ002\t*\t19960101\t*\t1\tMisuse of Column Two code with Column One code",
    "ZZ001\tZZ003\t \t20240101\t20250331\t0\tStandards of medical / surgical practice",
    "ZZ001\tZZ003\t \t20260101\t*\t1\tStandards of medical / surgical practice",
    "ZZ004\tZZ005\t \t20200101\t20200101\t9\tMisuse of Column Two code with Column One code",
)


def test_pairs_hold_in_their_own_time_and_those_that_never_were_are_left(tmp_path):
    file = csv_text(tmp_path, "ccipra-f1.txt", *PTP, encoding="cp1252")
    done = import_files([file], ImportOptions(tmp_path / "k"))
    assert done.account.shape == "cms_ptp"
    names = ("main_code", "sub_code", "window", "modifier", "valid_from", "valid_to")
    assert [tuple(row[name] for name in names) for row in table_rows(tmp_path / "k", "ptp")] == [
        ("ZZ001", "ZZ002", "day", "1", "1996-01-01", ""),
        ("ZZ001", "ZZ003", "day", "0", "2024-01-01", "2025-03-31"),
        ("ZZ001", "ZZ003", "day", "1", "2026-01-01", ""),
    ]
    (sheet,) = done.account.sheets
    assert sheet.reasons() == {
        "header, continued": 3,
        "above the header": 2,
        "header": 1,
        "another kind of row by `Modifier*`": 1,
    }
    assert (sheet.rows, sheet.taken) == (10, 3)


def test_a_later_quarter_ends_a_pair_and_adds_one(tmp_path):
    into = tmp_path / "k"
    import_files([csv_text(tmp_path, "q1.txt", *PTP)], ImportOptions(into))
    later = [line.replace("19960101\t*", "19960101\t20260630") for line in PTP]
    later.append("ZZ006\tZZ007\t \t20260701\t*\t0\tMutually exclusive procedures")
    options = ImportOptions(into, known_from=date(2026, 7, 1))
    account = import_files([csv_text(tmp_path, "q2.txt", *later)], options).account
    assert (account.added, account.ended, account.unchanged) == (1, 1, 2)
    rows = [(r["sub_code"], r["valid_to"], r["known_from"]) for r in table_rows(into, "ptp") if r["sub_code"] == "ZZ002"]
    assert rows == [("ZZ002", "", ""), ("ZZ002", "2026-06-30", "2026-07-01")]


MUE = (
    '"The CPT codes are copyright AMA.\nAll rights reserved.",,,',
    '"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale',
    "ZZ001,1,2 Date of Service Edit: Policy,Code Descriptor / CPT Instruction",
    "00011,0,1 Line Edit,CMS Policy",
    "ZZ003,250,3 Date of Service Edit: Clinical,Clinical: Data",
)


def test_units_of_a_code_with_where_they_are_judged(tmp_path):
    file = csv_text(tmp_path, "MCR_MUE.csv", *MUE, encoding="cp1252")
    done = import_files([file], ImportOptions(tmp_path / "k", since=date(2026, 7, 1)))
    rows = [(r["code"], r["max_quantity"], r["mai"], r["valid_from"]) for r in table_rows(tmp_path / "k", "mue")]
    assert rows == [
        ("00011", "0", "1", "2026-07-01"),
        ("ZZ001", "1", "2", "2026-07-01"),
        ("ZZ003", "250", "3", "2026-07-01"),
    ]
    assert (done.account.shape, done.account.rows, done.account.taken) == ("cms_mue", 5, 3)


def test_the_next_quarter_is_the_whole_table(tmp_path):
    into = tmp_path / "k"
    import_files([csv_text(tmp_path, "q3.csv", *MUE)], ImportOptions(into, since=date(2026, 7, 1)))
    options = ImportOptions(into, since=date(2026, 10, 1), known_from=date(2026, 9, 15))
    changed = MUE[3].replace(",0,", ",2,")
    account = import_files([csv_text(tmp_path, "q4.csv", *MUE[:3], changed)], options).account
    assert (account.added, account.ended, account.unchanged) == (1, 2, 1)  # 00011 has another limit, ZZ003 is gone


def test_a_code_that_became_a_number_is_a_fault_and_one_whose_format_pads_it_is_not(tmp_path):
    rows = [["HCPCS/CPT Code", "Practitioner Services MUE Values", "MUE Adjudication Indicator", "MUE Rationale"]]
    path = workbook(tmp_path / "a.xlsx", {"MUE": [*rows, [11, 3, "1 Line Edit", "Policy"]]})
    with pytest.raises(KnowledgeError, match="`11` does not look like a `code`"):
        import_files([path], ImportOptions(tmp_path / "k", since=date(2026, 7, 1)))
    book = load_workbook(path)
    book["MUE"]["A2"].number_format = "00000"
    book.save(path)
    import_files([path], ImportOptions(tmp_path / "k", since=date(2026, 7, 1)))
    assert [row["code"] for row in table_rows(tmp_path / "k", "mue")] == ["00011"]
