"""`claimrules fmt` on files."""

from pathlib import Path

import pytest

from claimrules.cli import run

GOOD = """\
id: a_rule
title: {zh: 一, en: one}
category: policy
verdict: violation

flag: line.quantity > 3
message: {zh: 一, en: one}
"""
LOOSE = GOOD.replace("> 3", "> 3 and true").replace("\nflag", "flag")


def file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "a_rule.yaml"
    path.write_bytes(text.encode())
    return path


def test_it_writes_what_is_not_in_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = file(tmp_path, LOOSE)
    assert run(["fmt", str(tmp_path)]) == 0
    assert path.read_text(encoding="utf-8") == GOOD.replace("> 3", "> 3 AND TRUE")
    assert capsys.readouterr().out == f"wrote {path}\n1 file changed, 0 unchanged\n"
    assert run(["fmt", str(path)]) == 0
    assert capsys.readouterr().out == "0 files changed, 1 unchanged\n"


def test_check_writes_nothing_and_exits_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = file(tmp_path, LOOSE)
    assert run(["fmt", str(tmp_path), "--check"]) == 1
    assert path.read_text(encoding="utf-8") == LOOSE
    assert capsys.readouterr().out == f"would change {path}\n1 file would change, 0 unchanged\n"
    file(tmp_path, GOOD)
    assert run(["fmt", str(tmp_path), "--check"]) == 0


def test_diff_prints_what_would_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = file(tmp_path, LOOSE)
    assert run(["fmt", str(tmp_path), "--diff"]) == 1
    assert path.read_text(encoding="utf-8") == LOOSE
    out = capsys.readouterr().out
    assert "-flag: line.quantity > 3 and true\n" in out
    assert "+flag: line.quantity > 3 AND TRUE\n" in out


def test_line_ends_alone_are_a_change(tmp_path: Path):
    path = file(tmp_path, GOOD.replace("\n", "\r\n"))
    assert run(["fmt", str(tmp_path)]) == 0
    assert path.read_bytes() == GOOD.encode()


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = file(tmp_path, LOOSE)
    (tmp_path / "broken.yaml").write_text("a: b: c\n", encoding="utf-8")
    assert run(["fmt", str(tmp_path)]) == 2
    assert path.read_text(encoding="utf-8") != LOOSE
    assert "CR202" in capsys.readouterr().err


def test_there_must_be_rules(tmp_path: Path):
    assert run(["fmt", str(tmp_path)]) == 2
