"""What is doubtful in knowledge tables that load.

Gaps, overlaps, doubled rows and cells that cannot be read are refused when a table is read, and are only passed on
here. What is looked for beside them is what a table may say and should not.
"""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from claimrules.diagnostics import Diagnostic, KnowledgeError, Place, suggest
from claimrules.imports.lint_codes import catalogue_of, codes_in_no_catalogue
from claimrules.imports.lint_contradictions import contradictions
from claimrules.imports.lint_reach import says_nothing, unreachable
from claimrules.imports.lint_size import sizes
from claimrules.imports.tables import ReadTable, read_tables
from claimrules.knowledge.table import CODE_SETS

CATALOGUE = "catalogue"
SHARE = Fraction(1, 5)


def lint_knowledge(
    path: Path, against: Path | None = None, share: Fraction = SHARE, catalogues: Sequence[str] = ()
) -> list[Diagnostic]:
    """Everything that is doubtful in the tables of a folder, sorted by place.

    `against`: the tables as they were, whose sizes are compared; `share`: by how much one may grow or shrink, of what
    it was. `catalogues`: tables whose first key column lists the codes that there are; where none is named, the table
    `catalogue` if there is one.
    """
    try:
        tables = read_tables(path)
    except KnowledgeError as error:
        return list(error.diagnostics)
    found: list[Diagnostic] = []
    lists = _catalogues(tables, catalogues, path, found)
    for table in tables.values():
        if table.name == CODE_SETS or table.declaration.register:
            continue
        if table.name not in {one.name for one in lists}:
            found += codes_in_no_catalogue(table, [catalogue_of(one) for one in lists])
        found += unreachable(table, [catalogue_of(one) for one in lists])
        found += says_nothing(table)
        found += contradictions(table)
    if against is not None:
        try:
            found += sizes(read_tables(against), tables, share)
        except KnowledgeError as error:
            found += error.diagnostics
    return sorted(found)


def _catalogues(tables: dict[str, ReadTable], names: Sequence[str], path: Path, found: list[Diagnostic]) -> list[ReadTable]:
    for name in names:
        if name not in tables:
            near = suggest(name, tables)
            advice = f"did you mean `{near}`?" if near else ""
            found.append(Diagnostic("CR316", f"there is no knowledge table `{name}`", Place(str(path)), help=advice))
    wanted = names or ([CATALOGUE] if CATALOGUE in tables else [])
    return [tables[name] for name in wanted if name in tables]
