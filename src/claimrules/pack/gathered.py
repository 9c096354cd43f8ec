"""What the partitions of one audit give, added up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from claimrules.engine.hits import Counts
from claimrules.findings import FINDINGS, UNDECIDED, BatchFindings, Totals
from claimrules.stopwatch import timed

Progress = Callable[[int, int | None], None]
"""Lines done, and lines in all where that is known."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one partition gave. `kept`: in an earlier run."""

    found: BatchFindings
    undecided: Any
    counts: Mapping[str, Counts]
    rule_seconds: Mapping[str, float]
    seconds: Mapping[str, float]
    lines: int
    leftover: int
    kept: bool = False


class Gathered:
    """The parts added up. Sums and sorted tables do not depend on the order in which parts come."""

    def __init__(self, total: int | None, progress: Progress | None) -> None:
        self.total, self.progress = total, progress
        self.counts: dict[str, Counts] = {}
        self.amounts: dict[str, tuple[int, int]] = {}
        self.totals = Totals()
        self.rule_seconds: dict[str, float] = {}
        self.seconds: dict[str, float] = {}
        self.lines = 0
        self.leftover = 0
        self._findings: list[Any] = []
        self._undecided: list[Any] = []
        self.partitions = self.kept = 0
        if progress is not None:
            progress(0, total)

    def add(self, part: Part) -> None:
        """Add one partition's."""
        self._findings.append(part.found.findings)
        self._undecided.append(part.undecided)
        self.totals += part.found.totals
        self.leftover += part.leftover
        self.lines += part.lines
        self.partitions += 1
        self.kept += part.kept
        for name, counts in part.counts.items():
            before = self.counts.get(name, Counts())
            self.counts[name] = Counts(
                before.flagged + counts.flagged,
                before.clean + counts.clean,
                before.not_applicable + counts.not_applicable,
                before.undecided + counts.undecided,
            )
        for name, (amount, loss) in part.found.amounts.items():
            a, b = self.amounts.get(name, (0, 0))
            self.amounts[name] = (a + amount, b + loss)
        for target, source in ((self.rule_seconds, part.rule_seconds), (self.seconds, part.seconds)):
            for name, seconds in source.items():
                target[name] = target.get(name, 0.0) + seconds
        if self.progress is not None and not part.kept:  # else the time that is left would be told by those that took none
            self.progress(self.lines, self.total)

    @timed("sort")
    def findings(self) -> Any:
        """All findings, sorted."""
        return ordered(pa.concat_tables([FINDINGS.empty_table(), *self._findings]))

    @timed("sort")
    def undecided(self, absent: frozenset[str]) -> Any:
        """One row a subject; those of a column that the input does not have, one a rule."""
        rows = pa.concat_tables([UNDECIDED.empty_table(), *self._undecided])
        if not absent or not rows.num_rows:
            return ordered(rows)
        gone = pc.is_in(rows["missing"], value_set=pa.array(sorted(absent), pa.string()))
        single = rows.filter(pc.invert(gone))
        counted = rows.filter(gone).group_by(["rule_id", "missing"], use_threads=False).aggregate([("subjects", "sum")])
        n = counted.num_rows
        null = pa.nulls(n, pa.string())
        table = pa.table([counted["rule_id"], null, null, counted["missing"], counted["subjects_sum"]], schema=UNDECIDED)
        return ordered(pa.concat_tables([single, table]))


def ordered(table: Any) -> Any:
    """The table sorted by rule, claim and subject."""
    keys = [(name, "ascending") for name in ("rule_id", "claim_id", "subject") if name in table.column_names]
    if "missing" in table.column_names:
        keys.append(("missing", "ascending"))
    return table.sort_by(keys).combine_chunks()


def absent_names(absent: frozenset[tuple[str, str]], registers: frozenset[str] = frozenset()) -> frozenset[str]:
    """Columns and registers that the input does not have, as rules spell them."""
    kinds = {
        "claims": ("claim", "encounter"),
        "lines": ("line", "raw_line"),
        "diagnoses": ("diagnosis",),
        "operations": ("operation",),
    }
    return registers | frozenset(f"{kind}.{column}" for table, column in absent for kind in kinds[table])
