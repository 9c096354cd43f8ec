"""A part that is kept is read as it was written."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

import claimrules
from claimrules.engine.hits import Counts
from claimrules.findings import FINDINGS, UNDECIDED, BatchFindings, Totals
from claimrules.pack.gathered import Part
from claimrules.pack.part_file import read_part, write_part

FINDING = {
    "finding_id": "f",
    "subject": "claim=C",
    "rule_id": "r",
    "rule_version": 2,
    "line_ids": ["l1", "l2"],
    "amount": None,
}
PART = Part(
    BatchFindings(
        pa.Table.from_pylist([FINDING, {**FINDING, "claim_id": "结算"}], FINDINGS),
        {"r": (2**70, -1), "s": (0, 5)},
        Totals(2**70, 12),
    ),
    pa.Table.from_pylist([{"rule_id": "r", "missing": "claim.sex", "subjects": 3}], UNDECIDED),
    {"r": Counts(1, 2, 3, 4), "s": Counts()},
    {"r": 0.5},
    {"prepare": 0.25},
    17,
    3,
)


def test_a_part_is_read_as_it_was_written(tmp_path: Path):
    write_part(PART, tmp_path / "part")
    assert read_part(tmp_path / "part") == replace(PART, kept=True)
    assert [path.name for path in tmp_path.iterdir()] == ["part"]


def test_a_part_without_findings_keeps_its_schema(tmp_path: Path):
    empty = replace(PART, found=replace(PART.found, findings=FINDINGS.empty_table()), undecided=UNDECIDED.empty_table())
    write_part(empty, tmp_path / "part")
    found = read_part(tmp_path / "part")
    assert found == replace(empty, kept=True)
    assert found is not None
    assert found.found.findings.schema.equals(FINDINGS, check_metadata=True)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_half_a_part_is_none(tmp_path: Path, share: float):
    path = tmp_path / "part"
    write_part(PART, path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert read_part(path) is None
    assert read_part(tmp_path / "nothing") is None


def stopped(folder: Path, parts: dict[int, Part]) -> None:
    with claimrules.WorkFolder(folder) as work:
        work.agree({"rules": "1"})
        for number, part in parts.items():
            work.keep(number, part)
        raise KeyboardInterrupt


def test_a_folder_left_in_peace_is_removed_and_one_left_by_an_error_kept(tmp_path: Path):
    folder = tmp_path / "OUT.partial"
    with pytest.raises(KeyboardInterrupt):
        stopped(folder, {4: PART})
    with claimrules.WorkFolder(folder, resume=True) as work:
        assert work.found == 1
        work.agree({"rules": "1", "claims": "2"})
        assert work.part(4) == replace(PART, kept=True)
        assert work.part(3) is None
    assert not folder.exists()


def test_a_folder_with_nothing_finished_is_removed(tmp_path: Path):
    with pytest.raises(KeyboardInterrupt):
        stopped(tmp_path / "OUT.partial", {})
    assert list(tmp_path.iterdir()) == []


def test_parts_of_an_audit_that_nobody_knows_are_not_taken_over(tmp_path: Path):
    folder = tmp_path / "OUT.partial"
    folder.mkdir()
    write_part(PART, folder / "part-00000.arrows")
    with claimrules.WorkFolder(folder, resume=True) as work:
        assert work.found == 0
        assert work.part(0) is None
