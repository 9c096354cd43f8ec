"""The page on tables shows a table that can be read, and an error that is said so."""

import re
from pathlib import Path

from knowledge_folder import refusal

from claimrules.knowledge import KnowledgeSet

PAGE = (Path(__file__).parents[2] / "docs" / "knowledge.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)\n```", PAGE, flags=re.DOTALL)


def test_the_example_is_read_and_its_error_is_the_one_shown(write, folder):
    (_, rows), (_, declaration), (_, sets), (_, error) = BLOCKS
    declared = "columns: {set_id: text, prefix: text}\nkey: [set_id, prefix]\n"
    write(day_limit__csv=rows, day_limit__yaml=declaration, code_sets__csv=sets, code_sets__yaml=declared)
    k = KnowledgeSet.read([folder])
    assert k.tables["day_limit"].rows.num_rows == 5
    assert k.sets["infection"].contains(["J18.9", "J30.9", "J30.1"]).tolist() == [True, True, False]
    write(day_limit__csv=rows.replace("2023-12-31", "2024-01-31"))
    said = refusal(lambda: KnowledgeSet.read([folder]))
    assert said.replace("k/day_limit", "rules/knowledge/day_limit") == error
