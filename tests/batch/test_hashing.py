# ruff: noqa: DTZ001 - claims carry the clock of their place, without a zone
"""Hashes are stable, spread, and blind to order and layout."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from claimrules.batch.hashing import hash_column, hash_rows, hash_strings, total

M = 2**64 - 1


def mix(x: int) -> int:
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & M
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & M
    return x ^ (x >> 31)


def by_hand(text: str | None) -> int:
    if text is None:
        return 0
    data = text.encode()
    h = mix((len(data) + 0x9E3779B97F4A7C15) & M)
    for k in range(0, len(data), 8):
        h = mix((h * 0x9E3779B97F4A7C15 + int.from_bytes(data[k : k + 8], "little")) & M)
    return h


@given(st.lists(st.none() | st.text(max_size=30), max_size=8), st.integers(0, 3))
def test_texts_hash_as_worked_out_in_plain_python(texts: list[str | None], skip: int) -> None:
    array = pa.array(texts, pa.string()).slice(min(skip, len(texts)))
    assert hash_strings(array).tolist() == [by_hand(t) for t in texts[skip:]]


def test_no_collisions_among_running_ids() -> None:
    ids = pa.array([f"CLM{i:09d}" for i in range(200_000)])
    hashes = hash_strings(ids)
    assert len(np.unique(hashes)) == 200_000
    counts = np.bincount((hashes % np.uint64(100)).astype(np.int64))
    assert counts.min() > 1_800
    assert counts.max() < 2_200


def test_rows_hash_alike_in_any_column_order_and_with_empty_columns() -> None:
    a = pa.table({"x": ["1", "2"], "y": pa.array([Decimal("1.00"), None], pa.decimal128(16, 2))})
    b = pa.table({"y": a["y"], "z": pa.nulls(2, pa.string()), "x": a["x"]})
    assert hash_rows(a).tolist() == hash_rows(b).tolist()


def test_values_do_not_hide_behind_each_other() -> None:
    a = pa.table({"x": ["1", None], "y": [None, "1"]})
    assert len(set(hash_rows(a).tolist())) == 2
    assert hash_rows(a, "lines").tolist() != hash_rows(a, "claims").tolist()


def test_every_canonical_type_is_told_apart_by_value() -> None:
    columns = [
        pa.array([Decimal("1.00"), Decimal("-1.00"), None], pa.decimal128(16, 2)),
        pa.array([True, False, None]),
        pa.array([dt.date(2024, 1, 1), dt.date(1960, 1, 1), None]),
        pa.array([dt.datetime(2024, 1, 1), dt.datetime(1960, 1, 1), None], pa.timestamp("us")),
        pa.array([1, -1, None], pa.int64()),
        pa.array([0.5, -0.5, None]),
    ]
    for column in columns:
        hashes = hash_column(column).tolist()
        assert len(set(hashes)) == 3
        assert hashes[2] == 0
        assert hash_column(column.slice(1)).tolist() == hashes[1:]


def test_the_total_is_the_same_for_every_order() -> None:
    hashes = np.array([M, M - 5, 7], np.uint64)
    assert total(hashes) == total(hashes[::-1]) == (M + M - 5 + 7) % 2**64
