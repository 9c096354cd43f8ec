"""Bad input through the command line: a clear error and 2, or a reject and 0; never a traceback, never half an OUT."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from claimrules.cli import run

ROOT = Path(__file__).parents[2]
CLAIMS = "claim_id,person_id,provider_id,sex,region,care_type,settled_at\nC1,P1,H1,male,910101,outpatient,2025-06-02\n"
LINES = (
    "line_id,claim_id,item_code,item_type,quantity,amount,in_scope_amount,charged_at\n"
    "L1,C1,X1,drug,1,10.00,10.00,2025-06-02 09:00:00\n"
    "L2,C1,X2,drug,2,20.00,20.00,2025-06-02 09:00:00\n"
)


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Rules and claims of which everything is right."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    (tmp_path / "claims" / "lines.csv").write_text(LINES, encoding="utf-8")
    return tmp_path


def audit(world: Path) -> int:
    return run(["audit", str(world / "claims"), "--rules", str(world / "rules"), "--out", str(world / "OUT")])


def change(path: str, old: str, new: str) -> Callable[[Path], None]:
    def apply(world: Path) -> None:
        text = (world / path).read_text(encoding="utf-8")
        assert old in text
        (world / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    return apply


def write(path: str, data: bytes) -> Callable[[Path], None]:
    return lambda world: [(world / path).write_bytes(data), None][1]


def append(path: str, text: str) -> Callable[[Path], None]:
    def apply(world: Path) -> None:
        with (world / path).open("a", encoding="utf-8") as file:
            file.write(text)

    return apply


def empty(world: Path) -> None:
    for path in (world / "claims").iterdir():
        path.unlink()


BOMB = b"id: bomb\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
SEX = "rules/medical/drug_sex.yaml"

UNUSABLE = {
    "an empty folder": (empty, "claims"),
    "a required column missing": (change("claims/claims.csv", "person_id", "patient"), "person_id"),
    "an unknown rule key": (change(SEX, "severity:", "severty:"), "severity"),
    "a doubled rule key": (change(SEX, "severity: high", "severity: high\nseverity: low"), "severity"),
    "a YAML bomb": (write(SEX, BOMB), "drug_sex.yaml:2"),
    "a rule that is not YAML": (write(SEX, b"id: [drug_sex\n"), "drug_sex.yaml"),
    "a rule that is not UTF-8": (write(SEX, "title: 限定性别的药品".encode("gbk")), "UTF-8"),
    "a syntax error after Chinese text": (change(SEX, "flag: claim.sex <>", "flag: \"'男性' = = claim.sex\" #"), SEX),
    "an unknown field": (change(SEX, "flag: claim.sex <>", "flag: claim.gender <>"), "claim"),
    "an unknown table": (change(SEX, "table: drug_sex", "table: drug_sexes"), "drug_sex"),
    "a knowledge row twice": (append("rules/knowledge/drug_sex.csv", "Q1,male,,,,\nQ1,female,,,,\n"), "drug_sex.csv"),
    "a knowledge value that is none": (append("rules/knowledge/drug_sex.csv", "Q1,man,,,,\n"), "male"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_nothing_can_be_done_with_is_2_and_a_clear_error(world: Path, capsys: pytest.CaptureFixture[str], name: str):
    spoil, said = UNUSABLE[name]
    spoil(world)
    code = audit(world)
    err = capsys.readouterr().err
    assert code == 2, err
    assert "error[CR" in err
    assert said in err
    assert "Traceback" not in err
    assert "not your fault" not in err
    assert not (world / "OUT").exists()
    assert [path.name for path in world.iterdir() if path.name.startswith(".")] == []


REJECTED = {
    "a broken quote": (change("claims/lines.csv", "L2,C1", '"L2,C1'), ["lines"]),
    "a date that does not exist": (change("claims/lines.csv", "2025-06-02 09", "2025-02-30 09"), ["lines"]),
    "a line without its claim": (change("claims/lines.csv", "L1,C1", "L1,C9"), ["lines"]),
    "a doubled line": (append("claims/lines.csv", "L1,C1,X1,drug,1,10.00,10.00,2025-06-02 09:00:00\n"), ["lines"]),
    "a quantity that is no number": (change("claims/lines.csv", "drug,1,10.00", "drug,one,10.00"), ["lines"]),
    "a doubled claim": (append("claims/claims.csv", CLAIMS.splitlines()[1] + "\n"), ["claims"]),
}


@pytest.mark.parametrize("name", REJECTED)
def test_a_bad_row_is_a_reject_with_a_reason(world: Path, capsys: pytest.CaptureFixture[str], name: str):
    spoil, tables = REJECTED[name]
    spoil(world)
    assert audit(world) == 0, capsys.readouterr().err
    rejects = pq.read_table(world / "OUT" / "rejects.parquet")
    assert rejects["source_table"].to_pylist() == tables
    assert all(rejects["reason"].to_pylist())


def test_other_encodings_are_read_or_refused_by_name(world: Path, capsys: pytest.CaptureFixture[str]):
    text = LINES.replace("item_code,", "item_code,item_name,").replace("X1,", "X1,头孢,").replace("X2,", "X2,阿莫西林,")
    (world / "claims" / "lines.csv").write_bytes(text.encode("utf-16"))
    code = audit(world)
    printed = capsys.readouterr()
    assert code in (0, 2)
    assert "Traceback" not in printed.err
    if code == 2:
        assert "lines.csv" in printed.err


def test_all_that_is_right_is_0(world: Path):
    assert audit(world) == 0
    assert pq.read_table(world / "OUT" / "rejects.parquet").num_rows == 0


def test_a_negative_quantity_that_reverses_nothing_is_kept_and_not_netted(world: Path):
    append("claims/lines.csv", "L3,C1,X3,drug,-1,-5.00,-5.00,2025-06-02 09:00:00\n")(world)
    assert audit(world) == 0
    assert pq.read_table(world / "OUT" / "rejects.parquet").num_rows == 0
