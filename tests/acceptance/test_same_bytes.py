"""The files are equal to the byte, whatever the order of rows, the cut of files, the number of jobs or the batch size."""

import json
import re
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from claimrules.generate import claim_tables
from claimrules.report import write

FILES = ("findings.parquet", "undecided.parquet", "rejects.parquet", "summary.json")
LINES = 12_000


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    """Generated claims; every ninth has no sex, so that much is undecided."""
    made = claim_tables(LINES, 5)
    del made["labels"]
    claims = made["claims"]
    ninth = pa.array([number % 9 == 0 for number in range(claims.num_rows)])
    at = claims.schema.get_field_index("sex")
    made["claims"] = claims.set_column(at, "sex", pc.if_else(ninth, pa.scalar(None, pa.string()), claims["sex"]))
    return made


@pytest.fixture(scope="module")
def plain(tables: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file a table, in the order of settlement."""
    where = tmp_path_factory.mktemp("plain")
    for name, table in tables.items():
        pq.write_table(table, where / f"{name}.parquet")
    return where


@pytest.fixture(scope="module")
def shuffled(tables: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every table in three parts and another order of rows and columns."""
    where = tmp_path_factory.mktemp("shuffled")
    chance = Random(20)  # noqa: S311 - a shuffle, no secret
    for name, table in tables.items():
        (where / name).mkdir()
        order = list(range(table.num_rows))
        chance.shuffle(order)
        names = table.column_names
        chance.shuffle(names)
        mixed = table.take(order).select(names)
        cuts = [0, len(order) // 7, len(order) // 2, len(order)]
        for number, (start, stop) in enumerate(pairwise(cuts)):
            pq.write_table(mixed.slice(start, stop - start), where / name / f"part-{2 - number}.parquet")
    return where


def warned(text: str) -> set[str]:
    """The codes of what was said on stderr."""
    return set(re.findall(r"\[(CR\d+)\]", text))


def bytes_of(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def expected(plain: Path, pack: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The whole input at once, in this process."""
    out = tmp_path_factory.mktemp("expected") / "OUT"
    write(pack.audit(plain, batch_lines=1_000_000), out)
    assert pq.read_metadata(out / "findings.parquet").num_rows > 20
    assert pq.read_metadata(out / "undecided.parquet").num_rows > 20
    return bytes_of(out)


@pytest.mark.parametrize("batch_lines", [1_000, 1_000_000])
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("order", ["plain", "shuffled"])
def test_equal_bytes(
    request: pytest.FixtureRequest,
    expected: dict[str, bytes],
    places: Any,
    command: Any,
    tmp_path: Path,
    order: str,
    jobs: int,
    batch_lines: int,
) -> None:
    claims = request.getfixturevalue(order)
    out = tmp_path / "OUT"
    cuts = ("--jobs", jobs, "--batch-lines", batch_lines)
    ran = command("audit", claims, "--rules", places.rules, "--out", out, *cuts)
    assert ran.code == 0
    assert warned(ran.err) <= {"CR317"}  # the tables of the repository are invented, and say so
    found = bytes_of(out)
    assert [name for name in FILES if found[name] != expected[name]] == []


def test_equal_bytes_from_memory_and_under_a_bound(
    tables: dict[str, Any], expected: dict[str, bytes], pack: Any, tmp_path: Path
) -> None:
    write(pack.audit(tables), tmp_path / "memory")
    write(pack.audit(tables, batch_lines=3_000, memory=64 * 2**20, jobs=2), tmp_path / "bound")
    for out in (tmp_path / "memory", tmp_path / "bound"):
        assert bytes_of(out) == expected


def test_another_input_gives_another_fingerprint_and_other_bytes(
    tables: dict[str, Any], expected: dict[str, bytes], pack: Any, tmp_path: Path
) -> None:
    """The comparison above would see a difference: without its last line the input is another."""
    fewer = tables | {"lines": tables["lines"].slice(0, LINES - 1)}
    write(pack.audit(fewer), tmp_path / "OUT")
    assert bytes_of(tmp_path / "OUT")["summary.json"] != expected["summary.json"]


def test_the_order_of_rules_and_knowledge_rows_does_not_matter(
    plain: Path, places: Any, expected: dict[str, bytes], command: Any, tmp_path: Path
) -> None:
    """The same rules in another folder, their knowledge rows back to front: the same findings."""
    rules = tmp_path / "base"
    for path in sorted(places.rules.rglob("*.*")):
        if not path.is_file() or path.suffix not in (".yaml", ".csv"):
            continue
        below = path.relative_to(places.rules)
        if below.parts[0] not in ("knowledge", "sources.yaml"):
            below = Path("all") / f"z{len(path.name)}" / path.name
        (rules / below).parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".csv":
            header, *rows = text.splitlines(keepends=True)
            text = header + "".join(reversed(rows))
        (rules / below).write_text(text, encoding="utf-8")
    ran = command("audit", plain, "--rules", rules, "--out", tmp_path / "OUT")
    assert ran.code == 0
    assert warned(ran.err) <= {"CR317"}  # the tables of the repository are invented, and say so
    found = bytes_of(tmp_path / "OUT")
    assert [name for name in FILES[:3] if found[name] != expected[name]] == []
    before, after = json.loads(expected["summary.json"]), json.loads(found["summary.json"])
    assert before["fingerprint"].pop("rules")
    assert after["fingerprint"].pop("rules")
    assert before == after
