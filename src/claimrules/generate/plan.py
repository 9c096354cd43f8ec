"""The plan of all claims: who, where, when, how many lines, which scenario; a few bytes a claim.

It is made for the whole file at once, so that a person's claims can be kept apart and settled in order, and it is the
only thing that is held at once: the lines are drawn from it part by part.
"""

from dataclasses import dataclass, fields

import numpy as np

from claimrules.generate import diagnoses as dx
from claimrules.generate.chance import cumulative, mix, pick
from claimrules.generate.items import Bool, Int
from claimrules.generate.population import HOSPITALS, PHARMACIES, Persons, Providers, make_persons, make_providers
from claimrules.generate.scenarios import SCENARIOS
from claimrules.generate.stays import BIRTH, SINGLE, Stays, make_stays

OUTPATIENT, EMERGENCY, CHRONIC, PHARMACY, INPATIENT = range(5)
VISIT_SHARES = np.array([0.5, 0.06, 0.17, 0.27])
FEWEST, MOST = np.array([3, 3, 2, 1]), np.array([10, 10, 6, 4])
STAY_SHARE = 0.5
SCENARIO_SHARE = 0.0045


@dataclass(frozen=True, slots=True)
class Claims:
    """One row a claim.

    Days count from the plan's first day; `base` and `refunds` are lawful lines, `scenario` -1 none.

    `stay` numbers the encounters of inpatients, -1 else; `key` is what the claims of a pair share; `quiet` keeps the
    background away from limits; `same_day` counts the person's visits on the day.
    """

    person: Int
    provider: Int
    care: Int
    admitted: Int
    first: Int
    last: Int
    settle_day: Int
    settle_second: Int
    base: Int
    refunds: Int
    scenario: Int
    role: Int
    key: Int
    same_day: Int
    stay: Int
    diagnosis: Int
    is_reversed: Bool
    died: Bool
    label: Bool
    newborn: Bool
    single: Bool
    first_part: Bool
    quiet: Bool

    def __len__(self) -> int:
        return len(self.person)

    def take(self, rows: Int | slice) -> "Claims":
        """The claims at `rows`."""
        return Claims(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


DTYPES: dict[str, type] = {
    f.name: {"person": np.int32, "settle_second": np.int32, "key": np.int32, "stay": np.int32}.get(
        f.name, np.bool_ if f.type is Bool else np.int16
    )
    for f in fields(Claims)
}
"""The narrowest types that hold the plan of a hundred million lines in a few hundred megabytes."""


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


SCENARIO_ROWS = np.array([[s.rows(0), s.rows(1)] for s in SCENARIOS])
"""Charges and refunds by scenario and role."""


def make_plan(lines: int, seed: int, first_day: int, days: int) -> Plan:
    """A plan of exactly `lines` lines."""
    rng = np.random.default_rng([seed, 1])
    providers = make_providers(rng)
    stays = _stays_for(rng, lines, days)
    inpatients, left = _inpatient_claims(rng, stays, lines)
    residents = int(stays.person.max(initial=-1)) + 1
    visits = _visits(rng, stays, left, residents, days)
    claims = _planted(rng, inpatients, visits, lines)
    claims = _numbered(claims)
    mothers = np.unique(stays.person[stays.script == BIRTH])
    count = int(claims.person.max(initial=0)) + 1
    persons = make_persons(rng, count, first_day, mothers)
    return Plan(seed, first_day, days, claims, _row_counts(claims), persons, providers)


def _row_counts(claims: Claims) -> Int:
    extra = SCENARIO_ROWS[np.maximum(claims.scenario, 0), claims.role].sum(axis=1)
    total: Int = claims.base.astype(np.int64) + claims.refunds + np.where(claims.scenario >= 0, extra, 0)
    return total


def _numbered(claims: Claims) -> Claims:
    """In order of settlement. The person decides between claims of one second, for a claim settles once."""
    when = claims.settle_day.astype(np.int64) * 86400 + claims.settle_second
    return claims.take(np.lexsort((claims.role, claims.provider, claims.person, when)))


def _stays_for(rng: np.random.Generator, lines: int, days: int) -> Stays:
    """About as many stays as fill their share of the lines; short ones in a small file, to have all scripts."""
    longest = 4 if lines < 50_000 else 18
    wanted = lines * STAY_SHARE / (56 if longest == 4 else 118)
    return make_stays(rng, int(wanted / 1.2), days, longest)


def _inpatient_claims(rng: np.random.Generator, stays: Stays, lines: int) -> tuple[Claims, int]:
    """The stays as claims, some settled in two; gives them and the lines that are left for visits."""
    length = stays.discharged - stays.admitted
    wanted = np.maximum(50, length * rng.integers(5, 14, len(length)) + 30)
    wanted = np.minimum(wanted, 300)
    room = np.flatnonzero(np.cumsum(wanted + 12) <= lines * 0.6)
    stays, wanted, length = stays.take(room), wanted[room], length[room]
    n = len(length)
    several = (length >= 4) & (rng.random(n) < 0.13)
    cut = stays.admitted + length // 2
    whole = _claims_of_stays(stays, np.where(several, cut, stays.discharged), stays.admitted)
    second = _claims_of_stays(stays, stays.discharged, cut + 1).take(np.flatnonzero(several))
    claims = _joined(whole, second)
    days = claims.last - claims.first + 1
    share = np.concatenate([np.where(several, wanted // 2, wanted), wanted[several] - wanted[several] // 2])
    base = np.maximum(share, 3 * days + 5)
    single = np.concatenate([~several & (stays.script == SINGLE), np.zeros(int(several.sum()), bool)])
    first_part = np.concatenate([several & (stays.label == 0), np.zeros(int(several.sum()), bool)])
    refunds = rng.binomial(base, 0.013)
    second_of_day = rng.integers(9 * 3600, 17 * 3600, len(base))
    lonely = np.isin(claims.stay, np.flatnonzero(np.isin(stays.script, (SINGLE,)))) & single
    reversed_ = claims.is_reversed | (lonely & (rng.random(len(base)) < 0.004))
    changes = {"base": base, "refunds": refunds, "settle_second": second_of_day, "single": single & ~reversed_}
    changes |= {"first_part": first_part & ~claims.is_reversed, "is_reversed": reversed_}
    claims = _with(claims, **changes)
    return claims, lines - int((base + refunds).sum())


def _claims_of_stays(stays: Stays, last: Int, first: Int) -> Claims:
    n = len(stays.person)
    zero, no = np.zeros(n, np.int64), np.zeros(n, bool)
    return Claims(
        person=stays.person,
        provider=stays.provider,
        care=zero + INPATIENT,
        admitted=stays.admitted,
        first=first,
        last=last,
        settle_day=last,
        settle_second=zero,
        base=zero,
        refunds=zero,
        scenario=zero - 1,
        role=zero,
        key=zero,
        same_day=zero + 1,
        stay=np.arange(n),
        diagnosis=stays.diagnosis,
        is_reversed=stays.is_reversed.astype(bool),
        died=stays.died.astype(bool),
        label=stays.label.astype(bool),
        newborn=stays.newborn.astype(bool),
        single=no,
        first_part=no,
        quiet=stays.newborn.astype(bool),
    )


def _with(claims: Claims, **changes: Int | Bool) -> Claims:
    return Claims(**({f.name: getattr(claims, f.name) for f in fields(claims)} | changes))


def _joined(*several: Claims) -> Claims:
    return Claims(
        **{
            f.name: np.concatenate([getattr(c, f.name).astype(DTYPES[f.name], copy=False) for c in several])
            for f in fields(Claims)
        }
    )


def _visits(rng: np.random.Generator, stays: Stays, left: int, residents: int, days: int) -> Claims:
    """Visits enough for `left` lines; a person in hospital visits nobody, so somebody else goes."""
    n = left // 4 + 60
    care = pick(rng, cumulative(VISIT_SHARES), n).astype(np.int8)
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


def _planted(rng: np.random.Generator, inpatients: Claims, visits: Claims, lines: int) -> Claims:
    """Give scenarios and refunds to claims, then cut the visits so that the sum of lines is met."""
    chosen = _chosen(rng, lines)
    _assign(rng, inpatients, chosen, stays=True)
    _assign(rng, visits, chosen, stays=False)
    free = visits.scenario < 0
    visits = _with(
        visits,
        refunds=(free & (visits.base >= 2) & (rng.random(len(visits)) < 0.075)).astype(np.int16),
        is_reversed=np.array([s.is_reversed for s in SCENARIOS])[visits.scenario] & ~free
        | (free & (rng.random(len(visits)) < 0.004)),
        quiet=~free | (visits.same_day > 3),
    )
    inpatients = _with(inpatients, quiet=inpatients.quiet | (inpatients.scenario >= 0))
    partners = _partners(rng, visits)
    planted = _joined(inpatients, partners, visits.take(np.flatnonzero(~free)))
    # Scenarios come first: what is cut away in the end are ordinary visits.
    ordinary = visits.take(np.flatnonzero(free))
    return _joined(planted, _cut(ordinary, lines - int(_row_counts(planted).sum())))


def _chosen(rng: np.random.Generator, lines: int) -> Int:
    """Which scenarios: each once where there is room, and more by weight."""
    if lines < 2500:
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
    return _with(
        one,
        role=np.ones(len(one), np.int8),
        provider=np.where(elsewhere, moved, one.provider).astype(np.int16),
        care=np.where(elsewhere, OUTPATIENT, one.care).astype(np.int8),
        base=np.full(len(one), 2, np.int16),
        settle_second=one.settle_second + 3600,
    )


def _cut(visits: Claims, wanted: int) -> Claims:
    """The first visits that make `wanted` lines; the last one is made to fit."""
    rows = visits.base.astype(np.int64) + visits.refunds
    ends = np.cumsum(rows)
    n = int(np.searchsorted(ends, wanted, side="left")) + 1
    if wanted <= 0:
        return visits.take(slice(0, 0))
    if n > len(visits):
        raise AssertionError("too few visits were planned")
    out = visits.take(np.arange(n))
    out.base[-1] -= int(ends[n - 1]) - wanted
    if out.base[-1] < 1:
        out.refunds[-1] = 0
        out.base[-1] = wanted - (int(ends[n - 2]) if n > 1 else 0)
    return out
