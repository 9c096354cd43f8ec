"""Subjects that became undecided, or are so no longer."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, slots=True)
class Undecided:
    """The undecided subjects of one rule: how many before and after, how many came and went."""

    rule_id: str
    old: int
    new: int
    became: int
    no_longer: int


def undecided(old: Any, new: Any) -> tuple[Undecided, ...]:
    """By rule, those in which anything differs. Both: tables as `findings.UNDECIDED`.

    Of a column that the whole input lacks, subjects are counted and not named: there the difference of the counts stands.
    """
    gone, come = _surplus(old, new), _surplus(new, old)
    before, after = _counts(old), _counts(new)
    rules = sorted({*gone, *come})
    return tuple(Undecided(one, before.get(one, 0), after.get(one, 0), come.get(one, 0), gone.get(one, 0)) for one in rules)


def _counts(table: Any) -> dict[str, int]:
    summed = table.group_by("rule_id", use_threads=False).aggregate([("subjects", "sum")])
    return {row["rule_id"]: row["subjects_sum"] for row in summed.to_pylist()}


def _surplus(table: Any, other: Any) -> dict[str, int]:
    """Subjects by rule that are in the table and not in the other."""
    named, others = (one.filter(pc.is_valid(one["subject"])) for one in (table, other))
    fresh = named.filter(pc.invert(pc.is_in(_keys(named), value_set=_keys(others))))
    out = _counts(fresh)
    counted, less = (_counts(one.filter(pc.is_null(one["subject"]))) for one in (table, other))
    for rule, count in counted.items():
        if count > less.get(rule, 0):
            out[rule] = out.get(rule, 0) + count - less.get(rule, 0)
    return out


def _keys(table: Any) -> Any:
    joined = pc.binary_join_element_wise(table["rule_id"], table["subject"], "\x1f")
    return joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined
