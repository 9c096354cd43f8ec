"""Rows that leave rules before anything is asked of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import claimrules
from claimrules.engine.batch_context import BatchContext
from claimrules.engine.prepare import prepare
from claimrules.engine.run import run

Writer = Callable[[dict[str, str]], Path]

TOO_MANY = """
id: too_many
title: {zh: 数量, en: Many}
category: policy
verdict: violation
flag: line.quantity > 1
message: {zh: 多, en: many}
"""

AGAIN = """
id: again
title: {zh: 次序, en: Second}
category: policy
verdict: violation
per: [person]
flag_rows: place() >= 2
message: {zh: 又, en: again}
"""

STAY = """
id: dear_stay
title: {zh: 住院, en: Stay}
category: policy
verdict: violation
of: encounter
flag: encounter.total_amount > 0
amount: whole_encounter
message: {zh: 贵, en: dear}
"""


def batch() -> dict[str, pa.Table]:
    """Three claims; the second has no region and no diagnosis."""
    return {
        "claims": pa.table(
            {
                "claim_id": ["C1", "C2", "C3"],
                "encounter_id": ["E1", "E2", "E1"],
                "person_id": ["P1", "P2", "P1"],
                "provider_id": ["H1", "H1", "H1"],
                "region": ["330100", None, "110000"],
                "principal_diagnosis": ["I20.900", None, "J18.9"],
                "settled_at": ["2024-05-09 10:00:00", "2024-05-09 10:00:00", "2024-06-09 10:00:00"],
                "total_amount": ["60", "40", "80"],
            }
        ),
        "lines": pa.table(
            {
                "claim_id": ["C1", "C1", "C2", "C3"],
                "line_id": ["a", "b", "a", "a"],
                "item_code": ["X1", "X2", "Y1", "X1"],
                "quantity": ["2", "2", "2", "2"],
                "amount": ["20", "40", "40", "80"],
                "charged_at": ["2024-05-01 08:00:00", "2024-05-02 08:00:00", "2024-05-03 08:00:00", None],
            }
        ),
    }


ALL = {"C1/a", "C1/b", "C2/a", "C3/a"}


def flagged(result: Any, rule: str = "too_many") -> set[str]:
    """The violating lines of a rule."""
    rows = [row for row in result.findings.to_pylist() if row["rule_id"] == rule]
    return {f"{row['claim_id']}/{line}" for row in rows for line in row["line_ids"]}


def undecided(result: Any) -> set[str]:
    """The undecided subjects."""
    return {row["subject"] for row in result.undecided.to_pylist()}


@pytest.mark.parametrize(
    ("names", "gone", "open_"),
    [
        ("claim_id: C1", {"C1/a", "C1/b"}, set()),
        ("claim_id: [C1, C3]", {"C1/a", "C1/b", "C3/a"}, set()),
        ("claim_id: C1, line_id: a", {"C1/a"}, set()),
        ("person_id: P1", {"C1/a", "C1/b", "C3/a"}, set()),
        ("provider_id: H2", set(), set()),
        ("encounter_id: E2", {"C2/a"}, set()),
        ("item_code: X1", {"C1/a", "C3/a"}, set()),
        ("item_code: X", set(), set()),
        ("item_code: 'X*'", {"C1/a", "C1/b", "C3/a"}, set()),
        ("diagnosis: I20", {"C1/a", "C1/b"}, {"C2/a"}),  # C2's is not known
        ("diagnosis: I20, person_id: P1", {"C1/a", "C1/b"}, set()),  # but it is another person
        ("region: 330000", {"C1/a", "C1/b"}, {"C2/a"}),
        ("region: '000000', person_id: P1", {"C1/a", "C1/b", "C3/a"}, set()),
        ("provider_id: H1, from: 2024-05-02, to: 2024-05-02", {"C1/b"}, {"C3/a"}),  # C3's line has no date
        ("provider_id: H1, to: 2024-05-01", {"C1/a"}, {"C3/a"}),
    ],
)
def test_rows_that_an_entry_names_leave(written: Writer, names: str, gone: set[str], open_: set[str]) -> None:
    text = f"- {{id: e, rules: [too_many], because: agreed, {names}}}"
    result = claimrules.load(written({"too_many.yaml": TOO_MANY, "exemptions.yaml": text})).audit(batch())
    assert flagged(result) == ALL - gone - open_
    assert undecided(result) == {"claim={}; line={}".format(*row.split("/")) for row in open_}
    counts = result.summary.rules["too_many"]
    assert (counts.not_applicable, counts.flagged, counts.undecided) == (len(gone), 4 - len(gone | open_), len(open_))


def test_all_rules_or_some(written: Writer) -> None:
    files = {"too_many.yaml": TOO_MANY, "dear_stay.yaml": STAY}
    one = "- {id: e, rules: [dear_stay], because: agreed, claim_id: C3}"
    result = claimrules.load(written({**files, "exemptions.yaml": one})).audit(batch())
    assert flagged(result) == ALL
    # A stay settled in parts is exempted with any of its claims.
    stays = [row["claim_id"] for row in result.findings.to_pylist() if row["rule_id"] == "dear_stay"]
    assert stays == ["C2"]
    every = "- {id: e, rules: all, because: agreed, person_id: P2}"
    result = claimrules.load(written({**files, "exemptions.yaml": every})).audit(batch())
    assert flagged(result) == ALL - {"C2/a"}
    assert {row["claim_id"] for row in result.findings.to_pylist()} == {"C1", "C3"}


def test_a_row_leaves_before_the_others_are_counted(written: Writer) -> None:
    # Without the first line of P1, the second is the first.
    text = "- {id: e, rules: all, because: agreed, claim_id: C1, line_id: a}"
    given = batch()
    given["lines"] = given["lines"].slice(0, 3)
    before = claimrules.load(written({"again.yaml": AGAIN})).audit(given)
    assert flagged(before, "again") == {"C1/b"}
    after = claimrules.load(written({"again.yaml": AGAIN, "exemptions.yaml": text})).audit(given)
    assert flagged(after, "again") == set()


def test_as_of_forgets_an_entry_learnt_later_and_a_pack_can_do_without(written: Writer) -> None:
    text = "- {id: e, rules: all, because: agreed, person_id: P1, known_from: 2024-07-01}"
    root = written({"too_many.yaml": TOO_MANY, "exemptions.yaml": text})
    assert flagged(claimrules.load(root, as_of="2024-06-30").audit(batch())) == ALL
    assert flagged(claimrules.load(root, as_of="2024-07-01").audit(batch())) == {"C2/a"}
    pack = claimrules.load(root)
    assert flagged(pack.audit(batch())) == {"C2/a"}
    assert flagged(pack.without_exemptions().audit(batch())) == ALL
    assert pack.knowledge.fingerprint != pack.without_exemptions().knowledge.fingerprint


def test_the_engine_keeps_what_left_by_which_entry(written: Writer) -> None:
    text = (
        "- {id: second, rules: all, because: agreed, claim_id: C1}\n"
        "- {id: first, rules: all, because: known, item_code: X1, claim_id: C1}\n"
    )
    pack = claimrules.load(written({"too_many.yaml": TOO_MANY, "exemptions.yaml": text}))
    claim = {
        "claim_id": "C1",
        "person_id": "P1",
        "provider_id": "H",
        "lines": [{"line_id": n, "item_code": f"X{n}", "quantity": "2", "amount": "1"} for n in ("1", "2")],
    }
    made = claimrules.ClaimBatch.from_claims([claimrules.Claim.model_validate(claim)])
    (hits,) = run(pack.plan, BatchContext(prepare(made), pack.shelf())).rules
    assert [(left.exemption.id, left.exemption.because, len(left.rows)) for left in hits.exempted] == [
        ("first", "known", 1),
        ("second", "agreed", 2),
    ]
    assert hits.counts.not_applicable == 2


def test_check_says_what_audit_says(written: Writer) -> None:
    text = "- {id: e, rules: all, because: agreed, item_code: X1}"
    pack = claimrules.load(written({"too_many.yaml": TOO_MANY, "exemptions.yaml": text}))
    lines = [{"line_id": n, "item_code": f"X{n}", "quantity": "2", "amount": "1"} for n in ("1", "2")]
    found = pack.check({"claim_id": "C1", "person_id": "P1", "provider_id": "H", "lines": lines}).findings
    assert [list(finding.line_ids) for finding in found] == [["2"]]


@pytest.mark.parametrize(
    ("entry", "code", "said"),
    [
        ("{id: e, rules: [too_many], because: b}", "CR321", "names no rows"),
        ("{id: e, rules: [too_many], because: b, line_id: a}", "CR321", "claim_id too"),
        ("{id: e, rules: [dear_stay], because: b, item_code: X}", "CR321", "of the kind encounter"),
        ("{id: e, rules: [to_many], because: b, claim_id: C}", "CR322", "did you mean `too_many`?"),
        ("{id: e, rules: [too_many], claim_id: C}", "CR307", "say why"),
        ("{id: e, because: b, claim_id: C}", "CR307", "whose rows leave"),
        ("{id: e, rules: all, because: b, claim: C}", "CR305", "did you mean `claim_id`?"),
        ("{id: e, rules: all, because: b, claim_id: []}", "CR306", "none of them empty"),
        ("{id: e, rules: all, because: b, region: 33}", "CR306", "six digits"),
        ("{id: e, rules: all, because: b, claim_id: C, from: May}", "CR306", "2025-01-31"),
        ("{id: e, rules: all, because: b, claim_id: C, from: 2024-02-01, to: 2024-01-01}", "CR311", "is after"),
        ("{id: e, rules: all, because: b, claim_id: C}\n- {id: e, rules: all, because: b, claim_id: D}", "CR306", "two"),
        ("{id: e, rules: all, because: b, claim_id: C, source: zjj}", "CR320", "did you mean `zj`?"),
    ],
)
def test_wrong_entries_are_refused_at_their_place(written: Writer, entry: str, code: str, said: str) -> None:
    files = {"too_many.yaml": TOO_MANY, "dear_stay.yaml": STAY, "sources.yaml": "zj: {title: {zh: 通知, en: Notice}}"}
    with pytest.raises(claimrules.ClaimRulesError) as error:
        claimrules.load(written({**files, "exemptions.yaml": f"- {entry}"}))
    assert [found.code for found in error.value.diagnostics][:1] == [code]
    found = error.value.diagnostics[0]
    assert Path(found.place.file).name == "exemptions.yaml"
    assert said in f"{found.message} {found.help}"
