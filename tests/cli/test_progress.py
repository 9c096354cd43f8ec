"""Two bars on a terminal, one after the other; silence in a pipe."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

import claimrules
from claimrules.generate import claim_tables

ROOT = Path(__file__).parents[2]
LIKE = r"{0} ━+.* ([\d,]+) of ([\d,]+) {1}"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "by_sex.yaml").write_text(
        "id: by_sex\ntitle: {zh: 性别, en: Sex}\ncategory: policy\nverdict: violation\nof: line\n"
        "flag: claim.sex = 'male'\namount: none\nmessage: {zh: 男, en: male}\n",
        encoding="utf-8",
    )
    return tmp_path


def audit(rules: Path, stderr: int) -> subprocess.Popen[bytes]:
    claims, out = ROOT / "fixtures" / "small", rules / "OUT"
    command = [sys.executable, "-m", "claimrules", "audit", str(claims), "--rules", str(rules), "--out", str(out)]
    environment = {**os.environ, "COLUMNS": "120", "TERM": "xterm"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, env=environment)


def test_on_a_terminal_rows_are_read_and_lines_judged(rules: Path):
    ours, theirs = pty.openpty()
    with audit(rules, theirs) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # how Linux ends a terminal
                break
            if not chunk:
                break
            said += chunk
        process.communicate()
    os.close(ours)
    assert process.returncode == 0
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode())
    frames = [line.strip() for line in re.split(r"[\r\n]+", text) if line.strip()]
    for what, unit in (("reading", "rows"), ("judging", "lines")):
        last = [frame for frame in frames if frame.startswith(what)][-1]
        found = re.match(LIKE.format(what, unit), last)
        assert found, last
        assert found[1] == found[2]
        assert last.endswith("left")
    assert [frame.split()[0] for frame in frames] == sorted((frame.split()[0] for frame in frames), reverse=True)


def test_in_a_pipe_there_is_silence(rules: Path):
    with audit(rules, subprocess.PIPE) as process:
        _, err = process.communicate()
    assert process.returncode == 0
    assert err == b""


@pytest.mark.parametrize("jobs", [1, 2])
def test_python_is_told_of_rows_and_lines(rules: Path, jobs: int):
    tables = claim_tables(3_000, 1)
    rows, lines = [], []
    claimrules.load(rules).audit(
        {name: tables[name] for name in ("claims", "lines", "diagnoses", "operations")},
        batch_lines=500,
        jobs=jobs,
        reading=lambda *told: rows.append(told),
        progress=lambda *told: lines.append(told),
    )
    assert rows[-1] == (sum(tables[n].num_rows for n in ("claims", "lines", "diagnoses", "operations")),) * 2
    total = tables["lines"].num_rows
    assert lines[0] == (0, total)
    assert lines[-1] == (total, total)
    assert len(lines) > 4
    assert lines == sorted(lines)
