"""Courses of a disease: a person's encounters for one kind of diagnosis that follow one another closely."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import pyarrow.compute as pc

from claimrules.catalog import DATE, INTEGER, TEXT, TIMESTAMP
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.kernels.runs import chains
from claimrules.engine.kernels.segments import group_ids, segment_any
from claimrules.engine.prepare.arrays import take
from claimrules.engine.space import KindSpace
from claimrules.engine.values import times
from claimrules.engine.values.shown import shown_array
from claimrules.language.expression import Call, Expr, Field, Literal

_PERSON = Field(TEXT, "", "encounter", "person_id")
_DISEASE = Call(TEXT, "left", (Field(TEXT, "", "encounter", "principal_diagnosis"), Literal(INTEGER, 3)))
_TIMES: tuple[Expr, Expr] = (
    Field(TIMESTAMP, "", "encounter", "admitted_at"),
    Field(TIMESTAMP, "", "encounter", "discharged_at"),
)


@dataclass(frozen=True, slots=True)
class Courses:
    """Each encounter's course by its name, and the day it began."""

    name: Column
    began: Index


def courses(encounters: KindSpace, gap: int) -> Courses:
    """Which course each encounter belongs to.

    Encounters of one person whose principal diagnoses have the same first three characters are chained while the next
    admission is at most `gap` days after the latest discharge so far; a discharge before its own admission is taken to be of
    that day, so that no two courses begin on one. Not known without a diagnosis, nor where one of the
    person's encounters for that diagnosis has no dates. Made once a batch and gap.
    """
    found = encounters.courses.get(gap)
    if found is None:
        found = encounters.courses[gap] = _chained(encounters, gap)
    return found


def _chained(encounters: KindSpace, gap: int) -> Courses:
    person, disease = encounters.evaluate(_PERSON), encounters.evaluate(_DISEASE)
    admitted, discharged = (encounters.evaluate(time) for time in _TIMES)
    kind = cast(Index, disease.data).astype(np.int64)
    if disease.known is not None:
        kind = np.where(disease.known, kind, -1)
    ids, k = group_ids([cast(Index, person.data).astype(np.int64), kind], encounters.n)
    dated: Mask = np.ones(encounters.n, np.bool_)
    for column in (admitted, discharged):
        if column.known is not None:
            dated &= column.known
    known = ~segment_any(~dated, ids, k)[ids]
    if disease.known is not None:
        known &= disease.known
    begin = times.days(admitted)
    made = chains(ids, begin, np.maximum(begin, times.days(discharged)), gap)
    began = Column(DATE, made.first_x)
    parts = [shown_array(take(person, made.first_row)), shown_array(take(disease, made.first_row)), shown_array(began)]
    words = np.array(pc.binary_join_element_wise(*parts, "/").to_pylist() or [""], dtype=object)
    name = Column(TEXT, made.run, None if known.all() else known, words)
    return Courses(name, made.first_x[made.run] if encounters.n else made.run)
