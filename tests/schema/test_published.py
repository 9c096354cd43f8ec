"""`claimrules schema`, and the schemas of the repository, which it has written."""

import json
from pathlib import Path

import pytest

from claimrules.cli.entry import run
from claimrules.cli.schema import Kind
from claimrules.schema import FILES

ROOT = Path(__file__).parents[2]


def test_the_command_knows_every_schema() -> None:
    assert [kind.value for kind in Kind] == list(FILES)


@pytest.mark.parametrize("name", FILES)
def test_the_published_schema_is_up_to_date(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", name]) == 0
    assert (ROOT / "schema" / f"{name}.json").read_text(encoding="utf-8") == capsys.readouterr().out, "run `make schema`"


def test_nothing_else_is_published() -> None:
    assert sorted(path.stem for path in (ROOT / "schema").iterdir()) == sorted(FILES)


def test_out_writes_the_file_and_prints_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "sources", "--out", str(tmp_path / "a" / "b.json")]) == 0
    assert capsys.readouterr().out == ""
    assert json.loads((tmp_path / "a" / "b.json").read_text(encoding="utf-8"))["type"] == "object"


def test_a_place_that_cannot_be_written_is_misuse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "--out", str(tmp_path)]) == 2
    assert "--out" in capsys.readouterr().err


def test_an_unknown_kind_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "claims"]) == 2
    assert "exemptions" in capsys.readouterr().err
