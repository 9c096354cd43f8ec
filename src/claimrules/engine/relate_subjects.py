"""Other subjects of a rule: joined by keys and by values of subjects."""

import numpy as np

from claimrules.engine.column import Index
from claimrules.engine.join import by_key, chunks, numbered_alike
from claimrules.engine.kernels.segments import expand_ranges, segment_any
from claimrules.engine.lookup import MISSING, UNKNOWN
from claimrules.engine.relation import PairSpace, Relation
from claimrules.engine.sides import LeftRows, RightSubjects
from claimrules.engine.subject_rows import RowSpace
from claimrules.engine.values.truth import falsehood, truth
from claimrules.language.expression import Key
from claimrules.language.rule import OtherSpec


def relate_subjects(spec: OtherSpec, rows: RowSpace, *, complete: bool = True) -> Relation:
    """The subjects that stand beside each subject. `complete`: whether all that there are are among the data.

    One that may not exist, because its rows may not count or stand in another, is not sure; one of which a key is not known
    joins nothing.
    """
    space = rows.subject_space
    lefts, rights = LeftRows(space, None, {}), RightSubjects(space)
    relation = Relation(spec, space.n, lefts, rights)
    keys = [rows.evaluate(Key(value.type, name)).known for name, value in rows.keys.items()]
    first = space.subjects.first
    known = np.ones(space.n, np.bool_)
    for mask in keys:
        if mask is not None:
            known &= mask[first]
    candidates = np.flatnonzero(known).astype(np.int64)
    sure = np.ones(space.n, np.bool_) if rows.member is None else segment_any(rows.member, space.subjects.ids, space.n)
    if space.subjects.loose is not None:
        sure &= ~space.subjects.loose
    mine = [lefts.evaluate(left) for left, _ in spec.same]
    theirs = [rights.evaluate(right) for _, right in spec.same]
    left_key, right_key, left_known = numbered_alike(mine, theirs, space.n, space.n)
    order, starts, stops = by_key(right_key[candidates], left_key)
    stops = np.where(left_known, stops, starts)
    nears: list[Index] = []
    fars: list[Index] = []
    flags = []
    for part in chunks(np.maximum(stops - starts, 0)):
        near, place = expand_ranges(starts[part], stops[part])
        near += part.start
        far = candidates[order[place]]
        keep = np.ones(len(near), np.bool_) if spec.itself else near != far
        near, far = near[keep], far[keep]
        is_sure = sure[far]
        if spec.where is not None:
            condition = PairSpace(spec.name, lefts, near, rights, far).evaluate(spec.where)
            keep = ~falsehood(condition)
            near, far, is_sure = near[keep], far[keep], (is_sure & truth(condition))[keep]
        nears.append(near)
        fars.append(far)
        flags.append(is_sure)
    relation.near = relation.left = np.concatenate(nears) if nears else relation.left
    relation.far = np.concatenate(fars) if fars else relation.far
    all_sure = np.concatenate(flags) if flags else np.zeros(0, np.bool_)
    relation.sure = None if all_sure.all() else all_sure
    relation.incomplete = None if complete else np.ones(space.n, np.bool_)
    if spec.take == "one":
        relation.one = _only(relation, space.n)
        relation.far_one = relation.one
    return relation


def _only(relation: Relation, n: int) -> Index:
    """The one other subject of each; UNKNOWN where there are two, or it is not sure that there is one."""
    out = np.full(n, MISSING, np.int64)
    out[relation.left] = relation.far
    out[np.bincount(relation.left, minlength=n) > 1] = UNKNOWN
    if relation.sure is not None:
        out[relation.left[~relation.sure]] = UNKNOWN
    if relation.incomplete is not None:
        out[relation.incomplete] = UNKNOWN
    return out
