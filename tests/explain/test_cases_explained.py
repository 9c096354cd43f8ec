"""Every case of every rule of the repository: explained without error, with the audit's verdicts, and flips that flip."""

from pathlib import Path

import pytest
from explained_claims import changed, verdicts

import claimrules
from claimrules import Claim
from claimrules.cases import read_cases
from claimrules.cases.documents import Placed
from library_tier import tiered

RULES = Path(__file__).parents[2] / "rules"
PACKS = [claimrules.load(folder) for folder in (RULES, Path(__file__).parents[1] / "archetypes")]
HOMES = {rule_id: pack for pack in PACKS for rule_id, rule in pack.rules.items() if rule.status != "draft"}
CASES = [(rule_id, case) for rule_id, pack in HOMES.items() for case in read_cases(pack.rules[rule_id])]
SOME = [pair for rule_id in PACKS[0].rules for pair in [pair for pair in CASES if pair[0] == rule_id][:4]]
SOME += [next(pair for pair in CASES if pair[0] == rule_id) for rule_id in PACKS[1].rules]


def rule_of(pair) -> str:
    return pair[0]


def name(value: object) -> str:
    return value.name if hasattr(value, "name") else str(value)


def world(case):
    pack = HOMES[case.rule_id].with_knowledge({table: [dict(row) for row in rows] for table, rows in case.knowledge})
    if case.params:
        pack = pack.with_params(dict(case.params))
    return pack, Placed(case, "").documents()


def explained(pack, rule_id, documents, claim_id, *, nearest):
    claims = [Claim.model_validate(document) for document in documents]
    one = next(claim for claim in claims if claim.claim_id == claim_id)
    beyond = pack.plan.only(frozenset({rule_id})).whole
    if beyond and not one.is_reversed:  # what lies beyond the person, only an audit knows
        return pack.explain_in(claims, rule_id, claim=claim_id, nearest=nearest)
    return pack.explain(one, rule_id, [claim for claim in claims if claim is not one], nearest=nearest)


@pytest.mark.parametrize(("rule_id", "case"), tiered(CASES, rule_of), ids=name)
def test_a_case_is_explained_with_the_verdict_of_the_audit(rule_id, case):
    pack, documents = world(case)
    for document in documents:
        said = explained(pack, rule_id, documents, document["claim_id"], nearest=False)
        if document.get("is_reversed"):
            assert [one.step for one in said.subjects] == ["reversed"]
            continue
        judged = verdicts(pack, rule_id, documents)
        found = {(one.subject, one.verdict) for one in said.subjects if one.step not in ("refunded", "exempt")}
        mine = {row["subject"] for row in judged if row["claim_id"] == document["claim_id"]}
        assert {(s, v) for s, v in found if s in mine} == {
            (r["subject"], r["verdict"]) for r in judged if r["subject"] in mine
        }
        amounts = sum(one.amount or 0 for s in said.subjects for one in s.rows if one.claim_id == document["claim_id"])
        assert amounts == sum(r["amount"] or 0 for r in judged if r["claim_id"] == document["claim_id"])
        for language in ("zh", "en"):
            assert said.text(language).splitlines()[0].endswith(document["claim_id"])


def outcome(judged, subject, rows):
    """What has become of the rows that the subject had."""
    found = [row for row in judged if (row["claim_id"], row["line_id"]) in rows]
    same = [row for row in found if row["subject"] == subject]
    found = same or found
    if any(row["violating"] for row in found):
        return "flagged"
    if any(row["verdict"] == "undecided" for row in found):
        return "undecided"
    return "clean" if any(row["verdict"] in ("clean", "flagged") for row in found) else "not_applicable"


@pytest.mark.parametrize(("rule_id", "case"), tiered(SOME, rule_of), ids=name)
def test_the_nearest_change_made_by_hand_flips_the_verdict(rule_id, case):
    pack, documents = world(case)
    tables = ("lines", "diagnoses", "operations")
    plain = [{**one, **{table: [dict(row) for row in one[table]] for table in tables}} for one in documents]
    judged = verdicts(pack, rule_id, plain)
    for document in documents:
        for one in explained(pack, rule_id, documents, document["claim_id"], nearest=True).subjects:
            for change in one.changes:
                rows = {(row["claim_id"], row["line_id"]) for row in judged if row["subject"] == one.subject}
                again = verdicts(pack, rule_id, changed(plain, change))
                assert change.verdict != one.verdict
                if HOMES[rule_id].rules[rule_id].kind == "day" and one.subject not in {row["subject"] for row in again}:
                    continue  # a verdict does not tell which day it is about, and this one goes by another name now
                assert outcome(again, one.subject, rows) == change.verdict, change
