import json
import os
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import BaseModel

from claimrules.report import FILES, ReportError, check_out, write


class Figures(BaseModel):
    total: Decimal = Decimal("86.40")
    name: str = "药品"


def findings(chunks: int = 1) -> pa.Table:
    whole = pa.table(
        {
            "finding_id": [f"f{n:04d}" for n in range(1000)],
            "amount": pa.array([Decimal(n) / 100 for n in range(1000)], pa.decimal128(18, 2)),
            "line_ids": [[f"l{n}"] if n % 3 else None for n in range(1000)],
        }
    )
    size = 1000 // chunks
    return pa.concat_tables([whole.slice(start, size) for start in range(0, 1000, size)])


@dataclass
class Result:
    findings: Any = field(default_factory=findings)
    undecided: Any = field(default_factory=lambda: pa.table({"rule_id": ["r"]}))
    rejects: Any = field(default_factory=lambda: pa.table({"code": pa.array([], pa.string())}))
    summary: BaseModel = field(default_factory=Figures)
    timings: dict[str, Any] = field(default_factory=lambda: {"audit": 1.5})


def test_the_five_files_are_there_and_nothing_else(tmp_path: Path):
    out = tmp_path / "deep" / "OUT"
    write(Result(), out)
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    assert [path.name for path in out.parent.iterdir()] == ["OUT"]
    assert pq.read_table(out / "findings.parquet").equals(findings())
    assert json.loads((out / "summary.json").read_text(encoding="utf-8")) == {"total": "86.40", "name": "药品"}
    assert (out / "summary.json").read_text(encoding="utf-8") == '{\n  "total": "86.40",\n  "name": "药品"\n}\n'
    assert json.loads((out / "timings.json").read_text()) == {"audit": 1.5}


def test_equal_rows_give_equal_bytes_however_they_are_cut(tmp_path: Path):
    noted = findings(1).replace_schema_metadata({"written": "just now"})
    for name, table in (("a", findings(1)), ("b", findings(10)), ("c", noted)):
        write(Result(findings=table), tmp_path / name)
    first = (tmp_path / "a" / "findings.parquet").read_bytes()
    assert (tmp_path / "b" / "findings.parquet").read_bytes() == first
    assert (tmp_path / "c" / "findings.parquet").read_bytes() == first


def test_an_older_out_is_replaced_as_a_whole(tmp_path: Path):
    write(Result(), tmp_path / "OUT")
    write(Result(findings=findings().slice(0, 3)), tmp_path / "OUT")
    assert pq.read_table(tmp_path / "OUT" / "findings.parquet").num_rows == 3
    assert [path.name for path in tmp_path.iterdir()] == ["OUT"]


@pytest.mark.parametrize("name", ["notes.txt", "claims.parquet", ".hidden"])
def test_a_folder_with_something_else_in_it_is_refused_and_left_alone(tmp_path: Path, name: str):
    out = tmp_path / "OUT"
    out.mkdir()
    (out / name).write_text("mine")
    with pytest.raises(ReportError) as caught:
        write(Result(), out)
    assert caught.value.diagnostics[0].code == "CR702"
    assert name in caught.value.diagnostics[0].message
    assert [path.name for path in out.iterdir()] == [name]
    assert [path.name for path in tmp_path.iterdir()] == ["OUT"]


@pytest.mark.parametrize(("count", "said"), [(1, "holds `n0`, "), (2, "`n0` and 1 other, "), (3, "`n0` and 2 others, ")])
def test_what_else_is_there_is_counted(tmp_path: Path, count: int, said: str):
    for number in range(count):
        (tmp_path / f"n{number}").write_text("mine")
    with pytest.raises(ReportError) as caught:
        check_out(tmp_path)
    assert said in caught.value.diagnostics[0].message


def test_a_file_and_a_link_are_refused(tmp_path: Path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("file", "link"):
        with pytest.raises(ReportError) as caught:
            check_out(tmp_path / name)
        assert caught.value.diagnostics[0].code == "CR701"
    with pytest.raises(ReportError) as caught:
        check_out(tmp_path / "file" / "OUT")
    assert caught.value.diagnostics[0].code == "CR703"


def test_an_empty_folder_is_as_good_as_none(tmp_path: Path):
    (tmp_path / "OUT").mkdir()
    write(Result(), tmp_path / "OUT")
    assert (tmp_path / "OUT" / "summary.json").is_file()


def test_what_fails_half_way_leaves_the_older_out_and_no_rubbish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write(Result(), tmp_path / "OUT")
    before = (tmp_path / "OUT" / "findings.parquet").read_bytes()
    real = Path.rename

    def fail(path: Path, target: Path) -> Path:
        if target == tmp_path / "OUT" and (path / "findings.parquet").read_bytes() != before:
            raise OSError(28, os.strerror(28))
        return real(path, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(ReportError) as caught:
        write(Result(findings=findings().slice(0, 3)), tmp_path / "OUT")
    assert caught.value.diagnostics[0].code == "CR704"
    assert (tmp_path / "OUT" / "findings.parquet").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["OUT"]


def test_a_table_that_cannot_be_written_leaves_nothing(tmp_path: Path):
    with pytest.raises(TypeError):
        write(Result(rejects=object()), tmp_path / "OUT")
    assert list(tmp_path.iterdir()) == []
