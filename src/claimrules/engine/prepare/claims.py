"""The claims of a batch: their order and the encounters that they make."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc

from claimrules.engine.column import Column, Index, Rows
from claimrules.engine.kernels.segments import group_ids, segment_max, segment_min
from claimrules.engine.prepare.arrays import take, whole
from claimrules.engine.prepare.order import sort_keys, sort_rows
from claimrules.engine.prepare.sources import column_named, ordered


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims in order of person, settlement and claim_id, and their encounters in theirs.

    `table_row`: for each row of the claims table its row here. `last`, `first_id`: for each encounter its last settled
    claim, and the claim with the smallest claim_id. `person`, `rank`: for each claim the place of its person_id and of
    its claim_id in text order.
    """

    rows: Rows
    table_row: Index
    encounters: int
    last: Index
    first_id: Index
    person: Index
    rank: Index


def order_claims(table: Any) -> Claims:
    """The claims of a table, and which encounter each belongs to."""
    person, provider, claim_id = (_required(table, name) for name in ("person_id", "provider_id", "claim_id"))
    settled = column_named(table, "claims", "settled_at")
    order = sort_rows([*sort_keys(person), *sort_keys(settled), *sort_keys(claim_id)], table.num_rows)
    table_row = np.empty(len(order), dtype=np.int64)
    table_row[order] = np.arange(len(order), dtype=np.int64)
    ready = {"person_id": take(person, order), "provider_id": take(provider, order), "claim_id": take(claim_id, order)}
    if settled is not None:
        ready["settled_at"] = take(settled, order)
    columns = ordered(table, "claims", order, ready)
    rank = ready["claim_id"].data.astype(np.int64)
    visit = _visit(table)[order]
    ids, k = group_ids([*sort_keys(ready["person_id"]), *sort_keys(ready["provider_id"]), visit], len(order))
    encounter, first_id, last = _order_encounters(columns, ids, k, rank)
    rows = Rows("claim", len(order), columns, {"encounter": encounter})
    return Claims(rows, table_row, k, last, first_id, ready["person_id"].data.astype(np.int64), rank)


def _order_encounters(columns: Any, ids: Index, k: int, rank: Index) -> tuple[Index, Index, Index]:
    """Each claim's encounter, and each encounter's claims with the smallest claim_id and the last settlement."""
    place = np.arange(len(ids), dtype=np.int64)
    by_rank = np.empty(len(ids), dtype=np.int64)
    by_rank[rank] = place
    first_id = by_rank[segment_min(rank, ids, k)]
    # Claims stand in order of settlement within a person, and an encounter has one person.
    last = segment_max(place, ids, k)
    keys = sort_keys(take(columns["person_id"], last))
    if "admitted_at" in columns:
        keys += sort_keys(earliest(columns["admitted_at"], ids, k))
    if "discharged_at" in columns:
        keys += sort_keys(latest(columns["discharged_at"], ids, k))
    order = sort_rows([*keys, rank[first_id]], k)
    number = np.empty(k, dtype=np.int64)
    number[order] = np.arange(k, dtype=np.int64)
    return number[ids], first_id[order], last[order]


def earliest(column: Column, ids: Index, k: int) -> Column:
    """The least known value of each group; not known where none is."""
    return _extreme(column, ids, k, segment_min)


def latest(column: Column, ids: Index, k: int) -> Column:
    """The greatest known value of each group; not known where none is."""
    return _extreme(column, ids, k, segment_max)


def _extreme(column: Column, ids: Index, k: int, extreme: Any) -> Column:
    if column.known is None:
        return Column(column.type, extreme(column.data, ids, k))
    known = np.zeros(k, dtype=np.bool_)
    known[ids[column.known]] = True
    data = extreme(column.data[column.known], ids[column.known], k)
    return Column(column.type, data, None if bool(known.all()) else known)


def _visit(table: Any) -> Index:
    """A number for encounter_id or else claim_id, equal for equal texts."""
    claim_id = whole(table["claim_id"])
    named = pc.coalesce(whole(table["encounter_id"]), claim_id) if "encounter_id" in table.column_names else claim_id
    codes: Index = named.dictionary_encode().indices.to_numpy().astype(np.int64)
    return codes


def _required(table: Any, name: str) -> Column:
    column = column_named(table, "claims", name)
    if column is None:
        raise ValueError(f"claims have no text column {name}")
    return column
