"""A claim and its rows, as documents.

The fields are written out for editors; a test holds them equal to the catalog.
"""

import json
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator

from claimrules.models.fields import (
    AdmissionWay,
    CareType,
    CatalogueClass,
    Code,
    Day,
    Days,
    DiagnosisKind,
    DischargeWay,
    Doses,
    Flag,
    HerbalUse,
    HospitalApproval,
    Integer,
    ItemType,
    Moment,
    Money,
    PaymentMethod,
    PregnancyStatus,
    Price,
    ProviderLevel,
    Ratio,
    RequiredCode,
    RequiredMoney,
    RequiredQuantity,
    RequiredText,
    Sex,
    Text,
    Timing,
)


def _refuse_constant(word: str) -> Decimal:
    raise ValueError(f"{word} is not a number")


class Row(BaseModel):
    """What all rows share: frozen, unknown names let pass, JSON numbers read exactly through their text."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Read one document. A JSON number becomes a Decimal by its own digits, never by way of a float."""
        try:
            document = json.loads(json_data, parse_float=Decimal, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            return super().model_validate_json(json_data, **options)
        return cls.model_validate(document, **options)


class FeeLine(Row):
    """One fee line. `claim_id` may be left out inside a claim."""

    line_id: RequiredText
    claim_id: Code = None
    reverses_line_id: Text = None
    prescription_id: Code = None
    order_id: Code = None
    item_code: RequiredCode
    item_name: Text = None
    provider_item_code: Code = None
    provider_item_name: Text = None
    item_type: ItemType = None
    fee_category: Text = None
    catalogue_class: CatalogueClass = None
    quantity: RequiredQuantity
    unit_price: Price = None
    amount: RequiredMoney
    fully_self_paid_amount: Money = None
    over_limit_amount: Money = None
    copay_first_amount: Money = None
    in_scope_amount: Money = None
    copay_proportion: Ratio = None
    price_ceiling: Price = None
    charged_at: Moment = None
    ordered_at: Moment = None
    uploaded_at: Moment = None
    supply_days: Days = None
    dose_count: Doses = None
    single_dose: Text = None
    frequency: Text = None
    route: Text = None
    department_code: Code = None
    executing_department_code: Code = None
    physician_id: Code = None
    is_restricted: Flag = None
    hospital_approval: HospitalApproval = None
    herbal_use: HerbalUse = None
    is_discharge_medication: Flag = None
    is_maternity: Flag = None
    trace_code: Code = None


class Diagnosis(Row):
    """One diagnosis. `claim_id` may be left out inside a claim."""

    claim_id: Code = None
    diagnosis_code: RequiredCode
    sequence: Integer = None
    is_principal: Flag = None
    timing: Timing = None
    kind: DiagnosisKind = None
    present_on_admission: Flag = None


class Operation(Row):
    """One operation. `claim_id` may be left out inside a claim."""

    claim_id: Code = None
    operation_code: RequiredCode
    is_principal: Flag = None
    operated_at: Moment = None
    ended_at: Moment = None
    physician_id: Code = None
    anaesthesia: Text = None


class Claim(Row):
    """One settlement with its rows. `encounter_id` defaults to `claim_id` when the claim is audited."""

    claim_id: RequiredCode
    encounter_id: Code = None
    person_id: RequiredCode
    person_type: Text = None
    provider_id: RequiredCode
    provider_level: ProviderLevel = None
    provider_type: Text = None
    region: Text = None
    insured_region: Text = None
    insurance_type: Text = None
    care_type: CareType = None
    med_type: Text = None
    is_internet: Flag = None
    sex: Sex = None
    birth_date: Day = None
    admitted_at: Moment = None
    discharged_at: Moment = None
    settled_at: Moment = None
    uploaded_at: Moment = None
    admission_way: AdmissionWay = None
    discharge_way: DischargeWay = None
    department_code: Code = None
    physician_id: Code = None
    principal_diagnosis: Code = None
    chronic_disease_code: Code = None
    group_code: Code = None
    payment_method: PaymentMethod = None
    is_newborn: Flag = None
    pregnancy_status: PregnancyStatus = None
    invoice_no: Code = None
    total_amount: Money = None
    in_scope_amount: Money = None
    fund_amount: Money = None
    is_reversed: Flag = None

    lines: tuple[FeeLine, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    operations: tuple[Operation, ...] = ()

    @model_validator(mode="after")
    def _rows_belong(self) -> Self:
        named = {row.claim_id for rows in (self.lines, self.diagnoses, self.operations) for row in rows}
        if other := named - {None, self.claim_id}:
            raise ValueError(f"a row of claim {self.claim_id!r} names the claim {other.pop()!r}")
        return self
