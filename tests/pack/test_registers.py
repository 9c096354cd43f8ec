"""Registers: facts that come with the claims, matched as knowledge is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import claimrules
from claimrules.cases import run_pack

Writer = Callable[[dict[str, str]], Path]

AFTER_DEATH = """
id: after_death
title: {zh: 死亡后收费, en: Charged after death}
category: management
verdict: violation
match: {death: {table: deaths, key: {person_id: claim.person_id}}}
flag: line.charged_at::date > death.died_on
message: {zh: "{death.died_on}", en: "{death.died_on}"}
"""

AWAY = """
id: doctor_away
title: {zh: 医师不在岗, en: Doctor away}
category: management
verdict: violation
match: {away: {table: staff, key: {physician_id: line.physician_id}, where: away.status = 'absent'}}
flag: away.status = 'absent'
message: {zh: 不在, en: away}
"""

NO_ORDER = """
id: no_order
title: {zh: 无医嘱, en: No order}
category: management
verdict: violation
match: {order: {table: orders, key: {encounter_id: claim.encounter_id, item_code: line.item_code}, at: ever}}
flag: order IS MISSING
message: {zh: 无, en: none}
"""

CLAIMS = {
    "claims.csv": "claim_id,person_id,provider_id,settled_at\nC1,P1,H,2024-05-09 10:00:00\nC2,P2,H,2024-05-09 10:00:00\n",
    "lines.csv": (
        "claim_id,line_id,item_code,quantity,amount,charged_at,physician_id\n"
        "C1,a,X,1,10.00,2024-05-01 08:00:00,D1\n"
        "C1,b,X,1,20.00,2024-05-02 08:00:00,D2\n"
        "C2,c,Y,1,40.00,2024-05-02 08:00:00,D1\n"
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Writes CLAIMS and some registers, and gives the folder."""

    def write(registers: dict[str, str]) -> Path:
        root = tmp_path / "claims"
        (root / "registers").mkdir(parents=True)
        for name, text in {**CLAIMS, **{f"registers/{name}": text for name, text in registers.items()}}.items():
            (root / name).write_text(text, encoding="utf-8")
        return root

    return write


def found(result: Any) -> list[tuple[str, list[str]]]:
    """Claim and violating lines of each finding."""
    return sorted((row["claim_id"], row["line_ids"]) for row in result.findings.to_pylist())


def missing(result: Any) -> list[tuple[str | None, str, int]]:
    """Claim, what is missing, and of how many, of each row of the undecided."""
    return [(row["claim_id"], row["missing"], row["subjects"]) for row in result.undecided.to_pylist()]


def test_a_register_beside_the_claims_is_matched_and_counted(written: Writer, folder: Any) -> None:
    pack = claimrules.load(written({"after_death.yaml": AFTER_DEATH}))
    result = pack.audit(folder({"deaths.csv": "person_id,died_on\nP1,2024-05-01\nP9,2020-01-01\n"}))
    assert found(result) == [("C1", ["b"])]
    assert missing(result) == []
    (finding,) = result.findings.to_pylist()
    assert [i.partition(":")[0] for i in finding["knowledge_ids"]] == ["deaths"]
    counts = result.summary.tables["deaths"]
    assert (counts.read, counts.audited, counts.rejected, counts.left_out) == (2, 2, 0, 0)


def test_without_the_register_every_row_is_undecided_and_the_register_named(written: Writer, folder: Any) -> None:
    pack = claimrules.load(written({"after_death.yaml": AFTER_DEATH}))
    result = pack.audit(folder({}))
    assert found(result) == []
    assert missing(result) == [(None, "deaths", 3)]  # absent altogether: one counted row
    assert result.summary.rules["after_death"].undecided == 3


def test_a_register_that_came_empty_says_that_there_is_none(written: Writer, folder: Any) -> None:
    pack = claimrules.load(written({"after_death.yaml": AFTER_DEATH}))
    result = pack.audit(folder({"deaths.csv": "person_id,died_on\n"}))
    assert (found(result), missing(result)) == ([], [])
    assert result.summary.rules["after_death"].not_applicable == 3


def test_periods_of_a_register_are_those_of_every_table(written: Writer, folder: Any) -> None:
    staff = (
        "physician_id,status,valid_from,valid_to\n"
        "D1,working,2020-01-01,\n"
        "D1,absent,2024-05-02,2024-05-03\n"
        "D2,absent,2024-05-03,\n"
    )
    result = claimrules.load(written({"doctor_away.yaml": AWAY})).audit(folder({"staff.csv": staff}))
    assert found(result) == [("C2", ["c"])]


def test_what_a_missing_row_means_is_for_the_yaml_to_say(written: Writer, folder: Any) -> None:
    with pytest.raises(claimrules.ClaimRulesError, match="does not say for what it is complete"):
        claimrules.load(written({"no_order.yaml": NO_ORDER}))
    declared = "register: true\ncomplete: {prefixes: [E, C1]}\nabsence: unknown\n"
    pack = claimrules.load(written({"no_order.yaml": NO_ORDER, "knowledge/orders.yaml": declared}))
    result = pack.audit(folder({"orders.csv": "encounter_id,item_code,order_id\nC1,Z,O1\n"}))
    assert found(result) == [("C1", ["a"]), ("C1", ["b"])]
    assert missing(result) == [("C2", "orders", 1)]  # it says nothing of C2


