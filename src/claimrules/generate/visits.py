"""Visits to hospitals and pharmacies as claims of one day."""

import numpy as np

from claimrules.generate import diagnoses as dx
from claimrules.generate.chance import cumulative, mix, pick
from claimrules.generate.claims import PHARMACY, Claims
from claimrules.generate.items import Bool, Int
from claimrules.generate.population import HOSPITALS, PHARMACIES
from claimrules.generate.stays import Stays

SHARES = np.array([0.5, 0.06, 0.17, 0.27])
"""Of outpatient, emergency, chronic outpatient and pharmacy visits."""

FEWEST, MOST = np.array([3, 3, 2, 1]), np.array([10, 10, 6, 4])
"""Lines of a visit."""


def make_visits(rng: np.random.Generator, stays: Stays, left: int, residents: int, days: int) -> Claims:
    """Visits enough for `left` lines; a person in hospital visits nobody, so somebody else goes."""
    n = left // 4 + 60
    care = pick(rng, cumulative(SHARES), n).astype(np.int8)
    base = rng.integers(FEWEST[care], MOST[care] + 1)
    ends = np.cumsum(base)
    n = int(np.searchsorted(ends, left, side="left")) + 1
    care, base = care[:n], base[:n]
    crowd = residents + max(20, n // 7)
    person = (rng.random(n) ** 1.5 * crowd).astype(np.int64)
    day = rng.integers(0, days, n)
    person = np.where(_in_hospital(stays, person, day), residents + mix(person, day) % (crowd - residents), person)
    home = mix(person, 5)
    hospital = np.where(rng.random(n) < 0.7, home % HOSPITALS, rng.integers(0, HOSPITALS, n))
    shop = HOSPITALS + np.where(rng.random(n) < 0.8, home % PHARMACIES, rng.integers(0, PHARMACIES, n))
    zero, no = np.zeros(n, np.int8), np.zeros(n, bool)
    return Claims(
        person=person.astype(np.int32),
        provider=np.where(care == PHARMACY, shop, hospital).astype(np.int16),
        care=care,
        admitted=day.astype(np.int16),
        first=day.astype(np.int16),
        last=day.astype(np.int16),
        settle_day=day.astype(np.int16),
        settle_second=rng.integers(9 * 3600, 20 * 3600, n).astype(np.int32),
        base=base.astype(np.int16),
        refunds=zero,
        scenario=zero - 1,
        role=zero,
        key=np.zeros(n, np.int32),
        same_day=_visits_of_day(person, day).astype(np.int8),
        stay=np.full(n, -1, np.int32),
        diagnosis=rng.integers(0, 2 * dx.ORDINARY, n).astype(np.int8),
        is_reversed=no,
        died=no,
        label=no,
        newborn=no,
        single=no,
        first_part=no,
        quiet=no,
    )


def _in_hospital(stays: Stays, person: Int, day: Int) -> Bool:
    """Whether the person is in a stay that day, a margin of days for late fees included."""
    inside = np.zeros(len(person), bool)
    order = np.lexsort((stays.admitted, stays.person))
    start = stays.person[order] * 4096 + stays.admitted[order] + 8
    end = stays.person[order] * 4096 + stays.discharged[order] + 24
    if not len(order):
        return inside
    key = person * 4096 + day + 16
    for back in range(3):
        at = np.searchsorted(start, key, side="right") - 1 - back
        inside |= (at >= 0) & (key <= end[np.maximum(at, 0)])
    return inside


def _visits_of_day(person: Int, day: Int) -> Int:
    key = person * 4096 + day
    order = np.argsort(key, kind="stable")
    begins = np.flatnonzero(np.diff(key[order], prepend=-1))
    counts = np.diff(np.append(begins, len(key)))
    out = np.empty(len(key), np.int64)
    out[order] = np.repeat(counts, counts)
    return np.minimum(out, 100)


def cut_visits(visits: Claims, rows: Int, wanted: int) -> Int:
    """Of the visits at `rows` the first ones that make `wanted` lines; the last one is made to fit, in place."""
    ends = np.cumsum(visits.base[rows].astype(np.int64) + visits.refunds[rows])
    n = int(np.searchsorted(ends, wanted, side="left")) + 1
    if wanted <= 0:
        return rows[:0]
    if n > len(rows):
        raise AssertionError("too few visits were planned")
    last = rows[n - 1]
    visits.base[last] -= int(ends[n - 1]) - wanted
    if visits.base[last] < 1:
        visits.refunds[last] = 0
        visits.base[last] = wanted - (int(ends[n - 2]) if n > 1 else 0)
    return rows[:n]
