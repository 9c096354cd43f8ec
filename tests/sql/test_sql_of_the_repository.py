"""Every rule of the repository: its query in DuckDB, over the small fixture and over each of its own cases, = the engine."""

from pathlib import Path

import pytest
from sql_world import answers_of_engine, answers_of_sql, database

import claimrules
from claimrules.batch import open_claims
from claimrules.cases.documents import placed
from claimrules.cases.from_examples import read_cases
from claimrules.models import Claim
from claimrules.pack.parameters import typed_parameters
from claimrules.sql import SqlError, to_sql
from library_tier import tiered

ROOT = Path(__file__).parents[2]
PACK = claimrules.load(ROOT / "rules")
ARCHETYPES = claimrules.load(ROOT / "tests" / "archetypes")
UNSAYABLE = {
    "card_red": "findings",
    "card_yellow": "findings",
    "drug_over_dose": "`in_unit`",
    "idx_rx_quality": "findings",
    "svc_name_mismatch": "`similarity`",
    "svc_swap": "`similarity`",
}
"""The rules that SQL cannot say, and what it lacks (docs/sql.md)."""
ACTIVE = sorted(rule.id for rule in PACK.rules.values() if rule.status != "draft" and rule.id not in UNSAYABLE)
CASES = [(PACK, rule_id) for rule_id in ACTIVE] + [(ARCHETYPES, rule_id) for rule_id in sorted(ARCHETYPES.rules)]


def brought(pack, rule_id):
    """Whether the registers that the rule asks for have come: a query has no word for one that did not."""
    return all(pack.knowledge.tables[name].brought for name in pack.rules[rule_id].tables)


@pytest.mark.parametrize(("rule_id", "word"), sorted(UNSAYABLE.items()))
def test_what_cannot_be_said_is_refused_with_the_reason(rule_id, word):
    with pytest.raises(SqlError, match=f"CR802.*{word} cannot be said in SQL"):
        to_sql(PACK.rules[rule_id], PACK.knowledge)


@pytest.fixture(scope="module")
def small():
    with open_claims(ROOT / "fixtures" / "small", batch_lines=2**62) as intake:
        batches = list(intake.partitions())
    assert len(batches) == 1
    return batches[0], database(batches[0], PACK.knowledge)


@pytest.mark.parametrize("rule_id", [rule_id for rule_id in ACTIVE if brought(PACK, rule_id)])
def test_over_the_small_fixture(small, rule_id):
    batch, con = small
    want = answers_of_engine(PACK, rule_id, batch)
    assert answers_of_sql(con, PACK, rule_id) == want


def worlds_of_cases(whole, rule_id):
    for group in placed(tuple(read_cases(whole.rules[rule_id]))):
        case = group[0].case
        pack = whole
        if case.knowledge:
            pack = pack.with_knowledge({table: [dict(row) for row in rows] for table, rows in case.knowledge})
        documents = [document for one in group for document in one.documents()]
        with open_claims([Claim.model_validate(document) for document in documents]) as intake:
            for batch in intake.partitions():
                yield case.name, pack.with_params(dict(case.params)), batch


@pytest.mark.parametrize(("whole", "rule_id"), tiered(CASES, lambda pair: pair[1]), ids=[rule_id for _, rule_id in CASES])
def test_over_its_own_cases(whole, rule_id):
    flagged = 0
    for name, pack, batch in worlds_of_cases(whole, rule_id):
        if not brought(pack, rule_id):
            continue
        con = database(batch, pack.knowledge, pack.rules[rule_id].tables)
        parameters = {p.name: (p.type, p.default) for p in pack.rules[rule_id].params} | given(pack)
        have = answers_of_sql(con, pack, rule_id, parameters=parameters)
        assert have == answers_of_engine(pack, rule_id, batch), name
        flagged += sum(n for (_, verdict, *_), n in have.items() if verdict == "flagged")
    assert flagged, "none of its cases is flagged"


def given(pack):
    return typed_parameters(pack.rules, pack.parameters)
