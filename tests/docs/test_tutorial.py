"""docs/tutorial.md works to the letter: each command prints what the page shows, in a folder that had nothing in it.

Here with the sources of this repository; `make tutorial` does the same with a wheel in an environment of its own
(tests/docs/tutorial_wheel.py).
"""

import os
import re
import sys
from pathlib import Path

import pytest
from walkthrough import blocks, commands, edited, prints
from walkthrough_run import PAGE, follow

ROOT = Path(__file__).parents[2]
SHOWN = PAGE.read_text(encoding="utf-8")
STEPS = ("new", "test", "check", "audit", "explain", "diff", "lock")


@pytest.mark.skipif(os.name == "nt", reason="the page's commands are those of a POSIX shell")
def test_every_command_prints_what_the_page_shows(tmp_path: Path) -> None:
    shims, folder = tmp_path / "bin", tmp_path / "work"
    shims.mkdir()
    folder.mkdir()
    for name in ("claimrules", "pytest"):
        (shims / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {name} "$@"\n', encoding="utf-8")
        (shims / name).chmod(0o755)
    environment = {"PATH": f"{shims}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "src")}
    assert follow(SHOWN, folder, environment) == []


def test_the_page_has_every_step() -> None:
    lines = [one.line for block in blocks(SHOWN) if block.kind == "console" for one in commands(block)]
    assert [step for step in STEPS if not any(line.startswith(f"claimrules {step} ") for line in lines)] == []
    assert "claimrules test rules --mutate" in lines
    assert "pytest rules" in lines


def test_every_block_of_the_page_is_one_that_is_followed() -> None:
    assert len(re.findall(r"^```\S", SHOWN, re.MULTILINE)) == len(list(blocks(SHOWN)))
    assert {block.kind for block in blocks(SHOWN) if not block.file} == {"console"}


def test_an_ellipsis_stands_for_anything_and_nothing_else_does() -> None:
    assert prints("a\n…\nd\n", "a\nb\nc\nd")
    assert prints("in … s", "in 0.42 s")
    assert not prints("a\n…\nd\n", "a\nb\nc")
    assert not prints("a.c", "abc")


def test_a_change_is_made_where_its_lines_stand_and_only_once() -> None:
    assert edited("a\nb\nc\n", " a\n-b\n+B\n") == "a\nB\nc\n"
    for text in ("a\nx\n", "a\nb\na\nb\n"):
        with pytest.raises(AssertionError, match="not there once"):
            edited(text, " a\n-b\n+B\n")


def test_what_is_printed_otherwise_is_told_with_its_place(tmp_path: Path) -> None:
    page = 'Say:\n\n```text title="a/b"\nhello\n```\n\n```console\n$ pip install x\n$ cat a/b\nhello\n$ cat a/b\nbye\n```\n'
    assert follow(page, tmp_path, {}) == ["line 7: $ cat a/b\n--- shown\nbye\n--- printed\nhello\n"]
