"""Rows that belong to a claim: lines as they came, diagnoses, operations."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.engine.column import Column, Index, Rows
from claimrules.engine.kernels.segments import Integers, group_ids
from claimrules.engine.prepare.arrays import take, whole
from claimrules.engine.prepare.claims import Claims
from claimrules.engine.prepare.order import Breaker, sort_keys, sort_rows
from claimrules.engine.prepare.sources import column_named, ordered
from claimrules.engine.prepare.texts import texts_of


def raw_line_rows(lines: Any, claims: Claims, claim_ids: Any) -> tuple[Rows, Index]:
    """The lines as they came, by person, charged_at (unknown first), claim_id, line_id; and their rows in the table."""
    claim = _claim_of(lines, claims, claim_ids)
    charged = column_named(lines, "lines", "charged_at")
    keys = [claims.person[claim], *sort_keys(charged), claims.rank[claim]]
    breakers = texts_of(whole(lines["line_id"])).breakers if lines.num_rows else []
    order = sort_rows(keys, lines.num_rows, breakers)
    ready = {} if charged is None else {"charged_at": take(charged, order)}
    return _rows("raw_line", lines, "lines", claims, claim, order, ready), order


def diagnosis_rows(diagnoses: Any, claims: Claims, claim_ids: Any) -> Rows:
    """The diagnoses by encounter, claim_id, sequence (unknown first) and code; then by all else that they hold."""
    claim = _claim_of(diagnoses, claims, claim_ids)
    keys = [claims.rows.up["encounter"][claim], claims.rank[claim]]
    order, ready = _sorted(diagnoses, "diagnoses", keys, ("sequence", "diagnosis_code"))
    return _rows("diagnosis", diagnoses, "diagnoses", claims, claim, order, ready)


def operation_rows(operations: Any, claims: Claims, claim_ids: Any) -> Rows:
    """The operations by person, operated_at (unknown first), claim_id and code; then by all else that they hold."""
    claim = _claim_of(operations, claims, claim_ids)
    time = column_named(operations, "operations", "operated_at")
    keys = [claims.person[claim], *sort_keys(time), claims.rank[claim]]
    order, ready = _sorted(operations, "operations", keys, ("operation_code",))
    return _rows("operation", operations, "operations", claims, claim, order, ready)


def _sorted(table: Any, table_name: str, keys: Sequence[Integers], names: Sequence[str]) -> tuple[Index, dict[str, Column]]:
    """The order by `keys`, then by the columns `names`, then, lest the input's order show, by every other column."""
    named = {name: column_named(table, table_name, name) for name in names}
    found = {name: column for name, column in named.items() if column is not None}
    others = sorted(set(table.column_names) - set(names) - {"claim_id"})
    breakers: list[Breaker] = [partial(_key_at, table, table_name, name) for name in others]
    all_keys = [*keys, *(key for column in found.values() for key in sort_keys(column))]
    order = sort_rows(all_keys, table.num_rows, breakers)
    return order, {name: take(column, order) for name, column in found.items()}


def _key_at(table: Any, table_name: str, name: str, rows: Index) -> Integers:
    column = column_named(table.select([name]).take(pa.array(rows)), table_name, name)
    if column is None or column.data.dtype.kind == "O":
        return np.zeros(len(rows), dtype=np.int64)
    if column.data.dtype.kind == "f":
        column = replace(column, data=column.data.view(np.int64))
    keys = sort_keys(column)
    return keys[0] if len(keys) == 1 else group_ids(keys, len(rows))[0]


def _claim_of(table: Any, claims: Claims, claim_ids: Any) -> Index:
    """For each row of a table the row of its claim."""
    if table.num_rows == 0:
        return np.zeros(0, dtype=np.int64)
    named = whole(table["claim_id"])
    if pa.types.is_dictionary(named.type):
        found = pc.index_in(named.dictionary, value_set=claim_ids).take(named.indices)
    else:
        found = pc.index_in(named, value_set=claim_ids)
    if found.null_count:
        raise ValueError(f"{found.null_count} rows without their claim")
    rows: Index = claims.table_row[found.to_numpy()]
    return rows


def _rows(
    kind: str, table: Any, table_name: str, claims: Claims, claim: Index, order: Index, ready: dict[str, Column]
) -> Rows:
    claim = claim[order]
    if "claim_id" in table.column_names:
        ready = {**ready, "claim_id": take(claims.rows.columns["claim_id"], claim)}
    up = {"claim": claim, "encounter": claims.rows.up["encounter"][claim]}
    return Rows(kind, table.num_rows, ordered(table, table_name, order, ready), up)
