"""`python -m benchmarks.mutants --sample 500 --seed 1`: are faults planted in the package caught by its own tests?"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from benchmarks.mutants.covered import Covered, add, measure, read
from benchmarks.mutants.mutant import Mutant, chosen, sample
from benchmarks.mutants.room import ROOMS, ROOT
from benchmarks.mutants.score import report
from benchmarks.mutants.session import Case, Queue, Worker
from benchmarks.mutants.trial import Trials

_UNTESTED = {"outcome": "survived", "by": "no test runs it", "ran": 0, "of": 0, "seconds": 0.0}


def main() -> int:
    """Draw, try, print the score; 1 where less than the asked share is killed."""
    options = _options()
    os.chdir(ROOT)
    os.environ["CI"] = "true"  # hypothesis draws the same examples each time
    options.out.mkdir(parents=True, exist_ok=True)
    results = options.out / "results.jsonl"
    results.unlink(missing_ok=True)
    if options.more:
        add(options.out, options.more)
    covered = read(options.out) if options.keep_coverage else measure(options.out)
    begun = time.monotonic()
    mutants = (
        chosen(set(options.only.read_text(encoding="utf-8").split()))
        if options.only
        else sample(options.sample, options.seed)
    )
    print(f"{len(mutants)} mutants drawn in {time.monotonic() - begun:.0f} s", file=sys.stderr)
    for room in ROOMS:
        _try(room.name, [m for m in mutants if m.room == room.name], covered, options, results)
    rows = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    share = report(rows, time.monotonic() - begun)
    return int(share < options.least)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=500, help="how many mutants")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=120, help="seconds of tests for one mutant")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--least", type=float, default=0.85, help="the share that must be killed")
    parser.add_argument("--out", type=Path, default=ROOT / "OUT" / "mutants")
    parser.add_argument("--only", type=Path, help="a file of ids: instead of a sample, these")
    parser.add_argument("--more", nargs="*", help="with --keep-coverage: tests written since")
    parser.add_argument("--keep-coverage", action="store_true", help="the tests have not changed since the last run")
    return parser.parse_args()


def _try(name: str, mutants: list[Mutant], covered: Covered, options: argparse.Namespace, results: Path) -> None:
    [room] = [room for room in ROOMS if room.name == name]
    cases = [Case.of(m, sorted(_own(covered.tests(m.path, m.lines), room.tests))) for m in mutants]
    for case in cases:
        if not case.tests:
            old, new = case.mutant.change
            row = {"id": case.mutant.id, "room": name, **_UNTESTED, "old": old, "new": new}
            with results.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    tried = [number for number, case in enumerate(cases) if case.tests]
    imported = Queue.of([number for number in tried if cases[number].functions is None])
    swapped = Queue.of([number for number in tried if cases[number].functions is not None])
    children = []
    for _ in range(options.jobs):
        child = os.fork()
        if not child:
            Worker(room, cases, _trials(covered, options), results).work(imported, swapped)
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


def _trials(covered: Covered, options: argparse.Namespace) -> Trials:
    """Tests written since go first: they were written for what survived."""
    trials = Trials(covered, options.limit)
    trials.kills |= {test: 9 for test in covered.seconds if options.more and test.startswith(tuple(options.more))}
    return trials


def _own(tests: set[str], folders: tuple[str, ...]) -> set[str]:
    return {test for test in tests if test.startswith(tuple(f"{folder}/" for folder in folders))}


if __name__ == "__main__":
    sys.exit(main())