def test_a_rule_base_declares_registers_of_its_own(written: Writer, folder: Any) -> None:
    rule = AFTER_DEATH.replace("table: deaths", "table: leavers").replace("died_on", "left_on")
    declared = "register: true\ncolumns: {person_id: text, left_on: date}\nkey: [person_id]\n"
    pack = claimrules.load(written({"after_death.yaml": rule, "knowledge/leavers.yaml": declared}))
    assert found(pack.audit(folder({"leavers.csv": "left_on,person_id\n2024-04-30,P1\n"}))) == [("C1", ["a"]), ("C1", ["b"])]


def test_rows_beside_the_declaration_stand_in_until_the_input_brings_its_own(written: Writer, folder: Any) -> None:
    files = {
        "after_death.yaml": AFTER_DEATH,
        "knowledge/deaths.yaml": "register: true",
        "knowledge/deaths.csv": "person_id,died_on\nP2,2024-01-01\n",
    }
    pack = claimrules.load(written(files))
    claims = folder({})
    assert found(pack.audit(claims)) == [("C2", ["c"])]
    (claims / "registers" / "deaths.csv").write_text("person_id,died_on\nP1,2024-05-01\n", encoding="utf-8")
    assert found(pack.audit(claims)) == [("C1", ["b"])]


def test_bad_rows_are_rejected_with_personal_columns_masked(written: Writer, folder: Any) -> None:
    deaths = (
        "person_id,died_on,valid_from,valid_to,region\n"
        "P1,2024-05-01,,,\n"
        "P1,2024-05-01,,,\n"
        "P1,2024-13-01,,,\n"
        ",2024-05-01,,,\n"
        "P2,2024-01-01,2024-02-01,2024-01-01,\n"
        "P2,2024-01-01,,,33\n"
    )
    result = claimrules.load(written({"after_death.yaml": AFTER_DEATH})).audit(folder({"deaths.csv": deaths}))
    rejects = [(r["source_table"], r["row_number"], r["code"]) for r in result.rejects.to_pylist()]
    assert sorted(rejects) == [
        ("deaths", 2, "CR114"),
        ("deaths", 3, "CR110"),
        ("deaths", 4, "CR111"),
        ("deaths", 5, "CR110"),
        ("deaths", 6, "CR110"),
    ]
    assert all("P1" not in r["raw"] and "P2" not in r["raw"] for r in result.rejects.to_pylist())
    counts = result.summary.tables["deaths"]
    assert (counts.read, counts.audited, counts.rejected) == (6, 1, 5)
    assert found(result) == [("C1", ["b"])]


def test_a_register_without_its_key_is_an_error_and_a_misspelt_one_a_warning(written: Writer, folder: Any) -> None:
    pack = claimrules.load(written({"after_death.yaml": AFTER_DEATH}))
    claims = folder({"death.csv": "person_id\nP1\n"})
    (warning,) = pack.audit(claims).warnings
    assert (warning.code, "did you mean deaths?" in warning.message) == ("CR118", True)
    (claims / "registers" / "deaths.csv").write_text("psn_no,died_on\nP1,2024-05-01\n", encoding="utf-8")
    with pytest.raises(claimrules.ClaimRulesError, match="CR104"):
        pack.audit(claims)


def test_registers_in_a_dict_by_key_or_by_name_or_as_an_argument(written: Writer) -> None:
    pack = claimrules.load(written({"after_death.yaml": AFTER_DEATH}))
    claims = {
        "claims": pa.table({"claim_id": ["C1"], "person_id": ["P1"], "provider_id": ["H"]}),
        "lines": pa.table(
            {
                "claim_id": ["C1"],
                "line_id": ["a"],
                "item_code": ["X"],
                "quantity": ["1"],
                "amount": ["5"],
                "charged_at": ["2024-05-02 08:00:00"],
            }
        ),
    }
    deaths = pa.table({"person_id": ["P1"], "died_on": ["2024-05-01"]})
    by_key = pack.audit({**claims, "registers": {"deaths": deaths}})
    by_name = pack.audit({**claims, "deaths": deaths})
    given = pack.audit(claims, registers={"deaths": [{"person_id": "P1", "died_on": "2024-05-01"}]})
    assert found(by_key) == found(by_name) == found(given) == [("C1", ["a"])]
    prints = {r.summary.fingerprint.input for r in (by_key, by_name, given)}
    assert len(prints) == 1
    assert pack.audit(claims).summary.fingerprint.input not in prints


