"""What callers give that is not what was meant: refused by name, never a traceback nor an empty answer."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest

import claimrules
from claimrules import Claim, ClaimRulesError, RulePack

RULES = Path(__file__).parents[2] / "rules"
CLAIM = {"claim_id": "C1", "person_id": "P1", "provider_id": "H1"}


@pytest.fixture(scope="module")
def pack() -> RulePack:
    return claimrules.load(RULES)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (pa.table({"claim_id": ["C1"]}), "name it"),
        (Claim.model_validate(CLAIM), "put it into a list"),
        (None, "give a folder"),
        (7, "give a folder"),
    ],
)
def test_what_is_no_set_of_claims(pack: RulePack, given: object, words: str) -> None:
    with pytest.raises(ClaimRulesError) as caught:
        pack.audit(given)  # type: ignore[arg-type]
    assert [d.code for d in caught.value.diagnostics] == ["CR116"]
    assert words in caught.value.diagnostics[0].help


def test_one_rule_is_named_by_its_id(pack: RulePack) -> None:
    result = pack.audit([Claim.model_validate(CLAIM)], only="drug_sex")
    assert [name for name, rule in result.summary.rules.items() if rule.status == "ran"] == ["drug_sex"]


def test_a_claim_may_be_its_document(pack: RulePack) -> None:
    assert pack.check(CLAIM, history=[]) == pack.check(Claim.model_validate(CLAIM), history=[])


def test_a_document_that_cannot_be_read(pack: RulePack) -> None:
    with pytest.raises(ClaimRulesError) as caught:
        pack.check({"claim_id": "C1"})
    assert {d.code for d in caught.value.diagnostics} == {"CR115"}
    assert "person_id" in str(caught.value)


def test_a_history_is_a_list(pack: RulePack) -> None:
    with pytest.raises(ClaimRulesError, match="history is a list"):
        pack.check(CLAIM, history=Claim.model_validate(CLAIM))  # type: ignore[arg-type]


def test_a_claim_given_twice(pack: RulePack) -> None:
    with pytest.raises(ClaimRulesError, match="given twice"):
        pack.check(CLAIM, history=[Claim.model_validate(CLAIM)])


def test_dates_may_be_text(pack: RulePack) -> None:
    claims = [Claim.model_validate(CLAIM)]
    day = pack.audit(claims, history_from=dt.date(2025, 1, 1))
    assert day.findings.equals(pack.audit(claims, history_from="2025-01-01").findings)
    assert claimrules.load(RULES, as_of="2025-01-01").as_of == dt.date(2025, 1, 1)
    for call in (lambda: pack.audit(claims, history_from="1.1.2025"), lambda: claimrules.load(RULES, as_of="yesterday")):
        with pytest.raises(ClaimRulesError, match="is no date"):
            call()


def test_one_layer_of_knowledge_is_a_layer(tmp_path: Path) -> None:
    (tmp_path / "drug_sex.csv").write_text("code,sex\nF1,female\n", encoding="utf-8")
    pack = claimrules.load(RULES, knowledge=str(tmp_path))
    assert pack.knowledge.tables["drug_sex"].rows.num_rows == 1


def test_a_broken_table_says_nothing_of_the_rules(tmp_path: Path) -> None:
    (tmp_path / "drug_sex.csv").write_text("code,sex\nF1,femal\n", encoding="utf-8")
    with pytest.raises(claimrules.ClaimRulesError) as caught:
        claimrules.load(RULES, knowledge=tmp_path)
    assert [d.code for d in caught.value.diagnostics] == ["CR310"]
    assert type(caught.value).__name__ == "KnowledgeError"


def test_what_is_shown_of_a_pack_and_a_result(pack: RulePack) -> None:
    assert repr(pack).startswith(f"<RulePack of {len(pack.rules)} rules and ")
    assert repr(pack.audit([Claim.model_validate(CLAIM)])).startswith("<AuditResult: 0 findings, ")


def test_the_fingerprint_follows_what_verdicts_depend_on(pack: RulePack) -> None:
    same = claimrules.load(RULES)
    assert same.fingerprint == pack.fingerprint
    others = {
        pack.with_params({"split_stay_days": "7"}).fingerprint,
        claimrules.load(RULES, region="110101").fingerprint,
        claimrules.load(RULES, as_of="2025-01-01").fingerprint,
        pack.fingerprint,
    }
    assert len(others) == 4
