"""`check` on one claim says what `audit` says of it among 60,000 lines; alone, it says nothing that is not so."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any

import pytest

from claimrules import CheckResult, Claim, ClaimRulesError
from claimrules.generate import claim_tables

PERSONS = 200
BEYOND_THE_CLAIM = ("drug_max_supply", "ipt_split_stay", "svc_duplicate")
"""Rules that look at a person's other claims: the day's total, the stay before, the main item of the day."""


@dataclass(frozen=True)
class World:
    """The claims of each person, and what the audit says of each claim."""

    persons: dict[str, list[Claim]]
    findings: dict[str, list[dict[str, Any]]]
    undecided: dict[str, list[dict[str, Any]]]
    result: Any

    def others(self, claim: Claim) -> list[Claim]:
        return [other for other in self.persons[claim.person_id] if other.claim_id != claim.claim_id]


BEYOND_THE_PERSON = "all"
"""The partition of rules that look at other persons' claims: `check` leaves them undecided."""
IN_PARTS = "setl_list_abnormal"
"""It asks of a settlement what another one of the stay may say; alone, `check` takes the claim for the whole stay."""


def only(pack: Any, rule_ids: set[str]) -> Any:
    """The pack with these rules alone."""
    rules = {rule_id: pack.rules[rule_id] for rule_id in sorted(rule_ids)}
    return replace(pack, rules=rules, plan=pack.plan.only(frozenset(rules)), _shelf=[])


@pytest.fixture(scope="module")
def pack(pack: Any) -> Any:
    """The rules that look no further than the person."""
    return only(pack, {p.rule.id for p in pack.plan.rules if p.partition != BEYOND_THE_PERSON} - {IN_PARTS})


@pytest.fixture(scope="module")
def stays(pack: Any) -> Any:
    """Split stays alone."""
    return only(pack, {"ipt_split_stay"})


@pytest.fixture(scope="module")
def world(pack: Any) -> World:
    tables = claim_tables(60_000, 17)
    del tables["labels"]
    result = pack.audit(tables)
    rows: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for name in ("lines", "diagnoses", "operations"):
        for row in tables[name].to_pylist():
            rows[row["claim_id"]][name].append(row)
    persons: dict[str, list[Claim]] = defaultdict(list)
    for row in tables["claims"].to_pylist():
        persons[row["person_id"]].append(Claim.model_validate(row | rows[row["claim_id"]]))
    return World(dict(persons), by_claim(result.findings), by_claim(result.undecided), result)


def by_claim(table: Any) -> dict[str, list[dict[str, Any]]]:
    out: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in table.to_pylist():
        out[row["claim_id"]].append(row)
    return out


@pytest.fixture(scope="module")
def chosen(world: World) -> list[Claim]:
    """One claim each of 200 persons: flagged or undecided ones, parts of a stay, refunded ones, and any."""
    chance = Random(7)  # noqa: S311 - a choice, no secret
    claims = [claim for some in world.persons.values() for claim in some if not claim.is_reversed]
    chance.shuffle(claims)
    stays: dict[Any, int] = defaultdict(int)
    for claim in claims:
        stays[claim.person_id, claim.encounter_id] += 1
    kinds = [
        [claim for claim in claims if world.findings[claim.claim_id]],
        [claim for claim in claims if world.undecided[claim.claim_id]],
        [claim for claim in claims if claim.care_type == "inpatient" and stays[claim.person_id, claim.encounter_id] > 1],
        [claim for claim in claims if any(line.quantity < 0 for line in claim.lines)],
        [claim for claim in claims if len(world.persons[claim.person_id]) > 3],
        claims,
    ]
    out: dict[str, Claim] = {}
    for kind, wanted in zip(kinds, (80, 100, 120, 140, 160, PERSONS), strict=True):
        for claim in kind:
            if len(out) < wanted:
                out.setdefault(claim.person_id, claim)
        assert len(out) > wanted - 20
    assert len(out) == PERSONS
    return list(out.values())


@pytest.fixture(scope="module")
def alone(pack: Any, chosen: list[Claim]) -> dict[str, CheckResult]:
    """What is said of each claim where nothing else of the person is known."""
    return {claim.claim_id: pack.check(claim) for claim in chosen}


def test_with_all_other_claims_check_says_what_audit_says(pack: Any, world: World, chosen: list[Claim]) -> None:
    """A column that no claim has, an audit only counts."""
    flagged = 0
    counted = {row["rule_id"] for row in world.undecided[None]}
    for claim in chosen:
        answer = pack.check(claim, history=world.others(claim))
        findings = [plain(finding.model_dump()) for finding in answer.findings]
        assert findings == [plain(row) for row in world.findings[claim.claim_id]]
        undecided = [row.model_dump() for row in answer.undecided if row.rule_id not in counted]
        assert undecided == [row for row in world.undecided[claim.claim_id] if row["rule_id"] not in counted]
        flagged += len(findings)
    assert flagged >= 80


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """Lists for tuples."""
    return {name: list(value) if isinstance(value, list | tuple) else value for name, value in row.items()}


def test_the_order_of_the_history_does_not_matter(pack: Any, world: World, chosen: list[Claim]) -> None:
    for claim in chosen[:20]:
        others = world.others(claim)
        assert pack.check(claim, history=others) == pack.check(claim, history=iter(others[::-1]))