def test_check_with_registers_says_what_audit_says(written: Writer) -> None:
    pack = claimrules.load(written({"after_death.yaml": AFTER_DEATH}))
    line = {"line_id": "a", "item_code": "X", "quantity": "1", "amount": "5", "charged_at": "2024-05-02 08:00:00"}
    claim = {"claim_id": "C1", "person_id": "P1", "provider_id": "H", "lines": [line]}
    assert [u.missing for u in pack.check(claim).undecided] == ["deaths"]
    assert len(pack.check(claim, registers={"deaths": [{"person_id": "P1", "died_on": "2024-05-01"}]}).findings) == 1
    none = pack.check(claim, registers={"deaths": []})
    assert (none.findings, none.undecided) == ((), ())
    with pytest.raises(claimrules.ClaimRulesError, match="did you mean `deaths`"):
        pack.check(claim, registers={"death": []})
    with pytest.raises(claimrules.ClaimRulesError, match="CR119"):
        pack.check(claim, registers={"deaths": [{"person_id": "P1", "died_on": "soon"}]})


def test_as_of_forgets_what_a_register_learnt_later(written: Writer, folder: Any) -> None:
    root = written({"after_death.yaml": AFTER_DEATH})
    claims = folder({"deaths.csv": "person_id,died_on,known_from\nP1,2024-05-01,2024-06-01\n"})
    assert found(claimrules.load(root, as_of="2024-06-01").audit(claims)) == [("C1", ["b"])]
    assert found(claimrules.load(root, as_of="2024-05-31").audit(claims)) == []


def test_a_case_brings_registers(written: Writer) -> None:
    cases = """
examples:
  - name: died before
    given: visit
    lines: {l1: {item_code: X}}
    change: {claim.person_id: P1, l1.charged_at: '2024-05-02 08:00:00'}
    registers: {deaths: [{person_id: P1, died_on: 2024-05-01}]}
    expect: {flagged: [l1]}
  - name: nothing is known
    given: visit
    lines: {l1: {item_code: X}}
    expect: {undecided: [l1], missing: deaths}
"""
    outcomes = list(run_pack(claimrules.load(written({"after_death.yaml": AFTER_DEATH + cases}))))
    assert [o.text for o in outcomes] == ["", ""]


def test_results_do_not_depend_on_the_order_of_a_registers_rows(written: Writer, tmp_path: Path) -> None:
    pack = claimrules.load(written({"doctor_away.yaml": AWAY}))
    rows = [("D1", "absent", "2024-05-01", "2024-05-01"), ("D1", "absent", "2024-05-02", ""), ("D2", "working", "", "")]
    results = []
    for n, order in enumerate((rows, rows[::-1])):
        root = tmp_path / str(n)
        (root / "registers").mkdir(parents=True)
        text = "physician_id,status,valid_from,valid_to\n" + "".join(",".join(row) + "\n" for row in order)
        for name, body in {**CLAIMS, "registers/staff.csv": text}.items():
            (root / name).write_text(body, encoding="utf-8")
        results.append(pack.audit(root))
    assert results[0].findings.equals(results[1].findings)
    assert results[0].summary.fingerprint == results[1].summary.fingerprint
    assert found(results[0]) == [("C1", ["a"]), ("C2", ["c"])]


def test_a_key_other_than_the_first_finds_its_rows_too(written: Writer, folder: Any) -> None:
    rule = AWAY.replace("key: {physician_id: line.physician_id}", "key: {provider_id: claim.provider_id}")
    result = claimrules.load(written({"doctor_away.yaml": rule})).audit(
        folder({"staff.csv": "physician_id,provider_id,status\nD1,H,absent\nD2,G,absent\n"})
    )
    assert found(result) == [("C1", ["a"]), ("C1", ["b"]), ("C2", ["c"])]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("register: true\n", "CR307"),  # no register known by that name: columns and key must be declared
        ("register: true\ncolumns: {a: text, w: window}\nkey: [a]\n", "is a window"),
        ("columns: {a: text}\nkey: [a]\n", "has no rows"),
        ("register: maybe\ncolumns: {a: text}\nkey: [a]\n", "`true` or `false`"),
    ],
)
def test_wrong_declarations(written: Writer, text: str, said: str) -> None:
    with pytest.raises(claimrules.ClaimRulesError, match=said):
        claimrules.load(written({"after_death.yaml": AFTER_DEATH, "knowledge/own.yaml": text}))


def test_what_a_coalesce_makes_known_is_not_to_blame(tmp_path: Path) -> None:
    rule = """
id: dear
title: {zh: 贵, en: Dear}
category: policy
verdict: violation
match: {bought: {table: purchases, key: {code: line.item_code}}}
flag: line.unit_price * line.quantity - coalesce(line.over_limit_amount, 0) > bought.price
message: {zh: 贵, en: dear}
"""
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "dear.yaml").write_text(rule, encoding="utf-8")
    declared = "register: true\ncolumns: {code: text, price: 'decimal(16,2)'}\nkey: [code]\n"
    (tmp_path / "knowledge/purchases.yaml").write_text(declared, encoding="utf-8")
    line = {"claim_id": ["C"], "line_id": ["l"], "item_code": ["A"], "quantity": ["1"], "amount": ["1"], "unit_price": ["1"]}
    claim = {"claim_id": ["C"], "person_id": ["P"], "provider_id": ["H"]}
    result = claimrules.load(tmp_path).audit({"claims": pa.table(claim), "lines": pa.table(line)})
    assert result.undecided["missing"].to_pylist() == ["purchases"]
