"""One part of the file: the claims of a stretch of time with all their lines, priced, refunded and labelled."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from claimrules.generate import scenarios as sc
from claimrules.generate.background import background
from claimrules.generate.ceilings import NONE, ceiling_at, ceilings, period_of
from claimrules.generate.chance import mix
from claimrules.generate.charges import Charges, count_within, joined
from claimrules.generate.claims import INPATIENT, SCENARIO_ROWS, Claims
from claimrules.generate.items import Bool, Int, load_items
from claimrules.generate.money import CENT, Charged, Money, excess, half_up, minus, money
from claimrules.generate.plan import Plan
from claimrules.generate.planted import planted


@dataclass(frozen=True, slots=True)
class Lines:
    """All lines of a part, claim by claim. `reverses` is the sequence of the line that a refund names, or -1."""

    claim: Int
    sequence: Int
    reverses: Int
    item: Int
    day: Int
    second: Int
    quantity: Int
    price: Int
    money: Money
    self_paid: Bool
    in_scenario: Bool
    is_refunded: Bool


@dataclass(frozen=True, slots=True)
class Labels:
    """Planted violations: rule, position of the claim in the file, sequence of the line (-1 for a stay), cents."""

    rule: Int
    claim: Int
    sequence: Int
    amount: Int


@dataclass(frozen=True, slots=True)
class Part:
    """`begin` is the position of the first claim in the whole file."""

    begin: int
    claims: Claims
    lines: Lines
    labels: Labels
    restricted: int


def make_part(plan: Plan, begin: int, end: int) -> Part:
    """The claims `begin`…`end` of the plan with their lines."""
    claims = plan.claims.take(slice(begin, end))
    rng = np.random.default_rng([plan.seed, 2, begin])
    serial = np.arange(begin, end, dtype=np.int64)
    extra = planted(plan, claims)
    charges = background(plan, claims, serial, rng)
    if extra is not None:
        charges = joined(charges, extra)
    charges = _linked_unless_last(charges, claims)
    charged = _charged(plan, claims, charges)
    gross, net = money(charged, charges.gross), money(charged, charges.net)
    lines = _lines(claims, plan.rows[begin:end], charges, charged, gross, net)
    labels = _labels(charges, charged, net, begin)
    return Part(begin, claims, lines, labels, _restricted(lines))


def _linked_unless_last(charges: Charges, claims: Claims) -> Charges:
    """An unlinked refund is taken from the last line of its item in the encounter.

    Where the refunded line is not the last, the refund names it.
    """
    open_ = np.flatnonzero(~charges.linked)
    if not len(open_):
        return charges
    concerned = np.zeros(len(claims), bool)
    concerned[charges.claim[open_]] = True
    rows = np.flatnonzero(concerned[charges.claim])
    keys = (charges.sequence, charges.second, charges.day, charges.item, charges.claim)
    order = rows[np.lexsort([k[rows] for k in keys])]
    claim, item = charges.claim[order], charges.item[order]
    last = np.ones(len(order), bool)
    last[:-1] = (np.diff(claim) != 0) | (np.diff(item) != 0)
    charges.linked[order[~last]] = True
    return charges


def _charged(plan: Plan, claims: Claims, charges: Charges) -> Charged:
    """Prices: each provider has one for an item, near the ceiling or the usual price; scenarios say their own."""
    items = load_items()
    item, day = charges.item, charges.day
    provider = claims.provider[charges.claim]
    level, override = plan.providers.level[provider], plan.providers.in_override[provider]
    ceiling = ceiling_at(item, level, override, day)
    draw = mix(provider, item, 23) % 1000
    factor = np.where(draw < 80, 1020 + draw * 3, np.where(draw < 200, 1000, 800 + draw // 5))
    has = ceiling != NONE
    usual = np.where(has, np.where(has, ceiling, 0) * factor, items.price[item] * (900 + draw // 5)) // 1000
    grain = np.where(items.price[item] % 10**4 == 0, 10**4, np.where(items.price[item] % 100 == 0, 100, 1))
    price = np.where(draw < 200, usual, np.maximum(usual // grain * grain, np.minimum(grain, usual)))
    self_paid = (items.item_class[item] == 2) | (day > items.expires[item])
    # A person who pays for all of it has no over-limit part, and the price rule would see an excess of no amount.
    price = np.where(self_paid, np.minimum(price, ceiling), price)
    at = np.flatnonzero(charges.price != sc.LAWFUL)
    price[at] = _scenario_prices(charges.price[at], item[at], level[at], override[at], day[at], ceiling[at])
    copay = np.where(charges.listed & self_paid, 1000, items.copay[item])
    return Charged(price, ceiling, charges.over, copay, self_paid & ~charges.listed)


def _scenario_prices(mode: Int, item: Int, level: Int, override: Int, day: Int, ceiling: Int) -> Int:
    """The excess is a whole number of cents a unit, so that a cent more or less can be told apart."""
    cent = 10**4
    before = ceilings()[item, level, override, np.maximum(period_of(day) - 1, 0)]
    fifth = ceiling + -(-(ceiling // 5) // cent) * cent
    last = np.maximum(before, ceiling + 2 * cent)
    return np.select(
        [mode == sc.FIFTH_OVER, mode == sc.LAST_CEILING, mode == sc.CAPPED], [fifth, last, ceiling * 20], ceiling
    )


def _lines(claims: Claims, rows: Int, charges: Charges, charged: Charged, gross: Money, net: Money) -> Lines:
    begins = np.cumsum(rows) - rows
    back = np.flatnonzero(charges.net < charges.gross)
    first = claims.base.astype(np.int64) + np.where(
        claims.scenario >= 0, SCENARIO_ROWS[np.maximum(claims.scenario, 0), claims.role, 0], 0
    )
    of = charges.claim[back]
    sequence = first[of] + count_within(of)
    place = np.concatenate([begins[charges.claim] + charges.sequence, begins[of] + sequence])
    refund = minus(net, gross)
    total = int(rows.sum())
    if len(place) != total:
        raise AssertionError(f"{total} lines were planned and {len(place)} drawn")

    def placed(charge: Any, returned: Any) -> Any:
        out = np.empty(total, charge.dtype)
        out[place] = np.concatenate([charge, returned.astype(charge.dtype)])
        return out

    second = charges.second[back]
    late = np.where(second == 0, 0, np.minimum(second + 60, 86399))
    return Lines(
        claim=placed(charges.claim, of),
        sequence=placed(charges.sequence, sequence),
        reverses=placed(np.full(len(charges), -1), np.where(charges.linked[back], charges.sequence[back], -1)),
        item=placed(charges.item, charges.item[back]),
        day=placed(charges.day, charges.day[back]),
        second=placed(charges.second, late),
        quantity=placed(charges.gross, (charges.net - charges.gross)[back]),
        price=placed(charged.price, charged.price[back]),
        money=Money(**{f.name: placed(getattr(gross, f.name), getattr(refund, f.name)[back]) for f in fields(Money)}),
        self_paid=placed(charged.self_paid, charged.self_paid[back]),
        in_scenario=placed(claims.scenario[charges.claim] >= 0, claims.scenario[of] >= 0),
        is_refunded=placed(charges.net < charges.gross, np.ones(len(back), bool)),
    )


def _labels(charges: Charges, charged: Charged, net: Money, begin: int) -> Labels:
    """Amounts by the rules' own definitions, of what the refunds leave."""
    at = np.flatnonzero(charges.rule >= 0)
    rule, quantity, scope = charges.rule[at].astype(np.int64), charges.net[at], net.in_scope[at]
    units = _shares(charges.units[at], scope, quantity)
    due = excess(charged, charges.net)[at] - net.over_limit[at] * CENT
    above = np.minimum(half_up(np.maximum(due, 0), CENT), scope)
    by_units = np.isin(rule, (sc.MAX_SUPPLY, sc.DUPLICATE))
    amount = np.where(by_units, units, np.where(rule == sc.OVER_PRICE, above, scope))
    return Labels(rule, charges.claim[at] + begin, charges.sequence[at], amount)


