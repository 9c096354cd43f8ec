"""Bad input ends in a clear error with its place, or in reject rows: never in a traceback, never in half an OUT/."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from claimrules.report import FILES

CLAIMS = """claim_id,person_id,provider_id,care_type,sex,birth_date,settled_at,total_amount
C1,P1,H1,outpatient,male,1980-01-02,2025-03-01,30.00
C2,P2,H1,outpatient,female,1990-05-06,2025-03-02,20.00
"""
LINES = """line_id,claim_id,item_code,item_name,item_type,quantity,unit_price,amount,in_scope_amount,charged_at
1,C1,A,甲,drug,1,10.00,10.00,10.00,2025-03-01
2,C1,B,乙,drug,2,10.00,20.00,20.00,2025-03-01
1,C2,A,甲,drug,2,10.00,20.00,20.00,2025-03-02
"""
RULE = """id: only_women
version: 1
title: {zh: 限女性, en: For women}
category: medical
verdict: violation
status: active
of: line
match: {limit: {table: only_sex, key: {code: line.item_code}}}
flag: claim.sex <> limit.sex
message: {zh: 不符, en: wrong sex}
params: {unused_days: {default: 15, unit: day}}
"""
TABLE = """title: {zh: 性别, en: Sex}
columns: {code: text, sex: [male, female]}
key: [code]
source: {title: invented, verified: false}
"""
ROWS = "code,sex,valid_from,valid_to\nA,female,2024-01-01,\n"


@dataclass
class World:
    """A sound input, to be spoilt, and what is asked of it."""

    root: Path
    claims: str = "claims"
    options: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.write("claims/claims.csv", CLAIMS)
        self.write("claims/lines.csv", LINES)
        self.write("rules/only_women.yaml", RULE)
        self.write("rules/sources.yaml", "{}\n")
        self.write("rules/knowledge/only_sex.yaml", TABLE)
        self.write("rules/knowledge/only_sex.csv", ROWS)

    @property
    def out(self) -> Path:
        return self.root / "OUT"

    def write(self, name: str, content: str | bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def arguments(self) -> list[str]:
        given = ["audit", str(self.root / self.claims), "--rules", str(self.root / "rules"), "--out", str(self.out)]
        return given + self.options


Spoil = Callable[[World], object]

BOMB = "a: &a [x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nd: [*c, *c, *c]\n"


def empty(world: World) -> None:
    shutil.rmtree(world.root / "claims")
    (world.root / "claims").mkdir()


def options(*given: str) -> Spoil:
    return lambda world: world.options.extend(given)


def change(name: str, old: str, new: str) -> Spoil:
    return lambda world: world.change(name, old, new)


def write(name: str, content: str | bytes) -> Spoil:
    return lambda world: world.write(name, content)


def more(name: str, content: str) -> Spoil:
    return lambda world: world.write(name, (world.root / name).read_bytes() + content.encode())


def only_document(content: str | bytes) -> Spoil:
    """CLAIMS is one JSON file."""

    def spoil(world: World) -> None:
        shutil.rmtree(world.root / "claims")
        world.claims = "claims.json"
        world.write(world.claims, content)

    return spoil


LINES_CSV, CLAIMS_CSV, RULE_YAML = "claims/lines.csv", "claims/claims.csv", "rules/only_women.yaml"

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


def told(ran: Any) -> str:
    """What was said, on whichever stream; it is no traceback and no excuse for a fault of ours."""
    said = str(ran.out + ran.err)
    assert "Traceback" not in said, said
    assert "not your fault" not in said, said
    return said


def prepared(root: Path, spoil: Spoil) -> World:
    world = World(root)
    world.write("mapping_bomb.yaml", BOMB)
    spoil(world)
    world.options = [option.replace("{root}", str(root)) for option in world.options]
    return world


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


def test_the_sound_input_is_sound(tmp_path: Path, command: Any) -> None:
    world = World(tmp_path)
    ran = command(*world.arguments())
    assert (ran.code, ran.err) == (0, "")
    assert sorted(path.name for path in world.out.iterdir()) == sorted(FILES)
    # Line 1 of C1: an item for women, a man.
    assert found(world) == [("C1", ["1"])]
    assert pq.read_metadata(world.out / "rejects.parquet").num_rows == 0


def found(world: World) -> list[tuple[str, list[str]]]:
    table = pq.read_table(world.out / "findings.parquet")
    return list(zip(table["claim_id"].to_pylist(), table["line_ids"].to_pylist(), strict=True))


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


def test_a_condition_of_three_thousand_parts_is_judged_or_refused(tmp_path: Path, command: Any) -> None:
    world = prepared(tmp_path, change(RULE_YAML, "claim.sex <> limit.sex", " OR ".join(["claim.sex <> limit.sex"] * 3_000)))
    ran = command(*world.arguments())
    said = told(ran)
    assert ran.code in (0, 2), said
    if ran.code == 0:
        assert found(world) == [("C1", ["1"])]
    else:
        assert "only_women.yaml:9:7" in said


def test_raw_lines_show_a_refund_of_nothing(tmp_path: Path, command: Any) -> None:
    """What netting leaves aside, a data-quality rule still sees."""
    world = prepared(tmp_path, more(LINES_CSV, "3,C1,Z,丙,drug,-1,10.00,-10.00,-10.00,2025-03-01\n"))
    world.change(RULE_YAML, "of: line\nmatch: {limit: {table: only_sex, key: {code: line.item_code}}}", "of: raw_line")
    world.change(RULE_YAML, "claim.sex <> limit.sex", "line.quantity < 0")
    ran = command(*world.arguments())
    assert ran.code == 0, told(ran)
    assert found(world) == [("C1", ["3"])]


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
