"""Single claims, as a doctor's desk has them: documents of the generator's claims."""

from collections import defaultdict
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from claimrules import Claim
from claimrules.generate.generate import claim_tables

CHILDREN = ("lines", "diagnoses", "operations")


def claims_of_lines(least: int, most: int, count: int) -> list[Claim]:
    """So many claims, each with `least` to `most` lines."""
    tables: Any = claim_tables(1_000_000, 5)
    sizes = tables["lines"].group_by("claim_id").aggregate([("claim_id", "count")])
    n = sizes["claim_id_count"]
    ids = sizes["claim_id"].filter(pc.and_(pc.greater_equal(n, least), pc.less_equal(n, most)))
    claims = tables["claims"].filter(pc.is_in(tables["claims"]["claim_id"], value_set=ids.combine_chunks()))
    claims = claims.filter(pc.invert(pc.fill_null(claims["is_reversed"], fill_value=False))).slice(0, count)
    below = {name: _by_claim(tables[name], claims["claim_id"].combine_chunks()) for name in CHILDREN}
    return [
        Claim.model_validate({**_filled(row), **{name: below[name][row["claim_id"]] for name in CHILDREN}})
        for row in claims.to_pylist()
    ]


def _by_claim(table: Any, ids: Any) -> dict[str, list[dict[str, Any]]]:
    out: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in table.filter(pc.is_in(table["claim_id"], value_set=pa.array(ids))).to_pylist():
        out[row.pop("claim_id")].append(_filled(row))
    return out


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}
