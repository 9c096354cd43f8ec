"""What each of them says of every row of a world: the engine, the interpreter."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal

from oracle_judge import Judge
from oracle_knowledge import tables_of
from oracle_values import shown
from oracle_world import make_world

from claimrules.batch import open_claims
from claimrules.engine.reach import Reach
from claimrules.engine.run import run
from claimrules.findings.verdicts import verdict_table

Verdicts = Counter[tuple]
"""(subject, claim, line, verdict, violating, suspicious, amount), how often. The subject is named where a row is its own."""


@dataclass(frozen=True)
class Said:
    """One opinion on one rule: its verdicts by row, and how many subjects they are."""

    verdicts: Verdicts
    by_subject: Counter[tuple]
    subjects: int
    applicable: int


def engine(pack, batch, only):
    """The engine's verdicts by rule."""
    plan = pack.plan.only(frozenset(only))
    out = {}
    with open_claims(batch, batch_lines=2**62) as intake:
        for part in intake.partitions():
            context = pack._context(part, Reach())
            for hits in run(plan, context, trace=True).rules:
                rule = hits.plan.rule
                rows = verdict_table(hits, context).to_pylist()
                counts = hits.counts
                judged = counts.subjects - counts.not_applicable
                out[rule.id] = Said(
                    _engine_rows(rule, rows),
                    _by_subject(rule, rows),
                    counts.subjects,
                    judged,
                )
        assert not intake.rejects.num_rows, intake.rejects.to_pylist()[:3]
    return out


def _engine_rows(rule, rows):
    out = Counter()
    for row in rows:
        money = row["amount"] if row["violating"] else None
        name = "" if rule.per else row["subject"]
        out[name, row["claim_id"], row["line_id"], row["verdict"], row["violating"], row["suspicious"], money] += 1
    return out


def _by_subject(rule, rows):
    """(subject, verdict, suspicious, amount, violating rows) of every subject."""
    groups, out = defaultdict(list), Counter()
    for i, row in enumerate(rows):
        alone = row["verdict"] == "not_applicable" or not rule.per or "=?" in row["subject"]
        groups[i if alone else (row["subject"], row["verdict"])].append(row)
    of_lines = rule.kind in ("line", "raw_line")
    for members in groups.values():
        first = members[0]
        hits = [row for row in members if row["violating"]]
        amounts = [row["amount"] for row in hits]
        amount = sum(amounts, Decimal("0.00")) if first["verdict"] == "flagged" and None not in amounts else None
        ids = tuple(sorted(f"{row['claim_id']}/{row['line_id']}" for row in hits)) if of_lines else len(hits)
        out[first["subject"], first["verdict"], bool(first["suspicious"]), amount, ids] += 1
    return out


def interpreter(pack, world, only):
    """The interpreter's verdicts by rule."""
    seen, tables = _prepared(pack, world)
    out = {}
    for rule_id in sorted(only):
        if any(other.kind == "finding" for other in pack.rules[rule_id].others):
            raise NotImplementedError("what other rules have found, the interpreter does not know")
        judge = Judge(pack.rules[rule_id], seen, tables, pack.parameters, plan=pack.plan)
        out[rule_id] = expected(judge)
    return out


_last: list = [None, None, None]


def _prepared(pack, world):
    """The interpreter's world and tables; the last ones are kept for the next rule."""
    if _last[0] is not pack.knowledge or _last[1] is not world:
        seen = make_world(world.claims, world.lines, world.diagnoses, world.operations)
        _last[:] = [pack.knowledge, world, (seen, tables_of(pack))]
    return _last[2]


def expected(judge):
    out = Counter()
    answers_of = judge.answers()
    for row in judge.world.kinds[judge.rule.kind]:
        line = row.values.get("line_id") if row.kind in ("line", "raw_line") else None
        own = row.claim or row.kind in ("claim", "encounter")
        claim = row.values["claim_id"] if own else row.encounter.values["claim_id"]
        name = "" if judge.rule.per else name_of(row)
        answers = answers_of[id(row)]
        if not answers:
            out[name, claim, line, "not_applicable", False, False, None] += 1
        for _, a in answers:
            out[name, claim, line, a.verdict, a.violating, a.suspicious, a.amount if a.violating else None] += 1
    return out


def name_of(row):
    """The row as `judge` names it where it is its own subject."""
    v = row.values
    if row.kind == "claim":
        return f"claim={v['claim_id']}"
    if row.kind in ("encounter", "day"):
        e = row.at("encounter").values
        own = f"person={e['person_id']}; provider={e['provider_id']}; encounter={e.get('encounter_id') or e['claim_id']}"
        return own if row.kind == "encounter" else f"{own}; day={v['date']}"
    word = {"raw_line": "line"}.get(row.kind, row.kind)
    rest = {
        "diagnosis": lambda: f"{v['diagnosis_code']}@{v['sequence']}",
        "operation": lambda: f"{v['operation_code']}@{'' if v['operated_at'] is None else shown(v['operated_at'])}",
    }.get(row.kind, lambda: v["line_id"])
    return f"claim={v['claim_id']}; {word}={rest()}"


def differences(mine, theirs, most=6):
    """What only one of two says, as lines."""
    left, right = (mine - theirs), (theirs - mine)
    out = [f"engine      {item}" for item in sorted(left, key=repr)[:most]]
    return out + [f"independent {item}" for item in sorted(right, key=repr)[:most]]
