"""Keys of `per` that chain rows together: `run` and `cluster`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from claimrules.catalog import TEXT, Base
from claimrules.engine.column import Column, Index, Mask
from claimrules.engine.kernels.components import components
from claimrules.engine.kernels.exact import product
from claimrules.engine.kernels.runs import runs
from claimrules.engine.kernels.segments import first_rows, group_ids, one_of_each, segment_any, segment_min
from claimrules.engine.prepare.arrays import take
from claimrules.engine.subject_rows import RowSpace
from claimrules.engine.values import times
from claimrules.engine.values.numbers import aligned, scale_of
from claimrules.engine.values.text import words_of
from claimrules.language.expression import Aggregate, Call, Expr, Field, Literal
from claimrules.language.scope import time_of

_DAY = 86_400_000_000
_ALL_OF_TIME = 1 << 62
"""More microseconds, or dates, than any two rows are apart."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What a chaining key makes of each row.

    `ids`: its chain, which together with the other keys makes the subject. `key`: the chain's name. `loose`: rows that
    stand in none. `doubtful`: rows whose chain may be longer than is known.
    """

    ids: Index
    key: Column
    loose: Mask
    doubtful: Mask


def _run(key: Expr, rows: RowSpace, ids: Index, loose: Mask) -> Linked:
    """Rows of equal other keys in order of x, broken where x - previous x > gap; named by their first x.

    A row that may not count, or of which x or the gap is not known, stays out, and leaves all of equal other keys in doubt.
    """
    x_node, gap_node = cast(Call, key).arguments
    x = rows.evaluate(x_node)
    numbers, gap, gap_known = _measured(x, gap_node, rows)
    out = loose.copy()
    for mask in (rows.member, x.known, gap_known):
        if mask is not None:
            out |= ~mask
    k = int(ids.max(initial=-1)) + 1
    doubtful = segment_any(out, ids, k)[ids]
    some = np.flatnonzero(~out)
    made = runs(numbers[some], ids[some], gap if isinstance(gap, int) else gap[some])
    chain = np.full(rows.n, made.k, np.int64)
    chain[some] = made.run
    first = np.arange(rows.n, dtype=np.int64)
    first[some] = some[made.first_row][made.run]
    return Linked(chain, take(x, first), out, doubtful & ~out)


def _measured(x: Column, gap: Expr, rows: RowSpace) -> tuple[Index, Any, Mask | None]:
    """x and the gap in one unit, and where the gap is known."""
    if isinstance(gap, Literal) and gap.type.base is Base.INTERVAL:
        micros = cast(tuple[int, int], gap.value)[1]
        return np.asarray(times.micros(x), np.int64), micros, None
    limit = rows.evaluate(gap)
    if x.type.is_time:
        return np.asarray(times.micros(x), np.int64), _in_micros(limit), limit.known
    a, b = aligned(x, limit)
    return cast(Index, a), b, limit.known


def _in_micros(days: Column) -> Any:
    """So many days, which may be 1.5, in whole microseconds; more than time holds is as good as all of it."""
    if days.type.base is Base.DOUBLE:
        return cast(Any, days.data) * _DAY
    exact = product(cast(Any, days.data), np.full(len(days), _DAY)) // 10 ** scale_of(days.type)
    return np.clip(exact, -_ALL_OF_TIME, _ALL_OF_TIME).astype(np.int64)


def _cluster(key: Expr, rows: RowSpace, _: Index, loose: Mask) -> Linked:
    """Persons connected by links, named by the smallest person_id.

    Two are linked when rows of the set join them on n or more dates of this row. A link that may be there leaves those
    whom it would connect in doubt.
    """
    node = cast(Aggregate, key)
    relation = rows.others[node.over]
    person = rows.evaluate(Field(TEXT, "", "encounter", "person_id"))
    words = words_of(person)
    place = np.empty(len(words), np.int64)
    place[np.argsort(words.astype(str), kind="stable")] = np.arange(len(words))
    mine = place[cast(Index, person.data)]
    other = relation.rights.evaluate(Field(TEXT, node.over, "encounter", "person_id"))
    where = {str(word): int(place[i]) for i, word in enumerate(words.tolist())}
    spot = np.array([where.setdefault(str(word), len(where)) for word in words_of(other).tolist()], np.int64)
    a, b = mine[relation.near], spot[cast(Index, other.data)][relation.far]
    time = rows.evaluate(time_of(rows.base.rows.kind))
    day = np.asarray(times.days(time), np.int64)[relation.near]
    if time.known is not None:  # a row without a date may be of any date, another than all that are known
        day = np.where(time.known[relation.near], day, np.iinfo(np.int64).min // 2 + np.arange(len(day)))
    wanted = rows.evaluate(cast(Expr, node.option))
    n = cast(Index, wanted.data).astype(np.int64)[relation.near]
    never = at_once = n
    if wanted.known is not None:  # of a number that is not known, no link is certain, and every one may be there
        said = wanted.known[relation.near]
        never, at_once = np.where(said, n, _ALL_OF_TIME), np.where(said, n, 0)
    sure = np.ones(len(a), np.bool_) if relation.sure is None else relation.sure.copy()
    for mask in (None if time.known is None else time.known, rows.member):
        if mask is not None:
            sure &= mask[relation.near]
    size = len(where)
    certain = components(*_links(a[sure], b[sure], day[sure], never[sure]), size)
    possible = components(*_links(a, b, day, at_once), size)
    label = certain[mine]
    count = np.bincount(certain, minlength=size)
    wider = np.bincount(possible, minlength=size)
    doubtful = wider[possible[mine]] > count[label]
    if relation.incomplete is not None:
        doubtful |= segment_any(relation.incomplete, possible[mine], size)[possible[mine]]
    names = np.empty(size, dtype=object)
    for word, i in where.items():
        names[i] = word
    out = loose if person.known is None else loose | ~person.known
    if relation.beyond:  # who is linked to whom is not known, and so is the name of their cluster
        out = np.ones(rows.n, np.bool_)
    return Linked(label, Column(TEXT, label, None, names), out, doubtful & ~out)


def _links(a: Index, b: Index, day: Index, n: Index) -> tuple[Index, Index]:
    """The pairs of persons joined on enough dates, by the rows of the first; of several numbers the least is enough."""
    if not len(a):
        return a, b
    pair, k = group_ids([a, b], len(a))
    on_a_date = one_of_each([pair, day], len(a))
    dates = np.bincount(pair[on_a_date], minlength=k)
    enough = first_rows(pair, k)[dates >= segment_min(n, pair, k)]
    return a[enough], b[enough]


CHAINS: dict[str, Callable[[Expr, RowSpace, Index, Mask], Linked]] = {"run": _run, "cluster": _cluster}
