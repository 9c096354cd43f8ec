"""Inpatient stays: what happens to a person in the year, as one of a few scripts.

Consecutive stays of a person at a provider are lawful by design: 17 days apart or more, or with another group of
diagnoses, or planned; the scripts whose steps say `label` are the planted split stays.
"""

from dataclasses import dataclass

import numpy as np

from claimrules.generate import diagnoses as dx
from claimrules.generate.chance import cumulative, pick
from claimrules.generate.items import Bool, Int
from claimrules.generate.population import HOSPITALS

DAYS_BETWEEN = 15
"""The split-stay rule's own bound: a gap of 0 to 15 days."""


@dataclass(frozen=True, slots=True)
class Step:
    """A later stay: `low`…`high` days after the last discharge at that provider's stay before it."""

    low: int
    high: int
    same_group: bool = True
    other_provider: bool = False
    label: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """A person's stays. `rare` ones come first and at least once wherever there is room."""

    name: str
    weight: float
    steps: tuple[Step, ...] = ()
    died: bool = False
    first_reversed: bool = False
    group: int = -1


SPLIT = Step(0, DAYS_BETWEEN, label=True)
SCRIPTS = (
    Script("split", 0.016, (SPLIT,)),
    Script("split twice", 0.004, (SPLIT, SPLIT)),
    Script("split on the day of discharge", 0.003, (Step(0, 0, label=True),)),
    Script("split on the last day", 0.003, (Step(DAYS_BETWEEN, DAYS_BETWEEN, label=True),)),
    Script("split around a stay elsewhere", 0.004, (Step(0, 2, other_provider=True), Step(0, 2, label=True))),
    Script("sixteen days", 0.006, (Step(DAYS_BETWEEN + 1, DAYS_BETWEEN + 1),)),
    Script("recorded as died", 0.004, (Step(1, 9),), died=True),
    Script("the earlier one reversed", 0.004, (Step(0, 5),), first_reversed=True),
    Script("at another provider", 0.01, (Step(0, DAYS_BETWEEN, other_provider=True),)),
    Script("another disease", 0.04, (Step(0, DAYS_BETWEEN, same_group=False),)),
    Script("chemotherapy", 0.02, (Step(7, 15), Step(7, 15)), group=dx.CHEMOTHERAPY),
    Script("dialysis", 0.01, (Step(2, 6),), group=dx.DIALYSIS),
    Script("long after", 0.05, (Step(17, 90),)),
    Script("birth", 0.03, group=dx.BIRTH),
    Script("single", 0.8),
)
SINGLE = len(SCRIPTS) - 1
BIRTH = SINGLE - 1


@dataclass(frozen=True, slots=True)
class Stays:
    """Columns of one length, one row a stay; `person` counts stay persons from 0. Days count from the first day."""

    person: Int
    script: Int
    order: Int
    admitted: Int
    discharged: Int
    provider: Int
    diagnosis: Int
    died: Int
    is_reversed: Int
    label: Int
    newborn: Int

    def take(self, rows: Int) -> "Stays":
        """The stays at `rows`."""
        return Stays(**{name: getattr(self, name)[rows] for name in self.__slots__})


def make_stays(rng: np.random.Generator, persons: int, days: int, longest: int) -> Stays:
    """The stays of `persons` persons within `days` days, each of 2 to `longest` days, in order of person."""
    script = _scripts(rng, persons)
    most = max(len(s.steps) for s in SCRIPTS) + 1
    length = rng.integers(2, longest + 1, (persons, most))
    around = np.array([any(step.other_provider and step is not s.steps[-1] for step in s.steps) for s in SCRIPTS])
    length[around[script], 1] = np.minimum(length[around[script], 1], DAYS_BETWEEN - 4)
    gap, shown = _gaps(rng, script, most)
    first = np.zeros((persons, most), np.int64)
    for j in range(1, most):
        first[:, j] = first[:, j - 1] + length[:, j - 1] + gap[:, j]
    span = np.max(np.where(shown, first + length, 0), axis=1)
    over = span >= days - 1
    script[over] = SINGLE
    shown[over, 1:] = False
    span[over] = length[over, 0]
    begin = (rng.random(persons) * (days - 1 - np.minimum(span, days - 2))).astype(np.int64)
    stays = _stays(rng, script, begin[:, None] + first, length, shown)
    return _with_newborns(rng, stays)


def _scripts(rng: np.random.Generator, persons: int) -> Int:
    script = pick(rng, cumulative(np.array([s.weight for s in SCRIPTS])), persons)
    certain = script[: 2 * len(SCRIPTS)]
    # A single stay between each two, for the scenarios that stand in one.
    certain[0::2] = np.arange(len(certain[0::2]))
    certain[1::2] = SINGLE
    return script


def _gaps(rng: np.random.Generator, script: Int, most: int) -> tuple[Int, Bool]:
    gap = np.zeros((len(script), most), np.int64)
    shown = np.zeros((len(script), most), bool)
    shown[:, 0] = True
    for i, one in enumerate(SCRIPTS):
        at = np.flatnonzero(script == i)
        for j, step in enumerate(one.steps, 1):
            gap[at, j] = rng.integers(step.low, step.high + 1, len(at))
            shown[at, j] = True
    return gap, shown


def _stays(rng: np.random.Generator, script: Int, first: Int, length: Int, shown: Bool) -> Stays:
    persons, most = len(script), first.shape[1]
    group = rng.integers(0, dx.ORDINARY, persons)
    fixed = np.array([s.group for s in SCRIPTS])[script]
    group = np.where(fixed >= 0, fixed, group)
    home = rng.integers(0, HOSPITALS, persons)
    groups = np.repeat(group[:, None], most, axis=1)
    provider = np.repeat(home[:, None], most, axis=1)
    label = np.zeros((persons, most), np.int64)
    died, reversed_ = label.copy(), label.copy()
    for i, one in enumerate(SCRIPTS):
        at = np.flatnonzero(script == i)
        died[at, 0], reversed_[at, 0] = one.died, one.first_reversed
        for j, step in enumerate(one.steps, 1):
            label[at, j] = step.label
            if not step.same_group:
                groups[at, j] = (group[at] + 1 + rng.integers(0, dx.ORDINARY - 1, len(at))) % dx.ORDINARY
            if step.other_provider:
                provider[at, j] = (home[at] + 1 + rng.integers(0, HOSPITALS - 1, len(at))) % HOSPITALS
    row, column = np.nonzero(shown)
    variant = rng.integers(0, 2, len(row))
    return Stays(
        person=row,
        script=script[row],
        order=column,
        admitted=first[row, column],
        discharged=(first + length)[row, column],
        provider=provider[row, column],
        diagnosis=2 * groups[row, column] + variant,
        died=died[row, column],
        is_reversed=reversed_[row, column],
        label=label[row, column],
        newborn=np.zeros(len(row), np.int64),
    )


def _with_newborns(rng: np.random.Generator, stays: Stays) -> Stays:
    """Nearly every birth is followed by a stay of the newborn on the mother's id, begun a day after hers."""
    at = np.flatnonzero(stays.script == BIRTH)
    at = at[(rng.random(len(at)) < 0.9) | (np.arange(len(at)) == 0)]
    rows = np.sort(np.concatenate([np.arange(len(stays.person)), at]), kind="stable")
    doubled = np.flatnonzero(np.diff(rows, prepend=-1) == 0)
    out = stays.take(rows)
    out.newborn[doubled] = 1
    out.admitted[doubled] += 1
    out.diagnosis[doubled] = 2 * dx.NEWBORN + rng.integers(0, 2, len(doubled))
    return out
