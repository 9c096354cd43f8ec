"""Stays as claims: how many, of how many lines, settled at once or in two parts."""

import numpy as np

from claimrules.generate.claims import INPATIENT, Claims, joined, with_changes
from claimrules.generate.items import Int
from claimrules.generate.stays import SINGLE, Stays, make_stays

STAY_SHARE = 0.5
"""Of all lines."""

SMALL_FILE = 50_000
"""Lines below which the stays are short."""


def stays_for(rng: np.random.Generator, lines: int, days: int) -> Stays:
    """About as many stays as fill their share of the lines; short ones in a small file, to have all scripts."""
    longest = 4 if lines < SMALL_FILE else 18
    wanted = lines * STAY_SHARE / (56 if longest == 4 else 118)
    return make_stays(rng, int(wanted / 1.2), days, longest)


def inpatient_claims(rng: np.random.Generator, stays: Stays, lines: int) -> tuple[Claims, int]:
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
    claims = joined(whole, second)
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
    claims = with_changes(claims, **changes)
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
