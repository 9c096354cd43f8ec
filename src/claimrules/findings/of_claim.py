"""What was not decided of one claim among others."""

from typing import Any

import numpy as np

from claimrules.engine.batch_context import BatchContext
from claimrules.engine.column import Mask
from claimrules.engine.hits import Hits
from claimrules.engine.values.text import words_of


def undecided_of(hits: Hits, context: BatchContext, claim_id: str) -> list[dict[str, Any]]:
    """The undecided subjects that have a row in the claim (or are its encounter): rows as `UNDECIDED`, in its order."""
    inside: dict[str, Mask] = {}
    out: list[dict[str, Any]] = []
    for hit in hits.rules:
        rule, open_ = hit.plan.rule, hit.undecided
        if open_ is None:
            continue
        if rule.kind not in inside:
            inside[rule.kind] = _of_claim(rule.kind, context, claim_id)
        touched = sorted(set(open_.owner[inside[rule.kind][open_.rows]].tolist()))
        if touched:
            subject, missing = open_.subject().to_pylist(), open_.missing.to_pylist()
            out += [
                {"rule_id": rule.id, "subject": subject[at], "claim_id": claim_id, "missing": missing[at], "subjects": 1}
                for at in touched
            ]
    return sorted(out, key=lambda row: (row["rule_id"], row["subject"], row["missing"]))


def _of_claim(kind: str, context: BatchContext, claim_id: str) -> Mask:
    """Which rows of a kind belong to the claim; encounters and days to its encounter."""
    claims = context.kind("claim")
    ids = claims.rows.columns["claim_id"]
    mine = np.flatnonzero((words_of(ids) == claim_id)[ids.data])
    space = context.kind(kind)
    if kind == "claim" or "claim" in space.rows.up:
        return np.isin(space.up("claim"), mine)
    return np.isin(space.up("encounter"), claims.up("encounter")[mine])