def _shares(units: Int, scope: Int, quantity: Int) -> Int:
    """`units × scope / quantity`, half up to the cent."""
    shares: Int = (2 * units * scope + quantity) // (2 * np.maximum(quantity, 1))
    return shares


def _restricted(lines: Lines) -> int:
    """How many lines carry a code that some knowledge row stands on."""
    return int(restricted_items()[lines.item].sum())


def restricted_items() -> Bool:
    """Which items stand in a sample table."""
    items = load_items()
    priced = ceilings()[:, 0, 0, 0] != NONE
    found: Bool = items.is_drug | priced | (items.role > 0)
    return found


def claim_sums(lines: Lines, cents: Int) -> Int:
    """The sum over the lines of each claim. Lines stand claim by claim, and every claim has one."""
    begins = np.flatnonzero(np.diff(lines.claim, prepend=-1))
    sums: Int = np.add.reduceat(cents, begins)
    return sums


def split_stays(part: Part) -> tuple[Int, Int]:
    """For the claims of planted split stays in this part: position in the file, cents in scope."""
    at = np.flatnonzero(part.claims.label & (part.claims.care == INPATIENT) & ~part.claims.is_reversed)
    scope = claim_sums(part.lines, part.lines.money.in_scope)
    return at + part.begin, scope[at]
