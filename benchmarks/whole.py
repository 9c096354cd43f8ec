"""Whole processes, from files to files: `python -m benchmarks.whole PEER CLAIMS PACK OUT` runs one peer."""

import importlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from benchmarks.contest import Found
from benchmarks.memory import held_mb


def runner(name: str, claims: Path, pack: Path, out: Path, jobs: int = 2) -> tuple[float, Found]:
    """One run: the memory that it held at most, in MB, and what it wrote. claimrules runs as anyone would run it."""
    if name == "claimrules":
        command = ["-m", "claimrules", "audit", str(claims), "--rules", str(pack), "--out", str(out), "--jobs", str(jobs)]
    else:
        command = ["-m", "benchmarks.whole", name, str(claims), str(pack), str(out)]
    out.mkdir(parents=True, exist_ok=True)
    peak = peak_of([sys.executable, *command])
    return peak, _written(out / "findings.parquet", json.loads((pack / "about.json").read_text()))


def peak_of(command: list[str], environment: dict[str, str] | None = None) -> float:
    """Runs a process to its end: how much memory, in MB, it held at most.

    Raises:
        RuntimeError: it failed.
    """
    env = {**os.environ, **(environment or {})}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env)
    assert process.stderr is not None  # noqa: S101  it was asked for
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, held_mb(process.pid))
        time.sleep(0.02)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {process.stderr.read().decode()[-2000:]}")
    return peak


def _written(path: Path, about: list[dict[str, object]]) -> Found:
    names = pq.read_schema(path).names
    if "line_ids" in names:
        table = pq.read_table(path, columns=["rule_id", "line_ids", "amount"])
        cents = pc.multiply(table["amount"], pa.scalar(100)).cast(pa.int64())
        table = pa.table({"rule_id": table["rule_id"], "n": pc.list_value_length(table["line_ids"]), "cents": cents})
    else:
        table = pq.read_table(path, columns=["rule_id", "in_scope_amount"])
        table = pa.table({"rule_id": table["rule_id"], "n": pa.repeat(1, table.num_rows), "cents": table["in_scope_amount"]})
    sums = table.group_by("rule_id").aggregate([("n", "sum"), ("cents", "sum")]).to_pylist()
    found = {row["rule_id"]: [row["n_sum"], row["cents_sum"]] for row in sums}
    return {str(rule["id"]): found.get(str(rule["id"]), [0, 0]) for rule in about}


if __name__ == "__main__":
    peer, given, rules, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4])
    importlib.import_module(f"benchmarks.peers.{peer}").whole(given, json.loads((rules / "about.json").read_text()), target)
