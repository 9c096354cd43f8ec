"""The claims of the plan as narrow columns: a few bytes a claim."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from claimrules.generate.items import Bool, Int
from claimrules.generate.scenarios import SCENARIOS

OUTPATIENT, EMERGENCY, CHRONIC, PHARMACY, INPATIENT = range(5)

SCENARIO_ROWS = np.array([[s.rows(0), s.rows(1)] for s in SCENARIOS])
"""Charges and refunds by scenario and role."""


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


def with_changes(claims: Claims, **changes: Int | Bool) -> Claims:
    """The claims with some columns replaced."""
    return Claims(**({f.name: getattr(claims, f.name) for f in fields(claims)} | changes))


def joined(*several: Claims) -> Claims:
    """All of them, one after another, in the narrow types."""
    return Claims(
        **{
            f.name: np.concatenate([getattr(c, f.name).astype(DTYPES[f.name], copy=False) for c in several])
            for f in fields(Claims)
        }
    )


def row_counts(claims: Claims) -> Int:
    """The number of lines of each claim: lawful ones, refunds and those of its scenario."""
    extra = SCENARIO_ROWS[np.maximum(claims.scenario, 0), claims.role].sum(axis=1)
    total: Int = claims.base.astype(np.int64) + claims.refunds + np.where(claims.scenario >= 0, extra, 0)
    return total


def in_order(some: Claims, others: Claims, rows: Int) -> Claims:
    """`some` and the `others` at `rows` in order of settlement; person and provider decide in one second.

    Column by column, for at a hundred million lines a copy of the whole plan is half a gigabyte.
    """

    def column(name: str) -> Any:
        kind = DTYPES[name]
        return np.concatenate([getattr(some, name).astype(kind), getattr(others, name)[rows].astype(kind)])

    when = column("settle_day").astype(np.int64) * 86400 + column("settle_second")
    order = np.lexsort((column("role"), column("provider"), column("person"), when))
    return Claims(**{f.name: column(f.name)[order] for f in fields(Claims)})
