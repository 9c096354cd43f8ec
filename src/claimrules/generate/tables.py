"""A part as the four input tables."""

from typing import Any

import numpy as np
import pyarrow as pa

from claimrules.generate import diagnoses as dx
from claimrules.generate.arrow import arrow_type, dates, decimals, flags, numbered, times, words
from claimrules.generate.background import sex_of
from claimrules.generate.ceilings import LEVELS
from claimrules.generate.chance import mix
from claimrules.generate.claims import INPATIENT, PHARMACY, Claims
from claimrules.generate.items import Bool, Int, load_items
from claimrules.generate.part import Labels, Lines, Part, claim_sums, restricted_items
from claimrules.generate.plan import Plan
from claimrules.generate.population import HOSPITALS, REGIONS
from claimrules.generate.scenarios import RULES

MONEY = pa.decimal128(16, 2)
CARE = ("outpatient", "emergency", "chronic_outpatient", "pharmacy", "inpatient")
MED_TYPE = ("11", "13", "14", "41", "21")
DEPARTMENTS = ("A02", "A03", "A04", "A05", "A07", "A11", "A14", "A15")
ADMISSION = ("outpatient", "emergency", "transferred", "other")
PAYMENT = ("fee_for_service", "drg", "dip", "per_diem", "capitation")
WAYS = ("home", "transferred", "community", "against_advice", "other", "died")

Tables = dict[str, Any]


def claim_ids(serial: Int) -> Any:
    """The claims' ids, by position in the file."""
    return numbered("S", serial, 10)


def line_ids(serial: Int, sequence: Int, null: Bool | None = None) -> Any:
    """The lines' ids: the claim's position and the line's."""
    return numbered("", serial * 10**3 + sequence + 1, 13, null)


def person_ids(person: Int) -> Any:
    """The persons' ids, scattered so that their order says nothing."""
    return numbered("P", (person.astype(np.int64) * 7368787 + 135791) % 10**10, 10)


def provider_ids(provider: Int) -> Any:
    """H and 11 digits for a hospital, P for a pharmacy."""
    texts = [
        f"{'H' if i < HOSPITALS else 'P'}91{(i * 7907 + 13) % 10**9:09d}" for i in range(1 + int(provider.max(initial=0)))
    ]
    return words(provider, texts)


def part_tables(plan: Plan, part: Part) -> Tables:
    """claims, lines, diagnoses and operations of one part; texts of few words are dictionaries."""
    return {
        "claims": _claims(plan, part),
        "lines": _lines(plan, part),
        "diagnoses": _diagnoses(part),
        "operations": _operations(plan, part),
    }


def label_table(plan: Plan, labels: Labels) -> Any:
    """The labels as rule_id, person_id, provider_id, claim_id, line_id (NULL for a stay), amount."""
    claims = plan.claims
    columns = {
        "rule_id": words(labels.rule, RULES),
        "person_id": person_ids(claims.person[labels.claim]),
        "provider_id": provider_ids(claims.provider[labels.claim]),
        "claim_id": claim_ids(labels.claim),
        "line_id": line_ids(labels.claim, labels.sequence, labels.sequence < 0),
    }
    columns = {name: column.cast(pa.string()) for name, column in columns.items()}
    return pa.table(columns | {"amount": decimals(labels.amount, pa.decimal128(18, 2))})


