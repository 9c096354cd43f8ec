"""claimrules itself: the plan over batches that are prepared, and the whole audit from files to files.

Prepared means what it does for the peers: rows in the order of person and time, codes as integers, columns read. What a
table says of a code is found out when a code is first met; that has happened when a second run begins.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import claimrules
from claimrules.batch import open_claims
from claimrules.engine.batch_context import BatchContext
from claimrules.engine.prepare import Prepared, prepare
from claimrules.engine.run import run as run_plan
from claimrules.pack import RulePack
from claimrules.pack.arguments import BATCH_LINES

JOBS = 2


@dataclass
class Ready:
    """A pack with its batches; `hits` of the last run."""

    pack: RulePack
    batches: list[Prepared]
    hits: list[Any]


def ready(claims: Path, pack: Path) -> Ready:
    """The pack, and the claims in batches; one run has been made, so that all columns and look-ups are there."""
    loaded = claimrules.load(pack)
    with open_claims(claims, batch_lines=BATCH_LINES) as intake:
        batches = [prepare(batch) for batch in intake.partitions()]
    made = Ready(loaded, batches, [])
    run(made)
    return made


def run(made: Ready, jobs: int = JOBS) -> None:
    """Every rule over every batch."""
    with ThreadPoolExecutor(jobs) as pool:
        made.hits = list(pool.map(lambda batch: _one(made.pack, batch), made.batches))


def _one(pack: RulePack, batch: Prepared) -> Any:
    context = BatchContext(batch, pack.shelf())
    hits = run_plan(pack.plan, context)
    context.release()
    return hits


def told(made: Ready) -> dict[str, tuple[int, int]]:
    """Of each rule how many lines, and how much, in cents."""
    out: dict[str, tuple[int, int]] = {}
    for hits in made.hits:
        money = hits.prepared.kinds["line"].columns["in_scope_amount"].data
        for rule in hits.rules:
            rows = np.zeros(0, np.int64) if rule.flagged is None else rule.flagged.rows
            lines, cents = out.get(rule.plan.rule.id, (0, 0))
            out[rule.plan.rule.id] = (lines + len(rows), cents + int(money[rows].sum()))
    return out
