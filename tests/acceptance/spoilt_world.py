"""A sound input in files, ways to spoil it, and what is to be seen afterwards."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

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


def found(world: World) -> list[tuple[str, list[str]]]:
    table = pq.read_table(world.out / "findings.parquet")
    return list(zip(table["claim_id"].to_pylist(), table["line_ids"].to_pylist(), strict=True))
