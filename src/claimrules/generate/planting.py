"""Which claims get a scenario, and which ordinary ones are refunded or reversed."""

import numpy as np

from claimrules.generate.chance import cumulative, mix, pick
from claimrules.generate.claims import (
    INPATIENT,
    OUTPATIENT,
    PHARMACY,
    Claims,
    in_order,
    joined,
    row_counts,
    with_changes,
)
from claimrules.generate.items import Int
from claimrules.generate.population import HOSPITALS
from claimrules.generate.scenarios import SCENARIOS
from claimrules.generate.visits import cut_visits

SCENARIO_SHARE = 0.0045
"""Scenarios a line; about two thirds of them hold violations."""

FEWEST_LINES = 2500
"""Smaller files have no scenarios: there is no room for all of them."""


def with_scenarios(rng: np.random.Generator, inpatients: Claims, visits: Claims, lines: int) -> Claims:
    """Give scenarios and refunds to claims, then cut the visits so that the sum of lines is met.

    Gives all claims in order of settlement.
    """
    chosen = _chosen(rng, lines)
    _assign(rng, inpatients, chosen, stays=True)
    _assign(rng, visits, chosen, stays=False)
    free = visits.scenario < 0
    visits = with_changes(
        visits,
        refunds=(free & (visits.base >= 2) & (rng.random(len(visits)) < 0.075)).astype(np.int16),
        is_reversed=np.array([s.is_reversed for s in SCENARIOS])[visits.scenario] & ~free
        | (free & (rng.random(len(visits)) < 0.004)),
        quiet=~free | (visits.same_day > 3),
    )
    inpatients = with_changes(inpatients, quiet=inpatients.quiet | (inpatients.scenario >= 0))
    partners = _partners(rng, visits)
    planted = joined(inpatients, partners, visits.take(np.flatnonzero(~free)))
    # Scenarios come first: what is cut away in the end are ordinary visits.
    kept = cut_visits(visits, np.flatnonzero(free), lines - int(row_counts(planted).sum()))
    return in_order(planted, visits, kept)


def _chosen(rng: np.random.Generator, lines: int) -> Int:
    """Which scenarios: each once where there is room, and more by weight."""
    if lines < FEWEST_LINES:
        return np.zeros(0, np.int64)
    more = max(0, int(lines * SCENARIO_SHARE) - len(SCENARIOS))
    edges = cumulative(np.array([s.weight for s in SCENARIOS]))
    return np.concatenate([np.arange(len(SCENARIOS)), pick(rng, edges, more)])


def _assign(rng: np.random.Generator, claims: Claims, chosen: Int, *, stays: bool) -> None:
    """Write the scenarios that belong to these claims into them, in place, each claim one at most."""
    hospital = claims.care != PHARMACY
    hosts = {
        "stay": claims.single,
        "any": claims.single if stays else claims.same_day == 1,
        "visit": hospital & (claims.care != INPATIENT) & (claims.same_day == 1),
        "service": claims.single if stays else hospital & (claims.same_day == 1),
        "newborn": claims.newborn,
        "part": claims.first_part,
    }
    taken = np.zeros(len(claims), bool)
    for place in ("newborn", "part", "stay", "visit", "service", "any"):
        here = chosen[np.array([SCENARIOS[s].place == place for s in chosen], dtype=bool)]
        if place in ("service", "any"):
            # A third of what can stand anywhere goes into stays; the first of each always into visits.
            in_stay = (mix(np.arange(len(here)), 3) % 3 == 0) & (np.arange(len(here)) >= len(SCENARIOS))
            here = here[in_stay] if stays else here[~in_stay]
        free = np.flatnonzero(hosts[place] & ~taken)
        at = rng.permutation(free)[: len(here)]
        claims.scenario[at] = here[: len(at)]
        claims.key[at] = at
        taken[at] = True
        # The settlement of a planted visit comes after the last of its charges.
        late = claims.care[at] != INPATIENT
        claims.settle_second[at[late]] = 18 * 3600 + claims.settle_second[at[late]] % 3600


def _partners(rng: np.random.Generator, visits: Claims) -> Claims:
    """The second visits of the pairs: same person and day, at another provider where the scenario says so."""
    pairs = np.array([s.roles == 2 for s in SCENARIOS])
    other = np.array([s.elsewhere for s in SCENARIOS])
    one = visits.take(np.flatnonzero((visits.scenario >= 0) & pairs[visits.scenario]))
    moved = (one.provider + 1 + rng.integers(0, HOSPITALS - 1, len(one))) % HOSPITALS
    elsewhere = other[one.scenario]
    return with_changes(
        one,
        role=np.ones(len(one), np.int8),
        provider=np.where(elsewhere, moved, one.provider).astype(np.int16),
        care=np.where(elsewhere, OUTPATIENT, one.care).astype(np.int8),
        base=np.full(len(one), 2, np.int16),
        settle_second=one.settle_second + 3600,
    )
