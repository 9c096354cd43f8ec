"""The kinds of row of a small world: claims put together to encounters, refunds netted, days spread out."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from oracle_values import day, half_up, moment

from claimrules.catalog import SENTINELS, TABLES

MONEY = ("amount", "in_scope_amount", "fully_self_paid_amount", "over_limit_amount", "copay_first_amount")
TIME = {
    "encounter": ("encounter", "admitted_at"),
    "claim": ("claim", "settled_at"),
    "line": ("line", "charged_at"),
    "raw_line": ("raw_line", "charged_at"),
    "diagnosis": ("encounter", "admitted_at"),
    "operation": ("operation", "operated_at"),
    "day": ("day", "date"),
}
EARLIEST = datetime.min  # noqa: DTZ901  the tables' times have no zone


@dataclass(eq=False)
class Row:
    """A row of a kind with its claim and encounter (None where it is one, or has none)."""

    kind: str
    values: dict
    claim: "Row | None" = None
    encounter: "Row | None" = None
    ids: tuple = ()

    def at(self, kind):
        return self if kind == self.kind else getattr(self, kind)

    def get(self, kind, name):
        return self.at(kind).values.get(name)

    @property
    def time(self):
        kind, name = TIME[self.kind]
        return self.get(kind, name)

    @property
    def place(self):
        """Where it stands in the kind's own order: by time (then discharge), then by its ids."""
        later = self.values.get("discharged_at") if self.kind == "encounter" else None
        times = [moment(t) for t in (self.time, later)]
        return (*((t is not None, t or EARLIEST) for t in times), self.ids)


@dataclass
class World:
    kinds: dict[str, list[Row]] = field(default_factory=dict)
    _below: dict = field(default_factory=dict)

    def below(self, row, kind):
        """The rows of a kind that a row sees in aggregates, and whether each is sure to belong."""
        above = "claim" if row.kind == "claim" else "encounter"
        if (above, kind) not in self._below:
            held = defaultdict(list)
            for other in self.kinds[kind]:
                held[id(other.at(above))].append((other, True))
            self._below[above, kind] = held
        found = self._below[above, kind].get(id(row.at(above)), [])
        if row.kind == "day" and kind == "line":
            date = row.values["date"]
            found = [(o, True if o.time else None) for o, _ in found if o.time is None or day(o.time) == date]
        return found


def make_world(claims, lines, diagnoses, operations):
    claims, lines, diagnoses, operations = (
        [_known(table, d) for d in rows] for table, rows in zip(TABLES, (claims, lines, diagnoses, operations), strict=True)
    )
    claims = [{**c, "encounter_id": c.get("encounter_id") or c["claim_id"]} for c in claims if not c.get("is_reversed")]
    live = {c["claim_id"] for c in claims}
    lines, diagnoses, operations = ([d for d in rows if d["claim_id"] in live] for rows in (lines, diagnoses, operations))
    claim_rows = {c["claim_id"]: Row("claim", c, ids=(c["claim_id"],)) for c in claims}
    encounters = _encounters(list(claim_rows.values()))
    kinds = {"claim": list(claim_rows.values()), "encounter": encounters}

    def rows(kind, dicts, *ids):
        out = []
        for d in dicts:
            claim = claim_rows[d["claim_id"]]
            key = tuple((d.get(name) is not None, d.get(name) if d.get(name) is not None else "") for name in ids)
            out.append(Row(kind, d, claim, claim.encounter, (d["claim_id"], *key)))
        return out

    kinds["raw_line"] = rows("raw_line", lines, "line_id")
    kinds["line"] = _netted(rows("line", [dict(d) for d in lines], "line_id"))
    kinds["diagnosis"] = rows("diagnosis", diagnoses, "sequence", "diagnosis_code")
    kinds["operation"] = rows("operation", operations, "operation_code")
    kinds["day"] = _days(encounters)
    return World({kind: sorted(found, key=lambda r: r.place) for kind, found in kinds.items()})


