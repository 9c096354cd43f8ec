"""Claim documents come in like tables."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from claimrules.batch import ClaimBatch, open_claims
from claimrules.diagnostics import ClaimsError
from claimrules.models import Claim

ONE: dict[str, Any] = {
    "claim_id": "C1",
    "person_id": "P1",
    "provider_id": "H1",
    "lines": [{"line_id": "1", "item_code": "X", "quantity": 1, "amount": 99999999999999.99}],
    "diagnoses": [{"diagnosis_code": "I10"}],
}
TEXT = json.dumps(ONE).replace("99999999999999.98", "99999999999999.99")


def test_one_object_a_list_and_lines_give_the_same(tmp_path: Path) -> None:
    seen = set()
    for name, text in {"a.json": TEXT, "b.json": f"[{TEXT}]", "c.jsonl": f"\ufeff{TEXT}\n\n"}.items():
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        with open_claims(path) as intake:
            [batch] = intake.partitions()
        assert batch.lines["amount"].to_pylist() == [Decimal("99999999999999.99")]
        assert batch.diagnoses["claim_id"].to_pylist() == ["C1"]
        assert intake.counts["lines"].audited == 1
        seen.add(intake.fingerprint)
    with open_claims([Claim.model_validate_json(TEXT)]) as intake:
        list(intake.partitions())
        seen.add(intake.fingerprint)
    with open_claims(ClaimBatch.from_claims([Claim.model_validate_json(TEXT)])) as intake:
        list(intake.partitions())
        seen.add(intake.fingerprint)
    assert len(seen) == 1


def test_a_bad_document_is_a_reject_row_not_the_end(tmp_path: Path) -> None:
    path = tmp_path / "claims.jsonl"
    bad = {"claim_id": "C2", "person_id": "SECRET", "provider_id": "H1", "birth_date": "2025-02-30", "phone": "SECRET"}
    path.write_text("\n".join([json.dumps(bad), "{nonsense SECRET", TEXT, "3", json.dumps({"claim_id": "C4"})]))
    with open_claims(path) as intake:
        [batch] = intake.partitions()
    rejects = intake.rejects.to_pylist()
    assert [r["row_number"] for r in rejects] == [1, 2, 4, 5]
    assert {(r["code"], r["source_file"]) for r in rejects} == {("CR115", "claims.jsonl")}
    assert rejects[0]["reason"] == "birth_date '***' is no day or time that exists"
    assert "not JSON" in rejects[1]["reason"]
    assert not any("SECRET" in r["raw"] + r["reason"] for r in rejects)
    count = intake.counts["claims"]
    assert (count.read, count.audited, count.rejected) == (5, 1, 4)
    assert batch.claims["claim_id"].to_pylist() == ["C1"]


def test_only_bad_documents_are_no_claims_but_no_error_either(tmp_path: Path) -> None:
    path = tmp_path / "claims.json"
    path.write_text("[1, 2]")
    with open_claims(path) as intake:
        assert list(intake.partitions()) == []
    assert intake.counts["claims"].rejected == 2


@pytest.mark.parametrize("given", [[], iter(())])
def test_no_claims_at_all(given: Any) -> None:
    with open_claims(given) as intake:
        assert list(intake.partitions()) == []
    assert intake.counts["claims"].read == 0


def test_what_is_no_claim_is_a_reject() -> None:
    with open_claims([Claim.model_validate(ONE | {"lines": []}), "junk"]) as intake:  # type: ignore[list-item]
        assert len(list(intake.partitions())) == 1
    assert intake.rejects["reason"].to_pylist() == ["is a str, not a Claim"]


def test_a_field_that_no_document_sets_is_absent() -> None:
    plain = Claim.model_validate(ONE | {"lines": []})
    batch = ClaimBatch.from_claims([plain, plain.model_copy(update={"claim_id": "C2"})])
    assert batch.claims.column_names == ["claim_id", "encounter_id", "person_id", "provider_id"]
    assert ("claims", "sex") in batch.absent
    with open_claims([plain, Claim.model_validate(ONE | {"claim_id": "C3", "sex": "male", "lines": []})]) as intake:
        [some] = intake.partitions()
    assert sorted(some.claims["sex"].to_pylist(), key=str) == [None, "male"]


def test_a_doubled_claim_across_documents_keeps_one_set_of_lines(tmp_path: Path) -> None:
    path = tmp_path / "claims.jsonl"
    path.write_text(f"{TEXT}\n{TEXT}\n")
    with open_claims(path) as intake:
        [batch] = intake.partitions()
    assert batch.lines.num_rows == 1
    assert intake.rejects["code"].to_pylist() == ["CR114", "CR114"]


def test_a_mapping_does_not_fit_documents(tmp_path: Path) -> None:
    path = tmp_path / "claims.json"
    path.write_text(TEXT)
    with pytest.raises(ClaimsError, match="not for Claim documents"):
        open_claims(path, mapping="nhsa")


def test_tables_of_a_batch_are_checked() -> None:
    batch = ClaimBatch.from_claims([Claim.model_validate(ONE | {"lines": []})])
    with pytest.raises(ClaimsError, match="no table `line`"):
        ClaimBatch.from_tables({"claims": batch.claims, "line": batch.claims})
    with pytest.raises(ClaimsError, match="no column `person_id`"):
        ClaimBatch.from_tables({"claims": batch.claims.drop_columns(["person_id"])})
    with pytest.raises(ClaimsError, match="is int64, not string"):
        ClaimBatch.from_tables({"claims": batch.claims.set_column(0, "claim_id", [[1]])})
    with pytest.raises(ClaimsError, match="no table `claims`"):
        ClaimBatch.from_tables({})
