"""A rule base of any size: twenty tables of five shapes, a rule over each, and claims that they speak of.

The first `BASE` rows are the same whatever the size; further ones are of codes that no claim has, as most of a national
catalogue's are, and older versions or other regions' rows of those that claims do have.
"""

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

TABLES = 20
BASE = 2_500
_SHAPES = {
    "limit": ("code: text\n  name: text\n  max_quantity: decimal(16,4)\n  window: window", "{code: exact}", ""),
    "cap": ("code: text\n  family: text\n  most: decimal(16,2)", "{code: longest_prefix}", ""),
    "pair": ("one: text\n  other: text\n  why: text", "[one, other]", "symmetric: true\n"),
    "age": ("code: text\n  level: [3A, 2A]\n  least: integer", "[code, level]", ""),
    "price": ("code: text\n  unit: text\n  ceiling: decimal(16,6)", "{code: exact}", ""),
}
_RULES = {
    "limit": "match: {m: {table: TABLE, key: {code: line.item_code}}}\nper: [person, m, span: period(m.window)]\n"
    "flag: sum(line.quantity) > max(m.max_quantity)\namount: full_line\n",
    "cap": "match: {m: {table: TABLE, key: {code: line.item_code}}}\nflag: line.amount > m.most\namount: full_line\n",
    "pair": "match: {m: {table: TABLE, key: {one: line.item_code}, take: all}}\nper: [claim]\n"
    "others:\n  b:\n    of: line\n    same: [claim]\n    where: b.item_code = m.other\n"
    "flag_rows: count(b) > 0\namount: full_line\n",
    "age": "match: {m: {table: TABLE, key: {code: line.item_code, level: claim.provider_level}}}\n"
    "flag: age_years(claim.birth_date, line.charged_at) < m.least\namount: full_line\n",
    "price": "match: {m: {table: TABLE, key: {code: line.item_code}}}\nflag: line.unit_price > m.ceiling\n"
    "amount: full_line\n",
}
_HEAD = """\
id: {id}
title: {{zh: {id}, en: {id}}}
category: policy
verdict: violation
severity: low
status: active
of: line
{rule}message: {{zh: "{{line.item_code}} 不符", en: "{{line.item_code}} is at odds"}}
"""


def write_base(folder: Path, rows: int, *, rules: bool = True) -> Path:
    """The folder of rules with `rows` knowledge rows in all."""
    (folder / "knowledge").mkdir(parents=True)
    for number in range(TABLES):
        shape = list(_SHAPES)[number % len(_SHAPES)]
        name = f"{shape}_{number}"
        columns, key, more = _SHAPES[shape]
        with (folder / "knowledge" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            names = [line.strip().partition(":")[0] for line in columns.split("\n")]
            writer = csv.writer(file)
            writer.writerow([*names, "valid_from", "valid_to", "region"])
            writer.writerows(_rows(shape, number, rows // TABLES))
        text = f"title: {{zh: {name}, en: {name}}}\ncolumns:\n  {columns}\nkey: {key}\nabsence: no-limit\n{more}"
        (folder / "knowledge" / f"{name}.yaml").write_text(text + "source: {title: made up}\n", encoding="utf-8")
        if rules:
            rule = _RULES[shape].replace("TABLE", name)
            (folder / f"{name}_rule.yaml").write_text(_HEAD.format(id=f"{name}_rule", rule=rule), encoding="utf-8")
    return folder


def _rows(shape: str, number: int, n: int) -> Iterator[list[str]]:
    base = BASE // TABLES
    for i in range(n):
        code = f"C{number:02d}{i:06d}" if i < base else f"X{number:02d}{i // 2:08d}"
        begin, end, region = "2020-01-01", "", ""
        if i >= base and i % 2:  # two versions of one code
            begin, end = "2010-01-01", "2019-12-31"
        if i >= base and i % 10 < 2:
            region = "330000"
        middle = {
            "limit": [f"药品（第 {i} 种）", f"{i % 7 + 3}", ("day", "encounter", "month")[i % 3]],
            "cap": [f"类别{i % 300}", f"{i % 90 + 90}.50"],
            "pair": [f"C{(number + 1) % TABLES:02d}{i % base:06d}" if i < base else f"Y{i:08d}", f"原因{i % 50}"],
            "age": [("3A", "2A")[i // 2 % 2 if i >= base else i % 2], f"{i % 18 + 1}"],
            "price": ["次", f"{i % 50 + 50}.125"],
        }[shape]
        yield [code, *middle, begin, end, region]


def claims_of(lines: int, seed: int = 3) -> dict[str, pa.Table]:
    """Claims of twenty lines each, with codes of the first rows of every table and others that no table has."""
    rng = np.random.default_rng(seed)
    n = max(1, lines // 20)
    ids = [f"K{i:07d}" for i in range(n)]
    start = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - claims have no zone
    day = [start + dt.timedelta(days=int(d)) for d in rng.integers(0, 365, n)]
    claims = {
        "claim_id": ids,
        "person_id": [f"P{i // 3:07d}" for i in range(n)],
        "provider_id": [f"H{i % 40}" for i in range(n)],
        "provider_level": [("3A", "2A")[i % 2] for i in range(n)],
        "region": [("330100", "110100")[i % 2] for i in range(n)],
        "birth_date": [dt.date(1950 + i % 70, 3, 1) for i in range(n)],
        "admitted_at": day,
        "discharged_at": day,
        "settled_at": day,
        "care_type": ["outpatient"] * n,
    }
    table, code = rng.integers(0, TABLES, lines), rng.integers(0, 2 * BASE // TABLES, lines)
    claim = np.arange(lines) // 20 % n
    code = np.where(rng.random(lines) < 0.3, claim % (BASE // TABLES), code)  # so that pairs meet
    quantity, price = rng.integers(1, 6, lines), rng.integers(20, 90, lines)
    of_lines = {
        "line_id": [str(i) for i in range(lines)],
        "claim_id": [ids[i] for i in claim],
        "item_code": [f"C{t:02d}{c:06d}" for t, c in zip(table, code, strict=True)],
        "quantity": [str(q) for q in quantity],
        "unit_price": [str(p) for p in price],
        "amount": [f"{q * p}.00" for q, p in zip(quantity, price, strict=True)],
        "in_scope_amount": [f"{q * p}.00" for q, p in zip(quantity, price, strict=True)],
        "charged_at": [day[i] for i in claim],
    }
    return {"claims": pa.table(claims), "lines": pa.table(of_lines)}
