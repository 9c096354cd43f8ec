"""The planted situations: what is charged in a claim beside its lawful lines, and which of it is a violation.

A scenario is data: rows of charges with their refunds. Those with a `rule` are the labels; the others are near misses,
which a rule must leave alone. A claim with a scenario is quiet otherwise: its background has no item that a limit on
quantity or a pair stands on.
"""

from dataclasses import dataclass

DRUG_SEX, MAX_SUPPLY, OFFLIST, OUTSIDE_STAY, DUPLICATE, OVER_PRICE, SPLIT_STAY = range(7)
RULES = (
    "drug_sex",
    "drug_max_supply",
    "drug_offlist_claimed",
    "fee_outside_stay",
    "svc_duplicate",
    "drug_over_price",
    "ipt_split_stay",
)

LAWFUL, FIFTH_OVER, LAST_CEILING, CAPPED, AT_CEILING = range(5)
"""Prices: as everybody's · a fifth over the ceiling · at the ceiling of the period before · twenty times it · at it."""

PAID, UNPAID, HALF, CENT_SHORT, TWO_CENTS_SHORT = range(5)
"""How much of what exceeds the ceiling the person paid (over_limit_amount)."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """`quarters` of the item's daily maximum and `more` units; fractions of a unit to four digits."""

    quarters: int = 0
    more: float = 0.0


@dataclass(frozen=True, slots=True)
class Charge:
    """One charged line; `net` is what its refund leaves, `linked` that the refund names the line.

    `item`: sex, supply, class_c, expired, plain, priced, main, sub. `day` counts from the scenario's day, which is the
    admission or discharge where `anchor` says so. `rule` with `units` makes it a label. `role` is the claim of a pair.
    """

    item: str
    gross: Quantity = Quantity(0, 2)
    net: Quantity | None = None
    linked: bool = True
    rule: int = -1
    units: Quantity = Quantity()
    time: str = "09:05"
    day: int = 0
    anchor: str = ""
    window: str = "day"
    price: int = LAWFUL
    over: int = PAID
    listed: bool = False
    role: int = 0


@dataclass(frozen=True, slots=True)
class Scenario:
    """One situation.

    `place`: any, service (any but a pharmacy), visit, stay, newborn, part (the first of two settlements of a stay).
    `roles` 2 is a pair of visits of one day, `elsewhere` at two providers.
    """

    name: str
    charges: tuple[Charge, ...]
    place: str = "any"
    roles: int = 1
    elsewhere: bool = False
    is_reversed: bool = False
    weight: float = 1.0

    @property
    def rule(self) -> int:
        """The rule whose violation is planted, or -1."""
        return max((c.rule for c in self.charges), default=-1)

    def rows(self, role: int) -> tuple[int, int]:
        """How many charges and how many refunds the claim of `role` gets."""
        mine = [c for c in self.charges if c.role == role]
        return len(mine), sum(c.net is not None for c in mine)


def _units(n: float) -> Quantity:
    return Quantity(0, n)


def _max(quarters: int = 4, more: float = 0.0) -> Quantity:
    return Quantity(quarters, more)


def _sex(**k: object) -> Charge:
    return Charge("sex", **k)  # type: ignore[arg-type]


def _supply(gross: Quantity, over: Quantity | None = None, **k: object) -> Charge:
    rule = -1 if over is None else MAX_SUPPLY
    return Charge("supply", gross, rule=rule, units=over or Quantity(), **k)  # type: ignore[arg-type]


def _off(item: str = "class_c", **k: object) -> Charge:
    return Charge(item, **({"listed": True, "rule": OFFLIST} | k))  # type: ignore[arg-type]


def _fee(**k: object) -> Charge:
    return Charge("plain", **({"rule": OUTSIDE_STAY} | k))  # type: ignore[arg-type]


def _main(gross: float, window: str = "day", **k: object) -> Charge:
    return Charge("main", _units(gross), window=window, **k)  # type: ignore[arg-type]


def _sub(gross: float, hit: float = 0, window: str = "day", **k: object) -> Charge:
    rule = DUPLICATE if hit else -1
    shown = {"time": "15:20"} | k
    return Charge("sub", _units(gross), window=window, rule=rule, units=_units(hit), **shown)  # type: ignore[arg-type]


def _price(gross: float = 3, **k: object) -> Charge:
    shown = {"rule": OVER_PRICE, "price": FIFTH_OVER, "over": UNPAID} | k
    return Charge("priced", _units(gross), **shown)  # type: ignore[arg-type]


