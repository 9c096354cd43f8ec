# ruff: noqa: DTZ001 - claims carry the clock of their place, without a zone
"""Claim documents."""

import datetime as dt
import json
import subprocess
import sys
import typing
from decimal import Decimal

import pytest
from pydantic import ValidationError

from claimrules.catalog import TABLES
from claimrules.catalog.types import Base
from claimrules.models import Claim, Diagnosis, FeeLine, Operation

MODELS = {"claims": Claim, "lines": FeeLine, "diagnoses": Diagnosis, "operations": Operation}
BASE: dict[str, typing.Any] = {"claim_id": "C1", "person_id": "P1", "provider_id": "H1"}
LINE: dict[str, typing.Any] = {"line_id": "L1", "item_code": "X1", "quantity": 1, "amount": "2.50"}


@pytest.mark.parametrize("table", TABLES)
def test_the_fields_are_those_of_the_catalog_in_its_order(table: str) -> None:
    fields = [name for name in MODELS[table].model_fields if name not in ("lines", "diagnoses", "operations")]
    assert fields == [f.name for f in TABLES[table]]


@pytest.mark.parametrize("table", TABLES)
def test_the_same_fields_are_required_and_closed_lists_agree(table: str) -> None:
    for f in TABLES[table]:
        said = MODELS[table].model_fields[f.name]
        # Inside a claim its rows need not repeat the claim's id.
        assert said.is_required() == (f.required and not (f.name == "claim_id" and table != "claims")), f.name
        if f.type.values:
            literal = next(a for a in typing.get_args(said.annotation) if a is not type(None))
            assert typing.get_args(literal) == f.type.values


@pytest.mark.parametrize("table", TABLES)
def test_decimals_hold_exactly_the_digits_of_the_catalog(table: str) -> None:
    start = {**BASE} if table == "claims" else {**LINE, "diagnosis_code": "A", "operation_code": "B"}
    for f in TABLES[table]:
        if f.type.base is not Base.DECIMAL:
            continue
        whole = f.type.precision - f.type.scale
        most = Decimal("9" * whole + "." + "9" * f.type.scale)
        row = MODELS[table].model_validate({**start, f.name: str(most)})
        assert getattr(row, f.name) == most
        for much in ("1" + "0" * whole, "0." + "0" * f.type.scale + "1"):
            with pytest.raises(ValidationError):
                MODELS[table].model_validate({**start, f.name: much})


def test_a_json_number_is_read_by_its_own_digits() -> None:
    claim = Claim.model_validate_json('{"claim_id":"C","person_id":"P","provider_id":"H","total_amount":99999999999999.99}')
    assert claim.total_amount == Decimal("99999999999999.99")
    # The same number by way of a float is one cent less.
    assert f"{json.loads('99999999999999.99'):.2f}" != "99999999999999.99"


def test_a_float_is_refused_in_python() -> None:
    with pytest.raises(ValidationError, match="not an exact number"):
        Claim(**BASE, total_amount=0.1)


def test_a_claim_is_frozen_and_lets_unknown_names_pass() -> None:
    claim = Claim.model_validate({**BASE, "ward": "7"})
    assert not hasattr(claim, "ward")
    with pytest.raises(ValidationError, match="frozen"):
        claim.person_id = "P2"


def test_unknown_and_sentinels_are_none() -> None:
    claim = Claim.model_validate({**BASE, "sex": "unknown", "physician_id": "无", "region": "000000"})
    assert (claim.sex, claim.physician_id, claim.region) == (None, None, "000000")


def test_a_sentinel_is_no_claim_id() -> None:
    with pytest.raises(ValidationError):
        Claim.model_validate({**BASE, "claim_id": "0"})


def test_times_lose_their_zone_and_keep_their_clock() -> None:
    claim = Claim.model_validate({**BASE, "admitted_at": "2024-05-06T08:34:30Z", "birth_date": "19800102"})
    assert claim.admitted_at == dt.datetime(2024, 5, 6, 8, 34, 30)
    assert claim.birth_date == dt.date(1980, 1, 2)


def test_rows_are_tuples_and_belong_to_their_claim() -> None:
    claim = Claim.model_validate({**BASE, "lines": [LINE], "diagnoses": [{"diagnosis_code": "I10"}]})
    assert claim.lines[0].amount == Decimal("2.50")
    assert isinstance(claim.diagnoses, tuple)
    with pytest.raises(ValidationError, match="names the claim 'C9'"):
        Claim.model_validate({**BASE, "lines": [{**LINE, "claim_id": "C9"}]})


@pytest.mark.parametrize("text", ["", "{", "[]", '{"claim_id": NaN}', "null", "3"])
def test_json_junk_is_a_validation_error(text: str) -> None:
    with pytest.raises(ValidationError):
        Claim.model_validate_json(text)


def test_import_claimrules_stays_light() -> None:
    code = "import sys, claimrules; sys.exit('pydantic' in sys.modules or 'pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
