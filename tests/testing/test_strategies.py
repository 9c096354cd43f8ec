"""What the strategies give can be used, and does hold the edges that it promises."""

import sys
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

import claimrules
from claimrules import ClaimRulesError, testing
from claimrules.diagnostics import KnowledgeError
from claimrules.language import read_rule
from claimrules.testing.choice import Seeded
from claimrules.testing.making import make_world
from claimrules.testing.vocabulary import pool

PACK = claimrules.load(Path(__file__).parents[1] / "archetypes")
SOME = settings(deadline=None, max_examples=15, derandomize=True, suppress_health_check=list(HealthCheck))
LARGE = testing.Size(people=30, claims=200, lines=600, diagnoses=60, operations=40, sure=True)


@SOME
@given(world=testing.worlds())
def test_every_world_is_read_without_a_reject(world):
    result = PACK.audit(world.batch())
    assert not result.rejects.num_rows
    assert result.summary.tables["claims"].read == len(world.claims)


@SOME
@given(world=testing.worlds())
def test_a_world_comes_back_from_its_json(world):
    again = testing.World.from_json(world.to_json())
    assert all(again.tables()[name].equals(table) for name, table in world.tables().items())


@SOME
@given(claims=testing.claims(testing.Size(lines=3)))
def test_claims_are_models(claims):
    for claim in claims:
        PACK.check(claim, [other for other in claims if other is not claim and other.person_id == claim.person_id])


@pytest.mark.parametrize("name", sorted(set(PACK.knowledge.tables) - {"code_sets"}))
def test_knowledge_rows_are_what_the_table_takes(name):
    table = PACK.knowledge.tables[name]

    @SOME
    @given(rows=testing.knowledge(table.schema, many=table.many, gaps=table.gaps_allowed))
    def check(rows):
        made = PACK.with_knowledge({name: rows})
        assert made.knowledge.tables[name].rows.num_rows == len(rows)

    if not table.register:
        check()


@settings(SOME, max_examples=25)
@given(
    text=testing.rules(
        {n: t.schema for n, t in PACK.knowledge.tables.items() if not t.register}, sets=frozenset(PACK.knowledge.sets)
    )
)
def test_rules_pass_the_checker(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("rule") / "made_up.yaml"
    path.write_text(text, encoding="utf-8")
    assert read_rule(path, PACK.knowledge.schemas, sets=frozenset(PACK.knowledge.sets)).id == "made_up"


def test_a_large_world_has_every_edge():
    world = make_world(Seeded(1), LARGE)
    person = {c["claim_id"]: c["person_id"] for c in world.claims}
    stays = [
        (c["person_id"], c["provider_id"], c["encounter_id"]) for c in world.claims if (c["encounter_id"] or "0") != "0"
    ]
    times = [line["charged_at"] for line in world.lines if line["charged_at"]]
    own = {(line["claim_id"], line["line_id"]) for line in world.lines}
    back = [line for line in world.lines if line["quantity"] < 0]
    assert any(line["charged_at"] is None for line in world.lines)
    assert any(c["department_code"] == "0" for c in world.claims)
    assert len(set(times)) < len(times)
    assert any(t.time() == datetime.min.time() for t in times)
    assert any(c["is_reversed"] for c in world.claims)
    assert len(set(stays)) < len(stays)
    assert any(line["reverses_line_id"] and (line["claim_id"], line["reverses_line_id"]) not in own for line in back)
    assert any(line["reverses_line_id"] is None for line in back)
    assert len(set(person.values())) > 20
    assert any(c["discharged_at"] and c["admitted_at"] and c["discharged_at"] < c["admitted_at"] for c in world.claims)


def test_the_same_seed_makes_the_same_world():
    assert make_world(Seeded("a"), LARGE) == make_world(Seeded("a"), LARGE)
    assert make_world(Seeded("a"), LARGE) != make_world(Seeded("b"), LARGE)


def test_values_fit_their_fields():
    table = PACK.knowledge.tables["ceiling"].schema
    assert all(value in table.columns["level"].values for value in pool("level", table.columns["level"]))


def test_without_hypothesis_the_error_says_what_to_install(monkeypatch):
    monkeypatch.delitem(sys.modules, "claimrules.testing.strategies", raising=False)
    monkeypatch.delattr(testing, "strategies", raising=False)
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(ClaimRulesError, match=r"claimrules\[testing\]"):
        testing.worlds()


def test_two_rows_at_once_are_refused_where_a_table_forbids_them():
    rows = [{"code": "A", "sex": "male"}, {"code": "A", "sex": "female"}]
    with pytest.raises(KnowledgeError):
        PACK.with_knowledge({"sex_limit": rows})
