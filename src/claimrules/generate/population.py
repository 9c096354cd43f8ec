"""Who is treated, and where: insured persons and designated providers, all invented."""

from dataclasses import dataclass

import numpy as np

from claimrules.generate.ceilings import LEVELS, OVERRIDE_REGION
from claimrules.generate.items import Bool, Int

REGIONS = tuple(f"91{city:02d}{county:02d}" for city in range(1, 8) for county in range(1, 5))
HOSPITAL_LEVELS = ("1B", "1A", "2C", "2B", "2A", "2A", "3B", "3A", "3A", "3_special")
HOSPITALS, PHARMACIES = 240, 160


@dataclass(frozen=True, slots=True)
class Providers:
    """Hospitals first, pharmacies after them.

    `level` is a position in LEVELS, `region` one in REGIONS.
    """

    level: Int
    region: Int
    in_override: Int

    def __len__(self) -> int:
        return len(self.level)


@dataclass(frozen=True, slots=True)
class Persons:
    """`sex` is 0 male, 1 female; `birth` counts days since 1970; `resident` is insurance type 390, else 310."""

    sex: Int
    birth: Int
    resident: Bool

    def __len__(self) -> int:
        return len(self.sex)


def make_providers(rng: np.random.Generator) -> Providers:
    """The same number at any size: a national file has few providers and many claims."""
    drawn = rng.integers(0, len(HOSPITAL_LEVELS), HOSPITALS)
    hospital = np.array([LEVELS.index(level) for level in HOSPITAL_LEVELS])[drawn]
    level = np.concatenate([hospital, np.zeros(PHARMACIES, np.int64)])
    region = rng.integers(0, len(REGIONS), HOSPITALS + PHARMACIES)
    inside = np.array([int(r[:4] == OVERRIDE_REGION[:4]) for r in REGIONS])
    return Providers(level, region, inside[region])


def make_persons(rng: np.random.Generator, n: int, today: int, mothers: Int) -> Persons:
    """`n` persons alive on the day `today`; those at `mothers` are women of 20 to 40 years."""
    sex = rng.integers(0, 2, n)
    age = np.where(rng.random(n) < 0.55, rng.integers(45 * 365, 92 * 365, n), rng.integers(400, 60 * 365, n))
    sex[mothers] = 1
    age[mothers] = rng.integers(20 * 365, 40 * 365, len(mothers))
    return Persons(sex.astype(np.int8), (today - age).astype(np.int32), rng.random(n) < 0.6)
