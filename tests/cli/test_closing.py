"""What is printed after an audit."""

import json
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from claimrules.batch.mapping_yaml import load_mapping, parse_mapping
from claimrules.cli import run
from claimrules.cli.closing import last_line, reject_lines, table_lines, undecided_lines, why_left_out
from claimrules.report import FILES

RULES = Path(__file__).parents[2] / "rules"
CLAIMS = "claim_id,person_id,provider_id,sex,birth_date,is_reversed\n"
LINES = "line_id,claim_id,item_code,quantity,amount\n1,C1,X1,1,4.00\n1,C9,X1,1,4.00\n"


def audit(folder: Path, claims: str, *more: str) -> int:
    (folder / "claims").mkdir()
    (folder / "claims" / "claims.csv").write_text(CLAIMS + claims, encoding="utf-8")
    (folder / "claims" / "lines.csv").write_text(LINES, encoding="utf-8")
    rules = ["--rules", str(RULES), "--only", "drug_sex"]
    return run(["audit", str(folder / "claims"), *rules, "--out", str(folder / "OUT"), "--lang", "en", *more])


BAD = "C1,P1,H1,maIe,,0\nC2,P2,H1,femme,,0\nC3,P3,H1,female,1980-13-01,0\n"


def test_where_no_claim_can_be_audited_the_code_is_2_and_out_is_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert audit(tmp_path, BAD) == 2
    printed = capsys.readouterr()
    assert "error[CR117]: none of the 3 claims that were read could be audited" in printed.err
    assert "  CR110 ×3: claims.csv row 1 (without the header): sex 'maIe' is not one of male, female" in printed.out
    assert "  CR113 ×2: lines.csv row 1 (without the header): " in printed.out
    assert "claims: 3 read, 0 audited, 3 rejected, 0 left out\n" in printed.out
    assert "0 findings, 0 undecided, 5 rejects → " in printed.out
    assert sorted(path.name for path in (tmp_path / "OUT").iterdir()) == sorted(FILES)
    assert pq.read_table(tmp_path / "OUT" / "rejects.parquet").num_rows == 5


def test_for_machines_the_reasons_go_to_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert audit(tmp_path, BAD, "--json") == 2
    printed = capsys.readouterr()
    assert json.loads(printed.out)["tables"]["claims"]["rejected"] == 3
    assert "CR110 ×3: claims.csv row 1 (without the header): sex 'maIe'" in printed.err


@pytest.mark.parametrize(
    "claims",
    [
        "C1,P1,H1,男,1980-01-02,否\nC2,P2,H1,femme,,0\n",  # one of two is good
        "C1,P1,H1,女,1980-01-02,是\n",  # reversed: nothing to audit, and nothing wrong
        "",
    ],
)
def test_some_rejects_or_no_claims_at_all_are_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str], claims: str):
    assert audit(tmp_path, claims) == 0
    assert "CR117" not in capsys.readouterr().err


def test_the_last_lines_are_chinese_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert audit(tmp_path, "C1,P1,H1,男,1980-01-02,否\nC2,P2,H1,femme,,0\n", "--lang", "zh") == 0
    out = capsys.readouterr().out
    assert "  CR110 ×1: claims.csv 第 2 行（不计表头）: sex 'femme'" in out
    assert "结算：读入 2，审核 1，拒收 1，不计 0\n" in out
    assert "明细：读入 2，审核 1，拒收 1，不计 0，4.00 元\n" in out
    assert "2 行拒收 → " in out.splitlines()[-1]


def rejects(*rows: tuple[str, str, int, str, str]) -> Any:
    names = ["source_table", "source_file", "row_number", "code", "reason", "raw"]
    return pa.Table.from_pylist([dict(zip(names, (*row, ""), strict=True)) for row in rows])


def test_rejects_are_told_by_code_with_the_first_of_each():
    table = rejects(
        ("claims", "stays.csv", 7, "CR114", "doubled"),
        ("lines", "lines.parquet", 3, "CR110", "a\x1b[2Jb\nc"),
        ("lines", "lines.parquet", 4, "CR110", "other"),
        ("lines", "lines/p1.csv.gz", 1200, "CR111", "empty"),
    )
    assert list(reject_lines(table, "en")) == [
        "rejected:",
        "  CR110 ×2: lines.parquet row 3: a�[2Jb c",
        "  CR111 ×1: lines, lines/p1.csv.gz row 1,200 (without the header): empty",
        "  CR114 ×1: claims, stays.csv row 7 (without the header): doubled",
    ]
    assert list(reject_lines(table.slice(0, 0), "en")) == []


def test_undecided_are_told_by_rule_with_the_commonest_reason():
    schema = pa.schema(
        [(n, pa.string()) for n in ("rule_id", "subject", "claim_id", "missing")] + [("subjects", pa.int64())]
    )
    rows = [
        ("a", "claim=1", "1", "line.charged_at", 1),
        ("b", None, None, "line.in_scope_amount", 5),
        ("b", "claim=1", "1", "claim.sex", 1),
        ("b", "claim=2", "2", "claim.sex", 1),
        ("c", "provider=1", None, "history", 1),
        ("c", "provider=2", None, "history", 1),
    ]
    table = pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)
    assert list(undecided_lines(table, "en")) == [
        "undecided:",
        "  b 7 (line.in_scope_amount is not in the input: 5; 1 other reason)",
        "  c 2 (history)",
        "  a 1 (line.charged_at)",
    ]
    assert list(undecided_lines(table, "zh"))[1] == "  b 7 (输入中没有 line.in_scope_amount：5；另有 1 种原因)"
    assert list(undecided_lines(table.slice(0, 0), "en")) == []


FLAT = """
name: flat
tables:
  claims:
    files: claims.csv
    {where}
    columns: {{claim_id: a, person_id: b, provider_id: c{reversed}}}
  diagnoses:
    files: d.csv
    columns: {{claim_id: a, diagnosis_code: b}}
"""


@pytest.mark.parametrize(
    ("where", "reversed_", "claims", "diagnoses"),
    [
        ("", "", None, None),
        ("where: {k: x}", "", "by the mapping's filter", "by the mapping's filter"),
        ("", ", is_reversed: r", "reversed", "of reversed claims"),
        ("where: {k: x}", ", is_reversed: r", *["reversed, or by the mapping's filter"] * 2),
    ],
)
def test_what_left_rows_out_follows_from_the_mapping(where: str, reversed_: str, claims: str | None, diagnoses: str | None):
    why = why_left_out(parse_mapping(FLAT.format(where=where, reversed=reversed_), "flat.yaml"))
    assert (why.get("claims"), why.get("diagnoses")) == (claims, diagnoses)


def test_tables_are_told_with_the_reason_for_what_was_left_out():
    counts = {
        "claims": SimpleNamespace(read=5, audited=4, rejected=0, left_out=1, amount=None),
        "lines": SimpleNamespace(read=1500, audited=1500, rejected=0, left_out=0, amount=Decimal("1234.50")),
    }
    why = why_left_out(load_mapping("canonical"))
    assert list(table_lines(counts, why, "en")) == [
        "claims: 5 read, 4 audited, 0 rejected, 1 left out (1 reversed)",
        "lines: 1,500 read, 1,500 audited, 0 rejected, 0 left out, 1,234.50 yuan",
    ]
    assert next(table_lines(counts, why, "zh")) == "结算：读入 5，审核 4，拒收 0，不计 1（1 已冲销）"
    assert last_line(1, 2, 3, Path("OUT"), "en") == "1 finding, 2 undecided, 3 rejects → OUT/"
