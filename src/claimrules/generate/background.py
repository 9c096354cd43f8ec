"""The lawful lines of a part: drawn, then corrected until no rule can object.

Nothing here looks at another claim. What claims must agree on is a hash of person and date (which side of a pair may be
charged) or stands in the plan (how many visits share a day's limit).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from claimrules.generate.ceilings import has_ceiling
from claimrules.generate.chance import cumulative, mix, pick
from claimrules.generate.charges import Charges
from claimrules.generate.claims import INPATIENT, PHARMACY, Claims
from claimrules.generate.items import Bool, Float, Int, Items, load_items
from claimrules.generate.plan import Plan
from claimrules.generate.scenarios import PAID

DAILY = ("bed", "nursing", "consultation")


@dataclass(frozen=True, slots=True)
class Draw:
    """What lines are drawn from: shares by setting, the items of every day in hospital, plain drugs, opposite sexes."""

    visit: Float
    pharmacy: Float
    inpatient: Float
    daily: Int
    plain: Int
    opposite: Int


@cache
def draw() -> Draw:
    """Prepared once."""
    items = load_items()
    setting = np.array(items.column("setting"))
    out, inside = np.isin(setting, ("out", "both")), np.isin(setting, ("in", "both"))
    women, men = np.flatnonzero(items.sex == 1), np.flatnonzero(items.sex == 0)
    opposite = np.arange(len(items))
    opposite[women], opposite[men] = men[: len(women)], women[: len(men)]
    return Draw(
        visit=cumulative(items.weight * out),
        pharmacy=cumulative(items.weight * out * items.is_drug),
        inpatient=cumulative(items.weight * inside),
        daily=np.array([items.where(setting="daily", fee_category=c) for c in DAILY]),
        plain=plain_drugs(items),
        opposite=opposite,
    )


def plain_drugs(items: Items) -> Int:
    """Drugs for every setting on which nothing stands but the catalogue."""
    limited = (items.sex >= 0) | (items.max_supply > 0) | (has_ceiling() == 1) | (items.item_class == 2)
    both = np.array(items.column("setting")) == "both"
    return np.flatnonzero(items.is_drug & both & ~limited & (items.expires > 10**5))


def background(plan: Plan, claims: Claims, serial: Int, rng: np.random.Generator) -> Charges:
    """The base lines of `claims`; `serial` numbers the claims in the whole file."""
    items = load_items()
    base = claims.base.astype(np.int64)
    claim = np.repeat(np.arange(len(claims)), base)
    begins = np.cumsum(base) - base
    sequence = np.arange(len(claim)) - begins[claim]
    days = (claims.last - claims.first + 1).astype(np.int64)
    day, item = _days_and_items(claims, claim, sequence, days, rng)
    item = _right_side(plan, claims, serial, item, claim, day)
    item = _right_sex(plan, claims, item, claim)
    quantity = items.quantity_min[item] + items.quantity_step[item] * (
        (rng.random(len(item)) ** 2 * items.quantity_steps[item]).astype(np.int64)
    )
    item, quantity = _within_supply(claims, item, quantity, claim, day, rng)
    net, linked = _refunds(claims, claim, begins, quantity, items.quantity_step[item], rng)
    n = len(claim)
    return Charges(
        claim=claim,
        sequence=sequence,
        item=item,
        day=plan.first_day + day,
        second=_seconds(claims, serial, claim, rng),
        gross=quantity,
        net=net,
        linked=linked,
        rule=np.full(n, -1, np.int8),
        units=np.zeros(n, np.int8),
        price=np.zeros(n, np.int8),
        over=np.full(n, PAID, np.int8),
        listed=np.zeros(n, bool),
    )


def _days_and_items(claims: Claims, claim: Int, sequence: Int, days: Int, rng: np.random.Generator) -> tuple[Int, Int]:
    """Three lines on each day in hospital, the others on any day; in visits all on the day."""
    source = draw()
    care = claims.care[claim]
    inside = care == INPATIENT
    daily = inside & (sequence < 3 * days[claim])
    offset = (rng.random(len(claim)) * days[claim]).astype(np.int64)
    offset = np.where(daily, sequence // 3, np.where(inside, offset, 0))
    item = np.empty(len(claim), np.int64)
    for rows, edges in (
        (inside & ~daily, source.inpatient),
        (~inside & (care != PHARMACY), source.visit),
        (care == PHARMACY, source.pharmacy),
    ):
        at = np.flatnonzero(rows)
        item[at] = pick(rng, edges, len(at))
    at = np.flatnonzero(daily)
    item[at] = source.daily[sequence[at] % 3, claims.provider[claim[at]] % 2]
    return claims.first[claim] + offset, item


def _seconds(claims: Claims, serial: Int, claim: Int, rng: np.random.Generator) -> Int:
    """Between 7 and 20 o'clock in hospital; within the hour before the settlement at a visit.

    One claim in fifty comes without a clock: all its lines stand at 00:00:00.
    """
    n = len(claim)
    ward = rng.integers(7 * 3600, 20 * 3600, n)
    visit = claims.settle_second[claim] - rng.integers(0, 3600, n)
    clockless = (claims.scenario < 0) & (mix(serial, 43) % 50 == 0)
    return np.where(clockless[claim], 0, np.where(claims.care[claim] == INPATIENT, ward, visit))


def _right_side(plan: Plan, claims: Claims, serial: Int, item: Int, claim: Int, day: Int) -> Int:
    """Of each pair a person is charged only the main items or only the sub-items on a date, or in an encounter."""
    items = load_items()
    at = np.flatnonzero(items.role[item] > 0)
    here, of = item[at], claim[at]
    by_date = mix(claims.person[of], day[at], 11) & 1
    visit = np.where(claims.stay[of] >= 0, claims.stay[of], serial[of] + 10**9)
    side = 1 + np.where(items.span[here] == 1, mix(visit, 13) & 1, by_date)
    wrong = items.role[here] != side
    item[at[wrong]] = items.counterpart[here[wrong]]
    quiet = claims.quiet[of]
    plain = draw().plain
    item[at[quiet]] = plain[mix(at[quiet], plan.seed) % len(plain)]
    return item


def _right_sex(plan: Plan, claims: Claims, item: Int, claim: Int) -> Int:
    items = load_items()
    at = np.flatnonzero(items.sex[item] >= 0)
    wrong = at[items.sex[item[at]] != sex_of(plan, claims)[claim[at]]]
    item[wrong] = draw().opposite[item[wrong]]
    return item


def sex_of(plan: Plan, claims: Claims) -> Int:
    """The patient's sex: the newborn's own on the mother's id."""
    return np.where(claims.newborn, mix(claims.person, 17) & 1, plan.persons.sex[claims.person])


