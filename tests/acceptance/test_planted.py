"""Every planted violation is found with its exact amount and lines, nothing else is, and the figures add up.

The rules are those that the generator plants violations of: what other rules of a growing rule base find in its claims is
not labelled.

Expected values come from the generator's labels and from the input tables, by plain Python loops.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from claimrules import Claim, FeeLine
from claimrules.generate import claim_tables

CENT = Decimal("0.01")
STAYS = "ipt_split_stay"
PLANTED = (
    "drug_max_supply",
    "drug_offlist_claimed",
    "drug_over_price",
    "drug_sex",
    "fee_outside_stay",
    "ipt_split_stay",
    "svc_duplicate",
)
Line = tuple[str, str]


@dataclass(frozen=True)
class Audited:
    """Input, labels and the whole answer. `claims`: by id, as dicts."""

    tables: dict[str, Any]
    labels: list[dict[str, Any]]
    claims: dict[str, dict[str, Any]]
    result: Any

    @property
    def findings(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.result.findings.to_pylist()
        return rows


@pytest.fixture(scope="module", params=[3, 11])
def audited(request: pytest.FixtureRequest, pack: Any) -> Audited:
    tables = claim_tables(60_000, request.param)
    labels = tables.pop("labels").to_pylist()
    claims = {row["claim_id"]: row for row in tables["claims"].to_pylist()}
    return Audited(tables, labels, claims, pack.audit(tables, only=PLANTED))


def loss(claim: dict[str, Any], amount: Decimal, *, of_line: bool) -> Decimal:
    """The fund's part of an amount: as it paid of the whole claim; nothing where it pays by group, not by line."""
    if of_line and claim["payment_method"] in ("drg", "dip"):
        return Decimal(0)
    paid = min(claim["fund_amount"], claim["in_scope_amount"])
    return (amount * paid / claim["in_scope_amount"]).quantize(CENT, ROUND_HALF_UP)


def test_the_labels_are_found_and_nothing_else(audited: Audited) -> None:
    planted = {(r["rule_id"], r["claim_id"], r["line_id"]): r["amount"] for r in audited.labels if r["line_id"]}
    assert {rule for rule, _, _ in planted} == set(PLANTED) - {STAYS}
    found: set[tuple[str, str, str]] = set()
    for row in audited.findings:
        if row["rule_id"] == STAYS:
            continue
        lines = {(row["rule_id"], row["claim_id"], line) for line in row["line_ids"]}
        assert len(lines) == len(row["line_ids"]) > 0
        assert not lines & found
        found |= lines
        assert lines <= set(planted), row
        assert row["amount"] == sum(planted[line] for line in lines), row
        owed = sum(loss(audited.claims[c], planted[r, c, n], of_line=True) for r, c, n in lines)
        assert row["fund_loss"] == owed, row
        claim = audited.claims[row["claim_id"]]
        assert (row["person_id"], row["provider_id"]) == (claim["person_id"], claim["provider_id"])
    assert found == set(planted)


def test_the_split_stays_are_found_and_nothing_else(audited: Audited) -> None:
    planted = {r["claim_id"]: r["amount"] for r in audited.labels if r["rule_id"] == STAYS}
    assert planted
    found: dict[str, Decimal] = {}
    for row in audited.findings:
        if row["rule_id"] == STAYS:
            assert row["claim_id"] not in found
            found[row["claim_id"]] = row["amount"]
            claim = audited.claims[row["claim_id"]]
            assert row["amount"] == claim["in_scope_amount"]
            assert row["fund_loss"] == loss(claim, row["amount"], of_line=False)
            assert row["line_ids"] == []
    assert found == planted


def test_the_summary_adds_up(audited: Audited) -> None:
    summary = audited.result.summary
    rows = audited.findings
    ran = {name: rule for name, rule in summary.rules.items() if rule.status == "ran"}
    assert sorted(ran) == sorted(PLANTED)
    for name, rule in ran.items():
        mine = [row for row in rows if row["rule_id"] == name]
        unknown = [row for row in audited.result.undecided.to_pylist() if row["rule_id"] == name]
        assert rule.subjects == rule.flagged + rule.clean + rule.not_applicable + rule.undecided
        assert rule.flagged == len({row["subject"] for row in mine}) > 0
        assert rule.undecided == sum(row["subjects"] for row in unknown)
        assert rule.amount == sum(row["amount"] for row in mine)
        assert rule.fund_loss == sum(row["fund_loss"] for row in mine)
    assert sum(rule.undecided for rule in summary.rules.values()) > 0


def test_the_tables_are_accounted_for(audited: Audited) -> None:
    reversed_ = {claim for claim, row in audited.claims.items() if row["is_reversed"]}
    assert reversed_
    for name, table in summary_tables(audited).items():
        owners = audited.tables[name]["claim_id"].to_pylist()
        gone = sum(owner in reversed_ for owner in owners)
        assert (table.read, table.rejected, table.left_out) == (len(owners), 0, gone)
        assert table.audited == len(owners) - gone
    lines = audited.tables["lines"].select(["claim_id", "amount"]).to_pylist()
    kept = sum(row["amount"] for row in lines if row["claim_id"] not in reversed_)
    assert summary_tables(audited)["lines"].amount == kept


def summary_tables(audited: Audited) -> dict[str, Any]:
    tables: dict[str, Any] = audited.result.summary.tables
    assert set(tables) == {"claims", "lines", "diagnoses", "operations"}
    return tables


