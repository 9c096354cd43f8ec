"""A page followed from top to bottom."""

from collections.abc import Mapping
from pathlib import Path

from walkthrough import Block, blocks, commands, edited, prints, ran

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
_SETTING_UP = ("python -m venv", "pip install")
"""What whoever follows the page here has done already, each in a way of their own."""


def follow(page: str, folder: Path, environment: Mapping[str, str]) -> list[str]:
    """Do all that a page says in a folder; the commands that print something else than it shows, with both."""
    wrong: list[str] = []
    for block in blocks(page):
        if block.kind == "console":
            wrong += _run(block, folder, environment)
        else:
            _write(block, folder / block.file)
    return wrong


def _run(block: Block, folder: Path, environment: Mapping[str, str]) -> list[str]:
    wrong = []
    for command in commands(block):
        if not command.line.startswith(_SETTING_UP):
            printed = ran(command.line, folder, environment)
            if not prints(command.shown, printed):
                wrong.append(f"line {block.line}: $ {command.line}\n--- shown\n{command.shown}--- printed\n{printed}")
    return wrong


def _write(block: Block, file: Path) -> None:
    if block.kind == "diff":
        file.write_text(edited(file.read_text(encoding="utf-8"), block.text), encoding="utf-8")
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
