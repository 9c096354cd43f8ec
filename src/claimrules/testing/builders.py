"""Claims for tests in code: say what matters, and the rest is filled in as in the cases of rule files."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pydantic import BaseModel

from claimrules.diagnostics import suggest
from claimrules.models import Claim, Diagnosis, FeeLine, Operation

CENT = Decimal("0.01")
_UNSTATED: Any = object()
VISIT: dict[str, Any] = {
    "claim_id": "C1",
    "person_id": "P1",
    "provider_id": "H1",
    "provider_level": "3A",
    "region": "000000",
    "care_type": "outpatient",
    "sex": "male",
    "birth_date": date(1985, 3, 15),
    "admitted_at": datetime(2025, 6, 2, 9),  # noqa: DTZ001 - claims carry no zone
    "discharged_at": datetime(2025, 6, 2, 11),  # noqa: DTZ001
    "settled_at": datetime(2025, 6, 2, 11),  # noqa: DTZ001
}


def _known(model: type[BaseModel], values: Mapping[str, Any]) -> None:
    """Refuse a misspelt field: a model carries extra columns, and a test that rests on one says nothing."""
    for name in values:
        if name not in model.model_fields:
            near = suggest(name, model.model_fields)
            raise TypeError(f"{model.__name__} has no field `{name}`" + (f": did you mean `{near}`?" if near else ""))


def line(item_code: str, **values: Any) -> FeeLine:
    """A fee line. Unstated: quantity 1, a drug, 10.00 for each unit, price and in-scope amount by its amount.

    `line_id` and `charged_at` are filled in by `claim`. A stated None stays NULL.
    """
    _known(FeeLine, values)
    quantity = Decimal(str(values.get("quantity", 1)))
    price = values.get("unit_price", _UNSTATED)
    each = Decimal(10) if price in (_UNSTATED, None) else Decimal(str(price))
    amount = Decimal(str(values.get("amount", (quantity * each).quantize(CENT, ROUND_HALF_UP))))
    filled = {"line_id": "", "item_type": "drug", "quantity": quantity, "amount": amount, "in_scope_amount": amount}
    if price is _UNSTATED:
        filled["unit_price"] = (amount / quantity).quantize(Decimal("0.000001"), ROUND_HALF_UP) if quantity else None
    stated = {**filled, **values, "item_code": item_code}
    stated["line_id"] = stated["line_id"] or _AWAITED
    return FeeLine.model_validate(stated)


def diagnosis(diagnosis_code: str, **values: Any) -> Diagnosis:
    """A diagnosis; everything unstated is NULL."""
    _known(Diagnosis, values)
    return Diagnosis.model_validate({**values, "diagnosis_code": diagnosis_code})


def operation(operation_code: str, **values: Any) -> Operation:
    """An operation; everything unstated is NULL."""
    _known(Operation, values)
    return Operation.model_validate({**values, "operation_code": operation_code})


def claim(
    *lines: FeeLine,
    diagnoses: Iterable[Diagnosis] = (),
    operations: Iterable[Operation] = (),
    **values: Any,
) -> Claim:
    """A claim with its lines. Unstated: one outpatient visit of a man in a 3A hospital on 2 June 2025, 09:00 to 11:00.

    Its lines are l1, l2, … and charged an hour after admission where they do not say; `total_amount` and
    `in_scope_amount` are the sums of its lines, `fund_amount` the in-scope amount. A stated None stays NULL.
    """
    _known(Claim, values)
    stated = {**VISIT, **values}
    moment = stated["admitted_at"] or stated["settled_at"]
    own = tuple(_placed(one, number, moment) for number, one in enumerate(lines, 1))
    scope = sum((one.in_scope_amount or Decimal(0) for one in own), Decimal(0))
    sums = {"total_amount": sum((one.amount for one in own), Decimal(0)), "in_scope_amount": scope, "fund_amount": scope}
    document = {**sums, **stated, "lines": own, "diagnoses": tuple(diagnoses), "operations": tuple(operations)}
    return Claim.model_validate(document)


_AWAITED = "?"


def _placed(one: FeeLine, number: int, admitted: Any) -> FeeLine:
    changes: dict[str, Any] = {}
    if one.line_id == _AWAITED:
        changes["line_id"] = f"l{number}"
    if "charged_at" not in one.model_fields_set and admitted is not None:
        moment = datetime.fromisoformat(admitted) if isinstance(admitted, str) else admitted
        changes["charged_at"] = moment + timedelta(hours=1)
    return one.model_copy(update=changes)
