"""All knowledge tables of a run."""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from claimrules.catalog import TableSchema, Type
from claimrules.catalog.registers import REGISTERS
from claimrules.diagnostics import Diagnostic, KnowledgeError, Place, suggest
from claimrules.knowledge.code_set import CodeSet, code_sets
from claimrules.knowledge.exemptions import Exemption
from claimrules.knowledge.from_files import read_raw
from claimrules.knowledge.from_raw import build
from claimrules.knowledge.from_register import register_table
from claimrules.knowledge.from_yaml import read_declaration
from claimrules.knowledge.layers import TableFiles, table_files, without_rows
from claimrules.knowledge.raw_table import raw_of_rows
from claimrules.knowledge.table import CODE_SETS, Declaration, Table, code_sets_declaration
from claimrules.knowledge.written import Written


@dataclass(frozen=True)
class KnowledgeSet:
    """Checked tables and code sets, by name. Immutable and picklable.

    `as_of`: as of which day the code sets are what they are; the rows of tables are asked by the look-up. `parameters`: the
    rows of `parameters.yaml`, a table for each name and type of default. `fingerprint` is a hash of all
    that the tables say; the order of rows, columns and files has no part in it.
    """

    tables: Mapping[str, Table]
    sets: Mapping[str, CodeSet] = field(default_factory=dict)
    fingerprint: str = ""
    parameters: Mapping[tuple[str, Type], Table] = field(default_factory=dict)
    exemptions: tuple[Exemption, ...] = ()
    as_of: dt.date | None = None

    def __post_init__(self) -> None:
        for name in _MAPPINGS:
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[object, ...]:
        # A mapping proxy cannot be pickled.
        given = {name: dict(getattr(self, name)) for name in _MAPPINGS}
        return (
            partial(KnowledgeSet, fingerprint=self.fingerprint, exemptions=self.exemptions, as_of=self.as_of, **given),
            (),
        )

    @property
    def schemas(self) -> Mapping[str, TableSchema]:
        """The schema of every table that a rule may name: those that there are, and the registers known by name."""
        return {**REGISTERS, **{name: table.schema for name, table in self.tables.items()}}

    @property
    def registers(self) -> Mapping[str, TableSchema]:
        """The schemas of what an input may bring."""
        own = {name: table.schema for name, table in self.tables.items() if table.register}
        return {**{name: schema for name, schema in REGISTERS.items() if name not in self.tables}, **own}

    def with_known_registers(self, names: Collection[str]) -> "KnowledgeSet":
        """The same set with those of the registers known by name that are among `names`, as long as nobody brings them."""
        more = {name: _not_brought(_known_register(name)) for name in names if name in REGISTERS and name not in self.tables}
        return self._with(tables={**self.tables, **more}) if more else self

    def with_registers(self, brought: Mapping[str, Any]) -> "KnowledgeSet":
        """The same set with the registers that an input brings, as `pyarrow.Table`s of checked rows."""
        tables = {
            name: register_table(Declaration.of(self.tables[name]), rows)
            for name, rows in brought.items()
            if name in self.tables
        }
        return self._with(tables={**self.tables, **tables}) if tables else self

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
        sets = code_sets(tables[CODE_SETS].rows) if CODE_SETS in tables else {}
        return cls({}, sets)._with(tables=tables)

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
        tables_now = {**self.tables, **changed}
        sets = code_sets(tables_now[CODE_SETS].rows, self.as_of) if CODE_SETS in changed else self.sets
        return self._with(tables=tables_now, sets=sets)

    def with_tables(self, tables: Mapping[str, Table]) -> "KnowledgeSet":
        """The same set with these tables, which are checked already, beside or in the place of its own."""
        merged = {**self.tables, **tables}
        sets = code_sets(merged[CODE_SETS].rows, self.as_of) if CODE_SETS in tables else self.sets
        return self._with(tables=merged, sets=sets)

    def with_parameters(self, tables: Mapping[tuple[str, Type], Table]) -> "KnowledgeSet":
        """The same set with these parameters' rows replaced."""
        return self._with(parameters={**self.parameters, **tables})

    def known_on(self, as_of: dt.date | None) -> "KnowledgeSet":
        """The same tables with the code sets as they were known on that day (None: all that is known)."""
        rows = self.tables[CODE_SETS].rows if CODE_SETS in self.tables else None
        return replace(self, as_of=as_of, sets={} if rows is None else code_sets(rows, as_of))

    def set(self, name: str) -> CodeSet | None:
        """A code set, or a phase of one, `name@0`; None where there is none."""
        found = self.sets.get(name)
        whole, at, number = name.rpartition("@")
        if found is None and at and number.isdecimal() and whole in self.sets:
            phases = self.sets[whole].phases
            found = phases[int(number)] if int(number) < len(phases) else None
        return found

    @property
    def changes(self) -> Mapping[str, tuple[int, ...]]:
        """The days on which each code set changes that does, since 1970."""
        return {name: one.changes for name, one in self.sets.items() if one.changes}

    def with_exemptions(self, entries: tuple[Exemption, ...]) -> "KnowledgeSet":
        """The same set with these exemptions and no others."""
        return self if entries == self.exemptions else self._with(exemptions=entries)

    def varies(self, name: str, kind: Type, rule: str) -> bool:
        """Whether a row of `parameters.yaml` may give the rule's parameter another value than its default."""
        table = self.parameters.get((name, kind))
        return table is not None and any(of in (None, rule) for of in table.rows["rule"].to_pylist())

    def _declaration(self, name: str) -> Declaration | None:
        if name in self.tables:
            return Declaration.of(self.tables[name])
        if name in REGISTERS:
            return _known_register(name)
        return code_sets_declaration() if name == CODE_SETS else None

    def _with(self, **changes: Any) -> "KnowledgeSet":
        """The set with some parts replaced, and the fingerprint of what it then says."""
        new = replace(self, **changes)
        state = hashlib.sha256()
        for name, table in sorted(new.tables.items()):
            state.update(f"{name}={table.digest}\n".encode())
        for (name, kind), table in sorted(new.parameters.items(), key=lambda item: (item[0][0], str(item[0][1]))):
            state.update(f"params.{name} {kind}={table.digest}\n".encode())
        for entry in new.exemptions:
            state.update(f"{replace(entry, place=None)}\n".encode())
        return replace(new, tables=dict(sorted(new.tables.items())), fingerprint=state.hexdigest())


_MAPPINGS = ("tables", "sets", "parameters")


def _read(files: TableFiles) -> Table:
    """One table. Its YAML and its rows are both read before either's errors are raised."""
    wrong: list[Diagnostic] = []
    declaration = raw = None
    try:
        declaration = read_declaration(files.declaration, files.name)
    except KnowledgeError as error:
        wrong.extend(error.diagnostics)
    try:
        raw = None if files.data is None else read_raw(files.data)
    except KnowledgeError as error:
        wrong.extend(error.diagnostics)
    if declaration is not None and files.data is None:
        if not declaration.register:
            raise KnowledgeError([*wrong, without_rows(files)])
        return _not_brought(declaration)
    if declaration is None or raw is None:
        raise KnowledgeError(wrong)
    return build(raw, declaration)


def _not_brought(declaration: Declaration) -> Table:
    empty = build(raw_of_rows(declaration.schema.name, [], Place(declaration.file)), declaration, sparse=True)
    return replace(empty, brought=False)


def _known_register(name: str) -> Declaration:
    """One of the registers known by name: several rows may hold at once, and gaps say nothing."""
    return Declaration(REGISTERS[name], f"<{name}>", many=True, gaps_allowed=True, register=True)
