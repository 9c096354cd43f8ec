"""Rows found by an index are those that a comparison of every cell with every value finds."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import claimrules
from claimrules.catalog import INTEGER, TEXT
from claimrules.engine.cell_index import CellIndex
from claimrules.engine.prepare.arrays import column_of
from claimrules.engine.regions import ELSEWHERE, NOT_SAID, Regions

WORDS = st.text("ab", max_size=3)
REGIONS = st.sampled_from(["000000", "330000", "330100", "330102", "330200", "110000", "110101"])


def found(index: CellIndex, values: list) -> list[list[int]]:
    ranges = index.ranges(values)
    return [ranges.rows[s : s + c].tolist() for s, c in zip(ranges.starts, ranges.counts, strict=True)]


@given(st.lists(st.none() | WORDS, max_size=12), st.lists(WORDS, max_size=6), st.booleans())
def test_texts(cells, values, by_prefix):
    index = CellIndex(column_of(pa.array(cells, pa.string()), TEXT), by_prefix)

    def fits(cell, value):
        return cell is None or (value.startswith(cell) if by_prefix else value == cell)

    assert found(index, values) == [[i for i, cell in enumerate(cells) if fits(cell, value)] for value in values]
    rows = np.arange(len(cells))
    assert index.lengths(rows).tolist() == [len(cell or "") if by_prefix else 0 for cell in cells]


@given(st.lists(st.none() | st.integers(-2, 2), max_size=12), st.lists(st.integers(-3, 3), max_size=6))
def test_numbers(cells, values):
    index = CellIndex(column_of(pa.array(cells, pa.int64()), INTEGER))
    assert found(index, values) == [[i for i, cell in enumerate(cells) if cell in (None, value)] for value in values]


@given(st.lists(REGIONS, min_size=1, max_size=6), st.lists(st.none() | REGIONS, min_size=1, max_size=4))
def test_regions(rows, places):
    regions = Regions.of(pa.chunked_array([pa.array(rows)]))
    left, right = (part.ravel() for part in np.meshgrid(np.arange(len(places)), np.arange(len(rows)), indexing="ij"))
    said = regions.specificity(column_of(pa.array(places, pa.string()), TEXT), left, right).tolist()
    assert said == [_specific(rows[r], places[p]) for p, r in zip(left, right, strict=True)]


def _specific(row, place):
    if row == "000000":
        return 0
    if place is None:
        return NOT_SAID
    if row == place:
        return 3
    if row.endswith("0000"):
        return 1 if place[:2] == row[:2] else ELSEWHERE
    if row.endswith("00"):
        return 2 if place[:4] == row[:4] else ELSEWHERE
    return ELSEWHERE


@pytest.mark.parametrize(("of", "key"), [("decimal(6,2)", "line.supply_days"), ("date", "claim.birth_date")])
def test_the_first_column_of_a_key_may_be_no_text(tmp_path, of, key):
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "t.yaml").write_text(f"columns:\n  k: {of}\n  v: text\nkey: [k]\nsource: {{title: made up}}\n")
    cells = ("1", "7") if "dec" in of else ("1980-01-01", "1990-01-01")
    (tmp_path / "knowledge" / "t.csv").write_text(f"k,v\n{cells[0]},good\n{cells[1]},bad\n")
    (tmp_path / "r.yaml").write_text(
        "id: r\ntitle: {zh: r, en: r}\ncategory: policy\nverdict: violation\nseverity: low\nstatus: active\nof: line\n"
        f"match: {{m: {{table: t, key: {{k: {key}}}}}}}\nflag: m.v = 'bad'\namount: full_line\nmessage: {{zh: x, en: x}}\n"
    )
    when = dt.datetime(2025, 1, 1)  # noqa: DTZ001 - claims have no zone
    people = ["A", "B", "C"]
    claims = {
        "claim_id": people,
        "person_id": people,
        "provider_id": people,
        "settled_at": [when] * 3,
        "birth_date": [dt.date(1980, 1, 1), dt.date(1990, 1, 1), dt.date(2000, 1, 1)],
    }
    lines = {
        "line_id": people,
        "claim_id": people,
        "item_code": people,
        "quantity": ["1"] * 3,
        "amount": ["1"] * 3,
        "charged_at": [when] * 3,
        "supply_days": [1, 7, 8],
    }
    result = claimrules.load(tmp_path).audit({"claims": pa.table(claims), "lines": pa.table(lines)})
    assert result.findings["claim_id"].to_pylist() == ["B"]