def _known(table, row):
    """The row with NULL for what stands for 'not known'."""
    codes = {f.name for f in TABLES[table] if f.is_code}
    return {k: None if v == "unknown" or (k in codes and _stands_for_nothing(v)) else v for k, v in row.items()}


def _stands_for_nothing(value):
    return isinstance(value, str) and value.strip().upper() in SENTINELS


def _encounters(claims):
    parts = defaultdict(list)
    for claim in claims:
        v = claim.values
        parts[v["person_id"], v["provider_id"], v["encounter_id"]].append(claim)
    out = []
    for members in parts.values():
        members.sort(key=lambda c: c.place)
        values = dict(members[-1].values)
        values["claim_id"] = min(c.values["claim_id"] for c in members)
        for name, choose in (("admitted_at", min), ("discharged_at", max)):
            values[name] = choose((c.values[name] for c in members if c.values.get(name)), default=None)
        for name in ("total_amount", "in_scope_amount", "fund_amount"):
            given = [c.values.get(name) for c in members]
            values[name] = None if None in given else sum(given, Decimal(0))
        row = Row("encounter", values, ids=(values["claim_id"],))
        for claim in members:
            claim.encounter = row
        out.append(row)
    return out


def _days(encounters):
    out = []
    for encounter in encounters:
        begin, end = encounter.values["admitted_at"], encounter.values["discharged_at"]
        if begin is None or end is None:
            continue
        date = begin.date()
        while date <= end.date():
            out.append(Row("day", {"date": date}, None, encounter, encounter.ids))
            date += timedelta(days=1)
    return out


def _netted(lines):
    """3.4.5: targets first, then pools from the last line on, shares cumulative, nothing below zero."""
    before = {id(line): dict(line.values) for line in lines}
    refunds = [line for line in lines if before[id(line)]["quantity"] < 0]
    standing = [line for line in lines if before[id(line)]["quantity"] > 0]
    pools = defaultdict(list)
    hit = defaultdict(list)
    for refund in refunds:
        target = _target(refund, standing)
        if target is not None:
            hit[id(target)].append(refund)
        else:
            pools[id(refund.encounter), refund.values["item_code"]].append(refund)
    for line in standing:
        if hit[id(line)]:
            for name in ("quantity", *MONEY):
                if line.values.get(name) is not None:
                    back = sum((r.values.get(name) or Decimal(0) for r in hit[id(line)]), Decimal(0))
                    line.values[name] = max(line.values[name] + back, Decimal(0))
    for (encounter, item), members in pools.items():
        rest = [x for x in standing if id(x.encounter) == encounter and x.values["item_code"] == item]
        _take(members, sorted((x for x in rest if x.values["quantity"] > 0), key=lambda x: x.place, reverse=True))
    return [x for x in lines if before[id(x)]["quantity"] == 0 or x.values["quantity"] > 0]


def _target(refund, standing):
    name = refund.values.get("reverses_line_id")
    if name is None:
        return None
    same = [
        line
        for line in standing
        if line.values["line_id"] == name
        and line.encounter is refund.encounter
        and line.values["item_code"] == refund.values["item_code"]
    ]
    near = [line for line in same if line.claim is refund.claim]
    return min(near or same, key=lambda line: line.values["claim_id"], default=None)


def _take(refunds, lines):
    pooled = -sum(r.values["quantity"] for r in refunds)
    money = {name: -sum((r.values.get(name) or Decimal(0) for r in refunds), Decimal(0)) for name in MONEY}
    taken = Decimal(0)
    for line in lines:
        now = min(line.values["quantity"], pooled - taken)
        if now <= 0:
            break
        line.values["quantity"] -= now
        for name in MONEY:
            if line.values.get(name) is not None:
                share = _share(money[name], taken + now, pooled) - _share(money[name], taken, pooled)
                line.values[name] = max(line.values[name] - share, Decimal(0))
        taken += now


def _share(money, part, whole):
    return half_up(Fraction(money) * Fraction(part) / Fraction(whole), 2)
