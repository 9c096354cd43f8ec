"""The sample tables of `rules/knowledge`, derived from the items."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from claimrules.generate.ceilings import LEVELS, NAMED_LEVELS, OVERRIDE_REGION, PERIODS, ceilings, has_ceiling
from claimrules.generate.items import Items, load_items

Row = dict[str, str]

PLANNED = ("Z51.0", "Z51.1", "Z49", "Z50", "O80")
PLANNED_SET = "planned readmission"
FIRST_DAY = "2020-01-01"
COMMON = ("valid_from", "valid_to", "region", "knowledge_id")

_HEAD = """\
# Invented codes, for the demonstration and the tests: derived from src/claimrules/generate/items.csv.
invented: true
title: {{zh: {zh}, en: {en}}}
columns:
{columns}
key: {key}
{more}absence: no-limit
source: {{title: claimrules sample items, verified: false}}
"""

_YAML: dict[str, dict[str, str]] = {
    "drug_sex": {
        "zh": "限性别用药",
        "en": "drugs limited to one sex",
        "columns": "  code: text\n  sex: [male, female]",
        "key": "[code]",
        "more": "",
    },
    "drug_supply": {
        "zh": "药品单日最大数量",
        "en": "most units of a drug in a day",
        "columns": "  code: text\n  max_quantity: decimal(16,4)\n  window: window\n  unit: text",
        "key": "[code]",
        "more": "",
    },
    "catalogue": {
        "zh": "医保药品目录",
        "en": "drug catalogue",
        "columns": "  code: text\n  class: [A, B, C]\n  name: text",
        "key": "[code]",
        "more": "complete: {from: 2020-01-01, prefixes: [XZZ, ZZZ]}\n",
    },
    "charge_conflict": {
        "zh": "重复收费项目对",
        "en": "items whose charge contains another",
        "columns": "  main_code: text\n  sub_code: text\n  window: window",
        "key": "{sub_code: prefix}",
        "more": "many: true\n",
    },
    "price": {
        "zh": "限价",
        "en": "price ceilings",
        "columns": f"  code: text\n  level: [{', '.join(LEVELS)}]\n  ceiling: decimal(16,6)",
        "key": "[code, level]",
        "more": "",
    },
}

COLUMNS: dict[str, tuple[str, ...]] = {
    "drug_sex": ("code", "sex", *COMMON),
    "drug_supply": ("code", "max_quantity", "window", "unit", *COMMON),
    "catalogue": ("code", "class", "name", *COMMON),
    "charge_conflict": ("main_code", "sub_code", "window", *COMMON),
    "price": ("code", "level", "ceiling", *COMMON),
}


def knowledge_rows() -> dict[str, list[Row]]:
    """Every sample table as rows of text, in the order in which they are written."""
    items = load_items()
    tables = {
        "drug_sex": [{"code": r["code"], "sex": r["sex"]} for r in items.rows if r["sex"]],
        "drug_supply": [
            {"code": r["code"], "max_quantity": r["max_supply"], "window": "day", "unit": r["unit"]}
            for r in items.rows
            if r["max_supply"]
        ],
        "catalogue": [
            {"code": r["code"], "class": r["catalogue_class"], "name": r["name"], "valid_to": r["expires"]}
            for r in items.rows
            if r["item_type"] == "drug"
        ],
        "charge_conflict": _conflicts(items),
        "price": _prices(items),
    }
    return {name: _completed(name, rows) for name, rows in tables.items()}


def knowledge_files() -> dict[str, str]:
    """File name → text, of the CSV and the yaml of every sample table."""
    out: dict[str, str] = {}
    for name, rows in knowledge_rows().items():
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS[name], lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
        out[f"{name}.csv"] = text.getvalue()
        out[f"{name}.yaml"] = _HEAD.format(**_YAML[name])
    return out


def write_knowledge(folder: Path) -> None:
    """Write the sample tables into `folder`, over what stands there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in knowledge_files().items():
        (folder / name).write_text(text, encoding="utf-8")


def _completed(name: str, rows: Iterable[Row]) -> list[Row]:
    return [
        {"valid_from": FIRST_DAY, "valid_to": "", "region": "000000", "knowledge_id": f"{name}-{i:04d}"} | row
        for i, row in enumerate(rows, 1)
    ]


def _conflicts(items: Items) -> list[Row]:
    found = {(p.main_code, p.sub_code, p.window): None for p in items.pairs}
    return [{"main_code": m, "sub_code": s, "window": w} for m, s, w in found]


def _prices(items: Items) -> list[Row]:
    """One row for each stretch of periods with one ceiling: for all levels, for the named ones, for the region."""
    rows: list[Row] = []
    for i in np.flatnonzero(has_ceiling()):
        code, kinds = items.rows[i]["code"], items.rows[i]["ceiling"]
        shown = [("", "000000", 1, 0)]
        if "level" in kinds:
            shown += [(level, "000000", LEVELS.index(level), 0) for level in NAMED_LEVELS]
        if "regional" in kinds:
            shown.append(("", OVERRIDE_REGION, 1, 1))
        for level, region, at, override in shown:
            for first, last, value in _stretches([int(v) for v in ceilings()[i, at, override]]):
                rows.append(
                    {"code": code, "level": level, "ceiling": f"{value // 10**6}.{value % 10**6:06d}"}
                    | {"valid_from": first, "valid_to": last, "region": region}
                )
    return rows


def _stretches(values: list[int]) -> list[tuple[str, str, int]]:
    out: list[tuple[str, str, int]] = []
    for i, value in enumerate(values):
        if out and out[-1][2] == value:
            continue
        if out:
            out[-1] = (out[-1][0], str(np.datetime64(PERIODS[i]) - np.timedelta64(1, "D")), out[-1][2])
        out.append((PERIODS[i], "", value))
    return out
