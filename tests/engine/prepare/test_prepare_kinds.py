"""The rows of each kind: their order, what stands above them, and encounters put together."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prepare_batches import at, batch, claim, line, table, values

from claimrules.engine.prepare import prepare
from claimrules.engine.prepare.findings import finding_rows

D = Decimal


def test_claims_stand_by_person_settlement_and_claim_id_with_unknown_times_first():
    claims = [
        claim("C9", "P2", settled_at=at(1)),
        claim("C3", "P1", settled_at=at(5)),
        claim("C2", "P1", settled_at=at(5)),
        claim("C8", "P1", settled_at=None),
    ]
    rows = prepare(batch(claims)).kinds["claim"]
    assert values(rows, "claim_id") == ["C8", "C2", "C3", "C9"]


def test_an_encounter_is_its_claims_put_together():
    first = {"encounter_id": "E", "admitted_at": at(2), "discharged_at": at(9), "total_amount": D(10), "sex": "male"}
    claims = [
        claim("C2", **first, settled_at=at(9), fund_amount=D(5), discharge_way="home"),
        claim("C1", **first, settled_at=at(12), fund_amount=None, discharge_way="died"),
        claim("C3", **{**first, "admitted_at": at(1), "discharged_at": None}, settled_at=None, fund_amount=D(1)),
    ]
    prepared = prepare(batch(claims))
    rows = prepared.kinds["encounter"]
    names = ("claim_id", "encounter_id", "admitted_at", "discharged_at", "total_amount", "fund_amount", "discharge_way")
    assert values(rows, *names) == [("C1", "E", at(1), at(9), D(30), None, "died")]
    assert values(rows, "settled_at", "sex") == [(at(12), "male")]
    assert prepared.kinds["claim"].up["encounter"].tolist() == [0, 0, 0]


def test_an_encounter_has_one_person_one_provider_and_one_encounter_id_or_claim_id():
    claims = [
        claim("C1", "P1", "H1", encounter_id="E"),
        claim("C2", "P1", "H2", encounter_id="E"),
        claim("C3", "P2", "H1", encounter_id="E"),
        claim("C4", "P1", "H1", encounter_id=None),
        claim("C5", "P1", "H1", encounter_id=None),
        claim("C6", "P1", "H1", encounter_id="C5"),
    ]
    prepared = prepare(batch(claims))
    assert values(prepared.kinds["encounter"], "claim_id") == ["C1", "C2", "C4", "C5", "C3"]
    claim_rows = prepared.kinds["claim"]
    above = dict(zip(values(claim_rows, "claim_id"), claim_rows.up["encounter"].tolist(), strict=True))
    assert above == {"C1": 0, "C2": 1, "C4": 2, "C5": 3, "C6": 3, "C3": 4}


def test_encounters_stand_by_person_admission_discharge_and_smallest_claim_id():
    claims = [
        claim("C5", admitted_at=at(3), discharged_at=at(4)),
        claim("C4", admitted_at=at(3), discharged_at=None),
        claim("C3", admitted_at=None, discharged_at=at(9)),
        claim("C2", admitted_at=at(3), discharged_at=at(4)),
        claim("C1", "P2", admitted_at=at(1), discharged_at=at(1)),
    ]
    rows = prepare(batch(claims)).kinds["encounter"]
    assert values(rows, "claim_id") == ["C3", "C4", "C2", "C5", "C1"]


def test_claims_with_required_columns_only_are_their_own_encounters():
    prepared = prepare(batch([claim("C2"), claim("C1")]))
    assert values(prepared.kinds["encounter"], "claim_id", "person_id", "provider_id") == [
        ("C1", "P1", "H1"),
        ("C2", "P1", "H1"),
    ]
    assert "encounter_id" not in prepared.kinds["encounter"].columns
    assert [prepared.kinds[kind].n for kind in ("line", "raw_line", "diagnosis", "operation", "day")] == [0] * 5


def test_lines_stand_by_person_time_claim_and_line_id_and_know_what_is_above():
    claims = [claim("C1", "P2"), claim("C2", "P1", encounter_id="E"), claim("C10", "P1", encounter_id="E")]
    lines = [
        line("l2", "1", "1", "C2", charged_at=at(2)),
        line("l10", "1", "1", "C2", charged_at=at(2)),
        line("l1", "1", "1", "C10", charged_at=at(2)),
        line("l9", "1", "1", "C2", charged_at=None),
        line("l0", "1", "1", "C1", charged_at=at(1)),
    ]
    prepared = prepare(batch(claims, lines))
    rows = prepared.kinds["line"]
    assert values(rows, "claim_id", "line_id") == [
        ("C2", "l9"),
        ("C10", "l1"),
        ("C2", "l10"),
        ("C2", "l2"),
        ("C1", "l0"),
    ]
    claim_ids = values(prepared.kinds["claim"], "claim_id")
    assert [claim_ids[i] for i in rows.up["claim"]] == ["C2", "C10", "C2", "C2", "C1"]
    encounters = values(prepared.kinds["encounter"], "claim_id")
    assert [encounters[i] for i in rows.up["encounter"]] == ["C10", "C10", "C10", "C10", "C1"]


def test_diagnoses_stand_by_encounter_claim_sequence_and_code():
    claims = [claim("C1", admitted_at=at(5)), claim("C2", admitted_at=at(1))]
    diagnoses = [
        {"claim_id": "C1", "diagnosis_code": "A", "sequence": 1},
        {"claim_id": "C2", "diagnosis_code": "C", "sequence": 2},
        {"claim_id": "C2", "diagnosis_code": "B", "sequence": 2},
        {"claim_id": "C2", "diagnosis_code": "Z", "sequence": None},
    ]
    rows = prepare(batch(claims, (), diagnoses)).kinds["diagnosis"]
    assert values(rows, "diagnosis_code") == ["Z", "B", "C", "A"]
    assert rows.up["encounter"].tolist() == [0, 0, 0, 1]


def test_operations_stand_by_person_time_claim_and_code():
    operations = [
        {"claim_id": "C1", "operation_code": "B", "operated_at": at(2)},
        {"claim_id": "C1", "operation_code": "A", "operated_at": at(2)},
        {"claim_id": "C2", "operation_code": "C", "operated_at": at(1)},
        {"claim_id": "C2", "operation_code": "D", "operated_at": None},
    ]
    rows = prepare(batch([claim("C1"), claim("C2")], (), (), operations)).kinds["operation"]
    assert values(rows, "operation_code") == ["D", "C", "A", "B"]
    assert rows.up["claim"].tolist() == [1, 1, 0, 0]


@given(st.permutations(range(6)))
@settings(max_examples=30, deadline=None)
def test_equal_diagnoses_stand_alike_whatever_the_order_of_the_table(order):
    diagnoses = [
        {"claim_id": "C1", "diagnosis_code": "A", "kind": kind, "is_principal": principal}
        for kind in ("western", "tcm_disease", None)
        for principal in (True, None)
    ]
    rows = prepare(batch([claim("C1")], (), [diagnoses[i] for i in order])).kinds["diagnosis"]
    seen = values(rows, "is_principal", "kind")
    assert seen == [(p, k) for p in (None, True) for k in (None, "tcm_disease", "western")]


def test_days_run_from_admission_to_discharge_both_included():
    claims = [
        claim("C1", admitted_at=at(1, 23), discharged_at=at(3, 1)),
        claim("C2", admitted_at=at(2), discharged_at=at(2)),
        claim("C3", admitted_at=None, discharged_at=at(2)),
        claim("C4", admitted_at=at(2), discharged_at=None),
        claim("C5", admitted_at=at(5), discharged_at=at(4)),
    ]
    prepared = prepare(batch(claims))
    rows = prepared.kinds["day"]
    of = values(prepared.kinds["encounter"], "claim_id")
    seen = [(day.day, of[up]) for day, up in zip(values(rows, "date"), rows.up["encounter"].tolist(), strict=True)]
    assert seen == [(1, "C1"), (2, "C1"), (2, "C2"), (3, "C1")]
    assert values(rows, "date")[0] == date(2025, 3, 1)


def test_a_row_without_its_claim_is_refused():
    with pytest.raises(ValueError, match="1 rows without their claim"):
        prepare(batch([claim("C1")], [line("a", "1", "1", "C2")]))


def test_slices_and_chunks_are_read_as_they_are():
    lines = [
        line(f"l{i}", str(i), str(i), charged_at=None if i % 3 else at(1 + i), is_restricted=i % 2 == 0) for i in range(20)
    ]
    one = batch([claim("C1")], lines[5:17])
    many = batch([claim("C1")])
    first, second = table("lines", lines).slice(5, 3), table("lines", lines).slice(8, 9)
    many.lines = pa.concat_tables([first, second])
    names = ("line_id", "quantity", "charged_at", "is_restricted", "item_code", "amount")
    assert many.lines["quantity"].num_chunks == 2
    assert values(prepare(many).kinds["line"], *names) == values(prepare(one).kinds["line"], *names)


def test_columns_of_the_user_are_carried_where_the_language_has_their_type():
    tables = batch([claim("C2"), claim("C1")])
    tables.claims = tables.claims.append_column("ward", pa.array(["w2", None])).append_column("bin", pa.array([b"", b""]))
    tables.claims = tables.claims.append_column("score", pa.array([2.5, 1.5]))
    columns = prepare(tables).kinds["claim"]
    assert values(columns, "ward", "score") == [(None, 1.5), ("w2", 2.5)]
    assert "bin" not in columns.columns


def test_without_findings_there_are_no_rows_of_findings():
    claims = prepare(batch([claim("C1", "P1")])).kinds["claim"]
    names = ("claim_id", "rule_id")
    rows = finding_rows(pa.table({name: pa.array([], pa.string()) for name in names}), claims)
    assert (rows.n, len(rows.up["claim"]), len(rows.up["encounter"])) == (0, 0, 0)
