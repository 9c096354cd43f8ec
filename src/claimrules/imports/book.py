"""Files in: the sheets of one publication."""

from collections.abc import Sequence
from pathlib import Path

from claimrules.imports.errors import refused
from claimrules.imports.read_text import read_text
from claimrules.imports.read_xlsx import read_xlsx
from claimrules.imports.sheet import Sheet

_TEXT = (".csv", ".txt", ".tsv")
_BOOKS = (".xlsx", ".xlsm")


def read_book(paths: Sequence[Path], encoding: str = "") -> list[Sheet]:
    """The sheets of all files, as if they were one workbook.

    Raises:
        KnowledgeError: CR330 a file that cannot be read, or is of another kind.
    """
    return [sheet for path in paths for sheet in _read(Path(path), encoding)]


def _read(path: Path, encoding: str) -> list[Sheet]:
    ending = path.suffix.lower()
    if ending in _BOOKS:
        return read_xlsx(path)
    if ending in _TEXT:
        return read_text(path, encoding)
    kinds = ", ".join((*_BOOKS, *_TEXT))
    help_ = "save it as .xlsx in a spreadsheet program" if ending == ".xls" else f"{kinds} are read"
    raise refused("CR330", f"a file of the kind `{ending or path.name}` is not read", str(path), help=help_)
