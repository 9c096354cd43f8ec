"""The same claims with one value changed, judged again by the engine."""

from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import pyarrow as pa

from claimrules.batch import ClaimBatch
from claimrules.batch.schema import arrow_type
from claimrules.catalog import Type
from claimrules.engine.named import own_text
from claimrules.engine.space import KindSpace
from claimrules.explain.explanation import Outcome
from claimrules.explain.judged import ContextOf, hits_of
from claimrules.language.expression import Field as FieldNode
from claimrules.plan import RulePlan

ROW = "~row"
"""A column that numbers the rows of each table. It sorts behind all others, so that it parts only rows that are equal."""
TABLES = ("claims", "lines", "diagnoses", "operations")
IN_TABLES = {"line": "lines", "raw_line": "lines", "claim": "claims", "diagnosis": "diagnoses", "operation": "operations"}


def numbered(batch: ClaimBatch) -> ClaimBatch:
    """The batch with the rows of each table numbered."""
    tables = {name: getattr(batch, name) for name in TABLES}
    with_rows = {
        name: table.append_column(ROW, pa.array(np.arange(table.num_rows, dtype=np.int64))) for name, table in tables.items()
    }
    return replace(batch, **with_rows)


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of the input: a row of a table and a column. `node`: the field, as a rule names it."""

    table: str
    row: int
    column: str
    node: FieldNode

    @property
    def type(self) -> Type:
        """The type of its values."""
        return self.node.type

    def value_in(self, batch: ClaimBatch) -> Any:
        """What it holds; None where it is not known."""
        table = getattr(batch, self.table)
        return table[self.column][self.row].as_py() if self.column in table.column_names else None


@dataclass(slots=True)
class Worlds:
    """Judges changed claims, each change once. `runs` are counted."""

    plan: RulePlan
    context_of: ContextOf
    batch: ClaimBatch
    runs: int = 0
    _seen: dict[tuple[Cell, Any], "Verdicts"] = field(default_factory=dict)

    def changed(self, cell: Cell, value: Any) -> "Verdicts":
        """The verdicts with that cell's value replaced."""
        key = (cell, value)
        if key not in self._seen:
            self.runs += 1
            self._seen[key] = Verdicts.of(self.plan, self.context_of(_with(self.batch, cell, value)))
        return self._seen[key]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """For each row of the rule's kind, by its name: (subject, verdict, violating) of each subject that it joins."""

    of_row: dict[str, tuple[tuple[str, str, bool], ...]]

    @classmethod
    def of(cls, plan: RulePlan, context: Any) -> "Verdicts":
        """Those of one rule."""
        hits = hits_of(plan, context)
        trace = cast(Any, hits.trace)
        names = row_names(context.kind(plan.rule.kind))
        out: dict[str, list[tuple[str, str, bool]]] = {}
        subjects = trace.subject.to_pylist()
        for i, place in enumerate(trace.rows.tolist()):
            entry = (str(subjects[i]), str(trace.verdict[i]), bool(trace.violating[i]))
            out.setdefault(names[place], []).append(entry)
        return cls({name: tuple(entries) for name, entries in out.items()})

    def outcome(self, subject: str, rows: tuple[str, ...]) -> Outcome:
        """What has become of a subject that had these rows."""
        found = [entry for row in rows for entry in self.of_row.get(row, ())]
        same = [entry for entry in found if entry[0] == subject]
        found = same or found
        if any(violating for _, _, violating in found):
            return "flagged"
        if any(verdict == "undecided" for _, verdict, _ in found):
            return "undecided"
        return "clean" if found else "not_applicable"


def row_names(space: KindSpace) -> list[str]:
    """A name for each row of a kind that no change of a value touches: its number, where it stands in a table."""
    number = space.rows.columns.get(ROW) if space.rows.kind in IN_TABLES else None
    if number is not None:
        return [str(n) for n in cast(Any, number.data).tolist()]
    every = np.arange(space.n, dtype=np.int64)
    return [str(text) for text in own_text(space, every).to_pylist()] if space.n else []


def _with(batch: ClaimBatch, cell: Cell, value: Any) -> ClaimBatch:
    table = getattr(batch, cell.table)
    type_ = arrow_type(cell.type)
    if cell.column in table.column_names:
        type_ = table.schema.field(cell.column).type
        values = table[cell.column].combine_chunks() if table[cell.column].num_chunks > 1 else table[cell.column]
        before = pa.chunked_array([values] if not isinstance(values, pa.ChunkedArray) else values.chunks, type_)
        parts = [*before.slice(0, cell.row).chunks, pa.array([value], type_), *before.slice(cell.row + 1).chunks]
        changed = table.set_column(table.column_names.index(cell.column), cell.column, pa.chunked_array(parts, type_))
    else:
        whole = [None] * table.num_rows
        whole[cell.row] = value
        changed = table.append_column(cell.column, pa.array(whole, type_))
    absent = batch.absent - {(cell.table, cell.column)}
    return replace(batch, **{cell.table: changed}, absent=absent)
