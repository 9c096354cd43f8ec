"""What was found, or not decided, of one claim among others."""

from typing import Any

import numpy as np
import pyarrow as pa

from claimrules.engine.batch_context import BatchContext
from claimrules.engine.column import Mask
from claimrules.engine.hits import Hits
from claimrules.engine.values.text import words_of
from claimrules.findings.schema import UNDECIDED


def undecided_of(hits: Hits, context: BatchContext, claim_id: str) -> Any:
    """The undecided subjects that have a row in the claim (or are its encounter): a table as `UNDECIDED`, one row each."""
    parts = [UNDECIDED.empty_table()]
    for rule in hits.rules:
        open_ = rule.undecided
        if open_ is None:
            continue
        inside = _of_claim(rule.plan.rule.kind, context, claim_id)[open_.rows]
        touched = pa.array(np.unique(open_.owner[inside]))
        n = len(touched)
        columns = [
            pa.array([rule.plan.rule.id] * n, pa.string()),
            open_.subject.take(touched),
            pa.array([claim_id] * n, pa.string()),
            open_.missing.take(touched),
            pa.array(np.ones(n, np.int64)),
        ]
        parts.append(pa.table([c.cast(f.type) for c, f in zip(columns, UNDECIDED, strict=True)], UNDECIDED))
    return pa.concat_tables(parts)


def _of_claim(kind: str, context: BatchContext, claim_id: str) -> Mask:
    """Which rows of a kind belong to the claim; encounters and days to its encounter."""
    claims = context.kind("claim")
    ids = claims.rows.columns["claim_id"]
    code = np.flatnonzero(words_of(ids) == claim_id)
    mine = np.flatnonzero(np.isin(ids.data, code))
    space = context.kind(kind)
    if kind == "claim" or "claim" in space.rows.up:
        return np.isin(space.up("claim"), mine)
    return np.isin(space.up("encounter"), claims.up("encounter")[mine])
