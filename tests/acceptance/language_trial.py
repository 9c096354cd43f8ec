"""Reads a trial of the language: a README with tables, rules in their first form, cases → our rule files and claims.

The trial is no part of the project. What is said of it here is what its README says, and where its spelling is another.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

import claimrules

LEVELS = {"05": "2A", "08": "1A", "11": "ungraded", "99": "3C"}
"""Codes of provider levels, as our values: the order does not matter, the trial looks its rank up in a table."""
DISCHARGES = {"1": "home"}
KEYS = {"charge_conflict": ["sub_code"], "drug_class": ["code"], "bundle": ["component_code"]}
"""The key, where it is not the first column; the second number of columns where it has two."""
KEY_LENGTHS = {"dx_op": 2, "chronic_catalogue": 2, "price": 2, "staff": 2, "inventory": 2}
WINDOWS = {("course_days", "scope")}
"""Columns of type window that are not called so."""
NOTES = ("name", "arch", "partition", "kernels")
CATEGORIES = {"idx_rx_quality": "indicator"}
"""Findings of other rules are for indicators."""
EXTRA_PARAMS = {"drug_course_days": {"course_gap_days": 30}}
"""A parameter of the language, which the trial's rules leave unsaid."""
SETS = ("planned readmission", "pregnancy", "infusion solvents", "inpatient-only care", "infection")
"""Sets that rules name outright; empty where a case has none of them."""
WORDS = {"zh": "一", "en": "one"}
TYPES = {"TEXT": "text", "INT": "integer", "BOOLEAN": "boolean"}


@dataclass(frozen=True)
class TrialCase:
    """One case: a rule's id, a world, what is expected."""

    number: int
    rule: str
    note: str
    world: Mapping[str, Any]
    expect: tuple[tuple[frozenset[str], Decimal], ...]
    undecided: int | None
    doubt: tuple[bool, ...] | None
    params: Mapping[str, Any]
    history_from: str | None

    def __str__(self) -> str:
        return f"{self.rule}-{self.note or self.number}".replace(" ", "_")


def read_cases(folder: Path) -> list[TrialCase]:
    """All cases of the trial. Violating rows are named `claim/line` for lines, by their claim for all other kinds."""
    kinds = {rule["name"]: rule.get("of", "line") for rule in read_rules(folder)}
    out = []
    for number, case in enumerate(json.loads((folder / "cases.json").read_text(encoding="utf-8"))):
        kind = kinds[case["rule"]]
        expect = tuple((frozenset(_row(name, kind) for name in rows), Decimal(str(money))) for rows, money in case["expect"])
        doubt = tuple(case["doubt"]) if "doubt" in case else None
        more = (case.get("undecided"), doubt, case.get("params", {}), case.get("from"))
        out.append(TrialCase(number, case["rule"], case.get("note", ""), case["w"], expect, *more))
    return out


def read_rules(folder: Path) -> list[dict[str, Any]]:
    """The rules as they are written."""
    return list(yaml.load_all((folder / "rules.yaml").read_text(encoding="utf-8"), yaml.BaseLoader))


def _row(name: str, kind: str) -> str:
    """The name of a row as findings can say it: an encounter is person/provider/claim, a day that and its date."""
    parts = name.split("/")
    if kind in ("line", "raw_line"):
        return name
    return parts[2] if kind in ("encounter", "day") and len(parts) > 2 else parts[0]


# ---------------------------------------------------------------------- rules and tables


def write_rules(folder: Path, root: Path) -> None:
    """The trial's rules and its tables, empty, as a rule base in `root`."""
    (root / "knowledge").mkdir(parents=True)
    for name, columns, prefixes, register in _tables(folder):
        _write_table(root / "knowledge", name, columns, prefixes, register=register)
    _write_code_sets(root / "knowledge")
    for given in read_rules(folder):
        rule = {key: value for key, value in given.items() if key not in NOTES}
        name = given["name"]
        rule |= {"id": name, "title": WORDS, "message": WORDS, "category": CATEGORIES.get(name, "management")}
        rule |= {"verdict": "violation", "severity": "medium"}
        if name in EXTRA_PARAMS:
            rule["params"] = {**EXTRA_PARAMS[name], **rule.get("params", {})}
        _dump(root / f"{name}.yaml", rule)


def _tables(folder: Path) -> Iterator[tuple[str, list[tuple[str, str]], set[str], bool]]:
    text = (folder / "README.md").read_text(encoding="utf-8")
    for name, columns, prefixes, register in re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*?) \|$", text, re.MULTILINE):
        typed = re.findall(r'"?(\w+)"? (TEXT|INT|BOOLEAN|DECIMAL\([\d,]+\))', columns)
        if name != "params":
            yield name, typed, {p.strip() for p in prefixes.split(",")}, "register" in register


def _write_table(where: Path, name: str, columns: list[tuple[str, str]], prefixes: set[str], *, register: bool) -> None:
    key = KEYS.get(name, [column for column, _ in columns][: KEY_LENGTHS.get(name, 1)])
    schema = {
        "title": WORDS,
        "source": {"title": "one", "verified": "false"},
        "invented": "true",
        "gaps": "allowed",
        "many": "true",
        "columns": {column: _type(name, column, type_) for column, type_ in columns},
        "key": {column: "prefix" if column in prefixes else "exact" for column in key},
        "absence": "unknown" if register else "no-limit",
        "complete": "true",
    }
    _dump(where / f"{name}.yaml", schema)
    (where / f"{name}.csv").write_text(",".join(column for column, _ in columns) + "\n", encoding="utf-8")


