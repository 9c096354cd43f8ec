"""The CSV reader against Python's own, and against anything at all."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claimrules.diagnostics import KnowledgeError, render_all
from claimrules.knowledge.from_files import read_raw

CELL = st.text(alphabet='a",\n 中', max_size=4)
TABLE = st.integers(1, 3).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), max_size=5))
REUSED = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "t.csv"


@REUSED
@given(TABLE, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_rows_and_their_lines(path, rows, end, blank):
    width = len(rows[0]) if rows else 1
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end)
    writer.writerow([f"c{i}" for i in range(width)])
    lines = []
    for row in rows:
        if blank:
            out.write(end)
        lines.append(out.getvalue().count("\n") + 1)
        writer.writerow(row)
    path.write_bytes(out.getvalue().encode())
    raw = read_raw(path)
    assert raw.cells.to_pylist() == [{f"c{i}": cell.strip() for i, cell in enumerate(row)} for row in rows]
    assert raw.lines.tolist() == lines


@REUSED
@given(st.one_of(st.binary(max_size=40), st.text(alphabet='a",\n\r\0 中', max_size=30).map(str.encode)))
def test_whatever_the_bytes_the_answer_is_a_table_or_an_error(path, data):
    path.write_bytes(data)
    raw, said = None, ""
    try:
        raw = read_raw(path)
    except KnowledgeError as error:
        said = render_all(error.diagnostics)
    assert said.startswith("error[CR3") if raw is None else len(raw.lines) == raw.cells.num_rows
