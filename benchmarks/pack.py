"""The pack of the benchmark: fifty rules of the kinds that a national library is made of, with their knowledge tables.

33 limits of an attribute of the claim, a price ceiling, arithmetic, two of dates, eight quantity windows, four tables of
pairs that exclude each other on one day, duplicates. Codes are those of the claims, limits such that a line in some
thousands is over them. Written as files, as any author's pack, and as plain rows for the peers.
"""

import csv
import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SEED = 5
ATTRIBUTES = (
    # kind, how many rules, how many codes each, the claim's column, how it is compared, the limits in turn
    ("sex", 6, 200, "sex", "<>", ("female", "male")),
    ("age", 6, 1_500, "birth_date", "age", ("365", "730", "90")),
    ("care", 6, 1_500, "care_type", "=", ("emergency", "maternity_inpatient")),
    ("level", 6, 1_500, "provider_level", "=", ("3C", "3_special", "3B")),
    ("payment", 5, 1_500, "payment_method", "=", ("per_diem", "drg", "dip")),
    ("department", 4, 200, "department_code", "=", ("A04", "A11")),
)
WINDOWS = (
    # name, keys of `per`, how many codes
    ("person_day", "[person, item, day]", 3_000),
    ("claim", "[claim, item]", 3_000),
    ("encounter", "[encounter, item]", 3_000),
    ("provider_day", "[person, provider, item, day]", 3_000),
    ("person_month", "[person, item, month]", 3_000),
    ("encounter_day", "[encounter, item, day]", 3_000),
    ("person_year", "[person, item, year]", 3_000),
    ("person_all", "[person, item]", 3_000),
)
PAIRS, PAIR_TABLES = 3_000, 4
PRICED = 50_000
FEW = 2_500
"""Knowledge rows of the smallest pack of a given size; a larger one has these, and rows of codes that no line has."""
HEAD = """\
id: {id}
title: {{zh: {id}, en: {id}}}
category: policy
verdict: violation
severity: low
status: active
message:
  zh: "{{line.item_name}}（{{line.item_code}}）不符合 {id}"
  en: "{{line.item_name}} ({{line.item_code}}) is at odds with {id}"
"""


@dataclass(frozen=True)
class Made:
    """A rule as text, and its table (None: it has none) as rows of texts."""

    id: str
    kind: str
    text: str
    columns: dict[str, str] = field(default_factory=dict)
    key: str = ""
    rows: list[tuple[str, ...]] = field(default_factory=list)
    many: bool = False
    about: dict[str, Any] = field(default_factory=dict)


def pack_of(work: Path, claims: Path, *, times: int = 1, knowledge: int | None = None) -> Path:
    """The folder of the pack, made once. `times`: as many rules of each kind; `knowledge`: rows in all tables together.

    However many, the same few are of codes that lines have: else there would be more to find.
    """
    out = work / f"pack-{claims.name}-{times}-{knowledge or 'plain'}"
    if (out / "about.json").exists():
        return out
    shutil.rmtree(out, ignore_errors=True)
    codes, most = _codes(claims)
    rng = np.random.default_rng(SEED)
    made = [rule for round_ in range(times) for rule in _rules(rng, codes, most, "" if times == 1 else f"_{round_}")]
    if knowledge is not None:
        made = _sized(made, knowledge)
    for rule in made:
        _write(out, rule)
    about = [{"id": m.id, "kind": m.kind, "rows": m.rows, "columns": list(m.columns), **m.about} for m in made]
    (out / "about.json").write_text(json.dumps(about))
    return out


def _codes(claims: Path) -> tuple[Any, dict[str, tuple[float, float]]]:
    """All codes of the first part, and for each what is rarely exceeded: (price, quantity)."""
    part = pq.read_table(min((claims / "lines").iterdir()), columns=["item_code", "unit_price", "quantity"])
    item = pc.utf8_slice_codeunits(part["item_code"], 0, -4)
    table = pa.table(
        {"item": item, "price": part["unit_price"].cast(pa.float64()), "n": part["quantity"].cast(pa.float64())}
    )
    grouped = table.group_by("item").aggregate([("price", "max"), ("n", "max")])
    most = {row["item"]: (row["price_max"], row["n_max"]) for row in grouped.to_pylist()}
    return pc.unique(part["item_code"]).sort().to_numpy(zero_copy_only=False), most


