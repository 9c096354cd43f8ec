"""Generated claims at scale: every planted violation found to the cent, nothing else flagged, in bounded memory.

    python benchmarks/scale.py --lines 10000000 --jobs 1

Generates the claims into a temporary folder (or uses --claims), audits them with rules/ in a process of its own, and
compares findings with labels. Exits with 1 where anything differs or memory is above --most-mb.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from claimrules.generate import generate_claims

ROOT = Path(__file__).resolve().parents[1]


def labels(folder: Path) -> pa.Table:
    """The planted violations by rule and claim: how many lines, how much."""
    table = pq.read_table(folder / "labels.parquet")
    lines = table.append_column("lines", pc.is_valid(table["line_id"]).cast(pa.int64()))
    return _grouped(lines)


def findings(out: Path) -> pa.Table:
    """The same of what was found."""
    table = pq.read_table(out / "findings.parquet", columns=["rule_id", "claim_id", "line_ids", "amount"])
    return _grouped(table.append_column("lines", pc.list_value_length(table["line_ids"]).cast(pa.int64())))


def _grouped(table: pa.Table) -> pa.Table:
    sums = table.group_by(["rule_id", "claim_id"]).aggregate([("lines", "sum"), ("amount", "sum")])
    names = ["rule_id", "claim_id", "lines_sum", "amount_sum"]
    return (
        sums.select(names)
        .sort_by([("rule_id", "ascending"), ("claim_id", "ascending")])
        .cast(
            pa.schema(
                [
                    ("rule_id", pa.string()),
                    ("claim_id", pa.string()),
                    ("lines_sum", pa.int64()),
                    ("amount_sum", pa.decimal128(38, 2)),
                ]
            )
        )
    )


def adds_up(summary: dict) -> bool:
    """Whether every subject, every row and every cent is accounted for."""
    rules = all(
        r["subjects"] == r["flagged"] + r["clean"] + r["not_applicable"] + r["undecided"] for r in summary["rules"].values()
    )
    tables = all(t["read"] == t["audited"] + t["rejected"] + t["left_out"] for t in summary["tables"].values())
    most = sum(Decimal(r["amount"]) for r in summary["rules"].values())
    return rules and tables and Decimal(summary["total_amount"]) <= most


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--most-mb", type=int, default=2_000)
    parser.add_argument("--claims", type=Path, help="a folder that was generated before")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="claimrules-scale-") as made:
        folder = given.claims or Path(made) / "claims"
        if given.claims is None:
            start = time.perf_counter()
            generate_claims(folder, given.lines, given.seed)
            print(f"generated {given.lines:,} lines in {time.perf_counter() - start:.1f} s")
        out = Path(made) / "OUT"
        command = [sys.executable, "-m", "claimrules", "audit", str(folder), "--rules", str(ROOT / "rules")]
        start = time.perf_counter()
        subprocess.run([*command, "--out", str(out), "--jobs", str(given.jobs)], check=True)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        found, wanted = findings(out), labels(folder)
        summary = json.loads((out / "summary.json").read_text())
    read = summary["tables"]["lines"]["read"]
    print(f"audited {read:,} lines in {seconds:.1f} s ({read / seconds:,.0f} lines/s), peak memory {peak:,.0f} MB")
    same = found.equals(wanted)
    print(f"planted (rule, claim) pairs: {wanted.num_rows:,}; found: {found.num_rows:,}; equal to the cent: {same}")
    print(f"subjects, rows and amounts add up: {adds_up(summary)}; peak below {given.most_mb} MB: {peak < given.most_mb}")
    return 0 if same and adds_up(summary) and peak < given.most_mb else 1


if __name__ == "__main__":
    sys.exit(main())
