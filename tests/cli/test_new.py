"""`claimrules new`: every archetype's template can be begun with, and says what the archetype's rule says."""

import re
import shutil
from pathlib import Path

import pytest

import claimrules
from claimrules.cases import CaseOutcome, run_pack
from claimrules.cli import run
from claimrules.cli.rule_templates import templates

ARCHETYPES = Path(__file__).parents[1] / "archetypes"
NAMES = sorted(path.stem for path in ARCHETYPES.glob("t*.yaml"))


def begin(tmp_path: Path, name: str, rule: str = "mine") -> Path:
    """A rule base with one rule made from a template."""
    assert run(["new", rule, "--from", name, "--into", str(tmp_path / "rules")]) == 0
    return tmp_path / "rules"


def fill_in(base: Path) -> None:
    """Say what stands behind `#>`."""
    file = base / "mine.yaml"
    file.write_text(re.sub(r"^( +)#> ", r"\1", file.read_text(encoding="utf-8"), flags=re.MULTILINE), encoding="utf-8")


def outcomes(base: Path) -> list[CaseOutcome]:
    return list(run_pack(claimrules.load(base)))


def test_there_is_a_template_of_every_archetype() -> None:
    assert len(NAMES) == 19
    assert [template.name for template in templates()] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_is_a_sound_rule(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = begin(tmp_path, name)
    capsys.readouterr()
    assert run(["check", str(base)]) == 0
    assert list(claimrules.load(base).rules) == ["mine"]
    fill_in(base)
    capsys.readouterr()
    assert run(["check", str(base)]) == 0
    assert capsys.readouterr().out == "0 errors, 0 warnings in 1 rule\n"


@pytest.mark.parametrize("name", NAMES)
def test_its_cases_fail_until_they_are_filled_in(name: str, tmp_path: Path) -> None:
    base = begin(tmp_path, name)
    empty = outcomes(base)
    assert len(empty) >= 2
    assert [one.name for one in empty if one.passed] == []
    fill_in(base)
    filled = outcomes(base)
    assert [(one.name, one.text) for one in filled if not one.passed] == []
    assert len(filled) == len(empty)


@pytest.mark.parametrize("name", NAMES)
def test_the_cases_of_the_archetype_hold_for_its_template(name: str, tmp_path: Path) -> None:
    file = begin(tmp_path, name, rule=name) / f"{name}.yaml"
    logic = file.read_text(encoding="utf-8").split("\nexamples:\n")[0]
    cases = (ARCHETYPES / f"{name}.yaml").read_text(encoding="utf-8").split("\nexamples:\n")[1]
    file.write_text(f"{logic}\nexamples:\n{cases}", encoding="utf-8")
    shutil.copytree(ARCHETYPES / "knowledge", file.parent / "knowledge", dirs_exist_ok=True)
    shutil.copy(ARCHETYPES / "sources.yaml", file.parent)
    found = outcomes(file.parent)
    assert [(one.name, one.text) for one in found if not one.passed] == []
    assert len(found) == len(re.findall(r"^  - name:", cases, re.MULTILINE))


def test_the_list_names_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "--list"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed] == NAMES
    assert printed[4].startswith("t05_qty_window         how many of an item in a window")


@pytest.mark.parametrize("spelling", ["t05_qty_window", "T5", "t05", "qty_window", "QTY_WINDOW"])
def test_a_template_has_several_names(spelling: str, tmp_path: Path) -> None:
    base = begin(tmp_path, spelling)
    assert "excess(line.quantity, limit.max_quantity)" in (base / "mine.yaml").read_text(encoding="utf-8")


def test_what_was_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = begin(tmp_path, "T1")
    written = [str(base / name) for name in ("knowledge/sex_limit.yaml", "knowledge/sex_limit.csv", "mine.yaml")]
    assert capsys.readouterr().out.splitlines()[:3] == [f"wrote {name}" for name in written]
    assert (base / "knowledge" / "sex_limit.csv").read_text(encoding="utf-8") == "code,sex\n"


def test_a_table_that_is_there_stays(tmp_path: Path) -> None:
    base = begin(tmp_path, "T1")
    rows = base / "knowledge" / "sex_limit.csv"
    rows.write_text("code,sex\nF1,female\n", encoding="utf-8")
    begin(tmp_path, "T1", rule="second")
    assert rows.read_text(encoding="utf-8") == "code,sex\nF1,female\n"
    assert sorted(claimrules.load(base).rules) == ["mine", "second"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["mine", "--from", "T1"], "there is a rule `mine`"),
        (["Mine", "--from", "T1"], "`Mine` is no id"),
        (["9lives", "--from", "T1"], "`9lives` is no id"),
        (["a-b", "--from", "T1"], "`a-b` is no id"),
        (["../out", "--from", "T1"], "`../out` is no id"),
        (["sources", "--from", "T1"], "sources.yaml says something of the whole rule base"),
        (["other", "--from", "T99"], "there is no template `T99`"),
        (["other", "--from", "qty_windw"], "did you mean `qty_window`?"),
        (["other"], "name a template"),
        ([], "name the rule"),
    ],
)
def test_what_cannot_be_written_is_refused(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "rules" / "policy"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("id: mine\n", encoding="utf-8")
    assert run(["new", *arguments, "--into", str(tmp_path / "rules")]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["mine.yaml"]
    assert (folder / "mine.yaml").read_text(encoding="utf-8") == "id: mine\n"


def test_the_folder_of_rules_is_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rules").write_text("here\n", encoding="utf-8")
    assert run(["new", "mine", "--from", "T1", "--into", str(tmp_path / "rules")]) == 2
    assert "is a file" in capsys.readouterr().err
    assert (tmp_path / "rules").read_text(encoding="utf-8") == "here\n"


def test_in_a_folder_of_a_rule_base_the_tables_stand_where_the_others_are(tmp_path: Path) -> None:
    base = begin(tmp_path, "T1")
    assert run(["new", "second", "--from", "T5", "--into", str(base / "policy")]) == 0
    assert (base / "policy" / "second.yaml").is_file()
    assert sorted(path.stem for path in (base / "knowledge").glob("*.csv")) == ["frequency", "sex_limit"]
    assert not (base / "policy" / "knowledge").exists()
    assert sorted(claimrules.load(base).rules) == ["mine", "second"]
    assert run(["new", "mine", "--from", "T5", "--into", str(base / "policy")]) == 2


def test_where_nothing_can_be_written_nobody_is_blamed_but_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rules").write_text("a file\n", encoding="utf-8")
    assert run(["new", "mine", "--from", "T14", "--into", str(tmp_path / "rules" / "policy")]) == 2
    assert "rules" in capsys.readouterr().err


def test_a_rule_names_the_schema_that_its_rule_base_has_published(tmp_path: Path) -> None:
    """For an editor; the path is from the rule's own folder."""
    assert run(["schema", "rule", "--out", str(tmp_path / "schema" / "rule.json")]) == 0
    folder = tmp_path / "rules" / "policy"
    assert run(["new", "mine", "--from", "t5", "--into", str(folder)]) == 0
    first, second, *_ = (folder / "mine.yaml").read_text(encoding="utf-8").splitlines()
    assert first == "# yaml-language-server: $schema=../../schema/rule.json"
    assert (folder / "../../schema/rule.json").is_file()
    assert second.startswith("# T5")


def test_a_rule_names_no_schema_where_there_is_none(tmp_path: Path) -> None:
    base = begin(tmp_path, "t5")
    assert not (base / "mine.yaml").read_text(encoding="utf-8").startswith("# yaml-language-server")