def _rules(rng: Any, codes: Any, most: dict[str, tuple[float, float]], tail: str) -> list[Made]:
    def drawn(n: int) -> list[str]:
        return [str(c) for c in rng.choice(codes, min(n, len(codes)), replace=False)]

    out: list[Made] = []
    for kind, count, size, column, how, values in ATTRIBUTES:
        for k in range(count):
            name = f"{kind}_{k}{tail}"
            limit = values[k % len(values)]
            cell = "min_days" if how == "age" else column
            flag = (
                f"days_between(claim.birth_date, line.charged_at) < limit.{cell}"
                if how == "age"
                else f"claim.{column} {how} limit.{cell}"
            )
            match = f"match:\n  limit: {{table: {name}, key: {{code: line.item_code}}}}\n"
            text = f"of: line\n{match}flag: {flag}\namount: full_line\n"
            types = {"code": "text", cell: "integer" if how == "age" else "text"}
            rows = [(code, limit) for code in drawn(size)]
            out.append(Made(name, "attribute", text, types, "[code]", rows, about={"column": column, "how": how}))
    out.append(_price(drawn(PRICED), most, tail))
    out += _plain(tail)
    for span, per, size in WINDOWS:
        name, types = f"qty_{span}{tail}", {"code": "text", "most": "decimal(16, 4)"}
        match = f"match:\n  limit: {{table: {name}, key: {{code: line.item_code}}}}\n"
        text = f"of: line\n{match}per: {per}\nflag: sum(line.quantity) > max(limit.most)\namount: full_line\n"
        rows = [(code, f"{most[code[:-4]][1]:.0f}") for code in drawn(size)]
        out.append(Made(name, "window", text, types, "[code]", rows, about={"per": per}))
    for k in range(PAIR_TABLES):
        name = f"pair_{k}{tail}"
        match = f"match:\n  pair: {{table: {name}, key: {{sub_code: line.item_code}}, take: all}}\n"
        others = "others:\n  main: {of: line, same: [person], within: day, where: main.item_code = pair.main_code}\n"
        text = f"of: line\n{match}{others}flag: count(main) > 0\namount: full_line\n"
        pairs = sorted(set(zip(drawn(PAIRS), drawn(PAIRS), strict=True)))
        types = {"sub_code": "text", "main_code": "text"}
        out.append(Made(name, "pair", text, types, "{sub_code: exact}", pairs, many=True))
    return out


def _price(codes: list[str], most: dict[str, tuple[float, float]], tail: str) -> Made:
    match = f"match:\n  price: {{table: price{tail}, key: {{code: line.item_code}}}}\n"
    text = f"of: line\n{match}flag: line.unit_price > price.ceiling\namount: full_line\n"
    rows = [(code, f"{most[code[:-4]][0] * (0.9 if place % 50 == 0 else 1.0):.4f}") for place, code in enumerate(codes)]
    return Made(f"price{tail}", "price", text, {"code": "text", "ceiling": "decimal(16, 4)"}, "[code]", rows)


def _plain(tail: str) -> list[Made]:
    before = "line.charged_at::date < claim.admitted_at::date"
    after = "line.charged_at::date > claim.discharged_at::date"
    arithmetic = "abs(line.quantity * line.unit_price - line.amount) > 0.05"
    again = "of: line\nper: [person, item, charged: line.charged_at]\nflag: count(*) > 1\namount: full_line\n"
    flags = {"arithmetic": arithmetic, "before_stay": before, "after_stay": after}
    stay = "rows: claim.care_type = 'inpatient'\n"
    made = [
        Made(f"{n}{tail}", n, f"of: line\n{stay if 'stay' in n else ''}flag: {f}\namount: full_line\n")
        for n, f in flags.items()
    ]
    return [*made, Made(f"duplicate{tail}", "duplicate", again)]


def _sized(made: list[Made], total: int) -> list[Made]:
    """The same rules with `FEW` knowledge rows of codes that lines have, and as many of others as make `total`."""
    now = sum(len(m.rows) for m in made)
    out = []
    for rule in made:
        share = round(len(rule.rows) * total / now)
        kept = rule.rows[: round(len(rule.rows) * FEW / now)]
        more = [(f"X{rule.id}{i:07d}", *rule.rows[i % len(rule.rows)][1:]) for i in range(share - len(kept))]
        out.append(Made(**{**rule.__dict__, "rows": [*kept, *more]}))
    return out


def _write(out: Path, rule: Made) -> None:
    (out / "knowledge").mkdir(parents=True, exist_ok=True)
    (out / f"{rule.id}.yaml").write_text(HEAD.format(id=rule.id) + rule.text, encoding="utf-8")
    if not rule.columns:
        return
    with (out / "knowledge" / f"{rule.id}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([list(rule.columns), *rule.rows])
    columns = "".join(f"  {name}: {kind}\n" for name, kind in rule.columns.items())
    many = "many: true\n" if rule.many else ""
    text = f"title: {{zh: {rule.id}, en: {rule.id}}}\ncolumns:\n{columns}key: {rule.key}\n{many}absence: no-limit\n"
    source = "source: {title: made for the benchmark, verified: false}\n"
    (out / "knowledge" / f"{rule.id}.yaml").write_text(text + source, encoding="utf-8")