SCENARIOS: tuple[Scenario, ...] = (
    Scenario("sex", (_sex(rule=DRUG_SEX),), weight=4),
    Scenario("sex, a part refunded", (_sex(gross=_units(3), net=_units(1), rule=DRUG_SEX),)),
    Scenario("near: sex, all refunded", (_sex(net=_units(0), linked=False),)),
    Scenario("near: sex, a newborn", (_sex(),), place="newborn"),
    Scenario("near: sex, the claim reversed", (_sex(),), place="visit", is_reversed=True),
    Scenario("supply on one line", (_supply(_max(4, 2), _units(2)),)),
    Scenario("supply on one line, a fraction", (_supply(_max(5, 0.5), _max(1, 0.5)),)),
    Scenario("supply on two lines", (_supply(_max(3)), _supply(_max(2), _max(1), time="15:00"))),
    Scenario("supply, lines at one time", (_supply(_max(3)), _supply(_max(2), _max(1)))),
    Scenario(
        "supply on three lines",
        (_supply(_max()), _supply(_units(1), _units(1), time="11:00"), _supply(_units(2), _units(2), time="16:30")),
    ),
    Scenario("supply, refund leaves too much", (_supply(_max(6, 1), _units(1), net=_max(4, 1)),)),
    Scenario(
        "supply, refund of the first line",
        (_supply(_max(3), net=_max(2)), _supply(_max(3), _max(1), time="15:00")),
    ),
    Scenario(
        "supply in two claims",
        (_supply(_max(3)), _supply(_max(2), _max(1), time="16:00", role=1)),
        place="visit",
        roles=2,
        elsewhere=True,
    ),
    Scenario(
        "supply in two claims, the later one charged first",
        (_supply(_max(3), _max(1), time="16:00"), _supply(_max(2), time="08:40", role=1)),
        place="visit",
        roles=2,
    ),
    Scenario("near: supply at the limit", (_supply(_max()),)),
    Scenario("near: supply, refund back to the limit", (_supply(_max(6), net=_max(), linked=False),)),
    Scenario("near: supply, the day after", (_supply(_max()), _supply(_max(), day=1)), place="stay"),
    Scenario(
        "near: supply in two claims at the limit",
        (_supply(_max(2)), _supply(_max(2), time="16:00", role=1)),
        place="visit",
        roles=2,
        elsewhere=True,
    ),
    Scenario("class C", (_off(),), weight=2),
    Scenario("class C, a part refunded", (_off(gross=_units(3), net=_units(1)),)),
    Scenario("expired", (_off("expired"),), weight=2),
    Scenario("near: class C, self-paid", (_off(listed=False, rule=-1),)),
    Scenario("near: class C, all refunded", (_off(net=_units(0), rule=-1),)),
    Scenario("fee after discharge", (_fee(anchor="discharge", day=1, time="00:05"),), place="stay", weight=2),
    Scenario("fee long after discharge", (_fee(anchor="discharge", day=6),), place="stay"),
    Scenario("fee before admission", (_fee(anchor="admission", day=-1, time="23:59"),), place="stay", weight=2),
    Scenario(
        "fee after discharge, a part refunded",
        (_fee(anchor="discharge", day=2, gross=_units(3), net=_units(1)),),
        place="stay",
    ),
    Scenario("near: fee late on the last day", (_fee(anchor="discharge", time="23:59", rule=-1),), place="stay"),
    Scenario("near: fee early on the first day", (_fee(anchor="admission", time="00:01", rule=-1),), place="stay"),
    Scenario(
        "near: fee after discharge, refunded",
        (_fee(anchor="discharge", day=1, net=_units(0), rule=-1),),
        place="stay",
    ),
    Scenario("near: fee after the part, in the stay", (_fee(anchor="discharge", day=1, rule=-1),), place="part"),
    Scenario("duplicate of the day", (_main(1), _sub(1, 1)), place="service", weight=2),
    Scenario("duplicate, the part charged first", (_main(1, time="16:00"), _sub(1, 1, time="08:30")), place="service"),
    Scenario("duplicate, more parts than mains", (_main(1), _sub(2, 1)), place="service"),
    Scenario(
        "duplicate, two lines of parts", (_main(2), _sub(1, 1, time="08:10"), _sub(2, 1, time="14:10")), place="service"
    ),
    Scenario("duplicate, a main refunded in part", (_main(2, net=_units(1)), _sub(2, 1)), place="service"),
    Scenario("duplicate of the encounter", (_main(1, "encounter"), _sub(1, 1, "encounter", day=1)), place="stay"),
    Scenario(
        "duplicate of six hours",
        (_main(1, "6 hours", time="08:00"), _sub(1, 1, "6 hours", time="13:59")),
        place="service",
    ),
    Scenario(
        "duplicate of six hours sharp",
        (_main(1, "6 hours", time="08:00"), _sub(1, 1, "6 hours", time="14:00")),
        place="service",
    ),
    Scenario("duplicate of the hour", (_main(1, "hour"), _sub(1, 1, "hour", time="09:50")), place="service"),
    Scenario("near: duplicate, the day after", (_main(1), _sub(1, day=1)), place="stay"),
    Scenario("near: duplicate, the part refunded", (_main(1), _sub(1, net=_units(0), linked=False)), place="service"),
    Scenario("near: duplicate, the main refunded", (_main(1, net=_units(0)), _sub(1)), place="service"),
    Scenario(
        "near: six hours and a minute",
        (_main(1, "6 hours", time="08:00"), _sub(1, 0, "6 hours", time="14:01")),
        place="service",
    ),
    Scenario("near: the next hour", (_main(1, "hour", time="09:50"), _sub(1, 0, "hour", time="10:10")), place="service"),
    Scenario(
        "near: duplicate at another provider",
        (_main(1), _sub(1, role=1)),
        place="visit",
        roles=2,
        elsewhere=True,
    ),
    Scenario("price", (_price(),), weight=3),
    Scenario("price, half of it paid", (_price(4, over=HALF),)),
    Scenario("price, two cents short", (_price(2, over=TWO_CENTS_SHORT),)),
    Scenario("price, at the last ceiling", (_price(2, price=LAST_CEILING),)),
    Scenario("price beyond the scope", (_price(2, price=CAPPED),)),
    Scenario("price, a part refunded", (_price(4, net=_units(1)),)),
    Scenario("near: price at the ceiling", (_price(price=AT_CEILING, rule=-1),)),
    Scenario("near: price, the excess paid", (_price(over=PAID, rule=-1),)),
    Scenario("near: price, a cent short", (_price(over=CENT_SHORT, rule=-1),)),
    Scenario("near: price, all refunded", (_price(net=_units(0), rule=-1),)),
    Scenario("near: price, the claim reversed", (_price(rule=-1),), place="visit", is_reversed=True),
)