def _within_supply(
    claims: Claims, item: Int, quantity: Int, claim: Int, day: Int, rng: np.random.Generator
) -> tuple[Int, Int]:
    """Limited drugs stay within the day's limit, which the visits of the day share; what exceeds becomes a plain drug.

    A stay's last day has none, for the person may be admitted again on it.
    """
    items, plain = load_items(), draw().plain
    at = np.flatnonzero(items.max_supply[item] > 0)
    of = claim[at]
    limit = items.max_supply[item[at]] // np.maximum(claims.same_day[of], 1)
    order = np.lexsort((at, item[at], day[at], of))
    ranked = quantity[at][order]
    total = np.cumsum(ranked)
    fresh = np.ones(len(at), bool)
    fresh[1:] = (np.diff(of[order]) != 0) | (np.diff(item[at][order]) != 0) | (np.diff(day[at][order]) != 0)
    before = (total - ranked)[np.flatnonzero(fresh)]
    running = np.empty(len(at), np.int64)
    running[order] = total - before[np.cumsum(fresh) - 1]
    last = (claims.care[of] == INPATIENT) & (day[at] == claims.last[of])
    away = at[(running > limit) | claims.quiet[of] | last]
    item[away] = plain[rng.integers(0, len(plain), len(away))]
    quantity[away] = items.quantity_min[item[away]]
    return item, quantity


def _refunds(
    claims: Claims, claim: Int, begins: Int, quantity: Int, step: Int, rng: np.random.Generator
) -> tuple[Int, Bool]:
    """The plan's number of refunds in each claim, on different lines: half of them whole, half of them a part."""
    net = quantity.copy()
    refunds = claims.refunds.astype(np.int64)
    of = np.repeat(np.arange(len(claims)), refunds)
    rank = np.arange(len(of)) - (np.cumsum(refunds) - refunds)[of]
    base = claims.base[of].astype(np.int64)
    # Each refund has a stretch of the claim's lines to itself, so that no two hit one line.
    low, high = rank * base // refunds[of], (rank + 1) * base // refunds[of]
    target = begins[of] + low + (rng.random(len(of)) * (high - low)).astype(np.int64)
    half = quantity[target] // 2 // step[target] * step[target]
    net[target] = np.where(rng.random(len(target)) < 0.5, 0, half)
    linked = np.ones(len(claim), bool)
    visit = (claims.care[claim[target]] != INPATIENT) & (claims.scenario[claim[target]] < 0)
    linked[target[visit & (rng.random(len(target)) < 0.45)]] = False
    return net, linked
