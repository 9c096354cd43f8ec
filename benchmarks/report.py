"""What was measured: one table on the screen, the same in benchmarks/README.md, and all of it as JSON."""

import datetime as dt
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.contest import Score
from benchmarks.goals import Goal
from rich.console import Console
from rich.table import Table

README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
PACKAGES = ("claimrules", "numpy", "pyarrow", "duckdb", "polars", "durable-rules", "zen-engine", "rule-engine")


def machine() -> dict[str, str]:
    """Where and when it was measured."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: _version(name) for name in PACKAGES},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except ModuleNotFoundError:
        return "not there"


def score_rows(scores: Sequence[Score]) -> list[list[str]]:
    """A row a peer: seconds, as many times claimrules' own (the first), peak memory."""
    own = scores[0].median
    return [[s.name, f"{s.median:,.3f} s", f"{s.median / own:.2f} ×", f"{s.peak_mb:,.0f} MB"] for s in scores]


def goal_rows(goals: Sequence[Goal]) -> list[list[str]]:
    """A row a goal."""
    return [[g.what, g.goal, g.measured, "yes" if g.met else "**no**"] for g in goals]


Part = tuple[str, list[str], list[list[str]]]
"""A title, the names of the columns, rows."""


def show(parts: Sequence[Part]) -> None:
    """On the screen."""
    console = Console()
    for title, columns, rows in parts:
        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*(cell.replace("**", "").replace("`", "") for cell in row))
        console.print(table)


def write(parts: Sequence[Part], about: dict[str, Any], target: Path) -> None:
    """As JSON in `target`, and between the marks in benchmarks/README.md."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(about, indent=1, default=_plain, ensure_ascii=False) + "\n", encoding="utf-8")
    lines = [", ".join(f"{name} {value}" for name, value in about["machine"].items()) + "."]
    for title, columns, rows in parts:
        lines += ["", f"**{title}**", "", _row(columns), _row(["---"] * len(columns)), *map(_row, rows)]
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    README.write_text(before + BEGIN + "\n" + "\n".join(lines) + "\n" + END + after, encoding="utf-8")


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _plain(value: Any) -> Any:
    return asdict(value)
