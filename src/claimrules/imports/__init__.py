"""Official sheets into knowledge tables.

Takes: spreadsheets as they are published, and a `Shape` that says what stands where. Gives: dated tables as
docs/knowledge.md defines them, with an account of every row; differences between tables; what a lint finds in them.
Never: guesses what a cell means, drops a row without a reason, or writes a table that would not load.
"""

from claimrules.imports.account import Account, Left, SheetAccount
from claimrules.imports.book import read_book
from claimrules.imports.built_in import built_in_names, load_shape
from claimrules.imports.diff import TableDiff, diff_tables
from claimrules.imports.lint import lint_knowledge
from claimrules.imports.options import ImportOptions
from claimrules.imports.run import Imported, import_files
from claimrules.imports.shape import Shape
from claimrules.imports.sheet import Sheet

__all__ = [
    "Account",
    "ImportOptions",
    "Imported",
    "Left",
    "Shape",
    "Sheet",
    "SheetAccount",
    "TableDiff",
    "built_in_names",
    "diff_tables",
    "import_files",
    "lint_knowledge",
    "load_shape",
    "read_book",
]
