"""The types of a claim's fields: what is written in Python, what is read."""

import datetime as dt
from decimal import Decimal
from functools import partial
from typing import Annotated, Literal

from pydantic import BeforeValidator

from claimrules.models.values import (
    read_boolean,
    read_code,
    read_date,
    read_decimal,
    read_integer,
    read_text,
    read_timestamp,
)

Text = Annotated[str | None, BeforeValidator(read_text)]
Code = Annotated[str | None, BeforeValidator(read_code)]
RequiredText = Annotated[str, BeforeValidator(read_text)]
RequiredCode = Annotated[str, BeforeValidator(read_code)]
Flag = Annotated[bool | None, BeforeValidator(read_boolean)]
Integer = Annotated[int | None, BeforeValidator(read_integer)]
Day = Annotated[dt.date | None, BeforeValidator(read_date)]
Moment = Annotated[dt.datetime | None, BeforeValidator(read_timestamp)]

_money = BeforeValidator(partial(read_decimal, precision=16, scale=2))
_quantity = BeforeValidator(partial(read_decimal, precision=16, scale=4))

Money = Annotated[Decimal | None, _money]
RequiredMoney = Annotated[Decimal, _money]
Quantity = Annotated[Decimal | None, _quantity]
RequiredQuantity = Annotated[Decimal, _quantity]
Price = Annotated[Decimal | None, BeforeValidator(partial(read_decimal, precision=16, scale=6))]
Ratio = Annotated[Decimal | None, BeforeValidator(partial(read_decimal, precision=5, scale=4))]
Days = Annotated[Decimal | None, BeforeValidator(partial(read_decimal, precision=6, scale=2))]
Doses = Annotated[Decimal | None, BeforeValidator(partial(read_decimal, precision=8, scale=2))]

ItemType = Annotated[
    Literal["drug", "herbal_piece", "preparation", "ethnic_drug", "service", "consumable", "other"] | None,
    BeforeValidator(read_text),
]
CatalogueClass = Annotated[
    Literal["A", "B", "C"] | None,
    BeforeValidator(read_text),
]
HospitalApproval = Annotated[
    Literal["not_needed", "approved", "refused"] | None,
    BeforeValidator(read_text),
]
HerbalUse = Annotated[
    Literal["compound", "single"] | None,
    BeforeValidator(read_text),
]
Timing = Annotated[
    Literal["admission", "discharge"] | None,
    BeforeValidator(read_text),
]
DiagnosisKind = Annotated[
    Literal["western", "tcm_disease", "tcm_syndrome"] | None,
    BeforeValidator(read_text),
]
ProviderLevel = Annotated[
    Literal["ungraded", "1C", "1B", "1A", "2C", "2B", "2A", "3C", "3B", "3A", "3_special"] | None,
    BeforeValidator(read_text),
]
CareType = Annotated[
    Literal[
        "outpatient",
        "emergency",
        "chronic_outpatient",
        "inpatient",
        "day_surgery",
        "pharmacy",
        "maternity_outpatient",
        "maternity_inpatient",
        "other",
    ]
    | None,
    BeforeValidator(read_text),
]
Sex = Annotated[
    Literal["male", "female"] | None,
    BeforeValidator(read_text),
]
AdmissionWay = Annotated[
    Literal["emergency", "outpatient", "transferred", "other"] | None,
    BeforeValidator(read_text),
]
DischargeWay = Annotated[
    Literal["home", "transferred", "community", "against_advice", "died", "other"] | None,
    BeforeValidator(read_text),
]
PaymentMethod = Annotated[
    Literal["fee_for_service", "drg", "dip", "per_diem", "capitation"] | None,
    BeforeValidator(read_text),
]
PregnancyStatus = Annotated[
    Literal["none", "pregnant", "lactating"] | None,
    BeforeValidator(read_text),
]
