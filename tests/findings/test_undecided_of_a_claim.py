"""What `check` says is not decided of one claim beside its history; worked out by hand."""

import pytest
from small_audit import load

from claimrules import Claim


def claim(name, day, sex=None, **line):
    given = {"line_id": "l1", "item_code": "A", "quantity": "1", "amount": "1.00", **line}
    return Claim.model_validate(
        {
            "claim_id": name,
            "person_id": "P1",
            "provider_id": "H1",
            "encounter_id": "E1",
            "sex": sex,
            "settled_at": f"2025-06-0{day}T10:00:00",
            "lines": [given],
        }
    )


RULES = {
    "a_clear": "flag: line.quantity > 5",
    "b_line": "flag: claim.sex = 'male'",
    "c_stay": "of: encounter\nflag: encounter.sex = 'male'\namount: whole_encounter",
    "d_claim": "of: claim\nflag: claim.sex = 'male'",
}


@pytest.mark.parametrize("name", ["C1", "C2", "C3"])
def test_only_what_is_of_the_claim_is_said(tmp_path, name):
    pack = load(tmp_path / "rules", **RULES)
    claims = {other: claim(other, i + 1) for i, other in enumerate(("C1", "C2", "C3"))}
    answer = pack.check(claims.pop(name), list(claims.values()))
    assert answer.findings == ()
    found = [(one.rule_id, one.claim_id, one.subject, one.missing) for one in answer.undecided]
    assert [row[:3] for row in found if row[0] != "c_stay"] == [
        ("b_line", name, f"claim={name}; line=l1"),
        ("d_claim", name, f"claim={name}"),
    ]
    assert [row[1:3] for row in found if row[0] == "c_stay"] == [(name, "person=P1; provider=H1; encounter=E1")]
    assert {row[3] for row in found if row[0] != "c_stay"} == {"claim.sex"}


def test_the_money_of_what_is_found(tmp_path):
    pack = load(tmp_path / "rules", many="flag: line.quantity > 5\namount: excess_quantity(line.quantity - 5)")
    answer = pack.check(claim("C1", 1, "male", quantity="8", amount="16.00", unit_price="2.00"), [])
    assert [(f.claim_id, str(f.amount), f.line_ids) for f in answer.findings] == [("C1", "6.00", ("l1",))]
    assert answer.undecided == ()
