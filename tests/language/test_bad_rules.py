"""Every mistake in `bad/` is reported as its snapshot shows, at its place, once."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from snapshots import BAD, NAMES, diagnostics

import claimrules
from claimrules.diagnostics import LanguageError, render_all
from claimrules.diagnostics.render import width
from claimrules.language import read_rule, read_sources

SOURCE = Path(claimrules.__file__).parent


@pytest.fixture(autouse=True)
def in_the_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)


@pytest.mark.parametrize("name", NAMES)
def test_the_printed_form(name: str) -> None:
    assert render_all(diagnostics(name)) + "\n" == (BAD / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("many_")])
def test_one_mistake_is_reported_once_and_on_its_line(name: str) -> None:
    [found] = diagnostics(name)
    assert found.place is not None
    assert found.place.file == f"{name}.yaml"
    assert found.place.line >= 1


def test_every_snapshot_belongs_to_a_rule() -> None:
    assert sorted(path.stem for path in BAD.glob("*.txt")) == NAMES


def test_every_code_of_the_language_has_a_bad_rule() -> None:
    files = [*SOURCE.joinpath("language").glob("*.py"), SOURCE / "diagnostics" / "yaml.py"]
    codes = {code for file in files for code in re.findall(r"CR2\d\d", file.read_text(encoding="utf-8"))}
    shown = {found.code for name in NAMES for found in diagnostics(name)}
    assert codes == shown


def test_the_caret_stands_under_what_is_wrong() -> None:
    lines = (BAD / "in_the_second_line.txt").read_text(encoding="utf-8").splitlines()
    text, caret = next((a, b) for a, b in pairwise(lines) if "^" in b)
    before = text[: text.index("line.qantity")]
    assert caret.index("^") == width(before)
    assert caret.count("^") == len("line.qantity")


def test_all_mistakes_of_a_file_are_reported_in_the_order_of_their_places() -> None:
    found = diagnostics("many_mistakes")
    assert [d.place.line for d in found if d.place] == [7, 11, 16, 18, 19]
    assert [d.code for d in found] == ["CR214", "CR214", "CR217", "CR213", "CR214"]


def test_a_broken_definition_is_not_reported_at_its_uses() -> None:
    [table] = diagnostics("many_uses_of_a_broken_name")
    assert table.place is not None
    assert table.place.line == 7


def test_a_file_that_is_not_there_is_said_so() -> None:
    with pytest.raises(LanguageError, match="cannot read the file: No such file or directory"):
        read_rule(Path("nowhere.yaml"), {})


def test_two_files_with_one_id(tmp_path: Path) -> None:
    text = (
        "id: same\ntitle: {zh: 一, en: one}\ncategory: policy\nverdict: violation\n"
        "message: {zh: 一, en: one}\nflag: line.quantity > 3\n"
    )
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(LanguageError) as error:
        claimrules.load(tmp_path)
    [found] = error.value.diagnostics
    assert found.code == "CR210"
    assert found.place is not None
    assert (Path(found.place.file), found.place.line) == (tmp_path / "b" / "same.yaml", 1)
    assert f"is taken by {tmp_path / 'a' / 'same.yaml'}" in found.message


def test_wrong_sources_are_all_reported(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text("a: {title: {zh: 一}}\nb: {title: {zh: 二, en: two}, in_force: {from: soon}}\n", encoding="utf-8")
    with pytest.raises(LanguageError) as error:
        read_sources(path)
    assert [(d.code, d.place.line) for d in error.value.diagnostics if d.place] == [("CR208", 1), ("CR208", 2)]
