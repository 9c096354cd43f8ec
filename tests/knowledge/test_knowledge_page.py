"""The page on tables shows a table that can be read, and an error that is said so."""

import re
from pathlib import Path

from knowledge_folder import refusal

from claimrules.catalog import INTEGER
from claimrules.catalog.registers import REGISTERS
from claimrules.knowledge import KnowledgeSet, parameter_table, read_exemptions, read_parameters

PAGE = (Path(__file__).parents[2] / "docs" / "knowledge.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)\n```", PAGE, flags=re.DOTALL)


def test_the_example_is_read_and_its_error_is_the_one_shown(write, folder):
    (_, rows), (_, declaration), (_, sets), (_, error) = BLOCKS[:4]
    declared = "columns: {set_id: text, prefix: text}\nkey: [set_id, prefix]\n"
    write(day_limit__csv=rows, day_limit__yaml=declaration, code_sets__csv=sets, code_sets__yaml=declared)
    k = KnowledgeSet.read([folder])
    assert k.tables["day_limit"].rows.num_rows == 5
    assert k.sets["infection"].contains(["J18.9", "J30.9", "J30.1"]).tolist() == [True, True, False]
    write(day_limit__csv=rows.replace("2023-12-31", "2024-01-31"))
    said = refusal(lambda: KnowledgeSet.read([folder]))
    assert said.replace("k/day_limit", "rules/knowledge/day_limit") == error


def test_the_register_parameters_and_exemptions_shown_are_read(write, folder, tmp_path):
    (_, register), (_, parameters), (_, exemptions) = BLOCKS[4:]
    write(abroad__yaml=register)
    (table,) = KnowledgeSet.read([folder]).tables.values()
    assert (table.register, table.brought, list(table.schema.columns)) == (True, False, ["person_id", "country"])
    path = tmp_path / "parameters.yaml"
    path.write_text(parameters, encoding="utf-8")
    given = read_parameters(path, {"zj_notice_12", "national_3"})["split_stay_days"]
    assert sorted(parameter_table(given, INTEGER).rows["value"].to_pylist()) == [7, 10, 20]
    path = tmp_path / "exemptions.yaml"
    path.write_text(exemptions, encoding="utf-8")
    assert [entry.id for entry in read_exemptions(path)] == ["appeal_2024_17", "trial_ward"]


def test_the_registers_known_by_name_are_those_of_the_page():
    lines = re.findall(
        r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", PAGE.split("## Registers")[1].split("## Parameters")[0], flags=re.MULTILINE
    )
    shown = {name: (re.findall(r"`(\w+)`", key), re.findall(r"`(\w+)`", rest)) for name, key, rest in lines}
    for name, schema in REGISTERS.items():
        keys = [column.name for column in schema.key]
        assert shown[name] == (keys, [column for column in schema.columns if column not in keys])
    assert set(shown) == set(REGISTERS)
