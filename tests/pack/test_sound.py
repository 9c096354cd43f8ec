"""Of a rule base with broken files the others load; of one whose tables are broken nothing does."""

import shutil
from pathlib import Path

import pytest

import claimrules
from claimrules.pack import load_sound

RULES = Path(__file__).parents[1] / "archetypes"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RULES, tmp_path / "rules"))


def spoil(file: Path, old: str, new: str) -> Path:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


def ids(folder: Path) -> set[str]:
    return {path.stem for path in folder.glob("t*.yaml")}


def test_a_sound_rule_base_is_what_load_gives(rules: Path):
    sound = load_sound(rules)
    assert sound.pack is not None
    assert sound.pack.digest == claimrules.load(rules).digest
    assert sound.found == ()


def test_each_broken_file_has_its_errors_and_the_others_are_there(rules: Path):
    name = spoil(rules / "t01_attribute_limit.yaml", "claim.sex <>", "claim.sax <>")
    torn = spoil(rules / "t08_price_cap.yaml", "verdict: violation", "verdict: [")
    sound = load_sound(rules)
    assert sound.pack is not None
    assert set(sound.pack.rules) == ids(rules) - {name.stem, torn.stem}
    assert ["sax" in one.message for one in sound.found_in(name)] == [True]
    assert len(sound.found_in(torn)) >= 1
    assert {*sound.found_in(name), *sound.found_in(torn)} == set(sound.found)
    assert sound.found_in(rules / "t05_qty_window.yaml") == ()


def test_of_an_id_that_is_used_twice_the_second_file_is_broken(rules: Path):
    second = rules / "u.yaml"
    shutil.copy(rules / "t05_qty_window.yaml", second)
    sound = load_sound(rules)
    assert sound.pack is not None
    assert "t05_qty_window" in sound.pack.rules
    assert sound.found_in(second) != ()
    assert sound.found_in(rules / "t05_qty_window.yaml") == ()


def test_where_all_files_are_broken_their_errors_are_all_that_is_said(tmp_path: Path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("id: [\n", encoding="utf-8")
    sound = load_sound(tmp_path)
    assert sound.pack is None
    assert {Path(one.place.file).name for one in sound.found if one.place} == {"a.yaml", "b.yaml"}
    assert len(sound.found) == 2


def test_without_its_tables_nothing_is_sound(rules: Path):
    table = rules / "knowledge" / "sex_limit.yaml"
    table.write_text("x\n", encoding="utf-8")
    sound = load_sound(rules)
    assert sound.pack is None
    assert [Path(one.place.file).name for one in sound.found if one.place] == ["sex_limit.yaml"]
    assert sound.found_in(rules / "t01_attribute_limit.yaml") == ()


def test_a_folder_without_rules_says_so(tmp_path: Path):
    sound = load_sound(tmp_path)
    assert sound.pack is None
    assert [one.code for one in sound.found] == ["CR201"]