def test_alone_nothing_is_flagged_that_the_audit_does_not_flag(
    world: World, chosen: list[Claim], alone: dict[str, CheckResult]
) -> None:
    wrong = {}
    for claim in chosen:
        among_others = {(row["rule_id"], row["subject"]) for row in world.findings[claim.claim_id]}
        found = {(f.rule_id, f.subject) for f in alone[claim.claim_id].findings}
        if found - among_others:
            wrong[claim.claim_id] = found - among_others
    assert wrong == {}


def test_alone_nothing_is_silently_clean_that_the_audit_flags(
    world: World, chosen: list[Claim], alone: dict[str, CheckResult]
) -> None:
    seen = 0
    for claim in chosen:
        answer = alone[claim.claim_id]
        told = {f.rule_id for f in answer.findings} | {u.rule_id for u in answer.undecided}
        flagged = {row["rule_id"] for row in world.findings[claim.claim_id]}
        assert flagged <= told, claim.claim_id
        seen += len(flagged)
    assert seen >= 80


def test_rules_that_look_beyond_the_claim_are_undecided_for_want_of_history(
    pack: Any, chosen: list[Claim], alone: dict[str, CheckResult]
) -> None:
    """Where such a rule has anything to judge in the claim, it is flagged already or waits for the history."""
    supply, pairs = codes(pack, "drug_supply", "code"), codes(pack, "charge_conflict", "sub_code")
    planned = tuple(codes(pack, "code_sets", "prefix"))
    waiting: dict[str, int] = defaultdict(int)
    for claim in chosen:
        charged = {line.item_code for line in claim.lines if line.quantity > 0 and line.charged_at}
        refunded = {line.item_code for line in claim.lines if line.quantity < 0}
        standing = charged - refunded
        judged = {
            "drug_max_supply": bool(standing & supply),
            "ipt_split_stay": claim.care_type == "inpatient" and not settled_by_itself(claim, planned),
            "svc_duplicate": any(code.startswith(tuple(pairs)) for code in standing),
        }
        answer = alone[claim.claim_id]
        for rule in BEYOND_THE_CLAIM:
            flagged = [f for f in answer.findings if f.rule_id == rule]
            unknown = [u for u in answer.undecided if u.rule_id == rule]
            if not judged[rule]:
                continue
            assert flagged or unknown, (claim.claim_id, rule)
            assert {u.missing for u in unknown} <= {"history"}, (claim.claim_id, rule)
            waiting[rule] += len(unknown)
    assert all(waiting[rule] > 5 for rule in BEYOND_THE_CLAIM), waiting


def settled_by_itself(claim: Claim, planned: tuple[str, ...]) -> bool:
    """Whether the stay is exempt, or unknown in its own facts, whatever stood before it."""
    return not claim.principal_diagnosis or claim.principal_diagnosis.startswith(planned) or not claim.admitted_at


def codes(pack: Any, table: str, column: str) -> set[str]:
    return set(pack.knowledge.tables[table].rows[column].to_pylist())


def stay(claim_id: str, first: int, last: int, person: str = "P") -> Claim:
    """A stay in June 2025, 400.00 of it in scope."""
    return Claim(
        claim_id=claim_id,
        person_id=person,
        provider_id="H",
        care_type="inpatient",
        principal_diagnosis="I20.000",
        discharge_way="home",
        admitted_at=f"2025-06-{first:02d} 08:00",
        discharged_at=f"2025-06-{last:02d} 10:00",
        in_scope_amount="400.00",
        fund_amount="300.00",
    )


def test_two_stays_by_hand(stays: Any) -> None:
    """The second begins three days after the first."""
    first, second = stay("S1", 1, 8), stay("S2", 11, 20)
    unknown = stays.check(second)
    assert unknown.findings == ()
    assert [u.rule_id for u in unknown.undecided] == ["ipt_split_stay"]

    nothing_before = stays.check(second, history=[])
    assert (nothing_before.findings, nothing_before.undecided) == ((), ())
    anothers = stays.check(second, history=[stay("S0", 1, 8, person="Q")])
    assert (anothers.findings, anothers.undecided) == ((), ())

    (found,) = stays.check(second, history=[first]).findings
    assert (found.rule_id, found.claim_id, found.observed) == ("ipt_split_stay", "S2", "3 天")
    assert (str(found.amount), str(found.fund_loss)) == ("400.00", "300.00")
    assert found.related_claim_ids == ("S1",)
    # Of the first stay nothing is said, though the second follows it.
    assert stays.check(first, history=[second]).findings == ()


def test_a_claim_that_is_its_own_history_is_an_error(stays: Any) -> None:
    with pytest.raises(ClaimRulesError, match="S1"):
        stays.check(stay("S1", 1, 8), history=[stay("S1", 1, 8)])


def test_a_history_that_begins_too_late_decides_nothing(stays: Any) -> None:
    """Admitted on the 11th, the claims are whole from the 5th: a stay that ended on the 1st would be 10 days before."""
    second = stay("S2", 11, 20)
    since = date(2025, 6, 5)
    answer = stays.check(second, history=[], history_from=since)
    assert [(u.rule_id, u.missing) for u in answer.undecided] == [("ipt_split_stay", "history")]
    audited = stays.audit([second], history_from=since).undecided.to_pylist()
    assert [(u["rule_id"], u["missing"]) for u in audited] == [("ipt_split_stay", "history")]
    # A stay before it that is known is the one immediately before, whatever was earlier still.
    (found,) = stays.check(second, history=[stay("S1", 6, 8)], history_from=since).findings
    assert found.observed == "3 天"
