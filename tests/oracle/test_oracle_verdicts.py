"""Engine and oracle say the same of every row of random worlds."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from oracle_judge import Judge
from oracle_knowledge import tables_of
from oracle_rules import RULES, write
from oracle_values import shown
from oracle_world import make_world
from oracle_worlds import CODES, FIRST, WINDOWS, batch, knowledge, worlds

import claimrules
from claimrules.diagnostics import KnowledgeError
from claimrules.engine.batch_context import BatchContext, Shelf
from claimrules.engine.prepare import prepare
from claimrules.engine.reach import Reach
from claimrules.engine.run import run
from claimrules.findings.verdicts import verdict_table

# Without the phase of shrinking: a world is small, and shrinking one takes minutes. Add it to chase a failure.
RUNS = settings(
    deadline=None,
    max_examples=8,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)
OWN = Path(__file__).parents[2] / "rules"


class Quiet:
    """A pack that hypothesis does not print in full."""

    def __init__(self, pack):
        self.pack = pack

    def __repr__(self):
        return "pack"


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    return Quiet(claimrules.load(write(tmp_path_factory.mktemp("pack") / "rules")))


@pytest.fixture(scope="module")
def own_pack():
    return Quiet(claimrules.load(OWN))


def shuffler(seed):
    return Random(seed).shuffle  # noqa: S311


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
        claim = (
            row.values["claim_id"] if row.claim or row.kind in ("claim", "encounter") else row.encounter.values["claim_id"]
        )
        name = "" if judge.rule.per else name_of(row)
        answers = judge.answers_of[id(row)]
        if not answers:
            out[name, claim, line, "not_applicable", False, False, None] += 1
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
    judge = Judge(pack.rules[rule_id], make_world(*world), tables_of(pack), params)
    judge.answers_of = judge.answers()
    want, have = expected(judge), got(pack, rule_id, batch(world))
    assert sorted((want - have).items(), key=repr) == sorted((have - want).items(), key=repr)


def known(pack, rows):
    try:
        return pack.pack.with_knowledge(rows)
    except KnowledgeError:
        assume(False)


@pytest.mark.parametrize("rule_id", sorted(RULES))
@RUNS
@given(world=worlds(), rows=knowledge())
def test_the_engine_says_what_the_oracle_says(pack, rule_id, world, rows):
    compare(pack, rule_id, world, rows)


@RUNS
@given(world=worlds(refunds=True), rows=knowledge())
@pytest.mark.parametrize("rule_id", ["sex", "daily", "groups", "raw", "same_claim", "claim_sum"])
def test_they_agree_on_refunds_too(pack, rule_id, world, rows):
    compare(pack, rule_id, world, rows)


@st.composite
def own_knowledge(draw):
    """Rows for the tables of the repository's own rules."""
    codes = st.sampled_from(CODES)

    def rows(columns):
        keyed = {}
        for _ in range(draw(st.integers(0, 5))):
            row = {name: draw(values) for name, values in columns.items()}
            keyed.setdefault((row.get("code"), row.get("level"), row.get("main_code"), row.get("sub_code")), row)
        return list(keyed.values())

    sexes, amounts = st.sampled_from(["male", "female"]), st.sampled_from(["1", "1.005", "2", "2.5"])
    return {
        "drug_sex": rows({"code": codes, "sex": sexes}),
        "price": rows({"code": codes, "level": st.sampled_from(["3A", "2B", ""]), "ceiling": amounts}),
        "catalogue": rows({"code": codes, "class": st.sampled_from(["A", "B", "C"])}),
        "drug_supply": rows({"code": codes, "max_quantity": amounts, "window": st.sampled_from(WINDOWS)}),
        "charge_conflict": rows({"main_code": codes, "sub_code": codes, "window": st.sampled_from(WINDOWS)}),
    }


OWN_RULES = sorted(path.stem for path in OWN.rglob("*.yaml") if path.parent.name in ("management", "medical", "policy"))


@pytest.mark.parametrize("rule_id", OWN_RULES)
@RUNS
@given(world=worlds(), rows=own_knowledge())
def test_they_agree_on_the_rules_of_the_repository(own_pack, rule_id, world, rows):
    compare(own_pack, rule_id, world, rows)


@RUNS
@given(world=worlds(refunds=True), rows=knowledge(), seed=st.integers(0, 99))
def test_findings_depend_on_neither_the_order_nor_the_size_of_batches(pack, world, rows, seed):
    pack = known(pack, rows)
    within_persons = [r.rule.id for r in pack.plan.rules if r.partition != "all"]
    whole = pack.audit(batch(world), only=within_persons)
    parts = pack.audit(batch(world, shuffler(seed)), only=within_persons, batch_lines=1, jobs=2)
    assert whole.findings.equals(parts.findings)
    assert whole.undecided.equals(parts.undecided)
    assert whole.summary.rules == parts.summary.rules
    assert (whole.summary.total_amount, whole.summary.total_fund_loss) == (
        parts.summary.total_amount,
        parts.summary.total_fund_loss,
    )
    reordered = pack.audit(batch(world, shuffler(seed)))
    assert pack.audit(batch(world)).findings.equals(reordered.findings)


@RUNS
@given(world=worlds(), rows=knowledge())
def test_the_money_of_findings_is_that_of_the_verdicts(pack, world, rows):
    pack = known(pack, rows)
    claims = batch(world)
    result = pack.audit(claims, only=sorted(RULES))
    of_findings = Counter()
    for row in result.findings.to_pylist():
        of_findings[row["rule_id"]] += row["amount"] or 0
    for rule_id, total in of_findings.items():
        verdicts = pack.judge(claims, rule_id).to_pylist()
        if any(row["violating"] and row["amount"] is None for row in verdicts):
            continue
        kind = pack.rules[rule_id].kind
        if kind not in ("diagnosis", "operation"):
            assert total == sum(row["amount"] for row in verdicts if row["violating"]), rule_id


@pytest.mark.parametrize("rule_id", ["visits", "months", "apart", "second_line", "hourly", "busy"])
@RUNS
@given(world=worlds(), rows=knowledge(), day=st.integers(27, 35))
def test_they_agree_where_history_begins_late(pack, rule_id, world, rows, day):
    pack = known(pack, rows)
    since = (FIRST + timedelta(days=day - 29)).date()
    judge = Judge(pack.rules[rule_id], make_world(*world), tables_of(pack), since=since)
    want = Counter()
    for row, answers in ((r, judge.answers()[id(r)]) for r in judge.world.kinds[judge.rule.kind]):
        for _, answer in answers:
            want[row.values["claim_id"], answer.verdict, answer.violating] += 1
    context = BatchContext(prepare(batch(world)), Shelf(pack.knowledge), Reach((since - date(1970, 1, 1)).days))
    hits = run(pack.plan.only(frozenset([rule_id])), context, trace=True).rules[0]
    have = Counter()
    for row in verdict_table(hits, context).to_pylist():
        if row["verdict"] != "not_applicable":
            have[row["claim_id"], row["verdict"], row["violating"]] += 1
    assert want == have