def _claims(plan: Plan, part: Part) -> Any:
    claims, n = part.claims, len(part.claims)
    serial = part.begin + np.arange(n)
    chance = mix(serial, plan.seed, 31)
    plain, inside = claims.scenario < 0, claims.care == INPATIENT
    level = plan.providers.level[claims.provider]
    first = plan.first_day
    settled = (first + claims.settle_day.astype(np.int64), claims.settle_second)
    total = claim_sums(part.lines, part.lines.money.amount)
    in_scope = claim_sums(part.lines, part.lines.money.in_scope)
    visit = plain & ~inside  # what is not known of a stay makes its settlement list a finding
    sex = np.where(visit & (chance % 1000 < 2), 2, np.where(visit & (chance % 1000 == 2), 3, sex_of(plan, claims)))
    birth = np.where(claims.newborn, first + claims.admitted, plan.persons.birth[claims.person])
    method = np.where(inside, np.array([1, 1, 2, 2, 0, 3])[chance // 7 % 6], np.array([0, 0, 0, 4])[chance // 7 % 4])
    share = 55 + mix(claims.person, 41) % 35
    columns = {
        "claim_id": claim_ids(serial),
        "encounter_id": _encounters(claims, serial, chance),
        "person_id": person_ids(claims.person),
        "provider_id": provider_ids(claims.provider),
        "provider_level": words(level, LEVELS, plain & (chance // 11 % 400 == 0)),
        "provider_type": words(np.where(claims.care == PHARMACY, 1, 0), ("hospital", "pharmacy")),
        "region": words(plan.providers.region[claims.provider], REGIONS),
        "insurance_type": words(plan.persons.resident[claims.person].astype(np.int64), ("310", "390")),
        "care_type": words(claims.care, CARE),
        "med_type": words(claims.care, MED_TYPE),
        "sex": words(sex, ("male", "female", "unknown", None)),
        "birth_date": dates(birth, visit & (chance // 13 % 500 == 0)),
        "admitted_at": times(first + claims.admitted.astype(np.int64), 6 * 3600 + chance % 3600, ~inside),
        "discharged_at": times(first + claims.last.astype(np.int64), 9 * 3600 + chance % 7200, ~inside),
        "settled_at": times(*settled),
        "admission_way": words(np.array([0] * 12 + [1, 1, 2, 3])[chance // 37 % 16], ADMISSION, ~inside),
        "discharge_way": words(_ways(claims, chance), WAYS, ~inside),
        "department_code": words(chance // 19 % len(DEPARTMENTS), DEPARTMENTS),
        "physician_id": words(_physicians(claims.provider, chance), _physician_words(plan)),
        "principal_diagnosis": words(claims.diagnosis, dx.CODES, visit & (chance // 23 % 300 == 0)),
        "chronic_disease_code": words(claims.person % 4, dx.CHRONIC, claims.care != 2),
        "payment_method": words(method, PAYMENT),
        "is_newborn": flags(claims.newborn),
        "total_amount": decimals(total, MONEY),
        "in_scope_amount": decimals(in_scope, MONEY),
        "fund_amount": decimals(np.maximum(in_scope, 0) * share // 100, MONEY),
        "is_reversed": flags(claims.is_reversed),
    }
    return _table("claims", columns)


def _ways(claims: Claims, chance: Int) -> Int:
    """Nobody who comes again is recorded as died, but where the script says so; a single stay can end that way."""
    usual = np.array([0] * 20 + [1, 2, 3, 4])[chance // 29 % 24]
    return np.where(claims.died | (claims.single & (chance // 29 % 90 == 5)), 5, usual)


def _encounters(claims: Claims, serial: Int, chance: Int) -> Any:
    """A visit may come without its id, or with a sentinel for it; a stay always has one."""
    stays = claims.stay >= 0
    numbers = np.where(stays, claims.stay * 10, serial * 10 + 1)
    whole = numbered("M", numbers, 12).to_numpy(zero_copy_only=False)
    missing = ~stays & (chance // 31 % 200 < 2)
    whole[missing & (chance % 2 == 0)] = None
    whole[missing & (chance % 2 == 1)] = "0"
    return pa.array(whole, pa.string())


def _lines(plan: Plan, part: Part) -> Any:
    lines, claims, items = part.lines, part.claims, load_items()
    serial = part.begin + lines.claim
    chance = mix(serial, lines.sequence, plan.seed, 37)
    plain = ~lines.in_scenario
    provider = claims.provider[lines.claim]
    refund = lines.quantity < 0
    free = plain & ~lines.is_refunded & ~restricted_items()[lines.item]
    shown_class = np.where(lines.self_paid, 2, np.minimum(items.item_class[lines.item], 1))
    unsent = (lines.money.over_limit == 0) & (provider % 3 == 0) & plain & ~lines.is_refunded
    cash = lines.money
    columns = {
        "line_id": line_ids(serial, lines.sequence),
        "claim_id": claim_ids(serial),
        "reverses_line_id": line_ids(serial, lines.reverses, lines.reverses < 0),
        "item_code": words(lines.item, items.column("code")),
        "item_name": words(lines.item, items.column("name")),
        "item_type": words(lines.item, items.column("item_type")),
        "fee_category": words(lines.item, items.column("fee_category")),
        "catalogue_class": words(shown_class, ("A", "B", "C"), plain & (chance % 400 == 1)),
        "quantity": decimals(lines.quantity, arrow_type("lines", "quantity")),
        "unit_price": decimals(lines.price, arrow_type("lines", "unit_price"), plain & ~refund & (chance % 997 == 0)),
        "amount": decimals(cash.amount, MONEY),
        "fully_self_paid_amount": decimals(cash.self_paid, MONEY),
        "over_limit_amount": decimals(cash.over_limit, MONEY, unsent),
        "copay_first_amount": decimals(cash.copay, MONEY),
        "in_scope_amount": decimals(cash.in_scope, MONEY),
        "charged_at": times(lines.day, lines.second, free & (chance // 3 % 500 == 0)),
        "department_code": words(chance // 5 % len(DEPARTMENTS), DEPARTMENTS),
        "physician_id": words(_physicians(provider, chance), _physician_words(plan)),
        "is_discharge_medication": flags(_take_home(claims, lines)),
        "trace_code": numbered("8", serial * 10**3 + lines.sequence, 19, ~items.is_drug[lines.item] | refund),
    }
    return _table("lines", columns)


def _physicians(provider: Int, chance: Int) -> Int:
    """One of nine of the provider's own."""
    return provider.astype(np.int64) * 9 + chance % 9


def _physician_words(plan: Plan) -> list[str]:
    return [f"D91{(i * 7919) % 10**10:010d}" for i in range(9 * len(plan.providers.level))]


def _take_home(claims: Claims, lines: Lines) -> Bool:
    drug = load_items().is_drug[lines.item]
    home: Bool = drug & (claims.care[lines.claim] == INPATIENT) & (lines.sequence % 29 == 7)
    return home


def _diagnoses(part: Part) -> Any:
    """The principal diagnosis of each claim, and up to three more."""
    claims = part.claims
    serial = part.begin + np.arange(len(claims))
    count = 1 + np.where(claims.care == INPATIENT, mix(serial, 51) % 4, mix(serial, 51) % 2)
    of = np.repeat(np.arange(len(claims)), count)
    place = np.arange(len(of)) - (np.cumsum(count) - count)[of]
    other = np.array(dx.BESIDE)[mix(of + part.begin, place, 53) % len(dx.BESIDE)]
    columns = {
        "claim_id": claim_ids(serial[of]),
        "diagnosis_code": words(np.where(place == 0, claims.diagnosis[of], other), dx.CODES),
        "sequence": pa.array(place + 1, pa.int64()),
        "is_principal": flags(place == 0),
        "timing": words(np.zeros(len(of), np.int64), ("discharge",), claims.care[of] != INPATIENT),
        "kind": words(np.zeros(len(of), np.int64), ("western",)),
    }
    return _table("diagnoses", columns)


def _operations(plan: Plan, part: Part) -> Any:
    """An operation in the stays that are charged for one, and in about a third of the others."""
    claims, lines = part.claims, part.lines
    serial = part.begin + np.arange(len(claims))
    surgery = np.array([row["fee_category"] == "surgery" for row in load_items().rows])
    charged = np.zeros(len(claims), np.bool_)
    charged[lines.claim[surgery[lines.item] & (lines.quantity > 0)]] = True
    at = np.flatnonzero((claims.care == INPATIENT) & (charged | (mix(serial, 57) % 3 == 0)))
    day = plan.first_day + claims.first[at] + (claims.last[at] > claims.first[at])
    columns = {
        "claim_id": claim_ids(serial[at]),
        "operation_code": words(mix(serial[at], 59) % len(dx.OPERATIONS), dx.OPERATIONS),
        "is_principal": flags(np.ones(len(at), bool)),
        "operated_at": times(day, 9 * 3600 + mix(serial[at], 61) % 20000),
    }
    return _table("operations", columns)


def _table(name: str, columns: dict[str, Any]) -> Any:
    """Columns of the catalog, in its order; dictionaries stay for the writer."""
    for column, array in columns.items():
        kind = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
        if kind != arrow_type(name, column):
            raise AssertionError(f"{name}.{column} is {kind}")
    return pa.table(columns)


def plain_text(table: Any) -> Any:
    """The table with dictionaries as strings."""
    kinds = [pa.string() if pa.types.is_dictionary(f.type) else f.type for f in table.schema]
    return table.cast(pa.schema(list(zip(table.column_names, kinds, strict=True))))
