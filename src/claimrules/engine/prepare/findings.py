"""The findings of other rules as rows: one for each violating line, or one for a claim without violating lines."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.catalog import kind_fields
from claimrules.engine.column import Column, Rows
from claimrules.engine.kernels.segments import expand_ranges
from claimrules.engine.prepare.arrays import column_of, take
from claimrules.engine.prepare.order import sort_keys, sort_rows

EMPTY = Rows("finding", 0, {}, {"claim": np.zeros(0, np.int64), "encounter": np.zeros(0, np.int64)})


def finding_rows(findings: Any, claims: Rows) -> Rows:
    """Rows by person, event_date, claim_id, rule_id and line_id, from the output's table of findings.

    `claims`: the batch's claims. A finding of a claim that is not among them is left out.
    """
    ids = claims.columns["claim_id"]
    if not claims.n or not findings.num_rows or ids.words is None:
        return EMPTY
    own = pa.array(ids.words, pa.string()).take(pa.array(ids.data))
    place = pc.index_in(findings["claim_id"].combine_chunks(), value_set=own)
    findings = findings.filter(place.is_valid())
    claim = place.drop_null().to_numpy().astype(np.int64)
    lines = findings["line_ids"].combine_chunks()
    many = pc.list_value_length(lines).fill_null(0).to_numpy().astype(np.int64)
    first = np.cumsum(many) - many
    at, line = expand_ranges(first, first + np.maximum(many, 1))
    named = many[at] > 0
    flat = pc.list_flatten(lines).take(pa.array(line, mask=~named)) if len(at) else pa.array([], pa.string())
    taken = findings.take(pa.array(at))
    fields = kind_fields("finding")
    columns = {name: column_of(taken[name], field.type) for name, field in fields.items() if name != "line_id"}
    columns["line_id"] = column_of(pa.chunked_array([flat]), fields["line_id"].type)
    up = claim[at]
    event, rule, line_id = (sort_keys(columns[name]) for name in ("event_date", "rule_id", "line_id"))
    keys = [*sort_keys(take(claims.columns["person_id"], up)), *event, *sort_keys(take(ids, up)), *rule, *line_id]
    order = sort_rows(keys, len(at))
    up = up[order]
    ordered: dict[str, Column] = {name: take(column, order) for name, column in columns.items()}
    return Rows("finding", len(at), ordered, {"claim": up, "encounter": claims.up["encounter"][up]})
