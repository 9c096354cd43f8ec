"""The plan of all claims: who, where, when, how many lines, which scenario; a few bytes a claim.

It is made for the whole file at once, so that a person's claims can be kept apart and settled in order, and it is the
only thing that is held at once: the lines are drawn from it part by part.
"""

from dataclasses import dataclass

import numpy as np

from claimrules.generate.claims import Claims, row_counts
from claimrules.generate.inpatients import inpatient_claims, stays_for
from claimrules.generate.items import Int
from claimrules.generate.planting import with_scenarios
from claimrules.generate.population import Persons, Providers, make_persons, make_providers
from claimrules.generate.stays import BIRTH
from claimrules.generate.visits import make_visits


@dataclass(frozen=True, slots=True)
class Plan:
    """All claims in order of settlement, and who they speak of. `rows` is the number of lines of each claim."""

    seed: int
    first_day: int
    days: int
    claims: Claims
    rows: Int
    persons: Persons
    providers: Providers


def make_plan(lines: int, seed: int, first_day: int, days: int) -> Plan:
    """A plan of exactly `lines` lines."""
    rng = np.random.default_rng([seed, 1])
    providers = make_providers(rng)
    stays = stays_for(rng, lines, days)
    inpatients, left = inpatient_claims(rng, stays, lines)
    residents = int(stays.person.max(initial=-1)) + 1
    claims = with_scenarios(rng, inpatients, make_visits(rng, stays, left, residents, days), lines)
    mothers = np.unique(stays.person[stays.script == BIRTH])
    count = int(claims.person.max(initial=0)) + 1
    persons = make_persons(rng, count, first_day, mothers[mothers < count])
    return Plan(seed, first_day, days, claims, row_counts(claims), persons, providers)
