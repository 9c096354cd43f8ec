"""Bad rows are rejects with their reason and place, and the other rows are audited."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from spoilt_world import CLAIMS_CSV, LINES_CSV, RULE_YAML, Spoil, World, change, found, more, only_document, prepared, told

from claimrules.report import FILES


def test_the_sound_input_is_sound(tmp_path: Path, command: Any) -> None:
    world = World(tmp_path)
    ran = command(*world.arguments())
    assert (ran.code, ran.err) == (0, "")
    assert sorted(path.name for path in world.out.iterdir()) == sorted(FILES)
    # Line 1 of C1: an item for women, a man.
    assert found(world) == [("C1", ["1"])]
    assert pq.read_metadata(world.out / "rejects.parquet").num_rows == 0


REJECTED: dict[str, tuple[Spoil, list[tuple[str, int, str]], list[tuple[str, list[str]]]]] = {
    # The claim goes, and its line with it.
    "a date that does not exist": (
        change(CLAIMS_CSV, "female,1990-05-06,2025-03-02", "female,1990-05-06,2025-02-30"),
        [("claims", 2, "2025-02-30"), ("lines", 3, "C2")],
        [("C1", ["1"])],
    ),
    "a line without its claim": (
        more(LINES_CSV, "1,C77,A,甲,drug,1,10.00,10.00,10.00,2025-03-01\n"),
        [("lines", 4, "C77")],
        [("C1", ["1"])],
    ),
    "a doubled line": (
        more(LINES_CSV, "2,C1,B,乙,drug,2,10.00,20.00,20.00,2025-03-01\n"),
        [("lines", 4, "line_id")],
        [("C1", ["1"])],
    ),
    "a doubled claim": (
        more(CLAIMS_CSV, "C2,P2,H1,outpatient,female,1990-05-06,2025-03-02,20.00\n"),
        [("claims", 3, "C2")],
        [("C1", ["1"])],
    ),
    "an amount that is no number": (
        change(LINES_CSV, "1,10.00,10.00,10.00,2025-03-01", "1,10.00,十元,10.00,2025-03-01"),
        [("lines", 1, "十元")],
        [],
    ),
    "a row cut short": (more(LINES_CSV, "3,C1,A\n"), [("lines", 4, "3 cells")], [("C1", ["1"])]),
}


@pytest.mark.parametrize("case", REJECTED)
def test_single_bad_rows_are_rejects_and_the_others_are_audited(tmp_path: Path, command: Any, case: str) -> None:
    spoil, expected, findings = REJECTED[case]
    world = prepared(tmp_path, spoil)
    ran = command(*world.arguments())
    assert ran.code == 0, told(ran)
    told(ran)
    assert sorted(path.name for path in world.out.iterdir()) == sorted(FILES)
    rows = pq.read_table(world.out / "rejects.parquet").to_pylist()
    assert [(row["source_table"], row["row_number"]) for row in rows] == [(table, at) for table, at, _ in expected]
    for row, (table, _, word) in zip(rows, expected, strict=True):
        assert word in row["reason"]
        assert row["source_file"] == f"{table}.csv"
        assert row["code"]
    assert found(world) == findings


def test_documents_that_are_no_claims_are_rejects(tmp_path: Path, command: Any) -> None:
    good = '{"claim_id": "C1", "person_id": "P1", "provider_id": "H1"}'
    world = prepared(tmp_path, only_document(f'[{good}, {{"claim_id": "C2"}}, 7]'))
    ran = command(*world.arguments())
    assert ran.code == 0, told(ran)
    assert pq.read_metadata(world.out / "rejects.parquet").num_rows == 2


def test_a_negative_quantity_that_reverses_nothing_is_kept(tmp_path: Path, command: Any) -> None:
    """It takes nothing from the line of another item, is read, and is audited."""
    world = prepared(tmp_path, more(LINES_CSV, "3,C1,Z,丙,drug,-1,10.00,-10.00,-10.00,2025-03-01\n"))
    ran = command(*world.arguments(), "--json")
    assert ran.code == 0, told(ran)
    assert pq.read_metadata(world.out / "rejects.parquet").num_rows == 0
    assert found(world) == [("C1", ["1"])]
    assert '"lines":{"read":4,"audited":4,"rejected":0,"left_out":0,"amount":"40.00"}' in ran.out
    assert '"unmatched_refunds":1' in ran.out


def test_raw_lines_show_a_refund_of_nothing(tmp_path: Path, command: Any) -> None:
    """What netting leaves aside, a data-quality rule still sees."""
    world = prepared(tmp_path, more(LINES_CSV, "3,C1,Z,丙,drug,-1,10.00,-10.00,-10.00,2025-03-01\n"))
    world.change(RULE_YAML, "of: line\nmatch: {limit: {table: only_sex, key: {code: line.item_code}}}", "of: raw_line")
    world.change(RULE_YAML, "claim.sex <> limit.sex", "line.quantity < 0")
    ran = command(*world.arguments())
    assert ran.code == 0, told(ran)
    assert found(world) == [("C1", ["3"])]