def test_every_stay_is_a_subject(audited: Audited) -> None:
    stays = {
        (row["person_id"], row["provider_id"], claim if row["encounter_id"] in (None, "0") else row["encounter_id"])
        for claim, row in audited.claims.items()
        if not row["is_reversed"]
    }
    assert audited.result.summary.rules[STAYS].subjects == len(stays)


def test_totals_count_each_line_once(audited: Audited) -> None:
    """For a line the most that a rule found on it; for a claim that or what was found on it as a whole."""
    summary = audited.result.summary
    totals = []
    for of_loss in (False, True):
        lines: dict[Line, Decimal] = defaultdict(Decimal)
        for row in audited.labels:
            if row["line_id"]:
                key = (row["claim_id"], row["line_id"])
                amount = row["amount"]
                if of_loss:
                    amount = loss(audited.claims[row["claim_id"]], amount, of_line=True)
                lines[key] = max(lines[key], amount)
        of_lines: dict[str, Decimal] = defaultdict(Decimal)
        for (claim, _), amount in lines.items():
            of_lines[claim] += amount
        whole = dict.fromkeys(of_lines, Decimal(0))
        for row in audited.findings:
            if row["rule_id"] == STAYS:
                scope = audited.claims[row["claim_id"]]["in_scope_amount"]
                whole[row["claim_id"]] = loss(audited.claims[row["claim_id"]], scope, of_line=False) if of_loss else scope
        totals.append(sum(max(amount, of_lines[claim]) for claim, amount in whole.items()))
    assert (summary.total_amount, summary.total_fund_loss) == tuple(totals)
    assert summary.total_amount <= sum(rule.amount for rule in summary.rules.values())
    assert summary.total_fund_loss <= sum(rule.fund_loss for rule in summary.rules.values())


def test_a_line_broken_by_two_rules_counts_once(pack: Any) -> None:
    """A drug for women, charged to a man at 100.00 each where 40.00 is the ceiling, in a visit and in a split stay."""
    drug = "ZZZ0000000000000001"
    only = pack.with_knowledge(
        {
            "drug_sex": [{"code": drug, "sex": "female"}],
            "price": [{"code": drug, "ceiling": "40.00"}],
            "catalogue": [{"code": drug, "class": "A", "name": "n"}],
        }
    )
    line = FeeLine(
        line_id="1",
        item_code=drug,
        item_type="drug",
        quantity=Decimal(3),
        unit_price=Decimal(100),
        amount=Decimal(300),
        in_scope_amount=Decimal(250),
        charged_at="2025-06-12 09:00",
    )
    man = {"person_id": "P", "provider_id": "H", "sex": "male", "provider_level": "3A", "payment_method": "fee_for_service"}
    stay = man | {"care_type": "inpatient", "principal_diagnosis": "I20.000", "discharge_way": "home"}
    claims = [
        Claim(claim_id="S1", **stay, **span(1, 8), in_scope_amount=Decimal(900), fund_amount=Decimal(700)),
        Claim(claim_id="S2", **stay, **span(10, 14), in_scope_amount=Decimal(400), fund_amount=Decimal(200), lines=(line,)),
        Claim(
            claim_id="V",
            **man,
            care_type="outpatient",
            in_scope_amount=Decimal(250),
            fund_amount=Decimal(100),
            lines=(line,),
        ),
    ]
    summary = only.audit(claims, only=PLANTED).summary
    found = {name: (rule.flagged, rule.amount, rule.fund_loss) for name, rule in summary.rules.items() if rule.flagged}
    assert found == {
        # Both lines, all that is in scope; the fund paid half of S2 and two fifths of V.
        "drug_sex": (2, Decimal("500.00"), Decimal("225.00")),
        # 3 x (100 - 40) each, by the same shares: 90 and 72.
        "drug_over_price": (2, Decimal("360.00"), Decimal("162.00")),
        STAYS: (1, Decimal("400.00"), Decimal("200.00")),
    }
    # S2 as a whole covers its line: 400; of V the more of 250 and 180. The fund: 200 and 100.
    assert (summary.total_amount, summary.total_fund_loss) == (Decimal("650.00"), Decimal("300.00"))


def span(first: int, last: int) -> dict[str, str]:
    """From one morning of June 2025 to another."""
    return {"admitted_at": f"2025-06-{first:02d} 08:00", "discharged_at": f"2025-06-{last:02d} 10:00"}


def test_sums_beyond_64_bits_of_cents_are_exact(pack: Any) -> None:
    """The largest amount that a line can have, on 1,100 lines of three claims: 2**63 cents are about 922 of them."""
    most, drug = Decimal("99999999999999.99"), "ZZZ0000000000000001"
    only = pack.with_knowledge({"drug_sex": [{"code": drug, "sex": "female"}]})
    man = {"person_id": "P", "provider_id": "H", "sex": "male", "in_scope_amount": most, "fund_amount": most}
    line = {"item_code": drug, "quantity": 1, "amount": most, "in_scope_amount": most, "charged_at": "2025-06-12"}
    claims = [
        Claim(claim_id=name, **man, lines=tuple(FeeLine(line_id=str(n), **line) for n in range(1, lines + 1)))
        for name, lines in (("A", 1_000), ("B", 99), ("C", 1))
    ]
    result = only.audit(claims, only=["drug_sex"])
    figures = result.summary.rules["drug_sex"]
    assert figures.flagged == result.findings.num_rows == 1_100
    assert figures.amount == figures.fund_loss == 1_100 * most
    assert result.summary.total_amount == result.summary.total_fund_loss == 1_100 * most
    assert result.summary.tables["lines"].amount == 1_100 * most
