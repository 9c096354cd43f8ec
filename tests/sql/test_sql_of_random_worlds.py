"""DuckDB running a rule's query says of random worlds what the engine says: subjects, verdicts, amounts, rows."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from oracle_rules import RULES, write
from oracle_worlds import FIRST, knowledge, worlds
from oracle_worlds import batch as batch_of
from sql_world import answers_of_engine, answers_of_sql, database

import claimrules
from claimrules.diagnostics import KnowledgeError
from claimrules.sql import SqlError, to_sql

RUNS = settings(
    deadline=None,
    max_examples=1,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)
UNSAYABLE = {"units"}
"""in_unit and similarity."""


class Quiet:
    def __init__(self, pack):
        self.pack = pack

    def __repr__(self):
        return "pack"


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    return Quiet(claimrules.load(write(tmp_path_factory.mktemp("pack") / "rules")))


def known(pack, rows):
    try:
        return pack.pack.with_knowledge(rows)
    except KnowledgeError:
        assume(False)


def compare(pack, rule_ids, world, rows):
    pack = known(pack, rows)
    batch = batch_of(world)
    con = database(batch, pack.knowledge)
    for rule_id in rule_ids:
        want, have = answers_of_engine(pack, rule_id, batch), answers_of_sql(con, pack, rule_id)
        assert sorted((want - have).items(), key=repr) == sorted((have - want).items(), key=repr), rule_id


SAYABLE = sorted(name for name in RULES if name not in UNSAYABLE and "finding" not in RULES[name])
GROUPS = [SAYABLE[i::6] for i in range(6)]


@pytest.mark.parametrize("names", GROUPS, ids=[f"{g[0]}_and_{len(g) - 1}_more" for g in GROUPS])
@RUNS
@given(world=worlds(), rows=knowledge())
def test_the_query_says_what_the_engine_says(pack, names, world, rows):
    compare(pack, names, world, rows)


@RUNS
@given(world=worlds(refunds=True), rows=knowledge())
def test_refunds_are_netted_to_the_cent(pack, world, rows):
    compare(pack, ["sex", "shelf", "claim_sum", "raw", "values"], world, rows)


@pytest.mark.parametrize("rule_id", sorted(UNSAYABLE & set(RULES)))
def test_what_cannot_be_said_is_refused_with_its_reason(pack, rule_id):
    with pytest.raises(SqlError) as caught:
        to_sql(pack.pack.rules[rule_id], pack.pack.knowledge)
    said = str(caught.value)
    assert "CR802" in said
    assert "in_unit" in said
    assert "counts bytes" in said


@RUNS
@given(world=worlds(), rows=knowledge(), day=st.integers(0, 5))
def test_where_history_begins_late_both_are_undecided(pack, world, rows, day):
    since = (FIRST + timedelta(days=day)).date()
    pack = known(pack, rows)
    batch = batch_of(world)
    con = database(batch, pack.knowledge)
    for rule_id in ("visits", "months", "second_line", "split"):
        result = pack.audit(batch, only=[rule_id], history_from=since).summary.rules[rule_id]
        have = answers_of_sql(con, pack, rule_id, history_from=since)
        counted = {
            v: sum(n for (_, verdict, *_), n in have.items() if verdict == v)
            for v in ("flagged", "clean", "undecided", "not_applicable")
        }
        assert counted == {v: getattr(result, v) for v in counted}, rule_id
