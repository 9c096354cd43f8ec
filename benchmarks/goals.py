"""What claimrules is measured by, besides its peers: each goal with what was measured."""

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from benchmarks.claims import claims_of
from benchmarks.contest import hits
from benchmarks.pack import FEW, pack_of
from benchmarks.single import claims_of_lines
from benchmarks.whole import peak_of

import claimrules
from claimrules.generate import generate_claims

ROOT = Path(__file__).resolve().parents[1]
LOAD = """
import sys, time, claimrules
start = time.perf_counter()
claimrules.load(sys.argv[1])
print(time.perf_counter() - start)
"""
NATIONAL = 247_000


@dataclass(frozen=True)
class Goal:
    """A row of the table. `met`: whether `measured` is as good as `goal`."""

    what: str
    goal: str
    measured: str
    met: bool


@dataclass(frozen=True)
class Settings:
    """Where things are kept, how many lines, how many runs; `most`: the largest number of lines that is tried."""

    work: Path
    lines: int
    runs: int
    most: int


def measured(settings: Settings) -> Iterator[Goal]:
    """All goals, the quick ones first."""
    for measure in (start, one_claim, rules, knowledge, library, jobs, growth):
        yield from measure(settings)


def at_most(what: str, value: float, limit: float, unit: str) -> Goal:
    """A goal that a figure is not above."""
    return Goal(what, f"≤ {limit:g} {unit}", f"{value:,.3g} {unit}", value <= limit)


def _seconds(command: list[str], runs: int) -> float:
    def once() -> float:
        begun = time.perf_counter()
        peak_of(command)
        return time.perf_counter() - begun

    return median(once() for _ in range(runs))


def start(settings: Settings) -> Iterator[Goal]:
    """How long a process takes to begin."""
    runs = max(settings.runs, 5)
    yield at_most("`claimrules --help`", _seconds([sys.executable, "-m", "claimrules", "--help"], runs), 0.3, "s")
    yield at_most("`import claimrules`", _seconds([sys.executable, "-c", "import claimrules"], runs), 0.15, "s")


def one_claim(_: Settings) -> Iterator[Goal]:
    """One claim of some thirty lines under the whole library, by `pack.check`, warm."""
    pack = claimrules.load(ROOT / "rules")
    claims = claims_of_lines(25, 35, 100)
    for claim in claims[:10]:
        pack.check(claim)
    took: list[float] = []
    for claim in claims:
        begun = time.perf_counter()
        pack.check(claim)
        took.append((time.perf_counter() - begun) * 1000)
    yield at_most("one claim of 30 lines, whole library, `check`: p50", median(took), 1, "ms")
    yield at_most("the same: p99", quantiles(took, n=100)[98], 3, "ms")
    rate = 1000 / (sum(took) / len(took))
    yield Goal("the same: claims a second on one core", "≥ 1,000", f"{rate:,.0f}", rate >= 1000)


def rules(settings: Settings) -> Iterator[Goal]:
    """Ten times as many rules of the same kinds."""
    claims = claims_of(settings.work, min(settings.lines, 1_000_000))
    few, many = (_hits(claims, pack_of(settings.work, claims, times=n), settings.runs) for n in (1, 10))
    yield at_most("rules: 500 instead of 50", many / few, 1.5, "× the time")


def _hits(claims: Path, pack: Path, runs: int) -> float:
    return hits(["claimrules_hits"], claims, pack, runs)[0].median


def knowledge(settings: Settings) -> Iterator[Goal]:
    """A national library of knowledge instead of a small one."""
    claims = claims_of(settings.work, min(settings.lines, 1_000_000))
    small, large = (pack_of(settings.work, claims, knowledge=n) for n in (FEW, NATIONAL))
    ratio = _hits(claims, large, settings.runs) / _hits(claims, small, settings.runs)
    yield at_most("knowledge: 247,000 rows instead of 2,500", ratio, 1.2, "× the time")
    with tempfile.TemporaryDirectory() as cache:
        cold, *warm = (_printed([sys.executable, "-c", LOAD, str(large)], cache) for _ in range(1 + settings.runs))
    yield at_most("loading and compiling them, cold", cold, 3, "s")
    yield at_most("the same from the compiled cache", median(warm), 0.3, "s")


def _printed(command: list[str], cache: str) -> float:
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, "CLAIMRULES_CACHE_DIR": cache}
    )
    return float(done.stdout)


def _audit(claims: Path, pack: Path, jobs: int = 2, *, runs: int = 1) -> tuple[float, float, float]:
    """The whole command: seconds (the median), seconds of judging, and MB at most."""
    took, judged, peak = [], 0.0, 0.0
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "OUT"
            command = [sys.executable, "-m", "claimrules", "audit", str(claims)]
            command += ["--rules", str(pack), "--out", str(out), "--jobs", str(jobs)]
            begun = time.perf_counter()
            peak = max(peak, peak_of(command))
            took.append(time.perf_counter() - begun)
            judged = json.loads((out / "timings.json").read_text())["stages"]["judge"]
    return median(took), judged, peak


def library(settings: Settings) -> Iterator[Goal]:
    """The whole national library beside the pack of fifty rules, judging alone, on as many lines."""
    lines = min(settings.lines, 1_000_000)
    claims = claims_of(settings.work, lines)
    plain = settings.work / f"plain-{lines}"
    if not (plain / "labels_summary.json").exists():
        generate_claims(plain, lines, 3)
    _, fifty, _ = _audit(claims, pack_of(settings.work, claims), 1)
    _, whole, peak = _audit(plain, ROOT / "rules", 1)
    what = f"whole library instead of the pack of fifty rules, {lines:,} lines ({peak:,.0f} MB)"
    yield at_most(what, whole / fifty, 4, "× the engine's time")


def jobs(settings: Settings) -> Iterator[Goal]:
    """Two jobs against one."""
    claims = claims_of(settings.work, min(settings.lines, 1_000_000))
    pack = pack_of(settings.work, claims)
    ratio = _audit(claims, pack, 1, runs=settings.runs)[0] / _audit(claims, pack, 2, runs=settings.runs)[0]
    yield Goal("2 jobs against 1", "≥ 1.7 ×", f"{ratio:.2f} ×", ratio >= 1.7)


def growth(settings: Settings) -> Iterator[Goal]:
    """How time and memory grow with lines."""
    sizes = [n for n in (1_000_000, 10_000_000, 100_000_000) if n <= settings.most] or [settings.lines // 10, settings.lines]
    took: list[float] = []
    for lines in sizes:
        claims = claims_of(settings.work, lines)
        seconds, _, peak = _audit(claims, pack_of(settings.work, claims_of(settings.work, sizes[0])))
        took.append(seconds)
        yield at_most(f"{lines:,} lines, unsorted files to findings: {seconds:,.1f} s; peak memory", peak, 1500, "MB")
    exponent = math.log(took[-1] / took[0]) / math.log(sizes[-1] / sizes[0]) if len(sizes) > 1 else math.nan
    yield at_most(f"time grows from {sizes[0]:,} to {sizes[-1]:,} lines with the exponent", exponent, 1.05, "")


MEASURES: dict[str, Callable[[Settings], Iterator[Goal]]] = {
    m.__name__: m for m in (start, one_claim, rules, knowledge, library, jobs, growth)
}
