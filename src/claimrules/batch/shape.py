"""Joins, row filters, grouping, wide to long: from a file's rows to a table's rows, still raw."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.batch.mapping import Condition, Group, Join, Unpivot
from claimrules.batch.rows import Env, text_of
from claimrules.diagnostics import ClaimsError, Diagnostic, Place

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shaped:
    """`n` raw rows by column, with the file and row that each came from."""

    env: Env
    n: int
    files: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int64]

    def take(self, index: npt.NDArray[np.int64]) -> "Shaped":
        """The rows at `index`, in its order."""
        at = pa.array(index)
        return Shaped({k: v.take(at) for k, v in self.env.items()}, len(index), self.files[index], self.rows[index])


@dataclass(frozen=True, slots=True)
class Lookup:
    """The joined file in memory: the columns used, its key as one text a row."""

    join: Join
    key: Any
    columns: Env

    def add_to(self, env: Env, nulls: Sequence[str]) -> Env:
        """`env` with the joined columns; a row without a partner has NULLs."""
        at = pc.index_in(_key([env[left] for left, _ in self.join.on], nulls), value_set=self.key)
        return env | {self.join.prefix + name: column.take(at) for name, column in self.columns.items()}


def make_lookup(join: Join, table: Any, file: str, nulls: Sequence[str]) -> Lookup:
    """Index the joined file. CR105 where two of its rows have one key."""
    columns = {name: table.column(name).combine_chunks() for name in table.column_names}
    key = _key([columns[right] for _, right in join.on], nulls)
    counts = pc.value_counts(key.drop_null())
    doubled = pc.filter(counts.field("values"), pc.greater(counts.field("counts"), 1))
    if len(doubled):
        names = ", ".join(right for _, right in join.on)
        message = f"{len(doubled)} keys of {names} stand on several rows: a join would multiply claims or lose rows"
        raise ClaimsError(Diagnostic("CR105", message, Place(file), help="join on a key that is unique"))
    return Lookup(join, key, columns)


def _key(columns: Iterable[Any], nulls: Sequence[str]) -> Any:
    texts = [text_of(column, nulls) for column in columns]
    return texts[0] if len(texts) == 1 else pc.binary_join_element_wise(*texts, "\x1f")


def matches(conditions: Sequence[Condition], env: Env, n: int, nulls: Sequence[str]) -> Mask:
    """True where a row meets every condition. An empty cell meets `not` and fails `in`."""
    keep = np.ones(n, bool)
    for condition in conditions:
        text = text_of(env[condition.column], nulls)
        if condition.filled is not None:
            keep &= np.asarray(text.is_valid()) == condition.filled
        else:
            among = np.asarray(pc.is_in(text, value_set=pa.array(condition.values, pa.string())))
            keep &= among != condition.negated
    return keep


def unpivot(shaped: Shaped, how: Unpivot, nulls: Sequence[str]) -> Shaped:
    """One row for each number with a filled field. The names of `how.columns` and `number` are added as columns."""
    parts: list[Shaped] = []
    for number in how.numbers:
        wide = {name: template.replace("{n}", str(number)) for name, template in how.columns}
        env = shaped.env | {name: shaped.env[column] for name, column in wide.items() if column in shaped.env}
        filled = np.zeros(shaped.n, bool)
        for name in how.filled:
            if wide[name] in shaped.env:
                filled |= np.asarray(text_of(env[name], nulls).is_valid())
        env["number"] = pa.repeat(pa.scalar(str(number)), shaped.n)
        for name, column in wide.items():
            if column not in shaped.env:
                env[name] = pa.nulls(shaped.n, pa.string())
        parts.append(replace(shaped, env=_without(env, shaped.env, how)).take(np.flatnonzero(filled)))
    return join_parts(parts)


def _without(env: Env, wide: Env, how: Unpivot) -> Env:
    """Drop the wide columns once they are long: at forty-five numbers they would be copied forty-five times."""
    gone = {template.replace("{n}", str(n)) for _, template in how.columns for n in how.numbers}
    kept = {name for name, _ in how.columns} | {"number"}
    return {name: column for name, column in env.items() if name in kept or name not in gone or name not in wide}


def join_parts(parts: Sequence[Shaped]) -> Shaped:
    """Several pieces as one. A column that one of them does not have is NULL there."""
    names = list(dict.fromkeys(name for part in parts for name in part.env))
    tables = [pa.table({k: part.env[k] for k in names if k in part.env}) for part in parts]
    table = pa.concat_tables(tables, promote_options="permissive").combine_chunks()
    env = {name: _single(table.column(name)) for name in names}
    files = np.concatenate([p.files for p in parts])
    return Shaped(env, sum(p.n for p in parts), files, np.concatenate([p.rows for p in parts]))


def _single(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def group(shaped: Shaped, how: Group, nulls: Sequence[str]) -> Shaped:
    """Equal `by` as one row. Ties of `order` fall to the other columns' texts, never to the place in the file."""
    texts = {name: text_of(column, nulls) for name, column in shaped.env.items()}
    rest = [name for name in texts if name not in (*how.by, *how.order)]
    keys = [*how.by, *how.order, *rest]
    order = np.asarray(pc.sort_indices(pa.table(texts), [(k, "ascending") for k in keys])).astype(np.int64)
    sorted_ = shaped.take(order)
    key = _key([sorted_.env[name] for name in how.by], nulls)
    codes = np.asarray(key.dictionary_encode(null_encoding="encode").indices).astype(np.int64)
    if key.null_count:
        # A row without a key is no one's: it stays alone, and is rejected for its empty key further on.
        alone = np.flatnonzero(np.asarray(key.is_null()))
        codes[alone] = codes.max() + 1 + np.arange(len(alone))
    _, first, member = np.unique(codes, return_index=True, return_inverse=True)
    env = {
        name: _first_filled(column, texts[name].take(pa.array(order)), member, len(first))
        for name, column in sorted_.env.items()
    }
    return Shaped(env, len(first), sorted_.files[first], sorted_.rows[first])


def _first_filled(column: Any, text: Any, member: npt.NDArray[np.int64], groups: int) -> Any:
    valid = np.flatnonzero(np.asarray(text.is_valid()))
    owners, first = np.unique(member[valid], return_index=True)
    at = np.full(groups, -1, np.int64)
    at[owners] = valid[first]
    return column.take(pa.array(at, mask=at < 0))
