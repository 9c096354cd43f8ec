"""`claimrules check` reads the knowledge rows of cases as those of a table, and says what is wrong at its place."""

import json
import shutil
from pathlib import Path

import pytest

from claimrules.cli import run

RULES = Path(__file__).parents[2] / "rules"
RIGHT = "knowledge: {drug_sex: [{code: F1, sex: female}]}"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RULES, tmp_path / "rules"))


def spoilt(rules: Path, right: str, wrong: str) -> tuple[Path, int]:
    """The file with one text of its first such case replaced, and the line of it."""
    file = rules / "medical" / "drug_sex.yaml"
    text = file.read_text(encoding="utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    return file, text[: text.index(right)].count("\n") + 1


@pytest.mark.parametrize(
    ("wrong", "code", "under", "help_"),
    [
        ("knowledge: {drug_sec: [{code: F1, sex: female}]}", "CR316", "drug_sec", "did you mean `drug_sex`?"),
        ("knowledge: {drug_sex: [{code: F1, sx: female}]}", "CR309", "sx", "did you mean `sex`?"),
        ("knowledge: {drug_sex: [{code: F1, sex: femal}]}", "CR310", "femal}", "did you mean `female`?"),
        ("knowledge: {drug_sex: [{code: F1, sex: female, valid_from: soon}]}", "CR310", "soon", "write 2025-01-31"),
        (
            "knowledge: {drug_sex: [{code: F1, sex: female}, {code: F1, sex: male}]}",
            "CR313",
            "{code: F1, sex: male}",
            "end the earlier one the day before, or write `many: true` where several rows may hold at once",
        ),
    ],
)
def test_a_wrong_row_is_told_at_its_place(
    rules: Path, capsys: pytest.CaptureFixture[str], wrong: str, code: str, under: str, help_: str
) -> None:
    file, line = spoilt(rules, RIGHT, wrong)
    assert run(["check", str(rules), "--json"]) == 1
    [found] = json.loads(capsys.readouterr().out)
    text = file.read_text(encoding="utf-8").split("\n")[line - 1]
    assert (found["code"], found["file"], found["line"]) == (code, str(file), line)
    assert found["column"] == text.index(under) + 1
    assert found["help"] == help_


def test_all_wrong_cells_of_all_cases_are_told(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoilt(rules, RIGHT, "knowledge: {drug_sex: [{code: F1, sex: x}, {code: F2, sex: y}]}")
    spoilt(rules, RIGHT, "knowledge: {drug_sax: []}")
    assert run(["check", str(rules), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in found] == ["CR310", "CR310", "CR316"]
    assert [one["line"] for one in found] == sorted(one["line"] for one in found)
