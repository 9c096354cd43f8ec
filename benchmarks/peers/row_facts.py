"""A line with its claim, its limits and its ceiling as one flat fact, and the rules that one such fact can answer.

Limits are looked up beforehand, as of the day of the charge: without a date there is none. Windows, pairs and duplicates
need other lines, so engines that judge one row at a time have no part in them.
"""

from typing import Any

from benchmarks.peers.line_tuples import Rows

Fact = dict[str, Any]
KINDS = ("attribute", "price", "arithmetic", "before_stay", "after_stay")
NAMES = (
    *("sex", "care_type", "provider_level", "payment_method", "department_code", "birth", "admitted", "discharged"),
    *("day", "quantity", "unit_price", "amount"),
)
PRODUCT = 100_000_000
"""Of quantity times price in a cent."""


def kept(about: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rules that a line answers alone."""
    return [rule for rule in about if rule["kind"] in KINDS]


def limit(rule: dict[str, Any]) -> str:
    """The name under which a fact has what a rule's table says of the item."""
    return f"limit_{rule['id']}"


def condition(rule: dict[str, Any]) -> str:
    """The rule in the words that zen-engine and rule-engine share; what is not known is null."""
    own, bound = rule.get("column", "unit_price"), limit(rule)
    both = f"{own} != null and {bound} != null"
    match rule["kind"]:
        case "attribute" if rule["how"] == "age":
            return f"day != null and birth != null and {bound} != null and day - birth < {bound}"
        case "attribute":
            return f"{both} and {own} {'==' if rule['how'] == '=' else '!='} {bound}"
        case "price":
            return f"{both} and unit_price > {bound}"
        case "arithmetic":
            off = "quantity * unit_price - amount"
            return f"unit_price != null and ({off} > 500000000 or {off} < -500000000)"
        case "before_stay":
            return "inpatient and day != null and admitted != null and day < admitted"
        case "after_stay":
            return "inpatient and day != null and discharged != null and day > discharged"
    raise ValueError(rule["kind"])


def facts_of(rows: Rows, about: list[dict[str, Any]]) -> list[Fact]:
    """A fact for each line; of the limits only those that there are, of the rest all, unknown ones as None.

    The amount is in the unit of quantity times price.
    """
    inpatient = rows.inpatient()
    limits: dict[Any, Fact] = {}
    for rule in kept(about):
        for item, value in rows.knowledge(rule):
            limits.setdefault(item, {})[limit(rule)] = value
    facts = []
    for row in rows.lines:
        claim = rows.claims[row.claim]
        both = row._asdict() | claim._asdict()
        fact = {name: both[name] for name in NAMES} | {"inpatient": claim.care_type == inpatient}
        fact["amount"] = row.amount * PRODUCT
        facts.append(fact | limits.get(row.item, {}) if row.day is not None else fact)
    return facts
