"""What `check` says of a claim whose subject it shares with the history."""

from pathlib import Path

import claimrules
from claimrules import Claim

RULE = """id: many_a_day
title: {zh: 数, en: Number}
category: policy
verdict: suspicious
message: {zh: 数, en: number}
per: [KEY, item]
flag: sum(line.quantity) > 5
"""


def load(folder: Path, key: str) -> claimrules.RulePack:
    (folder / "many_a_day.yaml").write_text(RULE.replace("KEY", key), encoding="utf-8")
    return claimrules.load(folder)


def claim(name: str, quantity: str | None) -> Claim:
    line = {"line_id": "l1", "item_code": "A", "quantity": "1", "amount": "1.00", "unit_price": None}
    if quantity is not None:
        line["quantity"] = quantity
    return Claim.model_validate(
        {
            "claim_id": name,
            "person_id": "P1",
            "provider_id": "H1",
            "settled_at": f"2025-06-0{name[-1]}T10:00:00",
            "lines": [line],
        }
    )


def test_a_subject_that_begins_in_the_history_is_undecided_for_the_claim_too(tmp_path: Path):
    pack = load(tmp_path, "provider")  # other persons of the hospital may add to it
    answer = pack.check(claim("C2", "1"), [claim("C1", "1")])
    assert answer.findings == ()
    assert [(one.rule_id, one.claim_id, one.subject) for one in answer.undecided] == [
        ("many_a_day", "C2", "provider=H1; item=A")
    ]


def test_what_the_known_part_settles_is_flagged(tmp_path: Path):
    pack = load(tmp_path, "provider")
    [finding] = pack.check(claim("C2", "4"), [claim("C1", "2")]).findings
    assert (finding.claim_id, finding.line_ids) == ("C2", ("l1",))


def test_all_of_a_person_is_known_with_the_history(tmp_path: Path):
    answer = load(tmp_path, "person").check(claim("C2", "1"), [claim("C1", "1")])
    assert (answer.findings, answer.undecided) == ((), ())


def test_a_cluster_is_not_known_from_one_person(tmp_path: Path):
    others = "others:\n  met: {same: [provider], within: 1 days apart, where: met.claim.person_id <> claim.person_id}\n"
    rule = RULE.replace("per: [KEY, item]", others + 'per: [person, ring: "cluster(met, 1)"]').replace("> 5", "> 0")
    (tmp_path / "many_a_day.yaml").write_text(rule, encoding="utf-8")
    answer = claimrules.load(tmp_path).check(claim("C2", "1"), [claim("C1", "1")])
    assert answer.findings == ()  # in an audit the ring may have another name
    assert {(one.rule_id, one.claim_id) for one in answer.undecided} == {("many_a_day", "C2")}


HOURS = """id: near
title: {zh: 近, en: Near}
category: policy
verdict: violation
message: {zh: 近, en: near}
others:
  near: {same: [KEY, item], within: 6 hours apart, itself: true}
flag: count(near) >= 1
"""


def test_a_window_of_hours_over_other_persons_leaves_a_suspicion(tmp_path: Path):
    """One of theirs may have no clock time, and make a suspicion of it in the audit."""
    (tmp_path / "near.yaml").write_text(HOURS.replace("KEY", "provider"), encoding="utf-8")
    [finding] = claimrules.load(tmp_path).check(timed("C1"), []).findings
    assert (finding.verdict, finding.message_en) == ("suspicious", "near (in doubt: claims not at hand)")


def test_over_the_person_alone_it_is_a_violation(tmp_path: Path):
    (tmp_path / "near.yaml").write_text(HOURS.replace("KEY", "person"), encoding="utf-8")
    [finding] = claimrules.load(tmp_path).check(timed("C1"), []).findings
    assert (finding.verdict, finding.message_en) == ("violation", "near")


def timed(name: str, quantity: str = "1") -> Claim:
    one = claim(name, quantity).model_dump(mode="json")
    one["lines"][0]["charged_at"] = "2025-06-01T10:00:00"
    return Claim.model_validate(one)


def test_which_lines_are_too_many_is_not_known_without_the_lines_of_others(tmp_path: Path):
    """Others of the hospital may come before the first line: it is then too many as well."""
    rule = RULE.replace("flag: sum(line.quantity)", "flag_rows: running(line.quantity)")
    for key, flagged in (("provider", []), ("person", [("C2", ("l1",))])):
        (tmp_path / "many_a_day.yaml").write_text(rule.replace("KEY", key), encoding="utf-8")
        first, second = timed("C1", "3"), timed("C2", "4")
        answer = claimrules.load(tmp_path).check(second, [first])
        assert [(f.claim_id, f.line_ids) for f in answer.findings] == flagged
        assert bool(answer.undecided) is (key == "provider")


def test_a_run_that_others_may_lengthen_has_no_name_yet(tmp_path: Path):
    """A stay of another person the day before begins the run: in an audit it goes by that day."""
    key = "run(claim.settled_at::date, INTERVAL 2 DAY)"
    for who, flagged in (("provider", ()), ("person", ("person=P1; spell=2025-06-01",))):
        rule = RULE.replace("per: [KEY, item]", f"of: claim\nper: [{who}, spell: '{key}']").replace(
            "sum(line.quantity) > 5", "count(*) > 1"
        )
        (tmp_path / "many_a_day.yaml").write_text(rule, encoding="utf-8")
        answer = claimrules.load(tmp_path).check(claim("C2", "1"), [claim("C1", "1")])
        assert tuple(f.subject for f in answer.findings) == flagged
        assert bool(answer.undecided) is (who == "provider")