def _type(table: str, column: str, written: str) -> str:
    if column == "window" or (table, column) in WINDOWS:
        return "window"
    return TYPES.get(written, written.lower())


def _write_code_sets(where: Path) -> None:
    schema = {
        "title": WORDS,
        "source": {"title": "one", "verified": "false"},
        "invented": "true",
        "columns": {"set_id": "text", "prefix": "text"},
        "key": ["set_id", "prefix"],
        "absence": "no-limit",
    }
    _dump(where / "code_sets.yaml", schema)
    rows = "".join(f"{one},never\n" for one in SETS)
    (where / "code_sets.csv").write_text(f"set_id,prefix\n{rows}", encoding="utf-8")


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, _: object) -> bool:
        return True


def _dump(path: Path, document: Mapping[str, Any]) -> None:
    """As YAML; `true` and numbers were read as texts and must be written bare."""
    text = yaml.dump(dict(document), Dumper=_Plain, allow_unicode=True, sort_keys=False)
    path.write_text(re.sub(r"'(true|false)'", r"\1", text), encoding="utf-8")


# ---------------------------------------------------------------------- a case


def pack_of(case: TrialCase, packs: Mapping[str, claimrules.RulePack]) -> claimrules.RulePack:
    """The rule with the case's knowledge, code sets and single parameters."""
    given = case.world.get("k", {})
    knowledge = {name: [_cells(row) for row in rows] for name, rows in given.items() if name != "params"}
    for name, column in (("provider_level", "code"), ("price", "level")):
        for row in knowledge.get(name, []):
            row[column] = LEVELS.get(row.get(column, ""), row.get(column, ""))
    if case.world.get("sets"):
        knowledge["code_sets"] = [{"set_id": name, "prefix": prefix} for name, prefix in case.world["sets"]]
    pack = packs[case.rule].with_knowledge(knowledge)
    if case.params:
        pack = pack.with_params({name: str(value) for name, value in case.params.items()})
    return pack


def _cells(row: Mapping[str, Any]) -> dict[str, str]:
    return {column: _cell(value) for column, value in row.items()}


def _cell(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def claims_of(case: TrialCase) -> dict[str, pa.Table]:
    """The case's claims as tables of texts, with what the trial leaves unsaid."""
    world = case.world
    claims = [_claim(row) for row in world.get("claims") or [_CLAIM]]
    first = {"claim_id": claims[0]["claim_id"]}
    lines = [_line(number, {**first, **row}) for number, row in enumerate(world.get("lines", []), 1)]
    diagnoses = [{**first, "sequence": n, "is_principal": False, **row} for n, row in enumerate(world.get("dx", []), 1)]
    operations = [{**first, **row} for row in world.get("ops", [])]
    tables = {"claims": claims, "lines": lines, "diagnoses": diagnoses, "operations": operations}
    return {name: _texts(rows) for name, rows in tables.items() if rows}


_CLAIM = {"claim_id": "C1", "admitted_at": "2025-03-01 08:00", "discharged_at": "2025-03-31 10:00"}


def _claim(row: Mapping[str, Any]) -> dict[str, Any]:
    out = {
        "person_id": "P1",
        "provider_id": "H1",
        "region": "110101",
        "care_type": "inpatient",
        "sex": "male",
        "insurance_type": "310",
        "provider_level": "05",
        "birth_date": "1970-01-01",
        **row,
    }
    out.setdefault("settled_at", out.get("discharged_at") or out.get("admitted_at"))
    out["provider_level"] = LEVELS.get(out["provider_level"], out["provider_level"])
    out["discharge_way"] = DISCHARGES.get(out.get("discharge_way"), out.get("discharge_way"))
    return out


def _line(number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    quantity = Decimal(str(row.get("quantity", 1)))
    amount = Decimal(str(row.get("amount", row.get("in_scope_amount", 10 * quantity))))
    said = {"line_id": f"l{number}", "item_type": "drug", "quantity": quantity, "amount": amount}
    return {**said, "in_scope_amount": amount, "unit_price": amount / quantity, **row}


def _texts(rows: list[dict[str, Any]]) -> pa.Table:
    names = sorted({name for row in rows for name in row})
    columns = {name: [None if row.get(name) is None else _cell(row[name]) for row in rows] for name in names}
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


# ---------------------------------------------------------------------- a rule base for one case


def write_beside(case: TrialCase, root: Path) -> None:
    """What a case needs beside its rule: parameters by region, and rules that find what was found before."""
    rows: dict[str, list[dict[str, str]]] = {}
    for row in case.world.get("k", {}).get("params", []):
        rows.setdefault(row["name"], []).append({k: str(v) for k, v in row.items() if k != "name"} | {"source": "one"})
    if rows:
        _dump(root / "parameters.yaml", rows)
        _dump(root / "sources.yaml", {"one": {"title": WORDS, "verified": "false"}})
    for number, (_, verdict, _, _, claim, line) in enumerate(case.world.get("found", []), 1):
        rule = {
            "id": f"found_{number}",
            "title": WORDS,
            "message": WORDS,
            "category": "policy",
            "verdict": verdict,
            "flag": f"claim.claim_id = '{claim}' AND line.line_id = '{line}'",
        }
        _dump(root / f"found_{number}.yaml", rule)
