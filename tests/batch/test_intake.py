# ruff: noqa: S311 - the rows are made up, nothing is kept secret
"""What comes in is accounted for, cut at persons, and does not depend on order or size."""

import gzip
import random
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claimrules.batch import ClaimBatch, Intake, TableCount, claim_index, open_claims
from claimrules.batch.rejects import SCHEMA
from claimrules.batch.schema import table_schema
from claimrules.catalog import TEXT, decimal
from claimrules.diagnostics import Level

AMOUNT = Decimal("30.50")  # 4.00 + 6.00 + 20.50; C3 is reversed


def taken(source: Any, **options: Any) -> tuple[list[ClaimBatch], Intake]:
    with open_claims(source, **options) as intake:
        return list(intake.partitions()), intake


def test_a_small_folder(folder: Any, small: dict[str, str]) -> None:
    [batch], intake = taken(folder(small))
    assert batch.claims["claim_id"].to_pylist() == ["C1", "C2"]
    assert batch.claims["encounter_id"].to_pylist() == ["C1", "C2"]
    assert batch.claims["sex"].to_pylist() == ["male", "female"]
    assert batch.lines["amount"].to_pylist() == [Decimal("4.00"), Decimal("6.00"), Decimal("20.50")]
    assert intake.counts == {
        "claims": TableCount(3, 2, 0, 1),
        "lines": TableCount(4, 3, 0, 1, AMOUNT),
        "diagnoses": TableCount(),
        "operations": TableCount(),
    }
    assert intake.rejects.schema == SCHEMA
    assert intake.warnings == ()
    assert intake.total_lines == 4


def test_types_are_exact_and_absent_columns_are_absent(folder: Any, small: dict[str, str]) -> None:
    [batch], intake = taken(folder(small))
    for name in ("claims", "lines"):
        table = batch.tables()[name]
        for column in table.schema:
            assert column.type == table_schema(name).field(column.name).type
    assert "settled_at" not in batch.claims.column_names
    assert ("claims", "settled_at") in intake.absent
    assert ("claims", "encounter_id") not in intake.absent
    assert ("diagnoses", "diagnosis_code") in intake.absent
    assert batch.absent == intake.absent
    assert batch.operations.num_rows == 0
    ClaimBatch.from_tables(batch.tables())


def convert(where: Path, form: str) -> None:
    for name in ("claims", "lines"):
        path = where / f"{name}.csv"
        data = path.read_bytes()
        if form == "csv.gz":
            (where / f"{name}.csv.gz").write_bytes(gzip.compress(data))
        elif form == "parts":
            header, *rest = data.splitlines(keepends=True)
            (where / name).mkdir()
            for k, row in enumerate(rest):
                (where / name / f"{k}.csv").write_bytes(header + row)
        elif form == "parquet":
            pq.write_table(pa.csv.read_csv(path), where / f"{name}.parquet")
        else:
            table = pa.csv.read_csv(path)
            new = pa.ipc.new_file if form == "arrow file" else pa.ipc.new_stream
            with new(where / f"{name}.arrow", table.schema) as writer:
                writer.write_table(table)
        path.unlink()


@pytest.mark.parametrize("form", ["csv.gz", "parts", "parquet", "arrow file", "arrow stream"])
def test_every_form_of_folder_gives_the_same(folder: Any, small: dict[str, str], form: str) -> None:
    where = folder(small)
    _, first = taken(where)
    convert(where, form)
    _, second = taken(where)
    assert second.counts == first.counts
    assert second.fingerprint == first.fingerprint


def test_tables_batches_and_claims_give_the_same_as_the_folder(folder: Any, small: dict[str, str]) -> None:
    where = folder(small)
    batches, first = taken(where)
    tables = {name: pa.csv.read_csv(where / f"{name}.csv") for name in ("claims", "lines")}
    _, second = taken(tables)
    assert second.fingerprint == first.fingerprint
    [again], _ = taken(batches[0])
    for name, table in batches[0].tables().items():
        assert again.tables()[name].sort_by("claim_id").equals(table.sort_by("claim_id")), name
    assert again.absent == batches[0].absent


