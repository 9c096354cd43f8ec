"""The canonical tables of some claims."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow.compute as pc

from claimrules.batch.documents import tables_of
from claimrules.batch.schema import NAMES, absent_columns, arrow_type, empty_table
from claimrules.catalog import fields_of
from claimrules.diagnostics import ClaimsError, Diagnostic, suggest
from claimrules.models import Claim


@dataclass(frozen=True)
class ClaimBatch:
    """Four `pyarrow.Table`s with the contract's names and exact types (docs/architecture.md, form 1).

    `absent`: the (table, column) pairs that the whole input does not have; they are not in the tables either, but for
    the required columns of a table that has no rows.
    """

    claims: Any
    lines: Any
    diagnoses: Any
    operations: Any
    absent: frozenset[tuple[str, str]] = field(default=frozenset())

    @classmethod
    def from_claims(cls, claims: Iterable[Claim]) -> "ClaimBatch":
        """From claim documents. Nothing is checked across claims: doubled keys are found by `open_claims`."""
        tables = tables_of(list(claims))
        return cls.from_tables({**tables, "claims": with_encounters(tables["claims"])})

    @classmethod
    def from_tables(cls, tables: Mapping[str, Any]) -> "ClaimBatch":
        """From canonical tables; what is not there is empty. Columns outside the catalog are let pass.

        Raises:
            ClaimsError: CR106 an unknown table, CR104 a required column that is missing, CR107 a wrong type.
        """
        found = list(_table_faults(tables))
        for name in NAMES:
            if name in tables:
                found += _column_faults(name, tables[name])
        if found:
            raise ClaimsError(found)
        absent = frozenset[tuple[str, str]]().union(
            *(absent_columns(name, set(tables[name].column_names) if name in tables else set()) for name in NAMES)
        )
        return cls(**{name: tables.get(name, empty_table(name)) for name in NAMES}, absent=absent)

    def tables(self) -> dict[str, Any]:
        """The four tables by name."""
        return {name: getattr(self, name) for name in NAMES}


def with_encounters(table: Any) -> Any:
    """`encounter_id` is the claim's own id where it is not known."""
    claim_id = table.column("claim_id")
    if "encounter_id" not in table.column_names:
        return table.add_column(1, "encounter_id", claim_id)
    filled = table.column("encounter_id")
    if not filled.null_count:
        return table
    filled = pc.coalesce(filled, claim_id)
    return table.set_column(table.column_names.index("encounter_id"), "encounter_id", filled)


def _table_faults(tables: Mapping[str, Any]) -> Iterable[Diagnostic]:
    for name in tables:
        if name not in NAMES:
            yield Diagnostic("CR106", f"there is no table `{name}`", help=f"known are {', '.join(NAMES)}")
    if "claims" not in tables:
        yield Diagnostic("CR103", "there is no table `claims`", help="`claims` is required")


def _column_faults(name: str, table: Any) -> Iterable[Diagnostic]:
    have = table.column_names
    for f in fields_of(name).values():
        if f.name not in have:
            if f.required:
                near = suggest(f.name, have)
                advice = f"is it `{near}`?" if near else ""
                yield Diagnostic("CR104", f"`{name}` has no column `{f.name}`, which is required", help=advice)
        elif table.schema.field(f.name).type != arrow_type(f.type):
            is_ = table.schema.field(f.name).type
            advice = "`open_claims` reads other types"
            yield Diagnostic("CR107", f"`{name}.{f.name}` is {is_}, not {arrow_type(f.type)}", help=advice)
