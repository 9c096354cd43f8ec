"""Engines that take one row at a time, and a plain Python loop: lines × rules a second, on fewer lines."""

import json
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.claims import claims_of
from benchmarks.contest import Score, agree
from benchmarks.pack import pack_of
from benchmarks.peers import claimrules_hits, per_row, python_loop
from benchmarks.peers.row_facts import kept
from benchmarks.prepared import prepared_of
from benchmarks.report import Part

LINES = 100_000


def part(work: Path, runs: int) -> Part:
    """A table of lines × rules a second; each peer's answers are compared with claimrules' first."""
    claims = claims_of(work, LINES)
    pack = pack_of(work, claims)
    about = json.loads((pack / "about.json").read_text())
    prepared = prepared_of(claims)
    lines = prepared.lines.num_rows
    own = claimrules_hits.ready(claims, pack)
    found = {rule: list(told) for rule, told in claimrules_hits.told(own).items()}
    rates = {"claimrules": lines * len(about) / _median(lambda: claimrules_hits.run(own), runs)}
    loop = python_loop.prepare(prepared, about)
    rates["plain Python loop"] = lines * len(about) / _median(lambda: python_loop.run(loop, about), runs)
    _compare(found, "plain Python loop", python_loop.told(loop, about))
    alone = {rule["id"] for rule in kept(about)}
    for name, engine in per_row.ENGINES.items():
        state = engine.prepare(prepared, about)
        seconds = _median(lambda engine=engine, state=state: engine.run(state, about), runs)
        rates[name] = per_row.rate(state, about, seconds)
        _compare({rule: told for rule, told in found.items() if rule in alone}, name, engine.told(state, about))
    rows = [[name, f"{rate:,.0f}", f"{rates['claimrules'] / rate:,.1f} ×"] for name, rate in rates.items()]
    rows += [[name, why, ""] for name, why in per_row.MISSING.items()]
    title = f"One row at a time, {lines:,} lines (engines: the {len(alone)} rules that a line answers alone)"
    return title, ["peer", "lines × rules a second", "claimrules is faster by"], rows


def _median(run: Any, runs: int) -> float:
    run()
    took = []
    for _ in range(runs):
        begun = time.perf_counter()
        run()
        took.append(time.perf_counter() - begun)
    return median(took)


def _compare(found: dict[str, list[int]], name: str, told: Any) -> None:
    agree([Score("claimrules", found=found), Score(name, found={rule: list(one) for rule, one in told.items()})])