def make(rng: random.Random, persons: int, claims: int, lines: int) -> dict[str, list[dict[str, str]]]:
    rows: dict[str, list[dict[str, str]]] = {"claims": [], "lines": [], "diagnoses": []}
    for c in range(claims):
        rows["claims"].append(
            {
                "claim_id": f"C{c if rng.random() < 0.9 else c // 2}",
                "person_id": f"P{rng.randrange(persons)}",
                "provider_id": "H1" if rng.random() < 0.95 else "0",
                "is_reversed": rng.choice(["0", "0", "0", "1", ""]),
                "total_amount": rng.choice(["1.00", "2", "x1"]) if rng.random() < 0.1 else "3.00",
            }
        )
    for _ in range(lines):
        rows["lines"].append(
            {
                "claim_id": f"C{rng.randrange(claims + 2)}",
                "line_id": str(rng.randrange(1, 6)),
                "item_code": "X1",
                "quantity": rng.choice(["1", "2.5", "bad"]) if rng.random() < 0.2 else "1",
                "amount": f"{rng.randrange(10000) / 100:.2f}",
            }
        )
        rows["diagnoses"].append({"claim_id": f"C{rng.randrange(claims + 2)}", "diagnosis_code": rng.choice(["I10", "-"])})
    return rows


def as_tables(rows: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    return {name: pa.Table.from_pylist(some) for name, some in rows.items() if some}


def oracle(rows: dict[str, list[dict[str, str]]]) -> dict[str, tuple[int, int]]:
    """(read, rejected) of claims and lines, row by row, without a look at how the program does it."""
    bad = [r for r in rows["claims"] if r["provider_id"] == "0" or r["total_amount"] == "x1"]
    good = Counter(r["claim_id"] for r in rows["claims"] if r not in bad)
    claims_rejected = len(bad) + sum(n - 1 for n in good.values())
    readable = [r for r in rows["lines"] if r["quantity"] != "bad"]
    owned = Counter((r["claim_id"], r["line_id"]) for r in readable if r["claim_id"] in good)
    orphans = sum(r["claim_id"] not in good for r in readable)
    return {
        "claims": (len(rows["claims"]), claims_rejected),
        "lines": (len(rows["lines"]), len(rows["lines"]) - len(readable) + orphans + sum(owned.values()) - len(owned)),
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.integers(1, 30), st.integers(0, 60), st.sampled_from([1, 3, 7, 20, 1000]))
def test_accounting_does_not_depend_on_order_or_batch_size(seed: int, claims: int, lines: int, size: int) -> None:
    rng = random.Random(seed)
    rows = make(rng, 7, claims, lines)
    whole, first = taken(as_tables(rows))
    for some in rows.values():
        rng.shuffle(some)
    parts, second = taken(as_tables(rows), batch_lines=size)
    assert second.fingerprint == first.fingerprint
    for name in ("claims", "lines", "diagnoses"):
        count = second.counts[name]
        assert count == first.counts[name]
        assert count.read == count.audited + count.rejected + count.left_out
        assert count.audited == sum(batch.tables()[name].num_rows for batch in parts)
    # A reversed claim takes its lines along before doubled ones among them are looked for.
    expected = oracle(rows)
    assert (second.counts["claims"].read, second.counts["claims"].rejected) == expected["claims"]
    assert second.counts["lines"].rejected <= expected["lines"][1]
    content = [
        sorted(map(str, (r for b in some for r in b.claims.to_pylist() + b.lines.to_pylist()))) for some in (whole, parts)
    ]
    assert content[0] == content[1]
    plain = [Counter(map(str, i.rejects.select(["source_table", "code", "reason"]).to_pylist())) for i in (first, second)]
    assert plain[0] == plain[1]


def test_rejects_match_the_oracle_where_nothing_is_reversed() -> None:
    for seed in range(30):
        rows = make(random.Random(seed), 5, 25, 80)
        for row in rows["claims"]:
            row["is_reversed"] = "0"
        _, intake = taken(as_tables(rows), batch_lines=10)
        expected = oracle(rows)
        for name in ("claims", "lines"):
            assert (intake.counts[name].read, intake.counts[name].rejected) == expected[name]


def test_all_rows_of_a_person_are_in_one_partition_and_lines_with_their_claim() -> None:
    rows = make(random.Random(5), 40, 300, 900)
    parts, _ = taken(as_tables(rows), batch_lines=50)
    assert len(parts) > 5
    where = Counter(person for batch in parts for person in set(batch.claims["person_id"].to_pylist()))
    assert set(where.values()) == {1}
    for batch in parts:
        assert set(batch.lines["claim_id"].to_pylist()) <= set(batch.claims["claim_id"].to_pylist())
        assert batch.claims.schema == parts[0].claims.schema
        assert batch.lines.schema == parts[0].lines.schema


def test_partitions_can_be_walked_twice_with_the_same_counts(folder: Any, small: dict[str, str]) -> None:
    small["lines.csv"] += "1,C77,X1,1,4.00,2024-03-01\n"
    with open_claims(folder(small), batch_lines=1) as intake:
        list(intake.partitions())
        first = (intake.counts, intake.rejects)
        list(intake.partitions())
        assert (intake.counts, intake.rejects) == first


def test_the_temporary_folder_is_gone_after_close(
    folder: Any, small: dict[str, str], monkeypatch: Any, tmp_path: Path
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with open_claims(folder(small), batch_lines=1) as intake:
        next(intake.partitions())
        assert list(scratch.iterdir())
    assert not list(scratch.iterdir())


def test_colliding_hashes_do_not_join(folder: Any, small: dict[str, str], monkeypatch: Any) -> None:
    """With a hash that is the same for all ids, everything must still be told apart by the ids themselves."""
    small["lines.csv"] += "1,C77,X1,1,4.00,2024-03-01\n"
    small["claims.csv"] += "C1,P9,H1,male,1980-01-02,2024-03-01,0,10.00\n"
    _, honest = taken(folder(small), batch_lines=1)
    monkeypatch.setattr(claim_index, "hash_strings", lambda ids: np.full(len(ids), 7, np.uint64))
    _, colliding = taken(folder(small), batch_lines=1)
    assert colliding.counts == honest.counts
    assert colliding.rejects == honest.rejects


def test_money_adds_up_beyond_sixty_four_bits() -> None:
    n = 1000
    most = "99999999999999.99"
    tables = {
        "claims": pa.table({"claim_id": ["C"], "person_id": ["P"], "provider_id": ["H"]}),
        "lines": pa.table(
            {
                "claim_id": ["C"] * n,
                "line_id": [str(i + 1) for i in range(n)],
                "item_code": ["X"] * n,
                "quantity": ["1"] * n,
                "amount": [most] * n,
            }
        ),
    }
    _, intake = taken(tables)
    assert intake.counts["lines"].amount == Decimal(most) * n > Decimal(2**63) / 100


def test_one_warning_names_all_columns_that_nothing_reads(folder: Any, small: dict[str, str]) -> None:
    small["claims.csv"] = small["claims.csv"].replace("total_amount", "ward")
    small["lines.csv"] = small["lines.csv"].replace("charged_at", "shelf")
    where = folder(small)
    _, intake = taken(where)
    [warning] = intake.warnings
    assert warning.level is Level.WARNING
    assert "claims: ward; lines: shelf" in warning.message
    [batch], declared = taken(where, extra={"claims": {"ward": decimal(10, 1)}, "lines": {"shelf": TEXT}})
    assert declared.warnings == ()
    assert batch.claims["ward"].to_pylist() == [Decimal("10.0"), Decimal("20.5")]
    assert batch.lines["shelf"].to_pylist() == ["2024-03-01", "2024-03-01", "2024-03-02"]


def test_little_memory_means_small_partitions() -> None:
    rows = make(random.Random(1), 500, 1500, 4000)
    parts, _ = taken(as_tables(rows), memory=2_000_000)
    assert len(parts) > 2
    assert max(batch.lines.num_rows for batch in parts) <= 1000


def test_lines_are_not_needed(folder: Any, small: dict[str, str]) -> None:
    del small["lines.csv"]
    [batch], intake = taken(folder(small))
    assert intake.total_lines is None
    assert batch.lines.column_names == ["line_id", "claim_id", "item_code", "quantity", "amount"]
    assert ("lines", "amount") in intake.absent
    assert intake.counts["lines"] == TableCount(amount=Decimal("0.00"))


def test_a_misspelt_column_is_named_with_the_nearest_and_others_are_left_alone(folder: Any, small: dict[str, str]) -> None:
    """`amount` is there and so is not suggested for `amounts`; `ward` is like nothing."""
    small["lines.csv"] = small["lines.csv"].replace("charged_at", "chargd_at").replace("\n", ",,\n")
    small["lines.csv"] = small["lines.csv"].replace("chargd_at,,", "chargd_at,ward,amounts")
    with open_claims(folder(small)) as intake:
        [warning] = intake.warnings
    named = "amounts, chargd_at (did you mean charged_at?), ward"
    assert (warning.code, warning.message) == ("CR108", f"columns that are not read: lines: {named}")


def test_chinese_words_for_sex_and_flags_read_as_ours(folder: Any, small: dict[str, str]) -> None:
    claims = small["claims.csv"].replace(",male,", ",男,").replace(",female,", ", 女,").replace(",1,30", ",是,30")
    with open_claims(folder(small | {"claims.csv": claims})) as intake:
        [batch] = intake.partitions()
    assert sorted(zip(*(batch.claims[n].to_pylist() for n in ("claim_id", "sex")), strict=True)) == [
        ("C1", "male"),
        ("C2", "female"),
    ]
    assert intake.counts["claims"].left_out == 1
