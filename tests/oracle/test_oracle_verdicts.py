"""Engine and oracle say the same of every row of random worlds."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from oracle_judge import Judge
from oracle_knowledge import Tables
from oracle_rules import RULES, write
from oracle_values import shown
from oracle_world import make_world
from oracle_worlds import batch, knowledge, worlds

import claimrules
from claimrules.diagnostics import KnowledgeError

RUNS = settings(
    deadline=None, max_examples=25, derandomize=True, suppress_health_check=list(HealthCheck), print_blob=False
)
OWN = Path(__file__).parents[2] / "rules"


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    return claimrules.load(write(tmp_path_factory.mktemp("pack") / "rules"))


@pytest.fixture(scope="module")
def own_pack():
    return claimrules.load(OWN)


def tables_of(pack, rows):
    known = pack.knowledge
    complete = {name: t.complete and (t.complete.since, t.complete.prefixes) for name, t in known.tables.items()}
    sets = {}
    for row in known.tables["code_sets"].rows.to_pylist():
        sets.setdefault(row["set_id"], []).append(row["prefix"])
    return Tables(dict(known.schemas), complete, rows, sets)


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


def expected(judge):
    out = Counter()
    for row in judge.world.kinds[judge.rule.kind]:
        line = row.values.get("line_id") if row.kind in ("line", "raw_line") else None
        claim = row.values["claim_id"] if row.claim or row.kind in ("claim", "encounter") else row.encounter.values["claim_id"]
        name = "" if judge.rule.per else name_of(row)
        answers = judge.answers_of[id(row)]
        if not answers:
            out[name_of(row) if not judge.rule.per else "", claim, line, "not_applicable", False, False, None] += 1
        for _, a in answers:
            money = a.amount if a.violating else None
            out[name, claim, line, a.verdict, a.violating, a.suspicious, money] += 1
    return out


def got(pack, rule_id, claims):
    out = Counter()
    per = pack.rules[rule_id].per
    for row in pack.judge(claims, rule_id).to_pylist():
        money = row["amount"] if row["violating"] else None
        name = "" if per else row["subject"]
        out[name, row["claim_id"], row["line_id"], row["verdict"], row["violating"], row["suspicious"], money] += 1
    return out


def compare(pack, rule_id, world, rows, params=None):
    pack = known(pack, rows)
    judge = Judge(pack.rules[rule_id], make_world(*world), tables_of(pack, rows), params)
    judge.answers_of = judge.answers()
    want, have = expected(judge), got(pack, rule_id, batch(world))
    assert sorted((want - have).items(), key=repr) == sorted((have - want).items(), key=repr)


def known(pack, rows):
    try:
        return pack.with_knowledge(rows)
    except KnowledgeError:
        assume(False)


@pytest.mark.parametrize("rule_id", sorted(RULES))
@RUNS
@given(world=worlds(), rows=knowledge())
def test_the_engine_says_what_the_oracle_says(pack, rule_id, world, rows):
    compare(pack, rule_id, world, rows)
