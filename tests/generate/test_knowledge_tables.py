"""The sample tables on disk are those of the items."""

import csv
import io
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from claimrules.generate import knowledge_files
from claimrules.generate.items import load_items
from claimrules.knowledge import KnowledgeSet

FOLDER = Path(__file__).parents[2] / "rules" / "knowledge"
LENGTHS = {"XZZ": {23}, "ZZZ": {20}, "009": {15}, "CZZ": {20, 27}, "T99": {10}}


def test_the_files_agree_with_the_items() -> None:
    for name, text in knowledge_files().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, f"run write_knowledge: {name} differs"


def test_the_knowledge_room_reads_them() -> None:
    assert set(KnowledgeSet.read([FOLDER]).tables) >= {name.split(".")[0] for name in knowledge_files()}


def test_codes_have_the_national_lengths_and_invented_prefixes() -> None:
    for code in load_items().column("code"):
        assert len(code) in LENGTHS[code[:3]], code


def test_versions_of_one_price_neither_overlap_nor_leave_gaps() -> None:
    rows = list(csv.DictReader(io.StringIO(knowledge_files()["price.csv"])))
    keys: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for row in rows:
        keys.setdefault((row["code"], row["level"], row["region"]), []).append(row)
    changes = set()
    for versions in keys.values():
        assert versions[0]["valid_from"] == "2020-01-01"
        assert versions[-1]["valid_to"] == ""
        for old, new in pairwise(versions):
            assert date.fromisoformat(new["valid_from"]) - date.fromisoformat(old["valid_to"]) == timedelta(days=1)
            changes.add(new["valid_from"])
    assert {"2025-01-01", "2026-01-01"} <= changes
    assert {level for _, level, _ in keys} > {"", "3A"}
    assert {region for _, _, region in keys} == {"000000", "910100"}
