"""Runs of several peers, one after the other and round by round, so that a noisy minute falls on all of them."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

Found = dict[str, list[int]]
"""Of each rule how many lines, and how much in cents."""


class DiffersError(Exception):
    """A peer did not find what claimrules found: no time of it means anything."""


@dataclass
class Score:
    """What the runs of one peer took. `found`: None where a peer finds nothing, as the floor."""

    name: str
    seconds: list[float] = field(default_factory=list)
    peak_mb: float = 0.0
    found: Found | None = None

    @property
    def median(self) -> float:
        """The middle one of the runs."""
        return median(self.seconds)


class Child:
    """A peer that waits in a process of its own."""

    def __init__(self, name: str, claims: Path, pack: Path) -> None:
        self.score = Score(name)
        command = [sys.executable, "-m", "benchmarks.child", name, str(claims), str(pack)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answer()

    def run(self) -> None:
        """One run more."""
        assert self._process.stdin is not None  # noqa: S101  it was asked for
        self._process.stdin.write("run\n")
        self._process.stdin.flush()
        answer = self._answer()
        self.score.seconds.append(answer["seconds"])
        self.score.peak_mb, self.score.found = answer["peak_mb"], answer["told"] or None

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101  it was asked for
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.score.name} ended with {self._process.wait()} before it answered")
        answer: dict[str, Any] = json.loads(line)
        return answer


def hits(names: Sequence[str], claims: Path, pack: Path, runs: int) -> list[Score]:
    """From prepared tables to hits: all peers wait in memory, and run in turn. The first run of each is not counted."""
    children = [Child(name, claims, pack) for name in names]
    try:
        for child in children:
            child.run()
            child.score.seconds.clear()
        agree([child.score for child in children])
        for _ in range(runs):
            for child in children:
                child.run()
    finally:
        for child in children:
            child.close()
    agree([child.score for child in children])
    return [child.score for child in children]


def wholes(runners: dict[str, Callable[[], tuple[float, Found]]], runs: int) -> list[Score]:
    """Whole processes in turn: each runner starts one, and says how much memory it held and what it found."""
    scores = {name: Score(name) for name in runners}
    for turn in range(runs):
        for name, runner in runners.items():
            start = time.perf_counter()
            peak, found = runner()
            scores[name].seconds.append(time.perf_counter() - start)
            scores[name].peak_mb, scores[name].found = max(peak, scores[name].peak_mb), found
        if turn == 0:
            agree(list(scores.values()))
    return list(scores.values())


def agree(scores: Sequence[Score]) -> None:
    """Every peer has found the same lines and the same money.

    Raises:
        DiffersError: it names the peer and the first rules that differ.
    """
    said = [score for score in scores if score.found is not None]
    for score in said[1:]:
        first, other = said[0].found, score.found
        if first is None or other is None:
            continue
        wrong = [rule for rule in first if list(first[rule]) != list(other.get(rule, (0, 0)))]
        if wrong:
            told = "; ".join(f"{rule}: {first[rule]} and {other.get(rule)}" for rule in wrong[:5])
            raise DiffersError(f"{score.name} differs from {said[0].name} in {len(wrong)} rules: {told}")
