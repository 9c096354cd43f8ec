"""What findings may not depend on: the order of rows, parts of files, jobs, batches, unrelated people."""

from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

from claimrules.testing.world import NAMES, World


def turned(world: World, seed: str) -> World:
    """The same rows in another order."""
    random = Random(seed)  # noqa: S311
    out = []
    for name in NAMES:
        rows = list(world.rows(name))
        random.shuffle(rows)
        out.append(tuple(rows))
    return World(*out)


def renamed(world: World) -> World:
    """Other people, at other hospitals, with the same claims."""

    def other(row):
        changes = {"claim_id": f"Z{row['claim_id']}"}
        if "person_id" in row:
            changes |= {"person_id": f"Z{row['person_id']}", "provider_id": f"Z{row['provider_id']}"}
        return {**row, **changes}

    return World(*(tuple(other(row) for row in world.rows(name)) for name in NAMES))


def write_parts(world: World, folder: Path) -> Path:
    """The tables as folders of part files."""
    for name, table in world.tables().items():
        (folder / name).mkdir(parents=True)
        step = max(1, table.num_rows // 3)
        for i, start in enumerate(range(0, table.num_rows, step)):
            pq.write_table(table.slice(start, step), folder / name / f"part-{i}.parquet")
    return folder


def same_differences(pack, world, audit, seed):
    """Names of the changes after which findings or undecided were not the same."""
    out = []
    if not _alike(audit, pack.audit(turned(world, seed).batch())):
        out.append("rows shuffled")
    if not _alike(audit, pack.audit(world.batch(), jobs=2)):
        out.append("two jobs")
    near = [p.rule.id for p in pack.plan.rules if p.partition != "all" and p.rule.status == "active"]
    if near:
        narrow = pack.audit(world.batch(), only=near)
        if not _alike(narrow, pack.audit(turned(world, seed).batch(), only=near, batch_lines=7, jobs=2)):
            out.append("batches of seven lines")
        with TemporaryDirectory() as place:
            folder = write_parts(turned(world, seed + "p"), Path(place))
            if not _alike(narrow, pack.audit(folder, only=near, batch_lines=11)):
                out.append("read from part files")
        more = pack.audit(world.plus(renamed(world)).batch(), only=near)
        if _without_strangers(more.findings) != narrow.findings.to_pylist():
            out.append("unrelated people")
    return out


def _without_strangers(table):
    return [row for row in table.to_pylist() if not (row["claim_id"] or "").startswith("Z")]


def _alike(a, b):
    return a.findings.equals(b.findings) and a.undecided.equals(b.undecided) and a.summary.rules == b.summary.rules


__all__ = ["renamed", "replace", "same_differences", "turned", "write_parts"]
