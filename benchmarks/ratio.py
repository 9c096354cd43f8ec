"""How many passes over the columns a run of the fifty rules costs: a ratio, the same on a slow machine and a fast one.

`python -m benchmarks.ratio` prints it; with `--write` it becomes the one that tests/benchmarks compares with.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.claims import claims_of
from benchmarks.pack import pack_of
from benchmarks.peers import claimrules_hits, numpy_floor
from benchmarks.prepared import prepared_of

STORED = Path(__file__).parent / "ratio.json"
LINES = 200_000
ROUNDS = 9
PASSES = 100
"""Passes of the floor in a round: one alone would be too short to measure."""


def measured(work: Path, rounds: int = ROUNDS) -> float:
    """The median of the ratios of several rounds, each of one run of the rules and some passes of numpy, on one thread."""
    claims = claims_of(work, LINES)
    pack = pack_of(work, claims)
    own = claimrules_hits.ready(claims, pack)
    parts = [part for half in numpy_floor.prepare(prepared_of(claims), []).parts for part in half]
    ratios = []
    for _ in range(rounds):
        floor = _seconds(lambda: [part.sum() for _ in range(PASSES) for part in parts]) / PASSES
        ratios.append(_seconds(lambda: claimrules_hits.run(own, 1)) / floor)
    return median(ratios)


def _seconds(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def stored() -> float:
    """The ratio to compare with."""
    return float(json.loads(STORED.read_text())["ratio"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--work", type=Path, default=Path("build/bench"))
    given = parser.parse_args()
    found = measured(given.work)
    print(f"{found:.0f} passes over the columns; stored: {stored() if STORED.exists() else 'none'}")
    if given.write:
        STORED.write_text(json.dumps({"ratio": round(found), "lines": LINES}) + "\n")
