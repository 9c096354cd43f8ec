"""Per-row engines as peers: `per_row.zen_engine.prepare(…)`, and so on, for the rules that a line answers alone.

Each takes a line's facts, looked up beforehand, one after the other: give it fewer lines, and compare `rate`s. One that is
not installed here is not in `ENGINES` but in `MISSING`, with what is missing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from benchmarks.peers import row_engines
from benchmarks.peers.line_tuples import Rows, integer_rows, text_rows
from benchmarks.peers.row_facts import Fact, facts_of, kept
from benchmarks.prepared import Prepared


@dataclass
class Judged:
    """The lines as facts; `hits` of the last run: the place of a line and the rule."""

    rows: Rows
    facts: list[Fact]
    judge: row_engines.Judge
    hits: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True)
class PerRow:
    """One engine, with the functions that every peer has; rules that it cannot answer are left out."""

    compiled: Callable[[list[dict[str, Any]]], row_engines.Judge]

    def prepare(self, prepared: Prepared, about: list[dict[str, Any]]) -> Judged:
        """The engine with its rules, and the facts."""
        return self._judged(integer_rows(prepared), about)

    def _judged(self, rows: Rows, about: list[dict[str, Any]]) -> Judged:
        return Judged(rows, facts_of(rows, about), self.compiled(kept(about)))

    def run(self, judged: Judged, about: list[dict[str, Any]]) -> None:  # noqa: ARG002 - as the peers' own
        """Each fact by itself."""
        judged.hits = list(judged.judge(judged.facts))

    def told(self, judged: Judged, about: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
        """Of each rule that it can answer how many lines, and how much."""
        found: dict[str, list[int]] = {rule["id"]: [] for rule in kept(about)}
        for place, name in judged.hits:
            found[name].append(judged.rows.lines[place].in_scope_amount)
        return {name: (len(money), sum(money)) for name, money in found.items()}

    def whole(self, claims: Path, about: list[dict[str, Any]], out: Path) -> Judged:
        """From the files to the files."""
        judged = self._judged(text_rows(claims), about)
        self.run(judged, about)
        lines = [judged.rows.lines[place] for place, _ in judged.hits]
        columns = {"rule_id": [name for _, name in judged.hits], "line": [line.line for line in lines]}
        columns["in_scope_amount"] = [line.in_scope_amount for line in lines]
        pq.write_table(pa.table(columns), out / "findings.parquet")
        return judged


def rate(judged: Judged, about: list[dict[str, Any]], seconds: float) -> float:
    """Lines × rules a second."""
    return len(judged.facts) * len(kept(about)) / seconds


durable_rules = PerRow(row_engines.durable_rules)
zen_engine = PerRow(row_engines.zen_engine)
rule_engine = PerRow(row_engines.rule_engine)

ENGINES: dict[str, PerRow] = {}
MISSING: dict[str, str] = {}
for _name, _module, _peer in (
    ("durable-rules", "durable.engine", durable_rules),
    ("zen-engine", "zen", zen_engine),
    ("rule-engine", "rule_engine", rule_engine),
):
    try:
        import_module(_module)
    except ImportError as error:  # durable-rules builds on Python 3.13 and does not import there
        MISSING[_name] = f"skipped: {error} (pip install -e '.[bench]')"
    else:
        ENGINES[_name] = _peer
