"""Trials judge the claims of those persons alone whose findings differ, whatever form the claims come in."""

import pyarrow as pa
import pytest
from diff_bases import causes, claims, limits, rule

import claimrules
from claimrules import Claim
from claimrules.batch import ClaimBatch
from claimrules.diagnostics import PlanError
from claimrules.diff import diff_packs
from claimrules.diff import from_packs as room

OLD = rule("many", "flag: line.quantity > 3\n")
NEW = rule("many", "rows: line.item_code <> 'C'\nflag: line.quantity > 1\n")
GIVEN = claims(
    {"quantity": 2},
    {"quantity": 5, "item_code": "C", "claim_id": "C2"},
    {"quantity": 9, "claim_id": "C3"},
    claims=({}, {"person_id": "P2"}, {"person_id": "P3"}),
)
DUE = {("added", "l1"): ("alone", ["many: flag"]), ("removed", "l2"): ("alone", ["many: rows"])}


def documents() -> list[Claim]:
    """The same as documents, each with its lines."""
    lines = GIVEN["lines"].to_pylist()

    def of(claim: str) -> list[dict[str, str]]:
        return [
            {name: text for name, text in line.items() if name != "claim_id"} for line in lines if line["claim_id"] == claim
        ]

    return [Claim.model_validate({**claim, "lines": of(claim["claim_id"])}) for claim in GIVEN["claims"].to_pylist()]


def test_claims_that_can_be_read_once(packs):
    assert causes(diff_packs(*packs(OLD, NEW), iter(documents()))) == DUE


def test_claims_as_a_batch(packs):
    assert causes(diff_packs(*packs(OLD, NEW), ClaimBatch.from_claims(documents()))) == DUE


def test_claims_of_a_file_under_a_mapping(packs, tmp_path):
    path, mapping = tmp_path / "given", tmp_path / "mapping.yaml"
    path.mkdir()
    said = ["name: ours", "tables:"]
    for name, table in GIVEN.items():
        rows = [",".join(f"their_{column}" for column in table.column_names)]
        rows += [",".join(row.values()) for row in table.to_pylist()]
        (path / f"{name}.csv").write_text("\n".join(rows), encoding="utf-8")
        said += [f"  {name}:", f"    files: {name}.csv", "    columns:"]
        said += [f"      {column}: their_{column}" for column in table.column_names]
    mapping.write_text("\n".join(said), encoding="utf-8")
    assert causes(diff_packs(*packs(OLD, NEW), path, mapping=mapping)) == DUE


def test_only_persons_whose_findings_differ_are_tried(packs, monkeypatch):
    seen = []
    sliced = room.slice_of

    def watched(*given):
        seen.append(sliced(*given))
        return seen[-1]

    monkeypatch.setattr(room, "slice_of", watched)
    assert causes(diff_packs(*packs(OLD, NEW), GIVEN)) == DUE
    [one] = seen
    assert one.given.claims["person_id"].to_pylist() == ["P1", "P2"]
    assert one.given.lines["line_id"].to_pylist() == ["l1", "l2"]


def test_where_one_thing_moved_nothing_is_tried(packs, monkeypatch):
    monkeypatch.setattr(room, "slice_of", None)
    diff = diff_packs(*packs(OLD, rule("many", "flag: line.quantity > 1\n")), GIVEN)
    assert causes(diff) == {("added", "l1"): ("alone", ["many: flag"])}


def test_a_rule_beyond_one_person_is_tried_on_all(packs):
    logic = "others: {{rest: {{same: [provider]}}}}\n{}flag: line.quantity > {} * max(rest.quantity)\n"
    old = rule("many", logic.format("", 2))
    new = rule("many", logic.format("unless: {{most: line.quantity > 8}}\n".replace("{{", "{").replace("}}", "}"), "0.5"))
    diff = diff_packs(*packs(old, new), GIVEN)
    # of 2, 5 and 9, each beside the largest of the others: 2 > 4.5 and 9 > 2.5 and 5 > 4.5; 9 leaves by `unless`
    assert causes(diff) == {("added", "l2"): ("alone", ["many: flag"])}
    assert causes(diff_packs(*packs(new, old), GIVEN)) == {("removed", "l2"): ("alone", ["many: flag"])}


def test_registers_come_along(packs):
    logic = "match: {{who: {{table: staff, key: {{physician_id: line.physician_id}}}}}}\nflag: who.physician_id = '{}'\n{}"
    old, new = rule("many", logic.format("D1", "")), rule("many", logic.format("D2", "amount: none\n"))
    given = {
        **claims({"physician_id": "D1"}, {"physician_id": "D2"}),
        "registers": {"staff": pa.table({"physician_id": ["D1", "D2"]})},
    }
    diff = diff_packs(*packs(old, new), given)
    assert causes(diff) == {
        ("removed", "l1"): ("alone", ["many: flag"]),
        ("added", "l2"): ("alone", ["many: flag"]),
    }
    beside = given.pop("registers")
    assert causes(diff_packs(*packs(old, new), given, registers=beside)) == causes(diff)


def test_trials_know_no_more_of_the_history_than_the_audits(packs):
    logic = "others: {{before: {{same: [person], within: {} days before}}}}\nflag: count(before) = 0\namount: {}\n"
    old, new = rule("many", logic.format(5, "full_line")), rule("many", logic.format(60, "none"))
    given = claims({"charged_at": "2025-04-05 09:00:00"})
    diff = diff_packs(*packs(old, new), given, history_from="2025-03-01")
    # the sixty days begin before the history does; were they known, a finding without an amount would stand
    assert causes(diff) == {("removed", "l1"): ("alone", ["many: others.before.within"])}
    [open_] = diff.undecided
    assert (open_.became, open_.no_longer) == (1, 0)
    assert set(causes(diff_packs(*packs(old, new), given))) == {("changed", "l1")}


def test_a_rule_that_neither_side_has(packs):
    with pytest.raises(PlanError, match=r"CR402.*`mony` on either side \(did you mean `many`"):
        diff_packs(*packs(OLD, NEW), GIVEN, only="mony")


def test_one_rule_of_several(packs):
    both = packs({**OLD, **rule("dear", "flag: line.amount > 0\n")}, {**NEW, **rule("dear", "flag: line.amount > 99\n")})
    assert causes(diff_packs(*both, GIVEN, only=["many"])) == DUE
    assert {move.of for move in diff_packs(*both, GIVEN, only=["many"]).moves} == {"many"}


def test_rules_whose_files_are_gone_are_one_clause(packs, tmp_path):
    old, new = packs({**OLD, **limits("A,1")}, {**NEW, **limits("A,1")})
    (tmp_path / "old" / "many.yaml").unlink()
    due = causes(diff_packs(old, new, GIVEN))
    assert due == {("added", "l1"): ("alone", ["many: the rule"]), ("removed", "l2"): ("alone", ["many: the rule"])}
    assert claimrules.load(tmp_path / "new").rules["many"] == new.rules["many"]
