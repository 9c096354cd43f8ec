"""The lines of the scenarios."""

from functools import cache

import numpy as np

from claimrules.generate.background import plain_drugs, sex_of
from claimrules.generate.ceilings import has_ceiling
from claimrules.generate.chance import mix
from claimrules.generate.charges import Charges, joined
from claimrules.generate.claims import INPATIENT, Claims
from claimrules.generate.items import Int, load_items
from claimrules.generate.plan import Plan
from claimrules.generate.scenarios import SCENARIOS, Charge, Quantity


def planted(plan: Plan, claims: Claims) -> Charges | None:
    """The charges of every scenario in `claims`, or None where there is none. A reversed claim's are no labels."""
    out: list[Charges] = []
    for number in np.unique(claims.scenario[claims.scenario >= 0]):
        for role in range(SCENARIOS[number].roles):
            at = np.flatnonzero((claims.scenario == number) & (claims.role == role))
            mine = [c for c in SCENARIOS[number].charges if c.role == role]
            out += [_charge(plan, claims, at, charge, k) for k, charge in enumerate(mine) if len(at)]
    return joined(*out) if out else None


def _charge(plan: Plan, claims: Claims, at: Int, charge: Charge, k: int) -> Charges:
    n = len(at)
    host = claims.take(at)
    key = mix(plan.seed, host.key, host.scenario, host.person)
    day = plan.first_day + _day(host, charge, key)
    item = _item(plan, host, charge, key, day)
    limit = load_items().max_supply[item]
    hours, minutes = charge.time.split(":")
    gross = _quantity(charge.gross, limit)
    return Charges(
        claim=at,
        sequence=host.base.astype(np.int64) + k,
        item=item,
        day=day,
        second=np.full(n, int(hours) * 3600 + int(minutes) * 60),
        gross=gross,
        net=gross if charge.net is None else _quantity(charge.net, limit),
        linked=np.full(n, charge.linked),
        rule=np.where(host.is_reversed, -1, charge.rule).astype(np.int8),
        units=_quantity(charge.units, limit),
        price=np.full(n, charge.price, np.int8),
        over=np.full(n, charge.over, np.int8),
        listed=np.full(n, charge.listed),
    )


def _quantity(quantity: Quantity, limit: Int) -> Int:
    found: Int = limit * quantity.quarters // 4 + round(quantity.more * 10**4)
    return found


def _day(host: Claims, charge: Charge, key: Int) -> Int:
    """The scenario's day: the visit's, or one in the stay that is not its last."""
    anchors = {"admission": host.first, "discharge": host.last}
    if charge.anchor:
        return anchors[charge.anchor].astype(np.int64) + charge.day
    day: Int = host.first + mix(key, 19) % np.maximum(host.last - host.first, 1) + charge.day
    return day


def _item(plan: Plan, host: Claims, charge: Charge, key: Int, day: Int) -> Int:
    lists = _lists()
    if charge.item == "sex":
        return _by_key(key, lists["men"], lists["women"], sex_of(plan, host) == 1)
    if charge.item == "supply":
        return _by_key(key, lists["supply in"], lists["supply out"], host.care == INPATIENT)
    if charge.item == "expired":
        ended = np.sort(load_items().expires[lists["expired"]])
        order = lists["expired"][np.argsort(load_items().expires[lists["expired"]], kind="stable")]
        known = np.searchsorted(ended, day, side="left")
        item: Int = np.where(known > 0, order[key % np.maximum(known, 1)], lists["class_c"][key % len(lists["class_c"])])
        return item
    if charge.item in ("main", "sub"):
        found = lists[f"{charge.item} {charge.window}"]
        return found[key % len(found)]
    return lists[charge.item][key % len(lists[charge.item])]


def _by_key(key: Int, first: Int, second: Int, choose: Int) -> Int:
    return np.where(choose, first[key % len(first)], second[key % len(second)])


@cache
def _lists() -> dict[str, Int]:
    """The items that a scenario can choose from; `main w` and `sub w` stand beside each other."""
    items = load_items()
    setting = np.array(items.column("setting"))
    drug, limited = items.is_drug, items.max_supply > 0
    free = (items.sex < 0) & ~limited & (items.expires > 10**5) & (items.item_class < 2) & (setting == "both")
    lists = {
        "men": np.flatnonzero(items.sex == 0),
        "women": np.flatnonzero(items.sex == 1),
        "supply in": np.flatnonzero(limited & (setting == "in")),
        "supply out": np.flatnonzero(limited & (setting == "out")),
        "class_c": np.flatnonzero(drug & (items.item_class == 2)),
        "expired": np.flatnonzero(drug & (items.expires < 10**5)),
        "plain": plain_drugs(items),
        "priced": np.flatnonzero(drug & free & (has_ceiling() == 1) & (items.role == 0) & (items.price > 2 * 10**6)),
    }
    for window in dict.fromkeys(p.window for p in items.pairs):
        lists[f"main {window}"] = np.array([p.main for p in items.pairs if p.window == window])
        lists[f"sub {window}"] = np.array([p.sub for p in items.pairs if p.window == window])
    return lists
