"""`make bench`: claimrules, its peers and its goals; what was found is compared before any time is told."""

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks.claims import claims_of
from benchmarks.contest import Score, hits, wholes
from benchmarks.pack import pack_of
from benchmarks.report import Part, goal_rows, machine, score_rows, show, write
from benchmarks.whole import runner

from benchmarks import goals, per_row_table

HITS = ("claimrules_hits", "duckdb_each", "duckdb_expert", "polars_each", "polars_expert", "numpy_floor")
WHOLES = ("claimrules", "duckdb_each", "duckdb_expert", "polars_expert")
PEER_GOALS = (
    # title, peer, at least (or at most, for the floor) so many times
    ("50-rule pack, prepared to hits: expert DuckDB takes", "hits", "duckdb_expert", 10.0),
    ("the same: DuckDB, a query a rule, takes", "hits", "duckdb_each", 35.0),
    ("the same: as many times the floor", "hits", "numpy_floor", 15.0),
    ("whole process, files to findings: expert DuckDB takes", "whole", "duckdb_expert", 4.0),
    ("the same: DuckDB, a query a rule, takes", "whole", "duckdb_each", 12.0),
)


def main() -> None:
    """Measure, show, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--most", type=int, default=10_000_000, help="the largest number of lines for growth")
    parser.add_argument("--work", type=Path, default=Path("build/bench"), help="where claims and packs are kept")
    parser.add_argument("--only", nargs="*", choices=("hits", "whole", "rows", "goals"), default=None)
    parser.add_argument("--json", type=Path, default=Path(__file__).parent / "results" / "latest.json")
    parser.add_argument("--no-readme", action="store_true", help="show the table, write nothing")
    given = parser.parse_args()
    wanted = given.only or ("hits", "whole", "rows", "goals")
    claims = claims_of(given.work, given.lines)
    lines = json.loads((claims / "done.json").read_text())["lines"]
    pack = pack_of(given.work, claims)
    parts: list[Part] = []
    about: dict[str, Any] = {"machine": machine(), "lines": lines, "runs": given.runs}
    scores: dict[str, list[Score]] = {}
    if "hits" in wanted:
        scores["hits"] = hits(HITS, claims, pack, given.runs)
        parts.append((f"50 rules, {lines:,} lines, prepared to hits, 2 threads", *_scored(scores["hits"])))
    if "whole" in wanted:
        ways = {n: (lambda n=n: runner(n, claims, pack, given.work / f"out-{n}")) for n in WHOLES}
        scores["whole"] = wholes(ways, given.runs)
        parts.append((f"50 rules, {lines:,} lines, unsorted files to findings, 2 threads", *_scored(scores["whole"])))
    if "rows" in wanted:
        parts.append(per_row_table.part(given.work, given.runs))
    found = _peer_goals(scores)
    if "goals" in wanted:
        settings = goals.Settings(given.work, given.lines, given.runs, given.most)
        found += list(goals.measured(settings))
    parts.append(("Goals", ["what", "goal", "measured", "met"], goal_rows(found)))
    about |= {"scores": scores, "goals": found}
    show(parts)
    if not given.no_readme:
        write(parts, about, given.json)


def _scored(scores: list[Score]) -> tuple[list[str], list[list[str]]]:
    return ["peer", "median", "× claimrules", "peak memory"], score_rows(scores)


def _peer_goals(scores: dict[str, list[Score]]) -> list[goals.Goal]:
    out = []
    for what, scope, peer, limit in PEER_GOALS:
        if scope in scores:
            own = scores[scope][0].median
            other = next(s.median for s in scores[scope] if s.name == peer)
            if peer == "numpy_floor":
                out.append(goals.at_most(what, own / other, limit, "×"))
            else:
                out.append(goals.Goal(what, f"≥ {limit:g} ×", f"{other / own:.2f} ×", other / own >= limit))
    return out


if __name__ == "__main__":
    main()
