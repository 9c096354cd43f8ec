"""One bucket as a ClaimBatch: what can only be judged where all rows of a claim are together."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from claimrules.batch.claim_batch import ClaimBatch
from claimrules.batch.claim_index import SEQUENCE
from claimrules.batch.counts import Tally
from claimrules.batch.hashing import hash_rows
from claimrules.batch.rejects import DOUBLED, ORPHAN, Rejects, raw_text
from claimrules.batch.schema import CHILDREN, NAMES
from claimrules.catalog import fields_of
from claimrules.stopwatch import timed

FILE, ROW = "__file", "__row"
_FLAT = "(a flat file, a claim on several rows? `group: {by: ID}` of a mapping makes one of them)"
HIDDEN = frozenset({FILE, ROW, SEQUENCE})


@dataclass(frozen=True)
class Bench:
    """What judging needs besides the rows: doubled claims, whether lines are numbered here, empty tables, names."""

    doubled: npt.NDArray[np.int64]
    running: bool
    blanks: dict[str, Any]
    files: list[str]
    absent: frozenset[tuple[str, str]]


@timed("settle")
def judge(bench: Bench, raw: dict[str, Any], rejects: Rejects, tallies: dict[str, Tally]) -> ClaimBatch:
    """Settle doubled keys, orphans and reversed claims; count; drop what is hidden."""
    claims = _claims(bench, raw["claims"], rejects, tallies["claims"])
    reversed_ = pa.array([], pa.string())
    if "is_reversed" in claims.column_names:
        gone = pc.fill_null(claims.column("is_reversed"), fill_value=False)
        reversed_ = claims.column("claim_id").filter(gone)
        tallies["claims"].left_out += len(reversed_)
        claims = claims.filter(pc.invert(gone))
    ids = _array(claims.column("claim_id"))
    out = {"claims": claims}
    for name in CHILDREN:
        out[name] = _children(bench, name, raw[name], ids, _array(reversed_), rejects, tallies[name])
    for name in NAMES:
        tallies[name].audited += out[name].num_rows
        out[name] = _visible(out[name]).combine_chunks()
    lines = out["lines"]
    if lines.num_rows and "amount" in lines.column_names:
        # decimal(38, 2): a hundred million lines cannot overflow it.
        tallies["lines"].amount += pc.sum(lines.column("amount").cast(pa.decimal128(38, 2))).as_py()
    return ClaimBatch(**out, absent=bench.absent)


def _claims(bench: Bench, table: Any, rejects: Rejects, tally: Tally) -> Any:
    if not len(bench.doubled) or SEQUENCE not in table.column_names:
        return table
    lost = np.isin(np.asarray(table.column(SEQUENCE)), bench.doubled)
    return _drop(bench, "claims", table, lost, DOUBLED, _doubled_claim, rejects, tally)


def _children(bench: Bench, name: str, table: Any, ids: Any, reversed_: Any, rejects: Rejects, tally: Tally) -> Any:
    if not table.num_rows:
        return table
    claim_id = _array(table.column("claim_id"))
    if len(reversed_):
        gone = pc.is_in(claim_id, value_set=reversed_)
        tally.left_out += int(pc.sum(gone).as_py())
        table = table.filter(pc.invert(gone))
        claim_id = _array(table.column("claim_id"))
    owner = pc.index_in(claim_id, value_set=ids)
    if owner.null_count:
        table = _drop(bench, name, table, np.asarray(owner.is_null()), ORPHAN, orphan_reason, rejects, tally)
        owner = owner.drop_null()
    if name != "lines":
        return table
    owners = np.asarray(owner).astype(np.int64)
    if bench.running:
        return _number(table, owners)
    lost = _doubled_lines(table, owners)
    return _drop(bench, name, table, lost, DOUBLED, _doubled_line, rejects, tally) if lost.any() else table


def _doubled_lines(table: Any, owners: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """True for every line that gives way to another with its key: of equal keys the least content hash stays."""
    codes = np.asarray(_array(table.column("line_id")).dictionary_encode().indices).astype(np.int64)
    key = owners * (int(codes.max(initial=0)) + 1) + codes
    lost = np.zeros(len(key), bool)
    ordered = np.sort(key)
    if not (ordered[1:] == ordered[:-1]).any():
        return lost
    _, inverse, counts = np.unique(key, return_inverse=True, return_counts=True)
    rows = np.flatnonzero(counts[inverse] > 1)
    content = hash_rows(_visible(table).take(pa.array(rows)))
    order = np.lexsort((content, key[rows]))
    again = key[rows][order][1:] == key[rows][order][:-1]
    lost[rows[order[1:][again]]] = True
    return lost


def _number(table: Any, owners: npt.NDArray[np.int64]) -> Any:
    """Number the lines of each claim by their content; equal lines are alike in every number."""
    order = np.lexsort((hash_rows(_visible(table)), owners))
    sorted_ = owners[order]
    first = np.ones(len(sorted_), bool)
    first[1:] = sorted_[1:] != sorted_[:-1]
    starts = np.flatnonzero(first)
    rank = np.arange(len(sorted_)) - np.repeat(starts, np.diff(np.append(starts, len(sorted_)))) + 1
    number = np.empty(len(rank), np.int64)
    number[order] = rank
    return table.append_column("line_id", pa.array(number).cast(pa.string()))


def _drop(
    bench: Bench,
    name: str,
    table: Any,
    lost: npt.NDArray[np.bool_],
    code: str,
    reason: Any,
    rejects: Rejects,
    tally: Tally,
) -> Any:
    if lost.any():
        reject_rows(bench.files, name, table.filter(pa.array(lost)), code, reason, rejects)
        tally.rejected += int(lost.sum())
    return table.filter(pa.array(~lost))


def reject_rows(files: list[str], name: str, table: Any, code: str, reason: Any, rejects: Rejects) -> None:
    """Reject canonical rows with their hidden origin; `reason` makes the text from the table."""
    at = _array(table.column(FILE))
    personal = {f.name for f in fields_of(name).values() if f.personal}
    shown = {n: _array(table.column(n)) for n in table.column_names if n not in HIDDEN}
    raw = raw_text(shown, personal)
    rejects.add(name, pa.array(files, pa.string()).take(at), np.asarray(table.column(ROW)), code, reason(table), raw)


def _doubled_claim(table: Any) -> Any:
    said = f"' stands on another row too {_FLAT}"
    return pc.binary_join_element_wise("claim_id '", _array(table.column("claim_id")), said, "")


def _doubled_line(table: Any) -> Any:
    claim_id, line_id = _array(table.column("claim_id")), _array(table.column("line_id"))
    return pc.binary_join_element_wise("line_id '", line_id, "' stands twice in the claim '", claim_id, "'", "")


def orphan_reason(table: Any) -> Any:
    """The reason for rows without a claim."""
    return pc.binary_join_element_wise("there is no claim '", _array(table.column("claim_id")), "'", "")


def lost_reason(table: Any, rejected: npt.NDArray[np.bool_]) -> Any:
    """The reason for rows without an accepted claim, of which `rejected` have one that was itself rejected."""
    ids = _array(table.column("claim_id"))
    lost = pc.binary_join_element_wise("its claim '", ids, "' was rejected", "")
    return pc.if_else(pa.array(rejected), lost, orphan_reason(table))


def _visible(table: Any) -> Any:
    return table.select([name for name in table.column_names if name not in HIDDEN])


def _array(column: Any) -> Any:
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
