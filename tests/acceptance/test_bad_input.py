"""Bad input ends in a clear error with its place: never in a traceback, never in half an OUT/."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from spoilt_world import (
    BOMB,
    CLAIMS_CSV,
    LINES,
    LINES_CSV,
    RULE,
    RULE_YAML,
    Spoil,
    World,
    change,
    empty,
    found,
    more,
    only_document,
    options,
    prepared,
    told,
    write,
)

# What is done to the sound input, and what the message must say: file and place first.
NOTHING_CAN_BE_DONE: dict[str, tuple[Spoil, tuple[str, ...]]] = {
    "an empty folder": (empty, ("claims", "empty")),
    "a missing column": (change(CLAIMS_CSV, "person_id", "persn_id"), ("claims.csv", "`person_id`", "`persn_id`")),
    "a missing column of lines": (change(LINES_CSV, "amount,in", "cost,in"), ("lines.csv", "`amount`")),
    "an empty file": (write(CLAIMS_CSV, ""), ("claims.csv", "header")),
    "a broken quote": (change(LINES_CSV, "2,C1,B,", '2,C1,"B,'), ("lines.csv", "row 2", "quote")),
    "wrong encoding": (write(LINES_CSV, LINES.encode("gbk")), ("lines.csv", "UTF-8", "gb18030")),
    "UTF-16": (write(LINES_CSV, LINES.encode("utf-16")), ("lines.csv", "UTF-8")),
    "a table of another delimiter": (write(LINES_CSV, LINES.replace(",", ";")), ("lines.csv", "`item_code`")),
    "a gzip file that is none": (write("claims/diagnoses.csv.gz", "claim_id,diagnosis_code\n"), ("diagnoses.csv.gz",)),
    "a Parquet file that is none": (write("claims/diagnoses.parquet", b"PAR1 no PAR1"), ("diagnoses.parquet",)),
    "no such claims": (lambda w: (w.root / "claims").rename(w.root / "claimz"), ("claims",)),
    "an unknown key of a rule": (change(RULE_YAML, "flag:", "flagg:"), ("only_women.yaml:9:1", "`flagg`", "`flag`")),
    "a doubled key of a rule": (more(RULE_YAML, "of: claim\n"), ("only_women.yaml:12:1", "`of`")),
    "a YAML bomb as a rule": (write("rules/bomb.yaml", BOMB), ("bomb.yaml:1:", "anchor")),
    "a YAML bomb as a mapping": (options("--mapping", "{root}/mapping_bomb.yaml"), ("bomb.yaml:1:", "anchor")),
    "a rule nested a thousand deep": (write("rules/deep.yaml", "a: " + "[" * 1_000 + "]" * 1_000), ("deep.yaml", "deep")),
    "a syntax error in Chinese text": (
        change(RULE_YAML, "claim.sex <> limit.sex", "claim.sex <> '女' AND （line.item_name = '甲'"),
        ("only_women.yaml:9:", "^"),
    ),
    "full-width signs": (
        change(RULE_YAML, "claim.sex <> limit.sex", "line.item_name = ‘甲’"),
        ("only_women.yaml:9:", "^"),
    ),
    "an unknown name in Chinese": (
        change(RULE_YAML, "claim.sex <> limit.sex", "claim.性别 <> limit.sex"),
        ("only_women.yaml:9:", "性别"),
    ),
    "Chinese YAML that is none": (change(RULE_YAML, "{zh: 不符, en: wrong sex}", "{zh: 不符：“"), ("only_women.yaml:",)),
    "two rows for one date": (
        more("rules/knowledge/only_sex.csv", "A,male,2025-01-01,2025-12-31\n"),
        ("only_sex.csv:3", "code=A"),
    ),
    "a knowledge date that is none": (
        more("rules/knowledge/only_sex.csv", "B,male,2025-02-30,\n"),
        ("only_sex.csv:3", "2025-02-30"),
    ),
    "a knowledge value that is none": (more("rules/knowledge/only_sex.csv", "B,男,,\n"), ("only_sex.csv:3", "男")),
    "no rules folder": (lambda w: shutil.rmtree(w.root / "rules"), ("rules",)),
    "no rule in the folder": (lambda w: (w.root / RULE_YAML).unlink(), ("no rule file", "rules")),
    "an unknown rule": (options("--only", "only_woman"), ("only_woman", "only_women")),
    "no rule at all": (options("--only", ","), ("--only", "no rule")),
    "a parameter that no rule has": (options("--param", "unused_day=3"), ("`unused_day`", "`unused_days`")),
    "a parameter without a value": (options("--param", "unused_days"), ("--param", "unused_days")),
    "a parameter that is no number": (options("--param", "unused_days=九"), ("unused_days", "九")),
    "a region that is none": (options("--region", "Berlin"), ("--region", "Berlin")),
    "a date that is none": (options("--history-from", "2025-02-30"), ("--history-from", "2025-02-30")),
    "no such mapping": (options("--mapping", "nationale"), ("nationale", "nhsa")),
    "no such knowledge": (options("--knowledge", "{root}/nowhere"), ("--knowledge", "nowhere")),
    "OUT is a file": (write("OUT", "mine"), ("OUT", "not a folder")),
    "OUT holds another's files": (write("OUT/thesis.docx", "mine"), ("OUT", "thesis.docx")),
    "JSON that is none": (only_document('[{"claim_id": "C1",]'), ("claims.json", "not JSON")),
    "JSON in another encoding": (only_document('[{"claim_id": "甲"}]'.encode("gbk")), ("claims.json", "not JSON")),
    "a rule file that is binary": (write("rules/picture.yaml", bytes(range(256))), ("picture.yaml", "UTF-8")),
    "a knowledge file that is binary": (write("rules/knowledge/only_sex.csv", bytes(range(256))), ("only_sex.csv",)),
    "a rule file without a rule": (write("rules/empty.yaml", "# later\n"), ("empty.yaml",)),
    "a knowledge region that is none": (
        write("rules/knowledge/only_sex.csv", "code,sex,region\nA,female,杭州\n"),
        ("only_sex.csv:2:10", "杭州", "six digits"),
    ),
    "a comparison with NULL": (
        change(RULE_YAML, "claim.sex <> limit.sex", "claim.sex = NULL"),
        ("only_women.yaml:9:7", "IS NULL"),
    ),
    "a query in a rule": (
        change(RULE_YAML, "claim.sex <> limit.sex", "claim.sex IN (SELECT 1)"),
        ("only_women.yaml:9:7", "IN"),
    ),
    "parentheses five hundred deep": (
        change(RULE_YAML, "claim.sex <> limit.sex", "(" * 500 + "TRUE" + ")" * 500),
        ("only_women.yaml:9:7", "deep"),
    ),
    "JSON ten thousand deep": (only_document("[" * 10_000), ("claims.json", "not JSON")),
    "two files of one id": (write("rules/more/only_women.yaml", RULE), ("only_women", "taken")),
}


@pytest.mark.parametrize("case", NOTHING_CAN_BE_DONE)
def test_where_nothing_can_be_done_the_code_is_2(tmp_path: Path, command: Any, case: str) -> None:
    spoil, words = NOTHING_CAN_BE_DONE[case]
    world = prepared(tmp_path, spoil)
    before = sorted(world.root.rglob("*"))
    ran = command(*world.arguments())
    said = told(ran)
    assert ran.code == 2, said
    assert ran.out == ""
    for word in words:
        assert word in said
    # No OUT, no scraps beside it, and what stood there still stands.
    assert sorted(world.root.rglob("*")) == before


def test_a_condition_of_three_thousand_parts_is_judged_or_refused(tmp_path: Path, command: Any) -> None:
    world = prepared(tmp_path, change(RULE_YAML, "claim.sex <> limit.sex", " OR ".join(["claim.sex <> limit.sex"] * 3_000)))
    ran = command(*world.arguments())
    said = told(ran)
    assert ran.code in (0, 2), said
    if ran.code == 0:
        assert found(world) == [("C1", ["1"])]
    else:
        assert "only_women.yaml:9:7" in said


def test_an_old_out_stays_whole_when_the_next_run_fails(tmp_path: Path, command: Any) -> None:
    world = World(tmp_path)
    assert command(*world.arguments()).code == 0
    before = {path.name: path.read_bytes() for path in world.out.iterdir()}
    world.change(LINES_CSV, "2,C1,B,", '2,C1,"B,')
    assert command(*world.arguments()).code == 2
    assert {path.name: path.read_bytes() for path in world.out.iterdir()} == before


@pytest.mark.parametrize("case", ["a broken quote", "a YAML bomb as a rule", "a syntax error in Chinese text"])
def test_as_a_process(tmp_path: Path, process: Any, case: str) -> None:
    spoil, words = NOTHING_CAN_BE_DONE[case]
    world = prepared(tmp_path, spoil)
    ran = process(*world.arguments(), cwd=tmp_path)
    said = told(ran)
    assert (ran.code, ran.out) == (2, "")
    for word in words:
        assert word in said
    assert not world.out.exists()
