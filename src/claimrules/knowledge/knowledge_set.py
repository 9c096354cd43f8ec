"""All knowledge tables of a run."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType

from claimrules.catalog import TableSchema
from claimrules.diagnostics import Diagnostic, KnowledgeError, Place, suggest
from claimrules.knowledge.code_set import CodeSet, code_sets
from claimrules.knowledge.from_files import read_raw
from claimrules.knowledge.from_raw import build
from claimrules.knowledge.from_yaml import read_declaration
from claimrules.knowledge.layers import TableFiles, table_files
from claimrules.knowledge.raw_table import raw_of_rows
from claimrules.knowledge.table import CODE_SETS, Declaration, Table, code_sets_declaration
from claimrules.knowledge.written import Written


@dataclass(frozen=True)
class KnowledgeSet:
    """Checked tables and code sets, by name. Immutable and picklable.

    `fingerprint` is a hash of all that the tables say; the order of rows, columns and files has no part in it.
    """

    tables: Mapping[str, Table]
    sets: Mapping[str, CodeSet] = field(default_factory=dict)
    fingerprint: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", MappingProxyType(dict(self.tables)))
        object.__setattr__(self, "sets", MappingProxyType(dict(self.sets)))

    def __reduce__(self) -> tuple[object, ...]:
        # A mapping proxy cannot be pickled.
        return (partial(KnowledgeSet, dict(self.tables), dict(self.sets), self.fingerprint), ())

    @property
    def schemas(self) -> Mapping[str, TableSchema]:
        """The schema of every table, by name."""
        return {name: table.schema for name, table in self.tables.items()}

    @classmethod
    def read(cls, folders: Sequence[Path]) -> "KnowledgeSet":
        """Read folders of tables, later ones winning table by table.

        A later folder may hold the rows alone and go by the YAML of an earlier one. A table that a later folder
        replaces is not read.

        Raises:
            KnowledgeError: everything that is wrong in all of the files.
        """
        files, wrong = table_files(folders)
        tables: dict[str, Table] = {}
        for file in files:
            try:
                tables[file.name] = _read(file)
            except KnowledgeError as error:
                wrong.extend(error.diagnostics)
        if wrong:
            raise KnowledgeError(wrong)
        return cls._of(tables)

    def with_rows(
        self,
        tables: Mapping[str, Sequence[Mapping[str, str]]],
        place: Place | None = None,
        written: Mapping[str, Written] | None = None,
    ) -> "KnowledgeSet":
        """The same set with the rows of these tables replaced, checked by their declarations.

        Rows are texts by column; a column that they lack is null. `place` is where they are written, `written` the places
        of single cells, by table.

        Raises:
            KnowledgeError: CR316 no such table, and whatever a file of these rows would be refused for.
        """
        changed: dict[str, Table] = {}
        wrong: list[Diagnostic] = []
        for name, rows in tables.items():
            at = (written or {}).get(name)
            declaration = self._declaration(name)
            if declaration is None:
                near = suggest(name, self.tables)
                advice = f"did you mean `{near}`?" if near else ""
                wrong.append(
                    Diagnostic("CR316", f"there is no knowledge table `{name}`", at.table if at else place, help=advice)
                )
                continue
            try:
                changed[name] = build(raw_of_rows(name, rows, at or place), declaration, sparse=True)
            except KnowledgeError as error:
                wrong.extend(error.diagnostics)
        if wrong:
            raise KnowledgeError(wrong)
        sets = None if CODE_SETS in changed else self.sets
        return KnowledgeSet._of({**self.tables, **changed}, sets)

    def _declaration(self, name: str) -> Declaration | None:
        if name in self.tables:
            return Declaration.of(self.tables[name])
        return code_sets_declaration() if name == CODE_SETS else None

    @classmethod
    def _of(cls, tables: Mapping[str, Table], sets: Mapping[str, CodeSet] | None = None) -> "KnowledgeSet":
        ordered = {name: tables[name] for name in sorted(tables)}
        if sets is None:
            sets = code_sets(ordered[CODE_SETS].rows) if CODE_SETS in ordered else {}
        state = hashlib.sha256()
        for name, table in ordered.items():
            state.update(f"{name}={table.digest}\n".encode())
        return cls(ordered, sets, state.hexdigest())


def _read(files: TableFiles) -> Table:
    """One table. Its YAML and its rows are both read before either's errors are raised."""
    wrong: list[Diagnostic] = []
    declaration = raw = None
    try:
        declaration = read_declaration(files.declaration, files.name)
    except KnowledgeError as error:
        wrong.extend(error.diagnostics)
    try:
        raw = read_raw(files.data)
    except KnowledgeError as error:
        wrong.extend(error.diagnostics)
    if declaration is None or raw is None:
        raise KnowledgeError(wrong)
    return build(raw, declaration)
